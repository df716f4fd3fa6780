import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rejectHeld, releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import type { Change } from '../../shared/changes/change.ts';
import type { HeldAs, HeldChange } from '../../shared/directory/brake.ts';
import { ConnectionInUse } from '../../shared/directory/connection.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { messageGroupFor } from '../../shared/directory/target-name.ts';
import { startWorld, type World } from './harness.ts';

const HOUR = 3_600_000;

let world: World;
let users: UserId[];
beforeEach(async () => {
  world = await startWorld({ settings: { brake: { share: 0, atLeast: 2 } } });
  users = [];
  for (const name of ['ann', 'bob', 'cid', 'dan', 'eve']) users.push(await world.createUser(name));
  await world.settle();
});
afterEach(() => world.close());

const held = () => dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
const administration = () => ({ brake: world.delivery.brake, heldChanges: held(), queue: world.queue });
const release = async (as: HeldAs = 'held') => {
  const count = await releaseHeld(administration(), world.connection.id, as, 'release');
  await world.settle();
  return count;
};
const reject = () => rejectHeld(administration(), world.connection.id);
const listed = async (as: HeldAs = 'held') => {
  const all: HeldChange[] = [];
  for await (const page of held().pages(world.connection.id, as)) all.push(...page);
  return all;
};
const active = () => [...world.confluence.accounts].flatMap(([name, account]) => (account.active ? [name] : [])).toSorted();
const members = (group: string) => [...(world.confluence.groups.get(group) ?? [])].toSorted();
const user = (index: number) => users[index] as UserId;
const deactivate = async (...which: number[]) => {
  for (const index of which) {
    await world.updateUser(user(index), { active: false });
    await world.settle();
    // What is held is listed by time.
    world.clock.now += 1;
  }
};
/** What the sweep does about it, and the end of tombstones. */
const hoursLater = async () => {
  await world.settle();
  for (const hours of [1.5, 0.5, 2]) {
    world.clock.now += hours * HOUR;
    await world.sweep();
    await world.settle();
  }
};
/** A group of all five, in Confluence. */
async function staff(): Promise<GroupId> {
  const group = await world.createGroup('staff', users);
  await world.settle();
  return group;
}

describe('mass-deprovisioning brake: counting', () => {
  it('lets so many accounts lose access within an hour, and holds the next', async () => {
    await deactivate(0, 1, 2, 3);
    expect(active()).toEqual(['cid', 'dan', 'eve']);
    expect(await listed()).toMatchObject([
      { type: 'user', name: 'cid', what: 'deactivated' },
      { type: 'user', name: 'dan', what: 'deactivated' },
    ]);
    expect(world.records('change.held')).toHaveLength(2);
  });

  it('says once that it went on, with the limit and who would have been the next', async () => {
    await deactivate(0, 1, 2, 3, 4);
    expect(world.records('brake.engaged')).toMatchObject([
      { connection: world.connection.id, limit: 2, users: 5, subject: { type: 'user', name: 'cid' } },
    ]);
  });

  it.each([
    ['deactivated', (id: UserId) => world.updateUser(id, { active: false })],
    ['deleted', (id: UserId) => world.deleteUser(id)],
  ])('goes by the share of the users where that is more: %s', async (_, takeAway) => {
    await world.close();
    world = await startWorld({ settings: { brake: { share: 0.5, atLeast: 1 } } });
    users = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => world.createUser(name)));
    await world.settle();
    for (const id of users) {
      await takeAway(id);
      await world.settle();
    }
    expect(active()).toHaveLength(4);
    expect(world.records('brake.engaged')).toMatchObject([{ limit: 3, users: 7 }]);
  });

  it('never goes on where the share is all', async () => {
    await world.close();
    world = await startWorld({ settings: { brake: { share: 1, atLeast: 0 } } });
    users = [await world.createUser('ann'), await world.createUser('bob')];
    await world.settle();
    for (const id of users) await world.deleteUser(id);
    await world.settle();
    expect(active()).toEqual([]);
  });

  it('counts those who lose a membership like those who lose their account, each person once', async () => {
    const group = await staff();
    await world.changeMembers(group, { remove: [user(0), user(1)] });
    await world.settle();
    await deactivate(0, 1);
    expect(await listed()).toEqual([]);
    await world.changeMembers(group, { remove: [user(2)] });
    await world.settle();
    world.clock.now += 1;
    await deactivate(3);
    expect(members('staff')).toEqual(['cid', 'dan', 'eve']);
    expect(await listed()).toMatchObject([
      { type: 'membership', name: 'staff', member: { name: 'cid' }, what: 'removed from the group' },
      { type: 'user', name: 'dan' },
    ]);
  });

  it('forgets an account after an hour', async () => {
    await deactivate(0, 1);
    world.clock.now += HOUR;
    await deactivate(2, 3);
    expect(active()).toEqual(['eve']);
  });

  it('stays on when the hour is over: nothing trickles through', async () => {
    await deactivate(0, 1, 2);
    world.clock.now += 5 * HOUR;
    await world.sweep();
    await deactivate(3);
    expect(active()).toEqual(['cid', 'dan', 'eve']);
  });

  it('creations, additions and activations go on while it is on', async () => {
    const group = await staff();
    await deactivate(0, 1, 2);
    await world.updateUser(user(0), { active: true });
    const fay = await world.createUser('fay');
    await world.changeMembers(group, { add: [fay] });
    await world.settle();
    expect(active()).toEqual(['ann', 'cid', 'dan', 'eve', 'fay']);
    expect(members('staff')).toContain('fay');
  });

  it('is exact when many workers ask at once', async () => {
    const ask = (id: UserId) => world.delivery.brake.ask(world.connection.id, id, { share: 0, atLeast: 3 });
    const answers = await Promise.all([...users, ...users].map(ask));
    expect(new Set(answers.flatMap(({ permitted }, i) => (permitted ? [users[i % 5]] : []))).size).toBe(3);
    expect(answers.filter(({ engaged }) => engaged !== undefined)).toHaveLength(1);
    expect(await world.delivery.brake.read(world.connection.id)).toMatchObject({ counted: 3, engaged: { limit: 3 } });
  });

  it('keeps connections apart', async () => {
    const other = await world.connect('other');
    const zoe = await world.createUser('zoe', {}, { connection: other });
    await deactivate(0, 1, 2);
    await world.updateUser(zoe, { active: false }, { connection: other });
    await world.settle();
    expect(active()).toEqual(['cid', 'dan', 'eve']);
  });

  it('does not count who never had an account', async () => {
    for (const name of ['x', 'y', 'z']) await world.createUser(name, { active: false });
    await deactivate(0, 1);
    expect(await listed()).toEqual([]);
  });

  it('does not count a deleted person once more when the tombstone is looked at again an hour later', async () => {
    await world.close();
    world = await startWorld({ settings: { brake: { share: 0, atLeast: 1 }, users: { linking: 'never', onDelete: 'delete' } } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    world.clock.now += 2 * HOUR;
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toBeUndefined();
    expect(await world.delivery.brake.read(world.connection.id)).toEqual({ counted: 0 });
  });
});

