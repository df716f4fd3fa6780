import { afterEach, describe, expect, it } from 'vitest';
import { otherMembersOf } from '../../shared/provisioning/groups/other-members.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

const membersOf = (group: string) => [...(world.confluence.groups.get(group) ?? [])].sort();

/** A connection that may link groups, and a Confluence in which `staff` has these members already. */
async function start(members: readonly string[], settings: SettingsChange = {}): Promise<void> {
  world = await startWorld({
    settings: { users: { linking: 'user-name' }, groups: { otherMembers: 'remove' }, brake: { enabled: false }, ...settings },
  });
  for (const name of members) world.confluence.accounts.set(name, { fullName: name, active: true });
  world.confluence.groups.set('staff', new Set(members));
}

describe('groups.otherMembers, when a group is linked', () => {
  it('remove: whom the IdP did not put there goes, in all that the group is', async () => {
    await start(['ann', 'by-hand'], { groups: { otherMembers: 'remove', mapping: 'map', map: { staff: ['crew', 'staff'] } } });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect([membersOf('crew'), membersOf('staff')]).toEqual([['ann'], ['ann']]);
    expect(world.confluence.writes.filter((call) => call.startsWith('removeMember'))).toEqual(['removeMember staff by-hand']);
    expect(await world.group(staff)).not.toHaveProperty('othersFrom');
  });

  it('keep: they stay', async () => {
    await start(['by-hand'], { groups: { otherMembers: 'keep' } });
    await world.createGroup('staff', [await world.createUser('ann')]);
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann', 'by-hand']);
  });

  it('a group that was made by this product is not looked through', async () => {
    await start([]);
    world.confluence.groups.clear();
    const staff = await world.createGroup('staff');
    await world.settle();
    expect(await world.group(staff)).not.toHaveProperty('othersFrom');
  });

  it('who is about to be linked keeps the access that they had', async () => {
    await start(['ann']);
    const ann = await world.createUser('ann', {}, { sends: false });
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.user(ann)).not.toHaveProperty('boundName');
    expect(membersOf('staff')).toEqual(['ann']);
    await world.untilQuiet();
    expect(world.confluence.writes).not.toContain('removeMember staff ann');
    expect(staff).toBeDefined();
  });

  it('a user of ours whom the IdP did not put there goes', async () => {
    await start(['ann', 'bob']);
    const ann = await world.createUser('ann');
    await world.createUser('bob');
    await world.settle();
    await world.createGroup('staff', [ann]);
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('protected accounts and the service account stay', async () => {
    await start(['Root', 'service', 'by-hand'], { protected: { accounts: ['root'] } });
    await world.createGroup('staff');
    await world.settle();
    expect(membersOf('staff')).toEqual(['Root', 'service']);
  });

  it('everybody of the connection belongs to a default group', async () => {
    const users = { linking: 'user-name' as const, defaultGroups: { allUsers: ['staff'] } };
    await start(['ann', 'by-hand'], { users });
    await world.createUser('ann');
    await world.settle();
    await world.createGroup('staff');
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('not more of them than the brake lets go: the rest is told and left', async () => {
    const strangers = Array.from({ length: 20 }, (_, i) => `stranger${i}`);
    await start(strangers, { brake: { enabled: true, share: 0.2, atLeast: 3 } });
    await world.createGroup('staff');
    await world.settle();
    expect(membersOf('staff')).toHaveLength(16);
    const told = world.records('change.planned').flatMap(({ actions }) => actions);
    expect(told.filter((action) => action.startsWith('remove member'))).toHaveLength(4);
    expect(told.filter((action) => action.startsWith('hold member'))).toHaveLength(16);
  });

  it('goes page by page, and a worker that dies goes on where it was', async () => {
    const strangers = Array.from({ length: 450 }, (_, i) => `stranger${i}`);
    await start(strangers);
    const staff = await world.createGroup('staff');
    world.confluence.fail(/^removeMember staff stranger300/, 'unavailable');
    await world.deliver();
    expect(await world.group(staff)).toMatchObject({ othersFrom: '0 0 200 200', marker: 'pending' });
    expect(membersOf('staff')).toHaveLength(150);
    await world.pass(60_000);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
  });

  it('one that can’t be taken out does not hold up the others', async () => {
    await start(['one', 'two', 'three']);
    world.confluence.fail(/^removeMember staff two/, 'not-permitted');
    await world.createGroup('staff');
    await world.settle();
    expect(membersOf('staff')).toEqual(['two']);
  });
});

describe('otherMembersOf', () => {
  it('in a dry run it tells and calls nothing', async () => {
    await start(['by-hand'], { groups: { otherMembers: 'keep' } });
    const staff = await world.group(await world.createGroup('staff'));
    await world.settle();
    const bound = staff && (await world.group(staff.id));
    if (!bound) throw new Error('no group');
    const policy = policyOf(settingsOf({ groups: { otherMembers: 'remove' } }));
    const protectedAccounts = new Set<string>();
    const { protectedGroups } = policy;
    const target = world.confluence.target(() => {});
    const work = { target, delivery: world.delivery, policy, protectedAccounts, protectedGroups, isDryRun: true };
    expect(await otherMembersOf(work, bound)).toEqual({ others: [{ group: 'staff', account: 'by-hand', is: 'removed' }] });
    expect(membersOf('staff')).toEqual(['by-hand']);
    const keeps = { ...work, isDryRun: false, policy: policyOf(settingsOf({})) };
    expect(await otherMembersOf(keeps, bound)).toEqual({ others: [{ group: 'staff', account: 'by-hand', is: 'kept' }] });
  });
});
