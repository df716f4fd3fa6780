import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import { messageGroupOf } from '../../shared/changes/change.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { changeSettings } from './change-settings.ts';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

const off = { brake: { enabled: false } };
const map = (names: Record<string, string[]>) => ({ mapping: 'map' as const, map: names });
const membersOf = (group: string) => [...(world.confluence.groups.get(group) ?? [])].sort();
const lockOf = (name: string) => messageGroupOf(world.connection.target.id, 'group', name);
const ownerOf = (name: string) => world.delivery.resources.owner(world.connection.target.id, 'group', name);
const settings = (groups: SettingsChange['groups'], ...ids: GroupId[]) => changeSettings(world, { ...off, ...(groups && { groups }) }, ids);

async function staffed(
  groups: SettingsChange['groups'],
  more: { sliceMs?: number } = {},
): Promise<{ ann: UserId; bob: UserId; staff: GroupId }> {
  world = await startWorld({ ...more, settings: { ...off, ...(groups && { groups }) } });
  const ann = await world.createUser('ann');
  const bob = await world.createUser('bob');
  const staff = await world.createGroup('staff', [ann, bob]);
  await world.settle();
  await world.untilQuiet();
  world.confluence.calls.length = 0;
  return { ann, bob, staff };
}

describe('decision 15: a member whose account is protected', () => {
  it('stays where they are, and does not keep the name from another group', async () => {
    const { ann, bob, staff } = await staffed(map({ staff: ['crew'] }));
    const next = { ...map({ staff: ['team'], sales: ['crew'] }) };
    await changeSettings(world, { ...off, groups: next, protected: { accounts: ['Ann'] } }, [staff]);
    const sales = await world.createGroup('sales', [bob]);
    await world.settle();
    await world.untilPassed(10);
    expect(membersOf('team')).toEqual(['bob']);
    expect(membersOf('crew')).toEqual(['ann', 'bob']);
    expect(await world.group(staff)).toMatchObject({ boundName: 'team', retiring: [] });
    expect(await world.group(sales)).toMatchObject({ boundName: 'crew' });
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'pending' });
  });
});

describe('decision 15: names that the settings add', () => {
  it('every membership is applied to the new name, and nothing is called for the old one but what repeats itself', async () => {
    const { staff } = await staffed(map({ staff: ['crew'] }));
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(world.confluence.writes.filter((call) => call.startsWith('removeMember'))).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', alsoBound: ['everyone'] });
  });

  it('a name is bound before the first call for it', async () => {
    const { staff } = await staffed(map({ staff: ['crew'] }));
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    const held = world.confluence.hold(/^createGroup everyone/);
    const slow = world.deliver();
    const create = await held;
    expect(await ownerOf('everyone')).toMatchObject({ id: staff, creating: true, live: true });
    expect(await world.group(staff)).toMatchObject({ alsoBound: ['everyone'] });
    create.proceed();
    await slow;
    await world.settle();
    expect(await ownerOf('everyone')).toMatchObject({ creating: false });
  });

  it('a 409 to the attempt that wrote the owner is not ours: the name is given back, and the map then links it', async () => {
    const { staff } = await staffed(map({ staff: ['crew'] }));
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    const held = world.confluence.hold(/^createGroup everyone/);
    const slow = world.deliver();
    const create = await held;
    world.confluence.groups.set('everyone', new Set(['by-hand']));
    create.proceed();
    await slow;
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual(['ann', 'bob', 'by-hand']);
    expect(world.records('change.planned').flatMap(({ actions }) => actions)).toContain('link');
  });

  it('a create without an answer that lands late is found and taken for our own', async () => {
    const { staff } = await staffed(map({ staff: ['crew'] }));
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    const held = world.confluence.hold(/^createGroup everyone/);
    const slow = world.deliver();
    const create = await held;
    create.timeOut();
    await slow;
    create.land();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual(['ann', 'bob']);
    expect(await world.group(staff)).not.toHaveProperty('parkedCode');
  });

  it('goes on slice by slice where it stopped, and a lost message costs only time', async () => {
    world = await startWorld({ settings: { ...off, groups: map({ staff: ['crew'] }) }, sliceMs: 1_000 });
    const users = await world.seedUsers(30);
    const staff = await world.createGroup('staff', users);
    await world.settle();
    await world.untilQuiet();
    world.confluence.slow(/^addMember/, () => {
      world.clock.now += 100;
    });
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    await world.deliver();
    expect(membersOf('everyone').length).toBeLessThan(30);
    world.queue.lose(() => true);
    await world.untilQuiet();
    expect(membersOf('everyone')).toHaveLength(30);
  });
});

