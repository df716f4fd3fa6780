import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { startWorld, type World } from './harness.ts';

/** A target whose other calls may not know for ten minutes what was done. */
const SETTLES_MS = 600_000;

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.confluence.settlesWithinMs = SETTLES_MS;
});
afterEach(() => world.close());

const account = (name: string) => world.confluence.accounts.get(name);
const times = (call: RegExp) => world.confluence.calls.filter((each) => call.test(each)).length;
const ownerOf = (type: 'user' | 'group', name: string) => world.delivery.resources.owner(world.connection.target.id, type, name);
const settlings = () => world.records('change.retried').filter(({ code }) => code === 'settling');

/** The changes of the message are received as often as they come back by themselves: seconds, not the sweep's minutes. */
async function comeBack(seconds = 60): Promise<void> {
  await world.settle();
  for (let second = 0; second < seconds; second++) await world.pass(1_000);
}

/** So many minutes at once, the sweep, and what it sends. */
async function later(minutes: number): Promise<void> {
  world.clock.now += minutes * 60_000;
  await world.sweep();
  await world.settle();
}

async function annInStaff(): Promise<{ ann: UserId; staff: GroupId }> {
  const ann = await world.createUser('ann');
  const staff = await world.createGroup('staff', [ann]);
  await world.settle();
  await world.untilQuiet();
  world.confluence.calls.length = 0;
  world.log.length = 0;
  return { ann, staff };
}

describe('decision 24: an account that is not seen yet', () => {
  it('made by a worker that died then: its own `creating` survives each 409 and the account is found for our own', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const dying = world.deliver();
    const create = await held;
    create.timeOut();
    await dying;
    create.land();
    world.confluence.lie(/^findAccount/, undefined, 5);
    await world.pass(180_000);
    expect(await ownerOf('user', 'ann')).toMatchObject({ id: ann, creating: true });
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', marker: 'pending' });
    await comeBack();
    expect(await world.user(ann)).toMatchObject({ boundAt: expect.any(String) });
    expect(await world.user(ann)).not.toHaveProperty('marker');
    expect([...world.confluence.accounts.keys()]).toEqual(['ann']);
    expect(world.records('change.parked')).toEqual([]);
    expect(settlings()).not.toEqual([]);
  });

  it.each(['user', 'group'] as const)(
    'a %s whose change had waited for longer than that, in a pause: it counts from the creation',
    async (type) => {
      const name = 'ann';
      const id = type === 'user' ? await world.createUser(name) : await world.createGroup(name);
      const find = () => (type === 'user' ? world.user(id as UserId) : world.group(id as GroupId));
      world.clock.now += 2 * SETTLES_MS;
      const held = world.confluence.hold(/^create/);
      const dying = world.deliver();
      const create = await held;
      create.timeOut();
      await dying;
      create.land();
      if (type === 'user') world.confluence.lie(/^findAccount/, undefined, 5);
      else world.confluence.lie(/^groupExists/, false, 5);
      await world.pass(180_000);
      await comeBack();
      expect(world.records('change.parked')).toEqual([]);
      expect(await find()).toMatchObject({ boundAt: expect.any(String) });
      expect(await find()).not.toHaveProperty('marker');
      expect(await ownerOf(type, name)).not.toHaveProperty('creatingSince');
      expect(settlings()).not.toEqual([]);
    },
  );

  it('somebody else’s is never taken over: each refused attempt gives owner and binding back, and parks as taken after the time', async () => {
    world.confluence.accounts.set('ann', { fullName: 'by hand', active: true });
    world.confluence.lie(/^findAccount/, undefined, Number.POSITIVE_INFINITY);
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await ownerOf('user', 'ann')).toBeUndefined();
    expect(await world.user(ann)).toMatchObject({ marker: 'pending' });
    expect(await world.user(ann)).not.toHaveProperty('boundName');
    for (const minutes of [2, 4]) await later(minutes);
    expect(world.records('change.parked')).toEqual([]);
    await later(8);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'taken', parkedReason: expect.stringContaining('ann') });
    expect(await ownerOf('user', 'ann')).toBeUndefined();
    expect(account('ann')).toEqual({ fullName: 'by hand', active: true });
    // At once, and at the sweep's 2, 6 and 14 minutes, two creations each: nothing runs hot.
    expect(times(/^createAccount/)).toBe(8);
    expect(world.confluence.forgotten).toContain('ann');
  });

  it('a 409 without a look that finds it parks at once where every call sees all before it', async () => {
    world.confluence.settlesWithinMs = 0;
    world.confluence.accounts.set('ann', { fullName: 'by hand', active: true });
    world.confluence.lie(/^findAccount/, undefined, Number.POSITIVE_INFINITY);
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'taken' });
    expect(times(/^createAccount/)).toBe(2);
  });

  it('one that was made a moment ago is not made again, whatever the look says', async () => {
    const { ann } = await annInStaff();
    world.confluence.lie(/^findAccount/, undefined, 2);
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await comeBack();
    expect(times(/^createAccount/)).toBe(0);
    expect(account('ann')).toMatchObject({ fullName: 'Ann Other' });
  });

  it('one that was deleted by hand long ago is made again at once', async () => {
    const { ann } = await annInStaff();
    world.clock.now += SETTLES_MS;
    world.confluence.accounts.delete('ann');
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await world.settle();
    expect(account('ann')).toMatchObject({ fullName: 'Ann Other', active: true });
  });

  it('a deactivation is not believed done by a 404 to look and call while the account may come', async () => {
    const { ann } = await annInStaff();
    world.confluence.lie(/^findAccount/, undefined, 4);
    world.confluence.fail(/^disableAccount/, 'not-found', 4);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ marker: 'pending' });
    await comeBack();
    expect(account('ann')).toMatchObject({ active: false });
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });

  it('nor a deletion; after the time the two 404 are believed, as ever', async () => {
    const { ann } = await annInStaff();
    world.confluence.accounts.delete('ann');
    await world.deleteUser(ann);
    await comeBack();
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone', marker: 'pending' });
    for (const minutes of [4, 8, 60]) await later(minutes);
    expect(await world.user(ann)).toBeUndefined();
    expect(world.records('change.parked')).toEqual([]);
  });
});

