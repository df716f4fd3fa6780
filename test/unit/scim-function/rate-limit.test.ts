import { describe, expect, it } from 'vitest';
import { BATCH, createRateLimiter, type RateLimiter, WINDOW_SECONDS } from '../../../functions/scim/rate-limit.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { ConnectionId } from '../../../shared/directory/ids.ts';
import type { RequestRates } from '../../../shared/directory/request-rates.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { aConnection } from '../../contract/directory/world.ts';

const START = Date.UTC(2026, 10, 22, 10, 0, 0);

/** The port with its writes counted. When `failure` is set each call fails with it. */
class CountingRates implements RequestRates {
  readonly writes: { readonly connection: ConnectionId; readonly window: number; readonly requests: number }[] = [];
  failure: Error | undefined;
  readonly #totals = new Map<string, number>();

  async add(connection: ConnectionId, window: number, requests: number): Promise<number> {
    if (this.failure) throw this.failure;
    this.writes.push({ connection, window, requests });
    const total = (this.#totals.get(`${connection}#${window}`) ?? 0) + requests;
    this.#totals.set(`${connection}#${window}`, total);
    return total;
  }
}

function connectionOf(requestsPerSecond?: number): Connection {
  const connection = aConnection();
  return { ...connection, settings: { ...connection.settings, ...(requestsPerSecond !== undefined && { requestsPerSecond }) } };
}

/** A clock, a shared counter, and as many instances of the function as wanted. */
class Traffic {
  readonly rates = new CountingRates();
  readonly failures: unknown[] = [];
  nowMs = START;

  instance(patienceMs?: number): RateLimiter {
    return createRateLimiter(this.rates, () => new Date(this.nowMs), patienceMs);
  }

  /** The Retry-After of a request that is refused; undefined for one that is let through. */
  async send(instance: RateLimiter, connection: Connection): Promise<number | undefined> {
    try {
      await instance.admit(connection, (error) => this.failures.push(error));
      return undefined;
    } catch (error) {
      if (!(error instanceof ScimError) || error.status !== 429) throw error;
      return Number(error.headers['Retry-After']);
    }
  }

  /** Requests evenly over so many seconds, taken by the instances in turn; how many were let through in each window. */
  async steady(instances: readonly RateLimiter[], connection: Connection, perSecond: number, seconds: number): Promise<number[]> {
    const started = this.nowMs;
    const through: number[] = [];
    for (let i = 0; i < perSecond * seconds; i++) {
      this.nowMs = started + Math.floor((i * 1_000) / perSecond);
      const window = Math.floor((this.nowMs - started) / 1_000 / WINDOW_SECONDS);
      const refused = await this.send(instances[i % instances.length] as RateLimiter, connection);
      through[window] = (through[window] ?? 0) + (refused === undefined ? 1 : 0);
    }
    return through;
  }
}

describe('the rate limit of a connection (SCIM.md §4, rule 67)', () => {
  it('lets 200 requests a second through for as long as they come, with at most one write for 25 of them', async () => {
    const traffic = new Traffic();
    const connection = connectionOf();
    expect(await traffic.steady([traffic.instance()], connection, 200, 60)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
    expect(traffic.rates.writes.length).toBeLessThanOrEqual((200 * 60) / BATCH);
  });

  it('refuses what is beyond: of 250 a second those after the 2,000th of each window, and starts again with the next', async () => {
    const traffic = new Traffic();
    expect(await traffic.steady([traffic.instance()], connectionOf(), 250, 30)).toEqual([2_000, 2_000, 2_000]);
    expect(traffic.rates.writes.length).toBeLessThanOrEqual((200 * 30) / BATCH);
  });

  it('says in whole seconds, one at least, when the window ends', async () => {
    const traffic = new Traffic();
    const [instance, connection] = [traffic.instance(), connectionOf(1)];
    for (let i = 0; i < 10; i++) expect(await traffic.send(instance, connection)).toBeUndefined();
    const waits: unknown[] = [];
    for (const ms of [0, 1, 8_999, 9_000, 9_999, 10_000]) {
      traffic.nowMs = START + ms;
      waits.push(await traffic.send(instance, connection));
    }
    expect(waits).toEqual([10, 10, 2, 1, 1, undefined]);
  });

  it('writes nothing for a connection with few requests, and nothing for what is refused', async () => {
    const traffic = new Traffic();
    const [instance, few, many] = [traffic.instance(), connectionOf(), connectionOf(10)];
    for (let i = 0; i < BATCH - 1; i++) await traffic.send(instance, few);
    expect(traffic.rates.writes).toEqual([]);
    for (let i = 0; i < 1_000; i++) await traffic.send(instance, many);
    expect(traffic.rates.writes.map(({ requests }) => requests)).toEqual([25, 25, 25, 25]);
    expect(new Set(traffic.rates.writes.map(({ connection }) => connection))).toEqual(new Set([many.id]));
  });

  it('is one limit for all instances: each lets at most 24 requests a window through that the others do not know of', async () => {
    for (const count of [2, 3, 16]) {
      const traffic = new Traffic();
      const instances = Array.from({ length: count }, () => traffic.instance());
      const through = await traffic.steady(instances, connectionOf(), 400, 20);
      for (const each of through) {
        expect(each).toBeGreaterThanOrEqual(2_000);
        expect(each).toBeLessThanOrEqual(2_000 + count * (BATCH - 1));
      }
      // A batch that found the limit passed was written too: one more an instance and window.
      expect(traffic.rates.writes.length).toBeLessThanOrEqual((2 * 2_000) / BATCH + 2 * count);
    }
  });

  it('keeps connections apart, each with its own setting', async () => {
    const traffic = new Traffic();
    const instance = traffic.instance();
    expect(await traffic.steady([instance], connectionOf(10), 50, 10)).toEqual([100]);
    traffic.nowMs = START;
    expect(await traffic.steady([instance], connectionOf(40), 50, 10)).toEqual([400]);
  });

  it('never refuses because the counter fails, and tells of it; what it counted itself still holds', async () => {
    const traffic = new Traffic();
    traffic.rates.failure = new Error('no table');
    const [instance, connection] = [traffic.instance(), connectionOf(10)];
    expect(await traffic.steady([instance], connection, 10, 20)).toEqual([100, 100]);
    expect(traffic.failures).toEqual(Array(8).fill(traffic.rates.failure));
    traffic.nowMs = START + 20_000;
    expect(await traffic.steady([instance], connection, 50, 10)).toEqual([100]);
  });

  it('does not wait long for a counter that does not answer', async () => {
    const traffic = new Traffic();
    traffic.rates.add = () => new Promise(() => {});
    const [instance, connection] = [traffic.instance(1), connectionOf()];
    for (let i = 0; i < BATCH; i++) expect(await traffic.send(instance, connection)).toBeUndefined();
    expect(traffic.failures).toEqual([expect.objectContaining({ message: expect.stringContaining('1 ms') })]);
  });

  it('counts requests that come at once, in a process that serves several', async () => {
    const traffic = new Traffic();
    const [instance, connection] = [traffic.instance(), connectionOf(20)];
    const answers = await Promise.all(Array.from({ length: 300 }, () => traffic.send(instance, connection)));
    expect(answers.filter((refused) => refused === undefined)).toHaveLength(200);
    expect(traffic.rates.writes.reduce((sum, { requests }) => sum + requests, 0)).toBe(200);
  });
});