describe('decision 15: names that the settings no longer give', () => {
  it('the members that were put there are taken out, those by hand stay, and the name is free', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    world.confluence.groups.get('everyone')?.add('by-hand');
    await settings(map({ staff: ['crew'] }), staff);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([['ann', 'bob'], ['by-hand']]);
    expect(await ownerOf('everyone')).toMatchObject({ free: true, live: false });
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', alsoBound: [], retiring: [] });
  });

  it('when the first name goes, the lock moves to the next in the transaction that drops it', async () => {
    const { bob, staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await settings(map({ staff: ['everyone'] }), staff);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([[], ['ann', 'bob']]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'everyone', alsoBound: [] });
    await world.changeMembers(staff, { remove: [bob] });
    expect(world.queue.messages.map(({ group }) => group)).toEqual([lockOf('everyone')]);
    await world.settle();
    expect(membersOf('everyone')).toEqual(['ann']);
  });

  it('a message sent to the old lock is forwarded, and makes no call', async () => {
    const { bob, staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await settings(map({ staff: ['everyone'] }), staff);
    await world.changeMembers(staff, { remove: [bob] });
    const [stale] = world.queue.messages.filter(({ change }) => change.reason === 'change');
    if (!stale) throw new Error('no message');
    await world.settle();
    await world.untilQuiet();
    await world.queue.send(stale.group, stale.change);
    const before = world.confluence.calls.length;
    await world.deliver();
    expect(world.confluence.calls).toHaveLength(before);
    expect(world.queue.messages.map(({ group }) => group)).toEqual([lockOf('everyone')]);
  });

  it('a removal that fails keeps the name until it went through, and nothing is parked before', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    world.confluence.fail(/^removeMember everyone bob/, 'server-error', 2);
    await settings(map({ staff: ['crew', 'illegal/name'] }), staff);
    await world.settle();
    expect(membersOf('everyone')).toEqual(['bob']);
    expect(await world.group(staff)).toMatchObject({ retiring: ['everyone'], marker: 'pending' });
    expect(await world.group(staff)).not.toHaveProperty('parkedCode');
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ retiring: [], parkedCode: 'illegal-name' });
  });

  it('a new name that can’t be made now does not hold up who is to be taken out', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    world.confluence.fail(/^createGroup squad/, 'server-error');
    await settings(map({ staff: ['crew', 'squad'] }), staff);
    await world.settle();
    expect(membersOf('everyone')).toEqual([]);
    await world.untilQuiet();
    expect(membersOf('squad')).toEqual(['ann', 'bob']);
  });

  it('a membership that was read before the names changed is not cleared after it', async () => {
    const { ann, staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    const read = await world.delivery.memberships.read(world.connection.id, staff, ann);
    const group = await world.group(staff);
    if (!read || !group) throw new Error('no membership');
    expect(await world.delivery.groupNames.settle(group, { alsoBound: [], retiring: ['everyone'] })).toBe(true);
    expect(await world.delivery.memberships.clear(read, 'present')).toBe(false);
    expect(await world.delivery.groupNames.settle(group, { alsoBound: ['everyone'], retiring: [] })).toBe(false);
  });

  it('a name that is given again before it was lost is kept, and its members come back', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    world.confluence.fail(/^removeMember everyone bob/, 'server-error');
    await settings(map({ staff: ['crew'] }), staff);
    await world.settle();
    expect(membersOf('everyone')).toEqual(['bob']);
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual(['ann', 'bob']);
    expect(await world.group(staff)).toMatchObject({ alsoBound: ['everyone'], retiring: [] });
  });

  it('two groups that exchange their names both get them', async () => {
    const { staff } = await staffed(map({ staff: ['one'], team: ['two'] }));
    const carl = await world.createUser('carl');
    const team = await world.createGroup('team', [carl]);
    await world.settle();
    await settings(map({ staff: ['two'], team: ['one'] }), staff, team);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('one'), membersOf('two')]).toEqual([['carl'], ['ann', 'bob']]);
    for (const id of [staff, team]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
  });

  it('a protected group is not emptied: the name is lost as it is', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await changeSettings(world, { ...off, groups: map({ staff: ['crew'] }), protected: { groups: ['Everyone'] } }, [staff]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual(['ann', 'bob']);
    expect(world.confluence.writes.filter((call) => call.includes('everyone'))).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', retiring: [] });
  });

  it('removals go through the brake: what it holds keeps the name, and a release gives it up', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await changeSettings(world, { brake: { share: 0, atLeast: 1 }, groups: map({ staff: ['crew'] }) }, [staff]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('everyone')).toHaveLength(1);
    expect(await world.group(staff)).toMatchObject({ retiring: ['everyone'], marker: 'held' });
    expect(await ownerOf('everyone')).toMatchObject({ live: true });
    const held = dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
    await releaseHeld({ brake: world.delivery.brake, heldChanges: held, queue: world.queue }, world.connection.id, 'held', 'release');
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ retiring: [] });
    expect(await world.group(staff)).not.toHaveProperty('marker');
  });

  it('a user created again under the account of one who was deleted stays in all the names', async () => {
    const { ann, staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await world.deleteUser(ann, { sends: false });
    const again = await world.createUser('ann');
    await world.changeMembers(staff, { add: [again] });
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(world.confluence.writes.filter((call) => call.startsWith('removeMember'))).toEqual([]);
    expect(await world.member(staff, ann)).toBeUndefined();
  });

  it('a group deleted while it loses a name is emptied everywhere', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    world.confluence.fail(/^removeMember everyone/, 'server-error', 2);
    await settings(map({ staff: ['crew'] }), staff);
    await world.settle();
    await world.deleteGroup(staff);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([[], []]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('a worker that dies after any call leaves what the next one finishes', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await settings(map({ staff: ['everyone', 'squad'] }), staff);
    for (let deaths = 0; deaths < 12; deaths++) {
      const calls: (() => void)[] = [];
      world.confluence.gate = (call) => {
        // One more write than the time before gets through; then the worker dies.
        if (!/^(add|remove|create)/.test(call.call) || calls.length < deaths) {
          calls.push(call.proceed);
          call.proceed();
        } else call.fail('no-answer');
      };
      await world.settle();
      world.clock.now += VISIBILITY_MS;
    }
    world.confluence.gate = undefined;
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone'), membersOf('squad')]).toEqual([[], ['ann', 'bob'], ['ann', 'bob']]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'everyone', alsoBound: ['squad'], retiring: [] });
  });
});

