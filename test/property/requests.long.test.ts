import { describe, expect, it } from 'vitest';
import { randomRequests } from './random-requests.ts';

describe('many random sequences of requests equal a plain model of SCIM: RFC 7644 §3', () => {
  it.each([
    { mode: 'tolerant', inMemory: true, runs: 1_000, requests: 60 },
    { mode: 'strict', inMemory: true, runs: 1_000, requests: 60 },
    { mode: 'tolerant', inMemory: false, runs: 60, requests: 40 },
    { mode: 'strict', inMemory: false, runs: 60, requests: 40 },
  ] as const)('$mode, in memory: $inMemory', async (runs) => {
    const seen = await randomRequests(runs);
    expect(seen['revalidate 304'] ?? 0).toBeGreaterThan(0);
  });
});
