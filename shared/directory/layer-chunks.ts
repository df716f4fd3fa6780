import type { UserId } from './ids.ts';
import { CHUNK_IDS } from './items.ts';
import { layerChunkOf } from './keys.ts';

/** A layer's ids on disk: 16 bytes for each UUID (DELIVERY §3). */
const BYTES = 16;

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

/** The ids in the order they were encoded. @throws RangeError if the length is no multiple of 16. */
export function decodeIds<Id extends string = string>(bytes: Uint8Array): Id[] {
  if (bytes.byteLength % BYTES !== 0) throw new RangeError('not a whole number of ids');
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  const ids: Id[] = [];
  for (let i = 0; i < hex.length; i += 2 * BYTES) {
    const at = (from: number, to: number) => hex.slice(i + from, i + to);
    ids.push(`${at(0, 8)}-${at(8, 12)}-${at(12, 16)}-${at(16, 20)}-${at(20, 32)}` as Id);
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
