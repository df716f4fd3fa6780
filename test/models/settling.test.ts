import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { settlingModel } from './settling.ts';
import { settlingWorlds } from './worlds.ts';

const limits = { states: 100_000, seconds: 60 };

describe('an account that is not seen yet (decision 24)', () => {
  it.each(Object.entries(settlingWorlds))('no interleaving goes wrong, and each comes to rest: %s', (_, world) => {
    expect(explore(settlingModel(world), limits)).toMatchObject({ isComplete: true, history: [] });
  });

  it.each([
    ['settles', 'made a moment ago', 'who should have no access has it'],
    ['notBelievedGone', 'made a moment ago', 'who should have no access has it'],
    ['creatingIsDated', 'made after a long wait', 'our own is parked as taken'],
    ['creatingAsFirstRead', 'somebody else’s, never seen', 'never comes to rest'],
    ['givesBack', 'somebody else’s, seen later', 'taken for our own'],
    ['clearIfRead', 'made a moment ago', 'who should have no access has it'],
  ] as const)('without %s: %s goes wrong', (rule, world, what) => {
    expect(explore(settlingModel(settlingWorlds[world], { [rule]: false }), limits).violation).toContain(what);
  });
});
