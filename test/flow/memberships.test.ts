import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '../../shared/directory/ids.ts';
import { keys } from '../../shared/directory/keys.ts';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const membersOf = (group: string) => [...(world.confluence.groups.get(group) ?? [])].sort();

/** Users ann and bob with accounts, and the group staff with ann in it. */
async function staffed() {
  const ann = await world.createUser('ann');
  const bob = await world.createUser('bob');
  const staff = await world.createGroup('staff', [ann]);
  await world.settle();
  world.confluence.calls.length = 0;
  return { ann, bob, staff };
}

/** Users with accounts, put there as the worker leaves them: a change of more than 48 members goes by a layer. */
const manyUsers = (count: number): Promise<UserId[]> => world.seedUsers(count);

describe('DELIVERY §3.1 a small change', () => {
  it('costs calls for the changed members only', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    await world.settle();
    expect(world.confluence.calls).toEqual(['addMember staff bob']);
  });

  it('a late “add member” after the IdP removed the member does not stay', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const held = world.confluence.hold(/^addMember staff bob/);
    const slow = world.deliver();
    const add = await held;
    await world.changeMembers(staff, { remove: [bob] });
    add.timeOut();
    await slow;
    expect(world.queue.receivable()).toEqual([]);
    add.land();
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
    await world.pass(VISIBILITY_MS);
    expect(membersOf('staff')).toEqual(['ann']);
    expect(await world.member(staff, bob)).toBeUndefined();
  });

  it('an “add member” that is answered after the IdP removed the member is taken back, also when the bell is lost', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const held = world.confluence.hold(/^addMember staff bob/);
    const slow = world.deliver();
    const add = await held;
    await world.changeMembers(staff, { remove: [bob] }, { sends: false });
    add.proceed();
    await slow;
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann']);
  });
});

describe('DELIVERY §3.4 the order of work', () => {
  it('removals are applied before additions', async () => {
    const { ann, bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] }, { sends: false });
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect(world.confluence.writes).toEqual(['removeMember staff ann', 'addMember staff bob']);
  });

  it('a layer’s removals are applied before its additions', async () => {
    const { staff } = await staffed();
    await world.changeMembers(staff, { replaces: true, add: await manyUsers(60) });
    expect((await world.group(staff))?.layers).toHaveLength(1);
    await world.settle();
    expect(world.confluence.writes[0]).toBe('removeMember staff ann');
    expect(world.confluence.writes).toHaveLength(61);
  });

  it('a slice that is over goes on by a new message', async () => {
    await world.close();
    world = await startWorld({ sliceMs: 5_000 });
    const staff = await world.createGroup('staff', await manyUsers(10));
    // Each call takes two seconds of the clock.
    world.confluence.slow(/^addMember/, () => {
      world.clock.now += 2_000;
    });
    await world.settle();
    expect(membersOf('staff')).toHaveLength(10);
    const reasons = world.queue.acknowledged.filter(({ change }) => change.resource.id === staff).map(({ change }) => change.reason);
    expect(reasons.filter((reason) => reason === 'continuation').length).toBeGreaterThanOrEqual(3);
    expect(await world.group(staff)).not.toHaveProperty('marker');
  });

  it('a removal that arrives during a long slice is the next thing done', async () => {
    await world.close();
    world = await startWorld({ sliceMs: 3_000 });
    const users = await manyUsers(8);
    const staff = await world.createGroup('staff', users.slice(0, 1));
    await world.settle();
    world.confluence.calls.length = 0;
    world.confluence.slow(/^addMember/, () => {
      world.clock.now += 2_000;
    });
    await world.changeMembers(staff, { add: users.slice(1) });
    await world.deliver();
    const before = world.confluence.writes.length;
    await world.changeMembers(staff, { remove: users.slice(0, 1) }, { sends: false });
    await world.settle();
    expect(world.confluence.writes[before]).toBe('removeMember staff user000');
    expect(membersOf('staff')).toHaveLength(7);
  });
});

