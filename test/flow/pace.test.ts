import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/directory/keys.ts';
import type { SettingsChange } from '../settings-of.ts';
import { compareAtRest } from './compare-at-rest.ts';
import { startWorld, type World, type WorldOptions } from './harness.ts';

let world: World;
afterEach(() => world.close());

async function start(target: NonNullable<SettingsChange['target']>, more: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ ...more, settings: { target } });
}

async function createUsers(names: readonly string[]): Promise<void> {
  for (const name of names) await world.createUser(name);
}

const targetId = () => world.connection.target.id;
const NAMES = Array.from({ length: 12 }, (_, i) => `user${i}`);

describe('target.requestsPerSecond', () => {
  it('all calls of a connection keep to it, of whatever message', async () => {
    await start({ requestsPerSecond: 4 });
    const at: number[] = [];
    world.confluence.slow(/./, () => {
      at.push(world.clock.now);
      world.clock.now += 50;
    });
    await createUsers(NAMES);
    await world.createGroup('staff', []);
    await world.settle();
    await world.untilQuiet();
    expect(await compareAtRest(world)).toEqual([]);
    expect(at.length).toBeGreaterThan(24);
    const most = Math.max(...at.map((from) => at.filter((other) => other >= from && other < from + 1_000).length));
    expect(most).toBeLessThanOrEqual(5);
  });

  it('without it, and without a refusal, nothing is written for a call', async () => {
    await start({});
    await createUsers(['ann']);
    await world.settle();
    expect(await world.table.get(keys.targetTurns(targetId()))).toBeUndefined();
    expect(await world.table.get(keys.targetSlots(targetId()))).toBeUndefined();
    expect(await world.delivery.targets.read(targetId())).not.toHaveProperty('slowUntil');
  });

  it('at the lowest rate a change gets all its calls', async () => {
    await start({ requestsPerSecond: 0.1 });
    await createUsers(NAMES.slice(0, 3));
    await world.settle();
    await world.untilQuiet();
    expect(await compareAtRest(world)).toEqual([]);
  });

  it('at a low rate no more messages are at work than get all their calls in time', async () => {
    await start({ requestsPerSecond: 0.4 });
    await createUsers(['ann']);
    const until = world.clock.now + 60_000;
    const slots = await Promise.all([1, 2].map(() => world.delivery.pace.takeSlot(targetId(), randomUUID(), until, 2)));
    expect(slots.toSorted()).toEqual([0, 1]);
    await world.deliver();
    expect(world.confluence.calls).toEqual([]);
    expect(world.queue.messages).toMatchObject([{ change: { reason: 'continuation' } }]);
    await world.pass(120_000);
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });

  it('a change that does not get its turn in time goes on by a new message', async () => {
    await start({ requestsPerSecond: 1 });
    await createUsers(['ann']);
    const hours = world.clock.now + 3_600_000;
    await world.delivery.pace.reserveTurns(targetId(), { count: 300, everyMs: 1_000, latest: hours });
    await world.deliver();
    expect(world.confluence.calls).toEqual([]);
    expect(world.queue.messages).toMatchObject([{ change: { reason: 'continuation' } }]);
    await world.pass(300_000);
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });
});

