import { afterEach, describe, expect, it } from 'vitest';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { SettingsChange } from '../settings-of.ts';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

const account = (name: string) => world.confluence.accounts.get(name);
const groupsOf = (name: string) => [...world.confluence.groups].flatMap(([group, members]) => (members.has(name) ? [group] : []));
const message = (of: UserId | GroupId) => world.queue.receivable().find(({ change }) => change.resource.id === of);

/** ann, with an account, in the groups staff and alumni. */
async function start(users: SettingsChange['users'] = {}) {
  world = await startWorld({ settings: { users } });
  const ann = await world.createUser('ann');
  const staff = await world.createGroup('staff', [ann]);
  const alumni = await world.createGroup('alumni', [ann]);
  await world.settle();
  world.confluence.calls.length = 0;
  return { ann, staff, alumni };
}
/** What the administrator saves; these users are marked, as after a settings change. */
async function save(users: Partial<Settings['users']>, marked: readonly UserId[]): Promise<void> {
  const read = await world.connections.get(world.connection.id);
  if (!read) throw new Error('no connection');
  const settings = { ...read.settings, users: { ...read.settings.users, ...users } };
  await world.connections.changeSettings(read, settings, { by: 'pat', at: new Date(world.clock.now).toISOString() });
  for (const id of marked) {
    const user = await world.user(id);
    if (user) await world.delivery.resources.again(user, 'parked too');
  }
  await world.untilQuiet();
}
const remove = { groupsOnDeactivate: { do: 'remove' as const } };

describe('a default group that was given and is protected by now', () => {
  it('is neither taken nor given back', async () => {
    world = await startWorld({ settings: { users: { ...remove, defaultGroups: { newUsers: ['starters', 'guests'] } } } });
    world.confluence.groups.set('starters', new Set());
    world.confluence.groups.set('guests', new Set());
    const ann = await world.createUser('ann');
    await world.settle();
    expect(groupsOf('ann')).toEqual(['starters', 'guests']);
    const read = await world.connections.get(world.connection.id);
    if (!read) throw new Error('no connection');
    const settings = { ...read.settings, protected: { ...read.settings.protected, groups: ['Starters'] } };
    await world.connections.changeSettings(read, settings, { by: 'pat', at: new Date(world.clock.now).toISOString() });

    world.confluence.calls.length = 0;
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual(['starters']);
    await world.updateUser(ann, { active: true });
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual(['starters', 'guests']);
    expect(world.confluence.writes.filter((call) => call.includes('starters'))).toEqual([]);
  });
});

