import { describe, expect, it } from 'vitest';
import { walk } from './random-walk.ts';

/** A few walks on each run; random-walk.long.test.ts takes many more. */
describe('decision 15: at random, with faults, while the settings change the names of groups', () => {
  it.each([1, 2])('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 100, changesNames: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });

  it('walk 3, while the IdP renames groups that move (decision 24)', async () => {
    const { differences, trace } = await walk({ seed: 3, steps: 100, renamesGroups: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
