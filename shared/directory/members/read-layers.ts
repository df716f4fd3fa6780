import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import type { GroupItem, LayerChunkItem, LayerReference } from '../items.ts';
import { type Key, keys, layerChunkOf } from '../keys.ts';
import { decodeIds } from './layer-chunks.ts';
import type { Layer } from './membership-word.ts';

type Header = Pick<GroupItem, 'connection' | 'id' | 'layers'>;

/**
 * The layers that a header lists, with their ids; undefined if a chunk is gone: the header has changed since it was read.
 * @param about only what the layers say about these users is wanted: of each layer the chunks that may name them are read, and
 *   the layers that come back name nobody else
 */
export async function readLayers(table: DynamoDbTable, header: Header, about?: Iterable<UserId>): Promise<Layer[] | undefined> {
  const found = await table.batchGet<LayerChunkItem>(layerChunkKeys(header, about));
  return layersFrom(header, new Map(found.map((chunk) => [chunk.sk, chunk])), about);
}

/** The keys that `readLayers` reads, for a caller who reads more with them. */
export function layerChunkKeys(header: Header, about?: Iterable<UserId>): Key[] {
  const users = about && [...about];
  return header.layers.flatMap((layer) => chunkKeys(header, layer, users));
}

/** The layers from chunks that were read, by their sort keys; undefined if one of those that `readLayers` reads is not among them. */
export function layersFrom(
  header: Header,
  chunks: ReadonlyMap<string, Pick<LayerChunkItem, 'add' | 'remove'>>,
  about?: Iterable<UserId>,
): Layer[] | undefined {
  const users = about && [...about];
  const isAsked = users && new Set(users);
  const idsOf = (bytes: Uint8Array) => decodeIds<UserId>(bytes).filter((id) => isAsked?.has(id) ?? true);
  const layers: Layer[] = [];
  for (const reference of header.layers) {
    const add = new Set<UserId>();
    const remove = new Set<UserId>();
    for (const { sk } of chunkKeys(header, reference, users)) {
      const chunk = chunks.get(sk);
      if (!chunk) return undefined;
      for (const id of idsOf(chunk.add)) add.add(id);
      for (const id of idsOf(chunk.remove)) remove.add(id);
    }
    layers.push({ ...reference, add, remove });
  }
  return layers;
}

function chunkKeys({ connection, id }: Header, layer: LayerReference, users: readonly UserId[] | undefined): Key[] {
  // A layer without ids has no chunk: a replace by nobody.
  const positions =
    users && layer.chunks > 0
      ? new Set(users.map((user) => layerChunkOf(layer.id, user, layer.chunks)))
      : Array.from({ length: layer.chunks }, (_, position) => position);
  return [...positions].map((position) => keys.layerChunk(connection, id, layer.id, position));
}
