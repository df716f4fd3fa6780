import { beforeEach, describe, expect, it } from 'vitest';
import { type CallPacer, createCallPacer, type Pace } from '../../../functions/worker/call-pacer.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import { DirectoryBusy } from '../../../shared/directory/dynamodb-table.ts';
import type { TargetId } from '../../../shared/directory/ids.ts';
import type { TurnRequest } from '../../../shared/directory/target-pace.ts';
import type { TargetState } from '../../../shared/directory/target-state.ts';
import { OutOfTime } from '../../../shared/provisioning/work.ts';
import type { CallRate } from '../../../shared/targets/http/call-rate.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import { settingsOf } from '../../settings-of.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

const START = Date.parse('2026-11-22T08:00:00.000Z');
const TARGET = 'wiki' as TargetId;
const OPEN: TargetState = { state: 'open', failures: 0 };
/** What a message may wait where the test says nothing. */
const ROOM_MS = 45_000;
const CALL_MS = 50;

let time: VirtualTime;
let nextTurn: number;
let writes: number;
let slowed: number[];
beforeEach(() => {
  time = virtualTime(START);
  nextTurn = 0;
  writes = 0;
  slowed = [];
});

/** The shared part, in memory; the one in the table has its contract tests. */
const pace = {
  async reserveTurns(_target: TargetId, { count, everyMs, latest }: TurnRequest) {
    writes += 1;
    const first = Math.max(nextTurn, time.now().getTime());
    if (first > latest) return undefined;
    nextTurn = first + count * everyMs;
    return first;
  },
  async slow(_target: TargetId, until: number) {
    slowed.push(until);
  },
};

/** One function instance. */
function instance(options: { random?: number; pace?: Partial<typeof pace> } = {}): CallPacer {
  return createCallPacer({ now: time.now, sleep: time.sleep, random: () => options.random ?? 0, pace: { ...pace, ...options.pace } });
}

function connectionWith(target: { requestsPerSecond?: number } = {}): Connection {
  return { target: { id: TARGET }, settings: settingsOf({ target }) } as unknown as Connection;
}

const elapsed = () => time.now().getTime() - START;
const answered = (more: Partial<ObservedCall> = {}): ObservedCall => ({
  method: 'GET',
  path: '/rest/api/group',
  outcome: 'ok',
  durationMs: CALL_MS,
  attempt: 1,
  ...more,
});

/** Calls one after the other until so much time has passed; gives when each was sent. */
async function callsOf(message: Pace, untilMs: number): Promise<number[]> {
  const sent: number[] = [];
  while (elapsed() < untilMs) {
    await message.beforeCall();
    sent.push(elapsed());
    await time.sleep(CALL_MS);
  }
  return sent;
}

/** The most that were sent within any second. */
function mostInASecond(sent: readonly number[]): number {
  const sorted = [...sent].sort((a, b) => a - b);
  return Math.max(...sorted.map((at) => sorted.filter((other) => other >= at && other < at + 1_000).length));
}

