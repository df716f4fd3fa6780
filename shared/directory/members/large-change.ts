import { type Step, TRANSACTION_WRITES } from '../commit.ts';
import { TooManyLayers } from '../directory.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import { type GroupItem, ITEM_VERSION, type LayerReference, MAX_LAYERS } from '../items.ts';
import { type Key, keys } from '../keys.ts';
import { chunksOf, encodeIds } from './layer-chunks.ts';

/** A large change: its chunks are in the table, and nobody reads them until the header lists the layer. */
export interface WrittenLayer {
  readonly reference: LayerReference;
  readonly chunks: readonly Key[];
}

/** @throws TooManyLayers if the header can't list one more: the client should come back when the worker has expanded some. */
export function assertRoomForLayer(group: Pick<GroupItem, 'layers'>, replaces: boolean): void {
  if (!replaces && group.layers.length >= MAX_LAYERS)
    throw new TooManyLayers(`${MAX_LAYERS} large changes of the group wait to be expanded`);
}

/** DELIVERY §3.2: "Write the chunks under a fresh id that nobody reads". `revision` is the group's revision that the layer makes. */
export async function writeLayer(
  table: DynamoDbTable,
  group: Pick<GroupItem, 'connection' | 'id' | 'revision'>,
  layer: { readonly id: string; readonly replaces: boolean; readonly add: readonly UserId[]; readonly remove: readonly UserId[] },
  now: Date,
): Promise<WrittenLayer> {
  const items = chunksOf(layer.id, layer.add, layer.remove).map(({ add, remove }, i) => ({
    ...keys.layerChunk(group.connection, group.id, layer.id, i),
    v: ITEM_VERSION,
    type: 'layer',
    add: encodeIds(add),
    remove: encodeIds(remove),
    created: now.toISOString(),
  }));
  await table.putAll(items);
  const reference = { id: layer.id, revision: group.revision, replaces: layer.replaces, chunks: items.length };
  return { reference, chunks: items.map(({ pk, sk }) => ({ pk, sk })) };
}

/** "layers = [new] if it replaces, else layers + new; EXPANDING": what the header's transaction says beside its own attributes. */
export function listLayer(
  group: Pick<GroupItem, 'connection' | 'id' | 'layers' | 'guard'>,
  { reference }: WrittenLayer,
): { readonly set: Pick<GroupItem, 'layers' | 'guard'>; readonly steps: readonly Step[] } {
  return {
    set: { layers: reference.replaces ? [reference] : [...group.layers, reference], guard: group.guard + 1 },
    steps: [{ write: { put: { ...keys.expanding(group.connection, group.id), v: ITEM_VERSION, type: 'expanding' } } }],
  };
}

/** Deletes the chunks of a layer that was refused. Whatever this leaves behind is read by nobody. */
export async function discardLayer(table: DynamoDbTable, { chunks }: WrittenLayer): Promise<void> {
  for (let from = 0; from < chunks.length; from += TRANSACTION_WRITES) {
    await table.transact(chunks.slice(from, from + TRANSACTION_WRITES).map((key) => ({ delete: key }))).catch(() => undefined);
  }
}
