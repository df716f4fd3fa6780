import { randomInt } from 'node:crypto';
import { describe, it } from 'vitest';
import { randomTenants } from './synchronize.ts';

describe('Synchronize, of any settings, resources and changes by hand', () => {
  // A failure names its seed, and the smallest tenant that still fails.
  it.each([
    { runs: 40, users: 10, seed: randomInt(2 ** 31) },
    { runs: 12, users: 25, seed: randomInt(2 ** 31) },
  ])('reaches the planned state, and a second does nothing: $runs tenants of $users users, seed $seed', (runs) => randomTenants(runs));
});