describe('decision 15: a further name is bound under another lock than its own', () => {
  it('it is not taken from a tombstone that may still be at work on it: tried again until that is gone', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'], team: ['squad', 'everyone'] }));
    world.confluence.fail(/^removeMember everyone bob/, 'server-error', 3);
    await world.deleteGroup(staff);
    await world.settle();
    const carl = await world.createUser('carl');
    const team = await world.createGroup('team', [carl]);
    await world.settle();
    expect(await ownerOf('everyone')).toMatchObject({ id: staff, live: false, free: false });
    expect(world.confluence.member('everyone', 'carl')).toBe(false);
    expect(await world.group(team)).toMatchObject({ marker: 'pending' });
    const reasons = world.records('change.waiting').map(({ reason }) => reason);
    expect(reasons).toContain('The group everyone is given up by the group staff, which was deleted, as soon as that is applied.');
    await world.untilQuiet();
    expect([membersOf('squad'), membersOf('everyone')]).toEqual([['carl'], ['carl']]);
  });

  it('neither as the first name of a group, when the tombstone works under another', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'], team: ['everyone'] }));
    world.confluence.fail(/^removeMember everyone bob/, 'server-error', 3);
    await world.deleteGroup(staff);
    const carl = await world.createUser('carl');
    const team = await world.createGroup('team', [carl]);
    // The first sends it on to the lock of its name.
    for (let deliveries = 0; deliveries < 2; deliveries++)
      await world.deliver(world.queue.messages.find(({ change }) => change.resource.id === team));
    expect(await world.group(team)).not.toHaveProperty('boundName');
    await world.untilQuiet();
    expect(membersOf('everyone')).toEqual(['carl']);
  });

  it('of a live group it parks, and what is given up wakes it', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'], team: ['everyone'] }));
    const carl = await world.createUser('carl');
    const team = await world.createGroup('team', [carl]);
    await world.settle();
    expect(await world.group(team)).toMatchObject({ parkedCode: 'owned', parkedReason: expect.stringContaining('groups.map') });
    await settings(map({ staff: ['crew'], team: ['everyone'] }), staff);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([['ann', 'bob'], ['carl']]);
  });

  it('whoever read that it was given up does not get it from an owner who has taken it again', async () => {
    const { staff } = await staffed(map({ staff: ['crew', 'everyone'] }));
    await settings(map({ staff: ['crew'] }), staff);
    await world.settle();
    await world.untilQuiet();
    const free = await ownerOf('everyone');
    await settings(map({ staff: ['crew', 'everyone'] }), staff);
    await world.settle();
    await world.untilQuiet();
    const team = await world.group(await world.createGroup('team'));
    expect(team && (await world.delivery.groupNames.bind({ ...team, boundName: 'squad' }, 'everyone', free, false))).toBe(false);
    expect(team && (await world.delivery.resources.bind(team, 'everyone', free, false))).toBe(false);
  });

  it('a worker that still holds the old settings does not clear the mark that the new ones have set', async () => {
    world = await startWorld({ settings: off });
    const staff = await world.createGroup('staff');
    const held = world.confluence.hold(/^serviceAccount/);
    const slow = world.deliver();
    const question = await held;
    await changeSettings(world, { ...off, groups: { exclude: ['staff'] } }, [staff], () => false);
    question.proceed();
    await slow;
    await world.settle();
    expect(await world.group(staff)).not.toHaveProperty('boundName');
    expect(world.records('change.skipped')).toHaveLength(1);
  });

  it('nor does it park what they may allow', async () => {
    world = await startWorld({ settings: off });
    world.confluence.groups.set('staff', new Set());
    const staff = await world.createGroup('staff');
    const held = world.confluence.hold(/^serviceAccount/);
    const slow = world.deliver();
    const question = await held;
    await changeSettings(world, { ...off, groups: map({ staff: ['staff'] }) }, [staff], () => false);
    question.proceed();
    await slow;
    await world.settle();
    expect(await world.group(staff)).toMatchObject({ boundName: 'staff' });
    expect(world.records('change.parked')).toEqual([]);
  });

  it('two settings documents give a group two locks: only one of them binds', async () => {
    const { staff } = await staffed(undefined);
    const read = await world.group(await world.createGroup('team'));
    if (!read) throw new Error('no group');
    expect(await world.delivery.resources.bind(read, 'one', undefined, true)).toBe(true);
    expect(await world.delivery.resources.bind(read, 'two', undefined, true)).toBe(false);
    expect(staff).toBeDefined();
  });
});