describe('target.parallelCalls', () => {
  const HELD = /^findAccount /;

  it('so many messages are at work on the target, and the next goes on by a new message', async () => {
    await start({ parallelCalls: 2 });
    await createUsers(['zoe']);
    await world.settle();
    await createUsers(['ann', 'bob', 'carl']);
    const [first, second, third] = world.queue.receivable();
    const [one, other] = [world.confluence.hold(/^findAccount ann/), world.confluence.hold(/^findAccount bob/)];
    const working = [world.deliver(first)];
    const ann = await one;
    working.push(world.deliver(second));
    const bob = await other;
    await world.deliver(third);
    expect(world.confluence.calls.filter((call) => HELD.test(call)).slice(-2)).toEqual(['findAccount ann', 'findAccount bob']);
    expect(world.queue.messages.filter(({ change }) => change.reason === 'continuation')).toHaveLength(1);
    ann.proceed();
    bob.proceed();
    await Promise.all(working);
    await world.settle();
    expect([...world.confluence.accounts.keys()].sort()).toEqual(['ann', 'bob', 'carl', 'zoe']);
  });

  it('no slot is lost with a worker that dies', async () => {
    await start({ parallelCalls: 1 });
    await createUsers(['zoe']);
    await world.settle();
    await createUsers(['ann', 'bob']);
    const [first] = world.queue.receivable();
    const held = world.confluence.hold(/^findAccount ann/);
    // Never answered, never released: the worker is gone.
    void world.deliver(first);
    await held;
    await world.deliver();
    expect(world.confluence.accounts.has('bob')).toBe(false);
    if (first) first.inFlight = false;
    await world.untilPassed(6);
    await world.untilQuiet();
    expect([...world.confluence.accounts.keys()].sort()).toEqual(['ann', 'bob', 'zoe']);
  });

  it('with a password it is one, whatever is set', async () => {
    await start({ parallelCalls: 5 }, { credentials: { kind: 'basic', username: 'service', password: 'a password of the test' } });
    await createUsers(['ann', 'bob']);
    const held = world.confluence.hold(/^findAccount ann/);
    const [first, second] = world.queue.receivable();
    const one = world.deliver(first);
    const find = await held;
    await world.deliver(second);
    expect(world.confluence.calls.filter((call) => HELD.test(call))).toEqual(['findAccount ann']);
    find.proceed();
    await one;
    await world.settle();
    expect(world.confluence.mostInFlight).toBe(1);
  });

  it('a refused login is asked about while all slots are taken, and all are given back', async () => {
    await start({ parallelCalls: 3 });
    await createUsers(['zoe']);
    await world.settle();
    world.confluence.fail(/^(?!serviceAccount)/, 'refused', 100);
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    await createUsers(['ann', 'bob', 'carl']);
    await Promise.all(world.queue.receivable().map((message) => world.deliver(message)));
    expect(await world.delivery.targets.read(targetId())).toMatchObject({ state: 'paused', code: 'login-refused' });
    const until = world.clock.now + 60_000;
    for (let i = 0; i < 3; i++) expect(await world.delivery.pace.takeSlot(targetId(), randomUUID(), until, 3)).toBeDefined();
  });
});

describe('429 with Retry-After', () => {
  it('every instance leaves the target alone until then, and everything arrives', async () => {
    await start({});
    await createUsers(['zoe']);
    await world.settle();
    world.confluence.fail(/^findAccount ann/, 'rate-limited', 1, 30_000);
    await createUsers(['ann', 'bob']);
    const since = world.clock.now;
    await world.deliver();
    expect(await world.delivery.targets.read(targetId())).toMatchObject({ slowUntil: since + 30_000 });

    const calls: number[] = [];
    world.confluence.slow(/./, () => calls.push(world.clock.now));
    // Another instance, which has not met the refusal itself.
    const [message] = world.queue.receivable();
    if (!message) throw new Error('nothing can be received');
    const other = world.anotherWorker();
    world.queue.settle([message], await other(world.queue.receive([message]), { getRemainingTimeInMillis: () => 60_000 }));
    await world.pass(60_000);
    expect([...world.confluence.accounts.keys()].sort()).toEqual(['ann', 'bob', 'zoe']);
    expect(Math.min(...calls)).toBeGreaterThanOrEqual(since + 30_000);
  });

  it('what would wait longer than the function lives comes back after it', async () => {
    await start({});
    await createUsers(['zoe']);
    await world.settle();
    await world.delivery.pace.slow(targetId(), world.clock.now + 300_000);
    world.confluence.calls.length = 0;
    await createUsers(['ann']);
    await world.settle();
    expect(world.confluence.calls).toEqual([]);
    expect(world.records('change.retried').at(-1)).toMatchObject({ code: 'rate-limited', nextMs: 301_000 });
    await world.pass(302_000);
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });
});
