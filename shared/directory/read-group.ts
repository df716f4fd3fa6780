import { DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';
import type { GroupItem, LayerChunkItem, LayerReference, MemberItem } from './items.ts';
import { keys } from './keys.ts';
import { decodeIds } from './layer-chunks.ts';
import { type Layer, latestWord, type Word } from './membership-word.ts';

/** A group as it was committed at one revision. */
export interface GroupRead {
  readonly header: GroupItem;
  /** The latest word about everybody whom an item or a listed layer names, deleted users among them. */
  readonly words: ReadonlyMap<UserId, Word>;
  /** The words that say present, without deleted users, by id. */
  readonly members: UserId[];
  /** True if the header's revision was the same before and after: no small change came while reading. */
  readonly settled: boolean;
}

const ATTEMPTS = 3;
/** Up to here a read is repeated for a small change, too: beyond, only for a change of the layers. */
const CHEAP_ITEMS = 2_000;

/**
 * Header and members of a live group; undefined for none or a tombstone. DELIVERY §3.3: strong query of the partition, merged by
 * word; deleted users hidden; the guard moved: start again, three times, then 503. A change by layers is seen whole or not at all.
 * @throws DirectoryBusy
 */
export async function readGroup(table: DynamoDbTable, connection: ConnectionId, group: GroupId): Promise<GroupRead | undefined> {
  const read = await readGroupUpTo(table, connection, group, Number.POSITIVE_INFINITY);
  if (read === 'larger') throw new Error('no group is larger than infinity');
  return read;
}

/** Like `readGroup`, but gives up with `larger` once the partition has shown more than `limit` member items or layer ids. */
export async function readGroupUpTo(
  table: DynamoDbTable,
  connection: ConnectionId,
  group: GroupId,
  limit: number,
): Promise<GroupRead | 'larger' | undefined> {
  for (let attempt = 1; ; attempt++) {
    const [deleted, partition] = await Promise.all([deletedUsers(table, connection), readPartition(table, connection, group, limit)]);
    if (partition === undefined || partition === 'larger') return partition;
    const { header, items, chunks } = partition;
    const layers = header.layers.map((reference) => assemble(reference, chunks));
    const after = await table.get<GroupItem>(keys.group(connection, group), ['state', 'revision', 'guard']);
    if (after === undefined || after.state !== 'live') return undefined;
    const whole = layers.filter((layer) => layer !== undefined);
    const sound = after.guard === header.guard && whole.length === layers.length;
    const settled = after.revision === header.revision;
    if (sound && (settled || attempt >= ATTEMPTS || items.size > CHEAP_ITEMS)) {
      const words = mergeWords(items, whole);
      const members = [...words].flatMap(([user, word]) => (word.wanted === 'present' && !deleted.has(user) ? [user] : []));
      return { header, words, members: members.sort(), settled };
    }
    if (attempt >= ATTEMPTS) throw new DirectoryBusy('the group kept changing while it was read');
  }
}

/** The layers that a header lists, with their ids; undefined if a chunk is gone: the header has changed since it was read. */
export async function readLayers(
  table: DynamoDbTable,
  header: Pick<GroupItem, 'connection' | 'id' | 'layers'>,
): Promise<Layer[] | undefined> {
  const wanted = header.layers.flatMap(({ id, chunks }) =>
    Array.from({ length: chunks }, (_, i) => keys.layerChunk(header.connection, header.id, id, i)),
  );
  const found = await table.batchGet<LayerChunkItem>(wanted);
  const chunks = new Map(found.map((chunk) => [chunk.sk, chunk]));
  const layers = header.layers.map((reference) => assemble(reference, chunks));
  return layers.every((layer) => layer !== undefined) ? layers : undefined;
}

async function deletedUsers(table: DynamoDbTable, connection: ConnectionId): Promise<Set<UserId>> {
  const deleted = new Set<UserId>();
  const { pk } = keys.userTombstone(connection, '' as UserId);
  for await (const { sk } of table.queryAll<{ sk: UserId }>({ pk, attributes: ['sk'] })) deleted.add(sk);
  return deleted;
}

interface Partition {
  readonly header: GroupItem;
  readonly items: ReadonlyMap<UserId, MemberItem>;
  readonly chunks: ReadonlyMap<string, LayerChunkItem>;
}

/** One pass over the partition. Its order is GROUP < LAYER# < MEMBER#, so the header comes first. */
async function readPartition(
  table: DynamoDbTable,
  connection: ConnectionId,
  group: GroupId,
  limit: number,
): Promise<Partition | 'larger' | undefined> {
  let header: GroupItem | undefined;
  const listed = new Set<string>();
  const items = new Map<UserId, MemberItem>();
  const chunks = new Map<string, LayerChunkItem>();
  let layerIds = 0;
  const { pk } = keys.group(connection, group);
  for await (const item of table.queryAll<GroupItem | LayerChunkItem | MemberItem>({ pk })) {
    if (item.type === 'group') {
      if (item.state !== 'live') return undefined;
      header = item;
      for (const { id } of item.layers) listed.add(id);
    } else if (header === undefined) return undefined;
    else if (item.type === 'member') items.set(item.userId, item);
    else if (listed.has(item.sk.split('#')[1] ?? '')) {
      chunks.set(item.sk, item);
      layerIds += (item.add.byteLength + item.remove.byteLength) / 16;
    }
    if (items.size > limit || layerIds > limit) return 'larger';
  }
  return header && { header, items, chunks };
}

function assemble(reference: LayerReference, chunks: ReadonlyMap<string, LayerChunkItem>): Layer | undefined {
  const add = new Set<UserId>();
  const remove = new Set<UserId>();
  for (let i = 0; i < reference.chunks; i++) {
    const chunk = chunks.get(`LAYER#${reference.id}#${String(i).padStart(4, '0')}`);
    if (!chunk) return undefined;
    for (const id of decodeIds<UserId>(chunk.add)) add.add(id);
    for (const id of decodeIds<UserId>(chunk.remove)) remove.add(id);
  }
  return { ...reference, add, remove };
}

function mergeWords(items: ReadonlyMap<UserId, MemberItem>, layers: readonly Layer[]): Map<UserId, Word> {
  const named = new Set(items.keys());
  for (const layer of layers) for (const ids of [layer.add, layer.remove]) for (const id of ids) named.add(id);
  const words = new Map<UserId, Word>();
  for (const user of named) {
    const word = latestWord(user, items.get(user), layers);
    if (word) words.set(user, word);
  }
  return words;
}
