import { describe, expect, it } from 'vitest';
import { walk } from './random-walk.ts';
import { CLOUD_KINDS } from './target-by-hand.ts';

const WALKS = Number(process.env['WALKS'] ?? 10);
const FROM = Number(process.env['WALKS_FROM'] ?? 100);
const SEEDS = Array.from({ length: WALKS }, (_, i) => FROM + i);

describe.each(CLOUD_KINDS)('%s: at random, with faults of its requests, everything comes to rest as the IdP wants it', (on) => {
  it.each(SEEDS)('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, on });
    expect(differences, trace.join('\n')).toEqual([]);
  });

  it.each(SEEDS)('walk %i, while the IdP renames groups that move', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, on, renamesGroups: true, brakes: seed % 2 === 0 });
    expect(differences, trace.join('\n')).toEqual([]);
  });

  it.each(SEEDS)('walk %i, while nobody knows for minutes of what was made', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40, on, lags: true });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
