import { describe, expect, it } from 'vitest';
import { inBatches } from '../../../shared/directory/in-batches.ts';

describe('inBatches', () => {
  it.each([
    [0, []],
    [1, [[0]]],
    [3, [[0, 1, 2]]],
    [7, [[0, 1, 2], [3, 4, 5], [6]]],
  ])('gives %j items in threes, the last as they are left', async (count, expected) => {
    const batches: number[][] = [];
    for await (const batch of inBatches(Array(count).keys(), 3)) batches.push(batch);
    expect(batches).toEqual(expected);
  });
});