describe('target.requestsPerSecond', () => {
  it('nothing is written and nobody waits where no rate is set', async () => {
    const sent = await time.run(() =>
      callsOf(
        instance().of(connectionWith(), OPEN, () => ROOM_MS),
        1_000,
      ),
    );
    expect(sent).toHaveLength(20);
    expect(writes).toBe(0);
  });

  it.each([
    { rate: 0.5, instances: 1 },
    { rate: 3, instances: 4 },
    { rate: 10, instances: 1 },
    { rate: 10, instances: 8 },
    { rate: 100, instances: 10 },
  ])('$rate a second are $rate a second, with $instances instances', async ({ rate, instances }) => {
    const seconds = 10;
    const connection = connectionWith({ requestsPerSecond: rate });
    const all = await time.run(() =>
      Promise.all(
        Array.from({ length: instances }, () =>
          callsOf(
            instance().of(connection, OPEN, () => ROOM_MS),
            seconds * 1_000,
          ),
        ),
      ),
    );
    const sent = all.flat().filter((at) => at < seconds * 1_000);
    // No block of turns is longer than a quarter of a second; the last ones of each instance may be used late.
    const block = Math.max(1, Math.floor(rate / 4));
    expect(sent.length).toBeLessThanOrEqual(Math.ceil(rate * seconds) + 1);
    expect(sent.length).toBeGreaterThanOrEqual(Math.floor(rate * seconds * 0.9) - instances * block);
    expect(mostInASecond(sent)).toBeLessThanOrEqual(Math.ceil(rate) + instances * block);
  });

  it('one write serves the calls of a quarter of a second', async () => {
    const connection = connectionWith({ requestsPerSecond: 40 });
    const sent = await time.run(() =>
      callsOf(
        instance().of(connection, OPEN, () => ROOM_MS),
        10_000,
      ),
    );
    expect(sent.length).toBeGreaterThan(150);
    expect(writes).toBeLessThanOrEqual(Math.ceil(sent.length / 10));
  });

  it('turns that were not used in time are given up, so nobody catches up after a rest', async () => {
    const connection = connectionWith({ requestsPerSecond: 20 });
    const pacer = instance();
    const sent = await time.run(async () => {
      await pacer.of(connection, OPEN, () => ROOM_MS).beforeCall();
      await time.sleep(60_000);
      const after = pacer.of(connection, OPEN, () => ROOM_MS);
      const times: number[] = [];
      for (let i = 0; i < 15; i++) {
        await after.beforeCall();
        times.push(elapsed());
      }
      return times;
    });
    expect(Math.max(...sent) - Math.min(...sent)).toBeGreaterThanOrEqual(14 * 50);
  });

  it('what is left of a block serves the next message', async () => {
    const connection = connectionWith({ requestsPerSecond: 40 });
    const pacer = instance();
    await time.run(async () => {
      for (let i = 0; i < 10; i++) await pacer.of(connection, OPEN, () => ROOM_MS).beforeCall();
    });
    expect(writes).toBe(1);
  });

  it('a turn that comes too late for the message is not reserved: it goes on by a new one, but not at once', async () => {
    nextTurn = START + 60_000;
    const message = instance().of(connectionWith({ requestsPerSecond: 1 }), OPEN, () => ROOM_MS - elapsed());
    await expect(time.run(() => message.beforeCall())).rejects.toBeInstanceOf(OutOfTime);
    expect(nextTurn).toBe(START + 60_000);
    expect(elapsed()).toBe(10_000);
  });

  it('waits no longer than the message may', async () => {
    nextTurn = START + 3_000;
    const message = instance().of(connectionWith({ requestsPerSecond: 1 }), OPEN, () => 2_000 - elapsed());
    await expect(time.run(() => message.beforeCall())).rejects.toBeInstanceOf(OutOfTime);
    expect(elapsed()).toBe(2_000);
  });

  it('a rate does not pace another target', async () => {
    const other = { ...connectionWith({ requestsPerSecond: 40 }), target: { id: 'other' } } as unknown as Connection;
    const pacer = instance();
    await time.run(async () => {
      await pacer.of(connectionWith({ requestsPerSecond: 40 }), OPEN, () => ROOM_MS).beforeCall();
      await pacer.of(other, OPEN, () => ROOM_MS).beforeCall();
    });
    expect(writes).toBe(2);
  });
});