describe('users.groupsOnDeactivate', () => {
  it('keep: a deactivated user stays in the groups', async () => {
    const { ann } = await start();
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(world.confluence.writes).toEqual(['disableAccount ann']);
    expect(groupsOf('ann')).toEqual(['staff', 'alumni']);
  });

  it('remove: disabled first, then out of the groups; reactivation gives them back', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(world.confluence.writes[0]).toBe('disableAccount ann');
    expect(groupsOf('ann')).toEqual([]);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting', wanted: 'present' });
    await world.untilPassed(10);
    expect(groupsOf('ann')).toEqual([]);
    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['staff', 'alumni']);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
  });

  it('remove with exceptions, in any spelling', async () => {
    const { ann, staff, alumni } = await start({ groupsOnDeactivate: { do: 'remove', except: ['ALUMNI'] } });
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['alumni']);
    expect(await world.member(alumni, ann)).not.toHaveProperty('marker');
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
  });

  it('what the identity provider says meanwhile counts at the reactivation', async () => {
    const { ann, staff } = await start(remove);
    const crew = await world.createGroup('crew');
    await world.updateUser(ann, { active: false });
    await world.settle();
    await world.changeMembers(staff, { remove: [ann] });
    await world.changeMembers(crew, { add: [ann] });
    await world.settle();
    expect(groupsOf('ann')).toEqual([]);
    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['alumni', 'crew']);
    expect(await world.member(staff, ann)).toBeUndefined();
  });

  it('a membership that only a large change says is kept back too', async () => {
    const { ann } = await start(remove);
    const crew = await world.createGroup('crew');
    await world.updateUser(ann, { active: false });
    await world.settle();
    await world.replaceByLayer(crew, [ann]);
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual([]);
    await world.updateUser(ann, { active: true });
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual(['staff', 'alumni', 'crew']);
  });

  it('a refused profile holds up neither the disable nor the groups', async () => {
    const { ann } = await start(remove);
    world.confluence.fail(/^updateAccount/, 'bad-request');
    await world.updateUser(ann, { active: false, displayName: 'Refused' });
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'bad-request' });
    expect(account('ann')?.active).toBe(false);
    expect(groupsOf('ann')).toEqual([]);
  });

  it('reactivated while a removal is under way: the member is back, whichever is answered first', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    const held = world.confluence.hold(/^removeMember staff/);
    const slow = world.deliver(message(staff));
    const removal = await held;
    await world.updateUser(ann, { active: true });
    await world.deliver(message(ann));
    expect(await world.user(ann)).not.toHaveProperty('groupsWithheld');
    removal.proceed();
    await slow;
    await world.settle();
    expect(groupsOf('ann')).toEqual(['staff', 'alumni']);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
  });

  it('reactivated after a removal without an answer, which lands late: the member is back', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    const held = world.confluence.hold(/^removeMember staff/);
    const slow = world.deliver(message(staff));
    const removal = await held;
    removal.timeOut();
    await slow;
    await world.updateUser(ann, { active: true });
    await world.settle();
    removal.land();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(groupsOf('ann').sort()).toEqual(['alumni', 'staff']);
  });

  it('deactivated while an addition is under way: the member goes again', async () => {
    const { ann } = await start(remove);
    const crew = await world.createGroup('crew');
    await world.settle();
    await world.changeMembers(crew, { add: [ann] });
    const held = world.confluence.hold(/^addMember crew/);
    const slow = world.deliver(message(crew));
    const add = await held;
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    add.proceed();
    await slow;
    await world.settle();
    expect(groupsOf('ann')).toEqual([]);
    expect(await world.member(crew, ann)).toMatchObject({ marker: 'waiting' });
  });

  it('a worker that dies between keeping back and waking: the next one wakes them, before the user’s marker goes', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    // The send of the first woken membership fails: the message is lost with the worker.
    world.queue.failNextSends = 1;
    await world.deliver(message(ann));
    expect(await world.user(ann)).toMatchObject({ marker: 'pending', groupsWithheld: '[]' });
    expect(await world.user(ann)).not.toHaveProperty('appliedRevision');
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual([]);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
  });

  it('to keep a membership back is not written for a user who was reactivated meanwhile', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    await world.updateUser(ann, { active: true });
    await world.deliver(message(ann));
    if (!read) throw new Error('no membership');
    expect(await world.delivery.memberships.withhold(read)).toBe(false);
    expect(await world.delivery.memberships.clear(read, 'present')).toBe(false);
  });

  it('a group re-created under its old name does not keep, by the old group’s membership, who is kept back in the new one', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    await world.deleteGroup(staff, { sends: false });
    await world.createGroup('staff', [ann]);
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual([]);
    await world.updateUser(ann, { active: true });
    await world.untilQuiet();
    expect(groupsOf('ann').sort()).toEqual(['alumni', 'staff']);
  });

  it('a membership that is kept back is no reason to leave the account in a group, unless its group is an exception', async () => {
    for (const [except, leaves] of [[[], false] as const, [['staff'], true] as const]) {
      const { ann, staff } = await start({ groupsOnDeactivate: { do: 'remove', except: [...except] } });
      await world.updateUser(ann, { active: false });
      await world.settle();
      await world.deleteGroup(staff, { sends: false });
      const again = await world.createGroup('staff', [ann]);
      await world.deliver(message(again));
      const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
      const successor = read && (await world.delivery.memberships.successor(read, 'staff', 'ann'));
      expect(successor !== undefined).toBe(leaves);
      if (!leaves) await world.close();
    }
  });

  it('what is to be taken away is looked for before what is to be given', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.deliver(message(ann));
    const removals: UserId[] = [];
    for await (const id of world.delivery.pending.ofGroup(world.connection.id, staff, true)) removals.push(id);
    expect(removals).toEqual([ann]);
  });

  it('deleted while inactive: forgotten, with all memberships', async () => {
    const { ann, staff } = await start(remove);
    await world.updateUser(ann, { active: false });
    await world.settle();
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(await world.member(staff, ann)).toBeUndefined();
    world.clock.now += 3_600_001;
    await world.sweep();
    await world.untilQuiet();
    expect(await world.user(ann)).toBeUndefined();
  });
});

