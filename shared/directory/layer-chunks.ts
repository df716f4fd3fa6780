import { CHUNK_IDS } from './items.ts';

/** A layer's ids on disk: 16 bytes for each UUID, so that 24,000 of them fit in one item (DELIVERY §3). */
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

/** A change cut into chunks of at most CHUNK_IDS ids in total, additions first; no chunk for no ids. */
export function chunksOf<Id extends string>(add: Iterable<Id>, remove: Iterable<Id>): { readonly add: Id[]; readonly remove: Id[] }[] {
  const adds = [...add];
  const removes = [...remove];
  const chunks: { add: Id[]; remove: Id[] }[] = [];
  for (let from = 0; from < adds.length + removes.length; from += CHUNK_IDS) {
    const chunk = { add: adds.slice(from, from + CHUNK_IDS), remove: [] as Id[] };
    const start = Math.max(0, from - adds.length);
    chunk.remove = removes.slice(start, Math.max(start, from + CHUNK_IDS - adds.length));
    chunks.push(chunk);
  }
  return chunks;
}