describe('mass-deprovisioning brake: what is held', () => {
  it('is never sent by the sweep, and a message about it that comes late does nothing', async () => {
    await deactivate(0, 1, 2);
    const [late] = world.records('change.held');
    const calls = world.confluence.calls.length;
    await hoursLater();
    expect(world.records('change.resent')).toEqual([]);
    await world.delivery.brake.reset(world.connection.id);
    const messageGroup = (await world.user(user(2)))?.messageGroup as string;
    const resource = { type: 'user' as const, id: user(2) };
    await world.queue.send(messageGroup, { v: 1, connection: world.connection.id, resource, correlationId: 'late', reason: 'change' });
    await world.settle();
    expect(late).toMatchObject({ subject: { name: 'cid' } });
    expect(world.confluence.calls).toHaveLength(calls);
    expect(active()).toContain('cid');
  });

  it('is superseded when the IdP activates the person again', async () => {
    await deactivate(0, 1, 2);
    await world.updateUser(user(2), { active: true });
    await world.settle();
    expect(await listed()).toEqual([]);
    await release();
    expect(active()).toContain('cid');
  });

  it('is superseded when the IdP adds the member again', async () => {
    const group = await staff();
    await deactivate(0, 1, 2);
    await world.changeMembers(group, { remove: [user(4)] });
    await world.settle();
    await world.changeMembers(group, { add: [user(4)] });
    await world.settle();
    expect(await listed()).toMatchObject([{ type: 'user', name: 'cid' }]);
    expect(await world.member(group, user(4))).not.toHaveProperty('marker');
    expect(members('staff')).toContain('eve');
  });

  it('is held again when a layer repeats it, and superseded by one that says otherwise', async () => {
    const group = await staff();
    await deactivate(0, 1, 2);
    await world.replaceByLayer(group, [user(0), user(1), user(2)]);
    await world.settle();
    expect(members('staff')).toEqual(['ann', 'bob', 'cid', 'dan', 'eve']);
    expect((await world.group(group))?.layers).toEqual([]);
    await world.replaceByLayer(group, [user(0), user(1), user(2), user(3)]);
    await world.untilQuiet();
    expect((await world.member(group, user(3)))?.marker).toBeUndefined();
    expect((await world.member(group, user(4)))?.marker).toBe('held');
    await release();
    expect(members('staff')).toEqual(['ann', 'bob', 'cid', 'dan']);
  });

  it('a held user’s memberships stay, and the ones of a deleted user are not given up', async () => {
    const group = await staff();
    await deactivate(0, 1, 2);
    await world.deleteUser(user(3));
    await hoursLater();
    expect(members('staff')).toEqual(['ann', 'bob', 'cid', 'dan', 'eve']);
    expect(await world.user(user(3))).toMatchObject({ state: 'tombstone', marker: 'held' });
    await release();
    await hoursLater();
    expect(active()).toEqual(['eve']);
    expect(members('staff')).toEqual(['ann', 'bob', 'cid', 'eve']);
    expect(await world.user(user(3))).toBeUndefined();
    expect(await world.member(group, user(3))).toBeUndefined();
  });

  it('a held membership of a user who is then deleted goes with the user', async () => {
    const group = await staff();
    await deactivate(0, 1);
    await world.changeMembers(group, { remove: [user(2)] });
    await world.settle();
    world.clock.now += 1;
    await world.deleteUser(user(2));
    await world.settle();
    expect(await listed()).toMatchObject([{ type: 'membership' }, { type: 'user', name: 'cid' }]);
    await release();
    await hoursLater();
    expect(members('staff')).toEqual(['ann', 'bob', 'dan', 'eve']);
    expect(await world.user(user(2))).toBeUndefined();
  });

  it('a deleted group keeps its held members and its header until they are released', async () => {
    const group = await staff();
    await world.deleteGroup(group);
    await hoursLater();
    expect(members('staff')).toHaveLength(3);
    expect(await world.group(group)).toMatchObject({ state: 'tombstone', marker: 'held' });
    expect(world.records('change.resent')).toEqual([]);
    await release();
    expect(members('staff')).toEqual([]);
    expect(await world.group(group)).toBeUndefined();
    expect(await listed()).toEqual([]);
  });

  it('a new user of the name takes the account of one whose deletion is held, and the release leaves it', async () => {
    await deactivate(0, 1);
    await world.deleteUser(user(2));
    await world.settle();
    const again = await world.createUser('cid');
    await world.settle();
    expect(await world.user(again)).toMatchObject({ boundName: 'cid' });
    await release();
    await hoursLater();
    expect(active()).toContain('cid');
    expect(await world.user(user(2))).toBeUndefined();
  });

  it('a connection with held changes can’t be deleted', async () => {
    await deactivate(0, 1);
    for (const id of users) await world.deleteUser(id);
    await hoursLater();
    expect(active()).toEqual(['cid', 'dan', 'eve']);
    await expect(world.connections.delete(world.connection.id)).rejects.toThrow(ConnectionInUse);
    await release();
    await hoursLater();
    await world.connections.delete(world.connection.id);
    expect(await world.connections.get(world.connection.id)).toBeUndefined();
  });

  it('what is held is not held when it is released in between', async () => {
    await deactivate(0, 1, 2);
    await world.updateUser(user(3), { active: false });
    const gate = world.confluence.hold(/^findAccount dan/);
    const slow = world.deliver();
    const find = await gate;
    // The worker will be told that the brake is on, then it is released, then the worker wants to hold.
    const { ask } = world.delivery.brake;
    const brake = world.delivery.brake as { ask: typeof ask };
    brake.ask = async (...question) => {
      const answer = await ask(...question);
      brake.ask = ask;
      await releaseHeld(administration(), world.connection.id, 'held', 'release');
      return answer;
    };
    find.proceed();
    await slow;
    await world.settle();
    expect(active()).toEqual(['eve']);
    expect(await listed()).toEqual([]);
  });
});