describe('users.defaultGroups', () => {
  async function withDefaults(users: SettingsChange['users'] = {}) {
    world = await startWorld({ settings: { users: { defaultGroups: { newUsers: ['Welcome'], allUsers: ['Everybody'] }, ...users } } });
    for (const group of ['welcome', 'everybody']) world.confluence.groups.set(group, new Set());
  }

  it('a new account gets both kinds; what someone takes away by hand comes back for all users only', async () => {
    await withDefaults();
    const ann = await world.createUser('ann');
    await world.settle();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
    for (const members of world.confluence.groups.values()) members.clear();
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['everybody']);
  });

  it('a linked account gets those of all users', async () => {
    await withDefaults({ linking: 'user-name' });
    world.confluence.accounts.set('ann', { fullName: 'ann', active: true });
    await world.createUser('ann');
    await world.settle();
    expect(groupsOf('ann')).toEqual(['everybody']);
  });

  it('an applied user costs no call to add', async () => {
    await withDefaults();
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.calls.length = 0;
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.settle();
    expect(world.confluence.writes.filter((call) => call.startsWith('addMember'))).toEqual([]);
  });

  it('a worker that dies after the account was made: the next one gives the groups of new users', async () => {
    await withDefaults();
    await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    create.timeOut();
    await slow;
    create.land();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
  });

  it('a missing default group holds up nothing: told, counted, and given as soon as it is there', async () => {
    await withDefaults();
    world.confluence.groups.delete('everybody');
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilPassed(5);
    expect(groupsOf('ann')).toEqual(['welcome', 'staff']);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
    expect(await world.user(ann)).toMatchObject({ marker: 'pending', appliedRevision: 1 });
    expect(world.records('change.retried')[0]).toMatchObject({ code: 'not-found', reason: expect.stringContaining('everybody') });
    // Nor the disable.
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
    await world.updateUser(ann, { active: true });
    await world.settle();
    world.confluence.groups.set('everybody', new Set());
    await world.untilQuiet();
    expect(groupsOf('ann').sort()).toEqual(['everybody', 'staff', 'welcome']);
  });

  it('deactivation takes both kinds, but for the exceptions, and reactivation gives them back', async () => {
    await withDefaults({ groupsOnDeactivate: { do: 'remove', except: ['everybody'] } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['everybody']);
    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
  });

  it('with groupsOnDeactivate keep they stay, and a deleted user leaves them', async () => {
    await withDefaults();
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual([]);
  });

  it('who was deleted and comes back is new again', async () => {
    await withDefaults();
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.untilQuiet();
    await world.createUser('ann');
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
  });

  it('a SCIM group of that name does not take an active user out of a group of all users', async () => {
    await withDefaults({ linking: 'user-name' });
    const ann = await world.createUser('ann');
    const everybody = await world.createGroup('Everybody', [ann]);
    const welcome = await world.createGroup('Welcome', [ann]);
    await world.settle();
    await world.changeMembers(everybody, { remove: [ann] });
    await world.changeMembers(welcome, { remove: [ann] });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['everybody']);
    expect(await world.member(everybody, ann)).toBeUndefined();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['everybody']);
  });

  it('a 404 is not believed once; a group that is gone holds up nobody who is to leave it', async () => {
    await withDefaults({ groupsOnDeactivate: { do: 'remove' } });
    world.confluence.fail(/^addMember everybody/, 'not-found');
    const ann = await world.createUser('ann');
    await world.settle();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
    expect(world.records('change.retried')).toEqual([]);
    world.confluence.groups.delete('welcome');
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(groupsOf('ann')).toEqual([]);
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });

  it('the setting is taken back while a user is inactive: reactivation gives the groups of new users too', async () => {
    await withDefaults({ groupsOnDeactivate: { do: 'remove' } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    await save({ groupsOnDeactivate: { do: 'keep', except: [] } }, [ann]);
    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(groupsOf('ann')).toEqual(['welcome', 'everybody']);
  });

  it('the brake counts who is stripped of default groups', async () => {
    world = await startWorld({
      settings: { users: { defaultGroups: { allUsers: ['everybody'] } }, brake: { share: 0, atLeast: 1 } },
    });
    world.confluence.groups.set('everybody', new Set());
    const users = [await world.createUser('ann'), await world.createUser('bob')];
    await world.settle();
    for (const user of users) {
      await world.updateUser(user, { active: false });
      await world.untilPassed(120);
    }
    expect([account('ann')?.active, account('bob')?.active]).toEqual([false, false]);
    await save({ groupsOnDeactivate: { do: 'remove', except: [] } }, users);
    expect(world.confluence.groups.get('everybody')?.size).toBe(1);
    const markers = await Promise.all(users.map(async (user) => (await world.user(user))?.marker));
    expect(markers.filter((marker) => marker === 'held')).toHaveLength(1);
  });

  it('a protected group is never given', async () => {
    await withDefaults({ defaultGroups: { allUsers: ['confluence-administrators'] } });
    world.confluence.groups.set('confluence-administrators', new Set());
    await world.createUser('ann');
    await world.settle();
    expect(groupsOf('ann')).toEqual([]);
  });
});

