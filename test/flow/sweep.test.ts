import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const minutes = (count: number) => count * 60_000;
const finished = () => world.records('sweep.finished').at(-1);

describe('invariant 1: a 2xx means kept', () => {
  it('a change whose message was never sent arrives by the sweep', async () => {
    await world.createUser('ann', {}, { sends: false });
    await world.sweep();
    expect(world.queue.messages).toEqual([]);
    world.clock.now += minutes(2);
    await world.sweep();
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
    expect(world.records('change.resent')).toMatchObject([{ attempts: 1, pendingMs: minutes(2), correlationId: 'request-1' }]);
  });

  it('the sweep’s message carries the correlation id of the request', async () => {
    await world.createUser('ann', {}, { sends: false });
    world.clock.now += minutes(2);
    await world.sweep();
    await world.settle();
    expect(world.records('change.applied')).toMatchObject([{ correlationId: 'request-1', pendingMs: minutes(2) }]);
  });
});

describe('DESIGN §4 the sweep', () => {
  it('backs off per marker: 2, 4, 8, 16, 32, 60 and 60 minutes', async () => {
    await world.createUser('ann', {}, { sends: false });
    const sentAt: number[] = [];
    for (let minute = 1; minute <= 190; minute++) {
      world.clock.now += minutes(1);
      await world.sweep();
      if (world.queue.messages.length > 0) sentAt.push(minute);
      world.queue.lose(() => true);
    }
    expect(sentAt.map((minute, i) => minute - (sentAt[i - 1] ?? 0))).toEqual([2, 4, 8, 16, 32, 60, 60]);
  });

  it('sends at most 500 messages a run, removals first', async () => {
    const marker = { now: new Date(world.clock.now), dueAt: new Date(world.clock.now) };
    await world.seedMarkers(600, { ...marker, removal: false });
    await world.seedMarkers(10, { ...marker, removal: true });
    world.clock.now += 1;
    await world.sweep();
    expect(world.queue.messages).toHaveLength(500);
    expect(finished()).toMatchObject({ sent: 500, pending: 610 });
    const removals = world.records('change.resent').slice(0, 10);
    expect(removals.every(({ subject }) => subject.id.startsWith('00000000'))).toBe(true);
    world.queue.lose(() => true);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(110);
  });

  it('sends one message for a group, however many of its memberships are pending', async () => {
    const users = await world.seedUsers(30);
    await world.createGroup('staff', users, { sends: false });
    world.clock.now += minutes(2);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(1);
    await world.settle();
    expect(world.confluence.groups.get('staff')?.size).toBe(30);
  });

  it('waits while the queue is long, and says so', async () => {
    await world.createUser('ann', {}, { sends: false });
    for (let i = 0; i < 1_001; i++)
      await world.queue.send(`other ${i}`, {
        v: 1,
        connection: world.connection.id,
        resource: { type: 'user', id: randomUUID() as never },
        correlationId: 'other',
        reason: 'change',
      });
    world.clock.now += minutes(5);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(1_001);
    expect(finished()).toMatchObject({ sent: 0, pending: 1, heldBack: 'the queue holds 1001 messages' });
  });

  it('skips paused targets and parked resources', async () => {
    world.confluence.fail(/^createAccount/, 'no-seat');
    await world.createUser('ann');
    await world.settle();
    await world.createUser('bob', {}, { sends: false });
    await world.delivery.targets.pause(world.connection.target.id, { code: 'captcha', reason: 'test' });
    world.clock.now += minutes(120);
    await world.sweep();
    expect(world.queue.messages).toEqual([]);
    expect(finished()).toMatchObject({ pausedTargets: 1 });
    await world.delivery.targets.resume(world.connection.target.id);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(1);
  });

  it('sends everything again after a target was opened, whatever its back-off', async () => {
    await world.createUser('ann', {}, { sends: false });
    for (let i = 0; i < 4; i++) {
      world.clock.now += minutes(40);
      await world.sweep();
    }
    world.queue.lose(() => true);
    await world.sweep();
    expect(world.queue.messages).toEqual([]);
    await world.delivery.targets.pause(world.connection.target.id, { code: 'captcha', reason: 'test' });
    world.clock.now += 1;
    await world.delivery.targets.resume(world.connection.target.id);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(1);
    await world.sweep();
    expect(world.queue.messages).toHaveLength(1);
  });

  it('sends everything when it is asked to', async () => {
    await world.createUser('ann', {}, { sends: false });
    await world.sweep({ everything: true });
    expect(world.queue.messages).toHaveLength(1);
  });

  it('does not send what has been cleared since the index showed it', async () => {
    const ann = await world.createUser('ann', {}, { sends: false });
    const [entry] = await world.delivery.pending.of(world.connection.target.id, false, 10);
    const item = await world.user(ann);
    if (!entry || !item) throw new Error('nothing pending');
    await world.delivery.resources.clear(item);
    expect(await world.delivery.pending.sent(world.connection.target.id, entry, new Date(world.clock.now))).toBe(false);
  });

  it('measures the oldest pending marker', async () => {
    await world.createUser('ann', {}, { sends: false });
    world.clock.now += minutes(1);
    await world.createUser('bob', {}, { sends: false });
    world.clock.now += minutes(2);
    await world.sweep();
    expect(finished()).toMatchObject({ pending: 2, oldestPendingMs: minutes(3) });
  });

  it('counts a tombstone that only waits for its hour as done', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    world.clock.now += minutes(50);
    await world.sweep();
    expect(finished()).toMatchObject({ pending: 0, oldestPendingMs: 0 });
  });
});

describe('DESIGN §5 what the sweep watches', () => {
  it('says in how many days the first connection is left without a token', async () => {
    const day = (count: number) => new Date(world.clock.now + minutes(count * 24 * 60)).toISOString();
    const token = (days: number) => ({ connection: world.connection.id, label: 'idp', created: day(0), expires: day(days) });
    await world.connections.addToken({ ...token(5), digest: 'a'.repeat(64) });
    await world.connections.addToken({ ...token(40), digest: 'b'.repeat(64) });
    await world.sweep();
    expect(finished()).toMatchObject({ tokenExpiresInDays: 40 });
  });

  it('says which connection’s identity provider is silent', async () => {
    await world.sweep();
    expect(world.records('connection.silent')).toEqual([]);
    world.clock.now += minutes(25 * 60);
    await world.sweep();
    expect(world.records('connection.silent')).toMatchObject([{ connection: world.connection.id, hours: 25 }]);
  });
});