describe('mass-deprovisioning brake: Synchronize', () => {
  const reconcile = async (resource: Change['resource']) => {
    const item = resource.type === 'user' ? await world.user(resource.id) : await world.group(resource.id);
    if (!item) throw new Error('it is gone');
    const change = { v: 1, connection: world.connection.id, resource, correlationId: 'sync', reason: 'reconcile' } as const;
    await world.queue.send(messageGroupFor(item), change);
    await world.settle();
  };

  it.each(['held', 'rejected'] as const)('leaves alone who is %s, with their memberships', async (as) => {
    const group = await staff();
    await deactivate(0, 1);
    await world.deleteUser(user(2));
    await world.changeMembers(group, { remove: [user(3)] });
    await world.settle();
    if (as === 'rejected') await reject();
    const before = [active(), members('staff'), (await listed(as)).length];
    expect(before).toEqual([['cid', 'dan', 'eve'], ['ann', 'bob', 'cid', 'dan', 'eve'], 2]);
    await reconcile({ type: 'user', id: user(2) });
    await reconcile({ type: 'group', id: group });
    expect([active(), members('staff'), (await listed(as)).length]).toEqual(before);
  });

  it('counts what somebody enabled by hand like any other account', async () => {
    await deactivate(0, 1);
    world.clock.now += HOUR;
    for (const name of ['ann', 'bob']) Object.assign(world.confluence.accounts.get(name) ?? {}, { active: true });
    await reconcile({ type: 'user', id: user(0) });
    await reconcile({ type: 'user', id: user(1) });
    await deactivate(2);
    expect(active()).toEqual(['cid', 'dan', 'eve']);
  });
});

