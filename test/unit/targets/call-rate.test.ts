import { describe, expect, it } from 'vitest';
import { callRateOf, isLow } from '../../../shared/targets/http/call-rate.ts';
import { forLog } from '../../../shared/targets/http/observed-call.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'x-ratelimit-limit': '100',
  'x-ratelimit-remaining': '7',
  'x-ratelimit-interval-seconds': '60',
  'x-ratelimit-fillrate': '50',
};

describe('X-RateLimit-* (CONFLUENCE §1.3.15)', () => {
  it('is read where all four are there', () => {
    expect(callRateOf((name) => HEADERS[name])).toEqual({ limit: 100, remaining: 7, intervalSeconds: 60, fillRate: 50 });
  });

  it.each(Object.keys(HEADERS))('without %s, or with something else in it, says nothing', (left) => {
    expect(callRateOf((name) => (name === left ? undefined : HEADERS[name]))).toBeUndefined();
    for (const value of ['', ' ', 'many', '-1', 'Infinity'])
      expect(callRateOf((name) => (name === left ? value : HEADERS[name]))).toBeUndefined();
  });

  it('is low when a fifth of the tokens is left', () => {
    const rate = { limit: 100, intervalSeconds: 60, fillRate: 50 };
    expect([0, 20, 21, 100].map((remaining) => isLow({ ...rate, remaining }))).toEqual([true, true, false, false]);
  });

  it('goes to the log only when it is low', () => {
    const call = { method: 'GET', path: '/rest/api/group', outcome: 'ok', durationMs: 5, attempt: 1 } as const;
    const rate = { limit: 100, intervalSeconds: 60, fillRate: 50, remaining: 7 };
    expect(forLog({ ...call, rate })).toEqual({ ...call, rate });
    expect(forLog({ ...call, rate: { ...rate, remaining: 70 } })).toEqual(call);
    expect(forLog(call)).toEqual(call);
  });
});
