import { describe, it } from 'vitest';
import { randomTenants } from './synchronize.ts';

/** `SEED=$RANDOM npm run test:long -- test/property/synchronize` looks further. */
const SEED = Number(process.env['SEED'] ?? 20);

describe('Synchronize, of any settings, resources and changes by hand', () => {
  // A failure names its seed, and the smallest tenant that still fails.
  it.each([
    { runs: 40, users: 10, seed: SEED },
    { runs: 12, users: 25, seed: SEED + 1 },
  ])('reaches the planned state, and a second does nothing: $runs tenants of $users users, seed $seed', (runs) => randomTenants(runs));
});
