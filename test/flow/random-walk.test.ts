import { describe, expect, it } from 'vitest';
import { walk } from './random-walk.ts';

/** A few walks on each run; random-walk.long.test.ts takes many more. */
describe('DELIVERY: at random, with faults, everything comes to rest as the IdP wants it', () => {
  it.each([1, 2, 3, 4, 5, 6])('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 80 });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