describe('decision 24: a membership whose account or group is not seen yet', () => {
  it('is tried again in seconds by the message that names it, and nothing is looked for or made again', async () => {
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff');
    await world.settle();
    world.confluence.calls.length = 0;
    world.confluence.fail(/^addMember/, 'not-found', 4);
    await world.changeMembers(staff, { add: [ann] });
    await world.settle();
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'pending' });
    await comeBack(20);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
    expect(times(/^(create|find|groupExists)/)).toBe(0);
    expect(settlings().map(({ subject }) => subject.type)).toContain('membership');
  });

  it('is left to the sweep after five receives: nothing runs hot', async () => {
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff');
    await world.settle();
    world.confluence.fail(/^addMember/, 'not-found', 14);
    await world.changeMembers(staff, { add: [ann] });
    await comeBack(100);
    expect(times(/^addMember/)).toBe(10);
    for (const minutes of [2, 4, 8, 16]) await later(minutes);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('a removal is not believed done by two 404', async () => {
    const { ann, staff } = await annInStaff();
    world.confluence.fail(/^removeMember/, 'not-found', 2);
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect(await world.member(staff, ann)).toMatchObject({ wanted: 'absent', marker: 'pending' });
    await comeBack(10);
    expect(world.confluence.member('staff', 'ann')).toBe(false);
    expect(await world.member(staff, ann)).toBeUndefined();
  });

  it('of an account that is gone for good is believed after the time, and the account is made again', async () => {
    const { ann, staff } = await annInStaff();
    world.clock.now += SETTLES_MS;
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    world.confluence.accounts.delete('ann');
    await world.changeMembers(staff, { add: [ann] });
    for (const minutes of [2, 4, 8, 16]) await later(minutes);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('holds up nobody who is to be taken out', async () => {
    const { ann, staff } = await annInStaff();
    const bob = await world.createUser('bob');
    await world.settle();
    world.confluence.fail(/^addMember staff bob/, 'not-found', 10);
    await world.changeMembers(staff, { add: [bob], remove: [ann] });
    await world.deliver();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
  });
});

describe('decision 24: a group that is not seen yet', () => {
  it('made by a worker that died then: found for our own, and its members come', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    const staff = await world.createGroup('staff', [ann]);
    const held = world.confluence.hold(/^createGroup/);
    const dying = world.deliver();
    const create = await held;
    create.timeOut();
    await dying;
    create.land();
    world.confluence.lie(/^groupExists/, false, 5);
    await world.pass(180_000);
    expect(await ownerOf('group', 'staff')).toMatchObject({ id: staff, creating: true });
    await comeBack();
    await world.untilQuiet();
    expect([...(world.confluence.groups.get('staff') ?? [])]).toEqual(['ann']);
    expect(world.records('change.parked')).toEqual([]);
  });

  it('of somebody else parks as taken after the time, without an endless 409', async () => {
    world.confluence.groups.set('staff', new Set(['by-hand']));
    world.confluence.lie(/^groupExists/, false, Number.POSITIVE_INFINITY);
    const staff = await world.createGroup('staff');
    await comeBack(100);
    expect(await world.group(staff)).toMatchObject({ marker: 'pending' });
    for (const minutes of [2, 4, 8]) await later(minutes);
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'taken', parkedReason: expect.stringContaining('staff') });
    expect(await ownerOf('group', 'staff')).toBeUndefined();
    expect(times(/^createGroup/)).toBe(16);
  });

  it('one that was made a moment ago is not made again, and a removal from it does not wait for that', async () => {
    const { ann, staff } = await annInStaff();
    world.confluence.lie(/^groupExists/, false, 1);
    await world.renameGroup(staff, 'Staff of all');
    await world.changeMembers(staff, { remove: [ann] });
    await world.deliver();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
    await comeBack();
    expect(times(/^createGroup/)).toBe(0);
    expect(await world.group(staff)).not.toHaveProperty('marker');
  });
});

describe('what is kept to find an account again', () => {
  it('is forgotten when a deleted user is purged, after the last call', async () => {
    const { ann } = await annInStaff();
    await world.deleteUser(ann);
    await later(30);
    expect(world.confluence.forgotten).toEqual([]);
    await later(31);
    expect(await world.user(ann)).toBeUndefined();
    expect(world.confluence.forgotten).toEqual(['ann']);
    expect(account('ann')).toMatchObject({ active: false });
  });

  it('stays when the same person was created again meanwhile', async () => {
    const { ann } = await annInStaff();
    await world.deleteUser(ann);
    await world.settle();
    await world.createUser('ann');
    await later(61);
    expect(await world.user(ann)).toBeUndefined();
    expect(world.confluence.forgotten).toEqual([]);
    expect(account('ann')).toMatchObject({ active: true });
  });
});
