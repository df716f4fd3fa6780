import { afterEach, describe, expect, it } from 'vitest';
import { createCallPacer } from '../../../functions/worker/call-pacer.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import { dataCenterTarget } from '../../../shared/targets/data-center/data-center-target.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import { targetIdOf } from '../../../shared/targets/target-address.ts';
import { settingsOf } from '../../settings-of.ts';
import { type ConfluenceSimulator, startConfluenceSimulator } from './confluence-simulator.ts';

const START = Date.parse('2026-11-22T08:00:00.000Z');
const RATE_LIMIT = { limit: 10, fillRate: 5, intervalSeconds: 10 };

let confluence: ConfluenceSimulator | undefined;
afterEach(async () => {
  await confluence?.close();
  confluence = undefined;
});

async function limitedConfluence() {
  const clock = { now: START };
  const calls: ObservedCall[] = [];
  confluence = await startConfluenceSimulator({ rateLimit: RATE_LIMIT, now: () => clock.now });
  const targetId = targetIdOf({ kind: 'data-center', baseUrl: confluence.url });
  const login = { credentials: { kind: 'personal-access-token', token: 'local' }, version: '1' } as const;
  const connection = { target: { id: targetId }, settings: settingsOf() } as unknown as Connection;
  const pacer = createCallPacer({
    pace: { reserveTurns: () => Promise.resolve(undefined), slow: () => Promise.resolve() },
    now: () => new Date(clock.now),
    sleep: async (ms) => {
      clock.now += ms;
    },
    random: () => 0,
  });
  const pace = pacer.of(connection, { state: 'open', failures: 0 }, () => 60_000);
  const targetWith = (paced: boolean) =>
    dataCenterTarget({
      baseUrl: confluence?.url ?? '',
      targetId,
      credentials: { read: () => Promise.resolve(login), write: () => Promise.resolve({ version: '2' }) },
      observe(call) {
        calls.push(call);
        if (paced) pace.heard(call);
      },
      callTimeoutMs: 10_000,
      now: () => clock.now,
      beforeCall: paced ? pace.beforeCall : undefined,
    });
  return { clock, calls, targetWith };
}

describe('a Confluence with a rate limit (CONFLUENCE §1.3.15)', () => {
  it('refuses whoever calls on regardless, and says when there are new tokens', async () => {
    const { calls, targetWith } = await limitedConfluence();
    const target = targetWith(false);
    let refused: unknown;
    for (let i = 0; i < 15 && refused === undefined; i++) {
      refused = await target.serviceAccount().then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(calls.filter(({ outcome }) => outcome === 'ok')).toHaveLength(10);
    expect(calls.map(({ rate }) => rate?.remaining)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]);
    expect(refused).toMatchObject({ code: 'rate-limited', retryAfterMs: 10_000 });
  });

  it('refuses nothing of what is sent at the pace that its answers ask for', async () => {
    const { clock, calls, targetWith } = await limitedConfluence();
    const target = targetWith(true);
    for (let i = 0; i < 60; i++) await target.serviceAccount();
    expect(calls).toHaveLength(60);
    expect(calls.every(({ outcome }) => outcome === 'ok')).toBe(true);
    // Fifty of them had to wait for tokens, of which five come each ten seconds.
    expect(clock.now - START).toBeGreaterThanOrEqual(90_000);
    expect(clock.now - START).toBeLessThan(200_000);
  });
});