describe('DELIVERY §3.5 a large change', () => {
  it('is expanded into member items and applied; chunks and layer go', async () => {
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff', users);
    expect((await world.group(staff))?.layers).toHaveLength(1);
    await world.settle();
    expect(membersOf('staff')).toHaveLength(60);
    expect((await world.group(staff))?.layers).toEqual([]);
    expect(await world.group(staff)).not.toHaveProperty('marker');
    const chunks = await world.table.query({ pk: keys.group(world.connection.id, staff).pk, beginsWith: 'LAYER#' });
    expect(chunks.items).toEqual([]);
    const expanding = await world.table.get(keys.expanding(world.connection.id, staff));
    expect(expanding).toBeUndefined();
  });

  it('writes only what differs', async () => {
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff', users);
    await world.settle();
    world.confluence.calls.length = 0;
    await world.changeMembers(staff, { replaces: true, add: users.slice(1) });
    await world.settle();
    expect(world.confluence.writes).toEqual(['removeMember staff user000']);
  });

  it('goes on where a dead worker stopped', async () => {
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff', users);
    const held = world.confluence.hold(/^addMember/);
    void world.deliver();
    const stuck = await held;
    // The worker dies with its call under way; its message comes back after its full visibility.
    const message = world.queue.messages.find(({ inFlight }) => inFlight);
    if (message) message.inFlight = false;
    world.clock.now += VISIBILITY_MS;
    stuck.land();
    await world.untilQuiet();
    expect(membersOf('staff')).toHaveLength(60);
    expect(await world.member(staff, users[0] as UserId)).not.toHaveProperty('marker');
  });

  it('a small change that comes during the expansion outranks the layer', async () => {
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff');
    await world.settle();
    await world.changeMembers(staff, { add: users }, { sends: false });
    await world.changeMembers(staff, { remove: users.slice(0, 2) });
    await world.settle();
    expect(membersOf('staff')).toHaveLength(58);
  });

  it('a layer that the header no longer lists is not written', async () => {
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff', users);
    const header = await world.group(staff);
    const layers = header && (await world.delivery.layers.contents(header));
    const [layer] = layers ?? [];
    if (!header || !layer) throw new Error('no layer');
    await world.changeMembers(staff, { replaces: true, add: [] });
    expect((await world.group(staff))?.layers).not.toContainEqual(expect.objectContaining({ id: layer.id }));
    expect(await world.delivery.layers.expand(header, layer, users.slice(0, 48), 'present')).toBeUndefined();
    expect(await world.member(staff, users[0] as UserId)).toBeUndefined();
    await world.settle();
    expect(membersOf('staff')).toEqual([]);
  });

  it('an absent word for an absent item is not written', async () => {
    const { ann, staff } = await staffed();
    await world.changeMembers(staff, { replaces: true, add: await manyUsers(60) }, { sends: false });
    const carl = await world.createUser('carl');
    const header = await world.group(staff);
    const [layer] = (header && (await world.delivery.layers.contents(header))) ?? [];
    if (!header || !layer) throw new Error('no layer');
    expect(await world.delivery.layers.expand(header, layer, [ann, carl], 'absent')).toEqual([ann]);
    expect(await world.member(staff, carl)).toBeUndefined();
  });

  it('deletes chunks that no header lists once they are an hour old', async () => {
    const { staff } = await staffed();
    const users = await manyUsers(70);
    const orphan = { ...keys.layerChunk(world.connection.id, staff, randomUUID(), 0), v: 1, type: 'layer' };
    const none = new Uint8Array();
    const created = new Date(world.clock.now).toISOString();
    await world.table.transact([{ put: { ...orphan, add: none, remove: none, created } }]);
    await world.changeMembers(staff, { replaces: true, add: users.slice(0, 60) });
    await world.settle();
    expect(await world.table.get(orphan)).toBeDefined();
    world.clock.now += 3_600_001;
    await world.changeMembers(staff, { remove: users.slice(0, 60), add: users.slice(60) });
    await world.settle();
    expect(await world.table.get(orphan)).toBeUndefined();
  });

  it('keeps an absent item while the header lists a layer, and deletes it afterwards', async () => {
    const { ann, staff } = await staffed();
    const users = await manyUsers(60);
    await world.changeMembers(staff, { add: users }, { sends: false });
    await world.changeMembers(staff, { remove: [ann] });
    const held = world.confluence.hold(/^addMember staff user000/);
    const slow = world.deliver();
    const add = await held;
    expect(membersOf('staff')).not.toContain('ann');
    add.proceed();
    await slow;
    await world.settle();
    expect(await world.member(staff, ann)).toBeUndefined();
    expect(await world.table.get(keys.memberOf(world.connection.id, ann, staff))).toBeUndefined();
  });
});

