import { describe, expect, it } from 'vitest';
import { randomRequests } from './random-requests.ts';

describe('random sequences of requests equal a plain model of SCIM: RFC 7644 §3', () => {
  it.each([
    { mode: 'tolerant', inMemory: true, runs: 30, requests: 40 },
    { mode: 'strict', inMemory: true, runs: 30, requests: 40 },
    { mode: 'tolerant', inMemory: false, runs: 1, requests: 25 },
    { mode: 'strict', inMemory: false, runs: 1, requests: 25 },
  ] as const)('$mode, in memory: $inMemory', { timeout: 60_000 }, async (runs) => {
    const seen = await randomRequests(runs);
    if (!runs.inMemory) return;
    // The requests have to do with each other: every kind succeeds, and fails for every reason, often enough to mean something.
    const answers = [
      'create 201',
      'create 400',
      'create 409',
      'replace 200',
      'patchUser 200',
      'patchUser 400',
      'patchUser 412',
      'patchGroup 204',
    ];
    for (const answer of [...answers, 'delete 204', 'delete 404', 'list 200', 'walk 200'])
      expect(seen[answer] ?? 0, answer).toBeGreaterThan(0);
  });
});
