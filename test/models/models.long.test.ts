import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { groupNamesModel } from './group-names.ts';
import { membershipModel } from './membership.ts';
import { membershipWorlds, moveWorlds, namesWorlds } from './worlds.ts';

const limits = { states: 1_000_000, seconds: 120 };
const clean = { isComplete: true, history: [] };

describe('memberships, what is kept back, what is held, and Synchronize (decisions 14, 16, 18)', () => {
  it.each(Object.entries(membershipWorlds))('no interleaving goes wrong: %s', (_, world) => {
    expect(explore(membershipModel(world), limits)).toMatchObject(clean);
  });

  it.each([
    ['holdIfRead', 'a user and the brake', 'a change that is over is held'],
    ['holdIfOn', 'a user and the brake', 'the brake is off'],
    ['leaveHeld', 'a user and the brake', 'although an administrator rejected that'],
    ['rejectIfRead', 'a user and the brake', 'a change that is over is held'],
    ['userClearIfRead', 'a user and the brake', 'who should have no access has it'],
    ['latesHoldLock', 'a user and the brake', 'who should have access has none'],
    ['withholdIfUserAsRead', 'groups kept back', 'waits for ever'],
    ['unapplied', 'groups kept back', 'stays that nobody wants'],
    ['wakeBeforeClear', 'groups kept back', 'stays that nobody wants'],
    ['holdIfUserAsRead', 'groups kept back, and the brake', 'a change that is over is held'],
    ['wakeHeld', 'groups kept back, and the brake', 'a change that is over is held'],
    ['wakeLeavesRejected', 'groups kept back, and rejected', 'although an administrator rejected that'],
    ['admit', 'people only from a group', 'who should have no access has it'],
    ['admitFirst', 'people only from a group', 'who should have no access has it'],
    ['wakeLeavesHeld', 'people only from a group, and the brake', 'although an administrator rejected that'],
    ['clearIfUserAsRead', 'Synchronize', 'stays that nobody wants'],
    ['syncIfRead', 'Synchronize and the brake', 'although an administrator rejected that'],
  ] as const)('without %s: %s goes wrong', (rule, world, what) => {
    expect(explore(membershipModel(membershipWorlds[world], { [rule]: false }), limits).violation).toContain(what);
  });
});

describe('the names of groups (decision 15)', () => {
  it.each(Object.entries(namesWorlds))('no interleaving goes wrong: %s', (_, world) => {
    expect(explore(groupNamesModel(world), limits)).toMatchObject(clean);
  });

  it.each([
    ['memberLock', 'no name and back', 'may still land'],
    ['successorNotFree', 'a deleted group whose name was taken over', 'somebody is in X'],
    ['tombstoneElsewhereWaits', 'a deleted group that works under another lock', 'may still land'],
    ['inForce', 'a name more', 'the settings say X,Y'],
    ['reapply', 'a name more', 'is not in Y'],
    ['wakeWaiters', 'the lock goes to another group', 'stays parked for X'],
    ['freeWaits', 'a deleted group whose name was taken over', 'somebody is in X'],
  ] as const)('without %s: %s goes wrong', (rule, world, what) => {
    expect(explore(groupNamesModel(namesWorlds[world], { [rule]: false }), limits).violation).toContain(what);
  });
});

describe('groups that move when the IdP renames them (decision 24)', () => {
  it.each(Object.entries(moveWorlds))('no interleaving goes wrong, and each comes to rest: %s', (_, world) => {
    expect(explore(groupNamesModel(world), limits)).toMatchObject(clean);
  });

  it.each([
    ['bindBeforeRetiring', 'renamed again, to what can’t be had', 'never comes to rest'],
    ['addFirst', 'renamed again, to what can’t be had', 'is nowhere'],
    ['movesAgain', 'renamed again, to what can’t be had', 'never comes to rest'],
    ['movesAgain', 'two exchange names', 'never comes to rest'],
    ['exchange', 'two exchange names', 'wait for each other'],
    ['deleteBeforeGivingUp', 'renamed, emptied or deleted meanwhile', 'stays, which g0 has moved from'],
    ['asksWhoIsIn', 'somebody else is in the old group', 'with somebody foreign in it'],
  ] as const)('without %s: %s goes wrong', (rule, world, what) => {
    expect(explore(groupNamesModel(moveWorlds[world], { [rule]: false }), limits).violation).toContain(what);
  });
});
