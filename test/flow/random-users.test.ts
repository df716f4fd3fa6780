import { describe, expect, it } from 'vitest';
import { userSettingsOfWalks } from './random-user-settings.ts';
import { walk } from './random-walk.ts';

/** One walk each on each run; random-walk.long.test.ts takes many more. */
describe('decision 14: at random, with faults, while settings make users, memberships and groups depend on each other', () => {
  it.each(userSettingsOfWalks.map((users, i) => [i + 1, users] as const))('walk %i: %j', async (seed, users) => {
    const { differences, trace } = await walk({ seed, steps: 80, users });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