describe('429 and Retry-After (CONFLUENCE §1.3.15)', () => {
  const refused = (retryAfterMs?: number) =>
    answered({ status: 429, outcome: 'rate-limited', ...(retryAfterMs !== undefined && { retryAfterMs }) });

  it('the instance makes no call before then, in this message and the next', async () => {
    const pacer = instance();
    const first = pacer.of(connectionWith(), OPEN, () => ROOM_MS);
    first.heard(refused(7_000));
    await time.run(() => pacer.of(connectionWith(), OPEN, () => ROOM_MS).beforeCall());
    expect(elapsed()).toBe(7_000);
  });

  it('the other instances hear of it when the message ends, once', async () => {
    const message = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    message.heard(refused(7_000));
    await message.close();
    expect(slowed).toEqual([START + 7_000]);
    const known = instance().of(connectionWith(), { ...OPEN, slowUntil: START + 7_000 }, () => ROOM_MS);
    known.heard(refused(7_000));
    await known.close();
    expect(slowed).toHaveLength(1);
  });

  it('an instance that reads it in the target’s state waits too', async () => {
    const other = instance().of(connectionWith(), { ...OPEN, slowUntil: START + 7_000 }, () => ROOM_MS);
    await time.run(() => other.beforeCall());
    expect(elapsed()).toBe(7_000);
  });

  it('they don’t come back all in the same moment', async () => {
    const other = instance({ random: 0.5 }).of(connectionWith(), { ...OPEN, slowUntil: START + 7_000 }, () => ROOM_MS);
    await time.run(() => other.beforeCall());
    expect(elapsed()).toBe(7_500);
  });

  it('what is longer than the message may wait gives it back until then', async () => {
    const message = instance().of(connectionWith(), { ...OPEN, slowUntil: START + 60_000 }, () => ROOM_MS);
    await expect(time.run(() => message.beforeCall())).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 60_000 });
    expect(elapsed()).toBe(0);
  });

  it('nobody is slowed for longer than a quarter of an hour, whatever the header says', async () => {
    const message = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    message.heard(refused(86_400_000));
    await message.close();
    expect(slowed).toEqual([START + 900_000]);
  });

  it('without a Retry-After it is the interval of new tokens, else a second', async () => {
    const rate = { remaining: 0, limit: 10, intervalSeconds: 5, fillRate: 5 };
    const told = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    told.heard({ ...refused(), rate });
    await told.close();
    const untold = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    untold.heard(refused());
    await untold.close();
    expect(slowed).toEqual([START + 5_000, START + 1_000]);
  });

  it('a 503 counts like a 429 where it says when to come back', async () => {
    const message = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    message.heard(answered({ status: 503, outcome: 'unavailable' }));
    await message.close();
    expect(slowed).toEqual([]);
    message.heard(answered({ status: 503, outcome: 'unavailable', retryAfterMs: 20_000 }));
    await message.close();
    expect(slowed).toEqual([START + 20_000]);
  });

  it('a table that is busy does not fail the change', async () => {
    const busy = async () => {
      throw new DirectoryBusy('throttled');
    };
    const message = instance({ pace: { slow: busy } }).of(connectionWith(), OPEN, () => ROOM_MS);
    message.heard(refused(7_000));
    await expect(message.close()).resolves.toBeUndefined();
  });

  it('after a wait no call is made for which the function would not live long enough', async () => {
    const ends = START + 10_000;
    const room = () => ends - time.now().getTime();
    const message = instance().of(connectionWith(), { ...OPEN, slowUntil: START + 9_000 }, room);
    const sent = await time.run(async () => {
      await message.beforeCall();
      const at = elapsed();
      await time.sleep(2_000);
      await expect(message.beforeCall()).rejects.toBeInstanceOf(OutOfTime);
      return at;
    });
    expect(sent).toBe(9_000);
  });

  it('a turn is taken only after the wait, so none is lost', async () => {
    const message = instance().of(connectionWith({ requestsPerSecond: 1 }), { ...OPEN, slowUntil: START + 30_000 }, () => ROOM_MS);
    await time.run(() => message.beforeCall());
    expect(nextTurn).toBe(START + 31_000);
  });
});

describe('X-RateLimit-Remaining', () => {
  const bucket = (remaining: number, more: Partial<CallRate> = {}): CallRate => ({
    remaining,
    limit: 100,
    intervalSeconds: 10,
    fillRate: 50,
    ...more,
  });

  it.each([
    { remaining: 100, waits: 0 },
    { remaining: 21, waits: 0 },
    { remaining: 19, waits: 500 },
    { remaining: 9, waits: 1_000 },
    { remaining: 1, waits: 5_000 },
    { remaining: 0, waits: 10_000 },
  ])('with $remaining of 100 left in 10 s the next call waits $waits ms', async ({ remaining, waits }) => {
    const message = instance().of(connectionWith(), OPEN, () => ROOM_MS);
    message.heard(answered({ rate: bucket(remaining) }));
    await time.run(() => message.beforeCall());
    expect(elapsed()).toBe(waits);
  });

  it('keeps one instance below the fill rate of a bucket that is nearly empty, without one refusal', async () => {
    let tokens = 8;
    let filled = 0;
    const refusals = await time.run(async () => {
      const message = instance().of(connectionWith(), OPEN, () => ROOM_MS);
      let refused = 0;
      while (elapsed() < 60_000) {
        await message.beforeCall();
        // Five new tokens each ten seconds, of ten at most.
        for (; filled < Math.floor(elapsed() / 10_000); filled++) tokens = Math.min(10, tokens + 5);
        if (tokens === 0) refused += 1;
        else tokens -= 1;
        message.heard(answered({ rate: { remaining: tokens, limit: 10, intervalSeconds: 10, fillRate: 5 } }));
        await time.sleep(CALL_MS);
      }
      return refused;
    });
    expect(refusals).toBe(0);
  });
});
