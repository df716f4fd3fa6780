import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserId } from '../../../shared/directory/ids.ts';
import { CHUNK_IDS } from '../../../shared/directory/items.ts';
import { layerChunkOf } from '../../../shared/directory/keys.ts';
import { chunksOf, decodeIds, encodeIds } from '../../../shared/directory/members/layer-chunks.ts';

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
  const LAYER = '01890a5d-ac96-774b-bcce-b302099a8057';
  const users = fc.uniqueArray(
    fc.uuid().map((id) => id as UserId),
    { maxLength: 3 * CHUNK_IDS },
  );

  it('puts every id into the one chunk where it is looked for', () => {
    fc.assert(
      fc.property(users, fc.nat(), (ids, cut) => {
        const [add, remove] = [ids.slice(0, cut % (ids.length + 1)), ids.slice(cut % (ids.length + 1))];
        const chunks = chunksOf(LAYER, add, remove);
        expect(chunks).toHaveLength(Math.ceil(ids.length / CHUNK_IDS));
        expect(chunks.flatMap((chunk) => chunk.add).sort()).toEqual([...add].sort());
        expect(chunks.flatMap((chunk) => chunk.remove).sort()).toEqual([...remove].sort());
        chunks.forEach((chunk, position) => {
          for (const id of [...chunk.add, ...chunk.remove]) expect(layerChunkOf(LAYER, id, chunks.length)).toBe(position);
        });
      }),
    );
  });

  it('fills no chunk beyond one read unit, 4 KB, with 80,000 ids', () => {
    const ids = Array.from({ length: 80_000 }, () => randomUUID() as UserId);
    const bytes = chunksOf(randomUUID(), ids, []).map(({ add }) => encodeIds(add).byteLength);
    // Keys and attribute names beside them are 220 bytes.
    expect(Math.max(...bytes)).toBeLessThan(4_096 - 256);
  });

  // Whom a PATCH removes need not exist: a client may choose these ids. The low four bits of '1' and 'a', '2' and 'b' are the same.
  it.each([
    ['by their last digits', 8_000, (i: number) => String(i * 16).padStart(12, '0')],
    ['by digits that differ in high bits only', 16 * CHUNK_IDS, (i: number) => i.toString(2).padStart(12, '0').replaceAll('0', 'a')],
  ])('spreads ids that were chosen to be alike %s', (_how, length, digits) => {
    const alike = Array.from({ length }, (_, i) => `00000000-0000-4000-8000-${digits(i)}` as UserId);
    const sizes = chunksOf(randomUUID(), [], alike).map(({ remove }) => remove.length);
    expect(sizes).toHaveLength(length / CHUNK_IDS);
    expect(Math.max(...sizes)).toBeLessThan(2 * CHUNK_IDS);
  });
});