describe('users.onlyFromGroups', () => {
  const only = { onlyFromGroups: ['Confluence Users', 'Contractors'] };

  async function gated(users: SettingsChange['users'] = {}) {
    world = await startWorld({ settings: { users: { ...only, ...users } } });
    const ann = await world.createUser('ann');
    await world.settle();
    return ann;
  }

  it('who is in none of them gets no account, and is told of; who joins one does', async () => {
    const ann = await gated();
    expect(world.confluence.writes).toEqual([]);
    expect(await world.user(ann)).not.toHaveProperty('marker');
    expect(world.records('change.skipped')).toMatchObject([{ reason: 'The user is in none of the groups of users.onlyFromGroups.' }]);
    await world.createGroup('staff', [ann]);
    await world.settle();
    expect(account('ann')).toBeUndefined();
    await world.createGroup('confluence USERS', [ann]);
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    expect(groupsOf('ann')).toEqual(['staff', 'confluence users']);
  });

  it('leaving the last of them disables, coming back enables', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users', [ann]);
    const contractors = await world.createGroup('Contractors', [ann]);
    await world.settle();
    await world.changeMembers(users, { remove: [ann] });
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    await world.changeMembers(contractors, { remove: [ann] });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
    await world.changeMembers(users, { add: [ann] });
    await world.settle();
    expect(account('ann')?.active).toBe(true);
  });

  it('also when the message of the membership is lost, and when its removal fails in Confluence', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.settle();
    world.confluence.fail(/^removeMember/, 'bad-request', 10_000);
    await world.changeMembers(users, { remove: [ann] }, { sends: false });
    await world.untilPassed(5);
    expect(account('ann')?.active).toBe(false);
    world.confluence.heal();
    await world.untilQuiet();
    expect(groupsOf('ann')).toEqual([]);
  });

  it('a worker that dies between the two marks: the membership is still pending, and the user is disabled', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.settle();
    await world.changeMembers(users, { remove: [ann] });
    // The user's message fails to be sent: the membership's worker ends there.
    world.queue.failNextSends = 1;
    await world.deliver(message(users));
    expect(await world.user(ann)).toMatchObject({ marker: 'pending' });
    expect(await world.member(users, ann)).toMatchObject({ marker: 'pending' });
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
  });

  it('a membership that comes while the account is being disabled is not missed', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.settle();
    await world.changeMembers(users, { remove: [ann] });
    await world.deliver(message(users));
    const held = world.confluence.hold(/^disableAccount/);
    const slow = world.deliver(message(ann));
    const disable = await held;
    await world.changeMembers(users, { add: [ann] });
    await world.deliver(message(users));
    disable.proceed();
    await slow;
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    expect(groupsOf('ann')).toEqual(['confluence users']);
  });

  it('a large change that is outdone before it is expanded gives nobody an account for good', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users');
    await world.settle();
    await world.replaceByLayer(users, [ann], { sends: false });
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.deliver(message(ann));
    await world.replaceByLayer(users, []);
    await world.untilQuiet();
    expect(account('ann')?.active ?? false).toBe(false);
  });

  it('a large change admits, and takes away', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users');
    await world.replaceByLayer(users, [ann]);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(true);
    await world.replaceByLayer(users, []);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
  });

  it('a group that is renamed into the list admits its members, and out of it no longer', async () => {
    const ann = await gated();
    const users = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(account('ann')).toBeUndefined();
    await world.renameGroup(users, 'Contractors');
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    await world.renameGroup(users, 'staff');
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
  });

  it('a group that is deleted admits nobody any more, also one that is not provisioned itself', async () => {
    world = await startWorld({ settings: { users: only, groups: { exclude: ['Confluence Users'] } } });
    const ann = await world.createUser('ann');
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(true);
    expect([...world.confluence.groups.keys()]).toEqual([]);
    await world.deleteGroup(users);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
  });

  it('so does one that is protected', async () => {
    world = await startWorld({ settings: { users: { onlyFromGroups: ['confluence-administrators'] } } });
    const ann = await world.createUser('ann');
    const admins = await world.createGroup('confluence-administrators', [ann]);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(true);
    await world.deleteGroup(admins);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
    expect(world.confluence.groups.size).toBe(0);
  });

  it('a user who is parked is disabled all the same', async () => {
    const ann = await gated();
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.settle();
    world.confluence.fail(/^updateAccount/, 'bad-request');
    await world.updateUser(ann, { displayName: 'Refused' });
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'bad-request' });
    await world.changeMembers(users, { remove: [ann] });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('with groupsOnDeactivate remove, who leaves the last one leaves the other groups too', async () => {
    const ann = await gated(remove);
    const users = await world.createGroup('Confluence Users', [ann]);
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.changeMembers(users, { remove: [ann] });
    await world.settle();
    expect(groupsOf('ann')).toEqual([]);
    await world.changeMembers(users, { add: [ann] });
    await world.settle();
    expect(groupsOf('ann').sort()).toEqual(['confluence users', 'staff']);
  });
});
