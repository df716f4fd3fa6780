import type { UserId } from '../ids.ts';
import { CHUNK_IDS } from '../items.ts';
import { layerChunkOf } from '../keys.ts';

/** A layer's ids on disk: 16 bytes for each UUID (DELIVERY §3). */
const BYTES = 16;
const DIGITS = Buffer.from('0123456789abcdef');
/** A UUID's text has 8, 4, 4, 4 and 12 digits; two digits are a byte. */
const DASHES_BEFORE = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4];

/** @throws RangeError for a text that is no UUID. */
export function encodeIds(ids: Iterable<string>): Uint8Array {
  const list = [...ids];
  const bytes = Buffer.alloc(list.length * BYTES);
  list.forEach((id, i) => {
    const hex = id.replaceAll('-', '');
    if (hex.length !== 2 * BYTES || bytes.write(hex, i * BYTES, 'hex') !== BYTES) throw new RangeError('not a UUID');
  });
  return bytes;
}

/**
 * The ids in the order they were encoded. A worker may hold those of eight layers at once: each text is made in one piece, since one
 * that is put together of parts keeps them, and takes five times the memory.
 * @throws RangeError if the length is no multiple of 16.
 */
export function decodeIds<Id extends string = string>(bytes: Uint8Array): Id[] {
  if (bytes.byteLength % BYTES !== 0) throw new RangeError('not a whole number of ids');
  const text = Buffer.alloc(36, '-');
  const ids: Id[] = [];
  for (let from = 0; from < bytes.byteLength; from += BYTES) {
    for (let i = 0; i < BYTES; i++) {
      const byte = bytes[from + i] ?? 0;
      const at = 2 * i + (DASHES_BEFORE[i] ?? 0);
      text[at] = DIGITS[byte >> 4] ?? 0;
      text[at + 1] = DIGITS[byte & 15] ?? 0;
    }
    ids.push(text.toString('latin1') as Id);
  }
  return ids;
}

/**
 * The ids of a layer in its chunks, about CHUNK_IDS to each, every id in the chunk that `layerChunkOf` names; no chunk for no ids.
 * @param layer the layer's id
 */
export function chunksOf(
  layer: string,
  add: readonly UserId[],
  remove: readonly UserId[],
): { readonly add: UserId[]; readonly remove: UserId[] }[] {
  const count = Math.ceil((add.length + remove.length) / CHUNK_IDS);
  const chunks = Array.from({ length: count }, () => ({ add: [] as UserId[], remove: [] as UserId[] }));
  for (const user of add) chunks[layerChunkOf(layer, user, count)]?.add.push(user);
  for (const user of remove) chunks[layerChunkOf(layer, user, count)]?.remove.push(user);
  return chunks;
}