describe('DELIVERY §3.6 nothing is applied from a layer', () => {
  it('a newer layer’s word is written into the item before it is applied', async () => {
    const { ann, staff } = await staffed();
    await world.changeMembers(staff, { remove: [ann] }, { sends: false });
    await world.changeMembers(staff, { replaces: true, add: [ann, ...(await manyUsers(60))] });
    await world.settle();
    // The pending removal is older than the layer, which wants ann: she is never taken out.
    expect(world.confluence.writes).not.toContain('removeMember staff ann');
    expect(membersOf('staff')).toContain('ann');
  });
});

describe('DELIVERY §3.7 applying one membership', () => {
  it('a group re-created under its old name does not lose a member to the old group’s late removal', async () => {
    const { ann, staff } = await staffed();
    await world.deleteGroup(staff, { sends: false });
    const again = await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
    expect(await world.group(staff)).toBeUndefined();
    expect(await world.member(again, ann)).not.toHaveProperty('marker');
  });

  it('also when the removal’s call lands late', async () => {
    const { ann, staff } = await staffed();
    await world.deleteGroup(staff);
    const held = world.confluence.hold(/^removeMember/);
    const slow = world.deliver();
    const removal = await held;
    await world.createGroup('staff', [ann]);
    removal.timeOut();
    await slow;
    expect(world.queue.receivable()).toEqual([]);
    removal.land();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('removes who is in the old group and not in the new one', async () => {
    const { ann, bob, staff } = await staffed();
    await world.deleteGroup(staff, { sends: false });
    await world.createGroup('staff', [bob]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['bob']);
    expect(await world.member(staff, ann)).toBeUndefined();
  });

  it('a wish that only a layer holds does not count for a hand-over', async () => {
    const { ann, staff } = await staffed();
    await world.deleteGroup(staff, { sends: false });
    const again = await world.createGroup('staff');
    await world.deliver();
    await world.changeMembers(again, { replaces: true, add: [ann, ...(await manyUsers(60))] }, { sends: false });
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    if (!read) throw new Error('no membership');
    expect(await world.member(again, ann)).toBeUndefined();
    expect(await world.delivery.memberships.successor(read, 'staff', 'ann')).toBeUndefined();
    await world.untilQuiet();
    expect(membersOf('staff')).toContain('ann');
  });

  it('the hand-over checks the successor’s own item in its transaction', async () => {
    const { ann, staff } = await staffed();
    await world.deleteGroup(staff, { sends: false });
    const again = await world.createGroup('staff', [ann]);
    await world.deliver(world.queue.messages.find(({ change }) => change.resource.id === again));
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    const successor = read && (await world.delivery.memberships.successor(read, 'staff', 'ann'));
    if (!read || !successor) throw new Error('no successor');
    await world.changeMembers(again, { remove: [ann] });
    expect(await world.delivery.memberships.handOver(read, [successor])).toBe(false);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
  });

  it('no call is made for a user who never had an account', async () => {
    const { staff } = await staffed();
    const carl = await world.createUser('carl', { active: false });
    await world.changeMembers(staff, { add: [carl] });
    await world.settle();
    await world.changeMembers(staff, { remove: [carl] });
    await world.settle();
    expect(world.confluence.writes).toEqual([]);
    expect(await world.member(staff, carl)).toBeUndefined();
  });

  it('waiting is not written for a user who got an account meanwhile', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const read = await world.delivery.memberships.read(world.connection.id, staff, bob);
    if (!read) throw new Error('no membership');
    expect(await world.delivery.memberships.waitForUser(read)).toBe(false);
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
  });

  it('a failed clear puts the marker back with a new token; a missing item comes back as absent at the revision applied', async () => {
    const { ann, staff } = await staffed();
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    if (!read) throw new Error('no membership');
    await world.table.transact([
      { delete: keys.member(world.connection.id, staff, ann) },
      { delete: keys.memberOf(world.connection.id, ann, staff) },
    ]);
    expect(await world.delivery.memberships.clear(read, 'present')).toBe(false);
    await world.delivery.memberships.putBack(read);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'pending', wanted: 'absent', revision: read.member.revision });
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
  });

  it('two workers at once, since someone purged the message in flight: the slow one’s “add member” does not stay', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const held = world.confluence.hold(/^addMember staff bob/);
    const slow = world.deliver();
    const add = await held;
    world.queue.lose(({ inFlight }) => inFlight);
    await world.changeMembers(staff, { remove: [bob] });
    await world.settle();
    expect(await world.member(staff, bob)).toBeUndefined();
    add.proceed();
    await slow;
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('two workers at once: the slow one’s removal does not stay either', async () => {
    const { ann, staff } = await staffed();
    await world.changeMembers(staff, { remove: [ann] });
    const held = world.confluence.hold(/^removeMember staff ann/);
    const slow = world.deliver();
    const removal = await held;
    world.queue.lose(({ inFlight }) => inFlight);
    await world.changeMembers(staff, { add: [ann] });
    await world.settle();
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
    removal.proceed();
    await slow;
    expect(membersOf('staff')).toEqual([]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it.each(['deleted', 'changed by a layer'])('a clear fails when the header was %s since it was read', async (how) => {
    const { ann, staff } = await staffed();
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    if (!read) throw new Error('no membership');
    if (how === 'deleted') await world.deleteGroup(staff);
    else await world.changeMembers(staff, { add: await manyUsers(60) });
    expect(await world.delivery.memberships.clear(read, 'present')).toBe(false);
    expect(await world.delivery.memberships.clear(read, 'absent')).toBe(false);
  });

  it('a clear fails when the user was deleted since it was read', async () => {
    const { ann, staff } = await staffed();
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    if (!read) throw new Error('no membership');
    await world.deleteUser(ann);
    expect(await world.delivery.memberships.clear(read, 'present')).toBe(false);
  });

  it('a user deleted while the call is under way is taken out again', async () => {
    const { ann, bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const held = world.confluence.hold(/^addMember staff bob/);
    const slow = world.deliver();
    const add = await held;
    await world.deleteUser(bob, { sends: false });
    add.proceed();
    await slow;
    expect(await world.member(staff, bob)).toMatchObject({ marker: 'pending' });
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
    expect(ann).toBeDefined();
  });

  it('a group deleted while the call is under way is emptied', async () => {
    const { bob, staff } = await staffed();
    await world.changeMembers(staff, { add: [bob] });
    const held = world.confluence.hold(/^addMember staff bob/);
    const slow = world.deliver();
    const add = await held;
    await world.deleteGroup(staff, { sends: false });
    add.proceed();
    await slow;
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('a 404 to a removal is not believed once', async () => {
    const { ann, staff } = await staffed();
    world.confluence.fail(/^removeMember/, 'not-found');
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect(membersOf('staff')).toEqual([]);
  });
});

describe('DELIVERY §3.8 deleting', () => {
  it('a user: every membership is taken away', async () => {
    const ann = await world.createUser('ann');
    for (const name of ['one', 'two', 'three']) await world.createGroup(name, [ann]);
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    for (const name of ['one', 'two', 'three']) expect(membersOf(name)).toEqual([]);
  });

  it('a user, created again at once: the new user’s memberships stay', async () => {
    const { ann, staff } = await staffed();
    await world.deleteUser(ann);
    const again = await world.createUser('ann');
    await world.changeMembers(staff, { add: [again] });
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
    expect(await world.member(staff, ann)).toBeUndefined();
    expect(await world.member(staff, again)).not.toHaveProperty('marker');
  });

  it('a group: its tombstone stays while a member is left', async () => {
    const { staff } = await staffed();
    world.confluence.fail(/^removeMember/, 'server-error');
    await world.deleteGroup(staff);
    await world.settle();
    expect(await world.group(staff)).toMatchObject({ state: 'tombstone', marker: 'pending' });
    await world.untilQuiet();
    expect(await world.group(staff)).toBeUndefined();
    expect(membersOf('staff')).toEqual([]);
  });

  it('a group that waits for the name gets it from the tombstone, never from a live one', async () => {
    const second = await world.connect('second');
    const { staff } = await staffed();
    const theirs = await world.createGroup('staff', [], { connection: second });
    await world.settle();
    expect(await world.group(theirs, second)).toMatchObject({ parkedCode: 'owned' });
    await world.deleteGroup(staff);
    await world.settle();
    expect(await world.group(theirs, second)).toMatchObject({ boundName: 'staff' });
    expect(await world.group(theirs, second)).not.toHaveProperty('parkedCode');
  });
});

describe('DELIVERY §3.9 a membership that fails', () => {
  it('leaves its marker to the sweep and the slice goes on', async () => {
    const { bob, staff } = await staffed();
    const carl = await world.createUser('carl');
    await world.settle();
    world.confluence.fail(/^addMember staff bob/, 'bad-request', 2);
    await world.changeMembers(staff, { add: [bob, carl] });
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann', 'carl']);
    expect(await world.member(staff, bob)).toHaveProperty('marker', 'pending');
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann', 'bob', 'carl']);
  });

  it('those that fail for good do not hold up the others of their group', async () => {
    await world.close();
    world = await startWorld({ sliceMs: 1_000 });
    const users = await manyUsers(60);
    world.confluence.fail(/^addMember staff user0[0-3]/, 'bad-request', 10_000);
    world.confluence.slow(/^addMember/, () => {
      world.clock.now += 100;
    });
    await world.createGroup('staff', users);
    await world.settle();
    await world.untilPassed(10);
    expect(membersOf('staff')).toHaveLength(20);
    world.confluence.heal();
    await world.untilQuiet();
    expect(membersOf('staff')).toHaveLength(60);
  });

  it('a failure of the whole target is retried through the message', async () => {
    const { bob, staff } = await staffed();
    world.confluence.fail(/^addMember/, 'rate-limited');
    await world.changeMembers(staff, { add: [bob] });
    await world.deliver();
    expect(world.queue.messages).toHaveLength(1);
    await world.pass(60_000);
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
  });
});

describe('a parked group', () => {
  it('its memberships wait, out of the sweep’s sight, until it is in the target', async () => {
    world.confluence.groups.set('staff', new Set(['by-hand']));
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'foreign' });
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
    expect(membersOf('staff')).toEqual(['by-hand']);
    world.confluence.groups.delete('staff');
    await world.renameGroup(staff, 'Staff');
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('large changes are expanded all the same: the IdP is not refused for them', async () => {
    world.confluence.groups.set('staff', new Set());
    const users = await manyUsers(60);
    const staff = await world.createGroup('staff', users);
    await world.settle();
    expect((await world.group(staff))?.layers).toEqual([]);
    expect(membersOf('staff')).toEqual([]);
  });

  it('a protected group is never touched, neither for adding nor for removing', async () => {
    world.confluence.groups.set('confluence-administrators', new Set(['admin']));
    const ann = await world.createUser('ann');
    const admins = await world.createGroup('Confluence-Administrators', [ann]);
    await world.settle();
    expect(await world.group(admins)).toMatchObject({ parkedCode: 'protected' });
    await world.changeMembers(admins, { remove: [ann] });
    await world.settle();
    await world.deleteGroup(admins);
    await world.settle();
    expect(world.confluence.writes).toEqual(['createAccount ann']);
  });

  it('a protected account is never touched', async () => {
    world.confluence.accounts.set('service', { fullName: 'Service', active: true });
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'user-name' }, protected: { accounts: ['Root'] } } });
    world.confluence.accounts.set('service', { fullName: 'Service', active: true });
    world.confluence.accounts.set('root', { fullName: 'Root', active: true });
    const users = [await world.createUser('Service'), await world.createUser('root')];
    const staff = await world.createGroup('staff', users);
    await world.settle();
    for (const user of users) {
      expect(await world.user(user)).toMatchObject({ parkedCode: 'protected' });
      await world.deleteUser(user);
    }
    await world.settle();
    expect(staff).toBeDefined();
    expect(world.confluence.writes).toEqual(['createGroup staff']);
  });

  it('a group’s new name is told, never parked, and the members go on under the bound name', async () => {
    const { bob, staff } = await staffed();
    await world.renameGroup(staff, 'crew');
    await world.changeMembers(staff, { add: [bob] });
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
    expect(world.confluence.groups.has('crew')).toBe(false);
    expect(world.records('change.unsupported')).toMatchObject([{ what: expect.stringContaining('rename of group staff') }]);
  });
});
