import { describe, expect, it } from 'vitest';
import { walk } from './random-walk.ts';

const WALKS = Number(process.env['WALKS'] ?? 300);
const FROM = Number(process.env['WALKS_FROM'] ?? 100);

describe('DELIVERY: at random, with faults, everything comes to rest as the IdP wants it', () => {
  it.each(Array.from({ length: WALKS }, (_, i) => FROM + i))('walk %i', async (seed) => {
    const { differences, trace } = await walk({ seed, steps: 60 + (seed % 5) * 40 });
    expect(differences, trace.join('\n')).toEqual([]);
  });
});