describe('brake release', () => {
  it('lets through what was held, without counting it, and begins the hour anew', async () => {
    await staff();
    await deactivate(0, 1, 2, 3);
    expect(await release()).toBe(2);
    expect(active()).toEqual(['eve']);
    expect(await world.delivery.brake.read(world.connection.id)).toEqual({ counted: 0 });
    expect(world.records('brake.engaged')).toHaveLength(1);
  });

  it('what was released is late from then on, not from when the identity provider sent it', async () => {
    await deactivate(0, 1, 2);
    world.clock.now += 48 * HOUR;
    await releaseHeld(administration(), world.connection.id, 'held', 'release');
    await world.sweep();
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ pending: 1, oldestPendingMs: 0 });
    await world.settle();
    expect(active()).toEqual(['dan', 'eve']);
  });

  it('goes on where it was interrupted', async () => {
    await deactivate(0, 1, 2, 3, 4);
    let sends = 0;
    const queue = {
      ...world.queue,
      length: () => world.queue.length(),
      send: async () => {
        if (++sends > 1) throw new Error('the machine was switched off');
      },
    };
    await expect(releaseHeld({ ...administration(), queue }, world.connection.id, 'held', 'release')).rejects.toThrow('switched off');
    await release();
    await world.untilPassed(5);
    expect(active()).toEqual([]);
  });

  it('what was released is not asked about when Confluence can only be reached hours later', async () => {
    await deactivate(0, 1, 2, 3, 4);
    await world.delivery.targets.pause(world.connection.target.id, { code: 'read-only', reason: 'a test' });
    await releaseHeld(administration(), world.connection.id, 'held', 'release');
    await world.settle();
    world.clock.now += 6 * HOUR;
    await world.delivery.targets.resume(world.connection.target.id);
    await world.sweep();
    await world.settle();
    expect(active()).toEqual([]);
  });

  it('leaves held what the brake holds anew while it runs', async () => {
    await deactivate(0, 1, 2);
    await world.delivery.brake.reset(world.connection.id);
    world.clock.now += 1_000;
    for (const name of ['fay', 'gil', 'hal']) users.push(await world.createUser(name));
    await world.settle();
    await deactivate(5, 6, 7);
    const engaged = (await world.delivery.brake.read(world.connection.id)).engaged;
    expect(engaged).toBeDefined();
    // The release had reset the brake before that, and reads its pages only now.
    const brake = { ...world.delivery.brake, reset: () => Promise.resolve() };
    expect(await releaseHeld({ ...administration(), brake }, world.connection.id, 'held', 'release')).toBe(1);
    await world.settle();
    expect(await listed()).toMatchObject([{ name: 'hal' }]);
    expect(active()).toEqual(['dan', 'eve', 'hal']);
  });
});

describe('brake reject', () => {
  it('leaves everything in Confluence as it is, and the hour begins anew', async () => {
    const group = await staff();
    await deactivate(0, 1, 2);
    await world.changeMembers(group, { remove: [user(3)] });
    await world.settle();
    expect(await reject()).toBe(2);
    await hoursLater();
    expect(active()).toEqual(['cid', 'dan', 'eve']);
    expect(members('staff')).toContain('dan');
    expect(await listed()).toEqual([]);
    expect(await listed('rejected')).toHaveLength(2);
    expect(await world.delivery.brake.read(world.connection.id)).toEqual({ counted: 0 });
  });

  it('lasts until the IdP’s next word about the person', async () => {
    await deactivate(0, 1, 2);
    await reject();
    await world.updateUser(user(2), { displayName: 'Cid' });
    await world.settle();
    expect(active()).toEqual(['dan', 'eve']);
    expect(await listed('rejected')).toEqual([]);
  });

  it('can be taken back later', async () => {
    await deactivate(0, 1, 2);
    await reject();
    expect(await release()).toBe(0);
    expect(await release('rejected')).toBe(1);
    expect(active()).toEqual(['dan', 'eve']);
    expect(await listed('rejected')).toEqual([]);
  });

  it('holds for a deleted group whatever happens to single members afterwards', async () => {
    const group = await staff();
    await deactivate(0, 1);
    await world.deleteGroup(group);
    await world.settle();
    await reject();
    await world.deleteUser(user(2));
    await hoursLater();
    expect(members('staff')).toEqual(['dan', 'eve']);
  });
});
