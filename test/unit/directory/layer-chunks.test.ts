import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_IDS } from '../../../shared/directory/items.ts';
import { chunksOf, decodeIds, encodeIds } from '../../../shared/directory/layer-chunks.ts';

describe('encodeIds and decodeIds (DELIVERY §3)', () => {
  it('gives back the ids it was given, in 16 bytes each', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid()), (ids) => {
        const bytes = encodeIds(ids);
        expect(bytes.byteLength).toBe(16 * ids.length);
        expect(decodeIds(bytes)).toEqual(ids);
      }),
    );
  });

  it('reads bytes that are a view into a larger buffer', () => {
    const id = '6f1c3a52-0d7b-4b9e-8a57-0f3f5d1f2c11';
    const larger = new Uint8Array(40);
    larger.set(encodeIds([id]), 8);
    expect(decodeIds(larger.subarray(8, 24))).toEqual([id]);
  });

  it.each(['', 'bjensen', '6f1c3a52-0d7b-4b9e-8a57-0f3f5d1f2c1', '6f1c3a52-0d7b-4b9e-8a57-0f3f5d1f2czz'])(
    'refuses %j, which is no UUID',
    (text) => {
      expect(() => encodeIds([text])).toThrow(RangeError);
    },
  );

  it('refuses bytes that are cut off', () => {
    expect(() => decodeIds(new Uint8Array(17))).toThrow(RangeError);
  });
});

describe('chunksOf (DELIVERY §3)', () => {
  const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));

  it.each([
    [0, 0, []],
    [1, 0, [1]],
    [CHUNK_IDS, 0, [CHUNK_IDS]],
    [CHUNK_IDS, 1, [CHUNK_IDS, 1]],
    [CHUNK_IDS - 1, 2, [CHUNK_IDS, 1]],
    [0, 2 * CHUNK_IDS + 3, [CHUNK_IDS, CHUNK_IDS, 3]],
  ])('cuts %i additions and %i removals into chunks of %j ids', (adds, removes, sizes) => {
    const [add, remove] = [ids(adds), ids(removes, adds)];
    const chunks = chunksOf(add, remove);
    expect(chunks.map((chunk) => chunk.add.length + chunk.remove.length)).toEqual(sizes);
    expect(chunks.flatMap((chunk) => chunk.add)).toEqual(add);
    expect(chunks.flatMap((chunk) => chunk.remove)).toEqual(remove);
  });
});
