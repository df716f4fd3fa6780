import { DirectoryBusy, type DynamoDbTable } from '../dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from '../ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem } from '../items.ts';
import { keys } from '../keys.ts';
import { type Layer, latestWord, type Word } from './membership-word.ts';
import { layersFrom } from './read-layers.ts';

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

/** Looks at each item of a partition in its order; true: enough was seen. */
export type Bound = (seen: Partition, item: LayerChunkItem | MemberItem) => boolean;

/**
 * Header and members of a live group; undefined for none or a tombstone; `larger` as soon as the bound is passed. DELIVERY §3.3:
 * strong query of the partition, merged by word; deleted users hidden; the guard moved: start again, three times, then 503. A change
 * by layers is seen whole or not at all.
 * @param boundOf makes the bound of one pass; `deleted` gives the users that are hidden, once they are read
 * @throws DirectoryBusy
 */
export async function readGroupWithin(
  table: DynamoDbTable,
  connection: ConnectionId,
  group: GroupId,
  boundOf: (deleted: () => ReadonlySet<UserId> | undefined) => Bound,
): Promise<GroupRead | 'larger' | undefined> {
  for (let attempt = 1; ; attempt++) {
    let hidden: ReadonlySet<UserId> | undefined;
    const [deleted, partition] = await Promise.all([
      deletedUsers(table, connection).then((found) => {
        hidden = found;
        return found;
      }),
      readPartition(
        table,
        connection,
        group,
        boundOf(() => hidden),
      ),
    ]);
    if (partition === undefined || partition === 'larger') return partition;
    const { header, items, chunks } = partition;
    const layers = layersFrom(header, chunks);
    const after = await table.get<GroupItem>(keys.group(connection, group), ['state', 'revision', 'guard']);
    if (after === undefined || after.state !== 'live') return undefined;
    const settled = after.revision === header.revision;
    // A chunk that is not there: its layer was expanded while the group was read.
    if (layers && after.guard === header.guard && (settled || attempt >= ATTEMPTS || items.size > CHEAP_ITEMS)) {
      const words = mergeWords(items, layers);
      const members = [...words].flatMap(([user, word]) => (word.wanted === 'present' && !deleted.has(user) ? [user] : []));
      return { header, words, members: members.sort(), settled };
    }
    if (attempt >= ATTEMPTS) throw new DirectoryBusy('the group kept changing while it was read');
  }
}

async function deletedUsers(table: DynamoDbTable, connection: ConnectionId): Promise<Set<UserId>> {
  const deleted = new Set<UserId>();
  const { pk } = keys.userTombstone(connection, '' as UserId);
  for await (const { sk } of table.queryAll<{ sk: UserId }>({ pk, attributes: ['sk'] })) deleted.add(sk);
  return deleted;
}

export interface Partition {
  readonly header: GroupItem;
  readonly items: ReadonlyMap<UserId, MemberItem>;
  /** By sort key; those of listed layers only, all of them before the first member item. */
  readonly chunks: ReadonlyMap<string, LayerChunkItem>;
}

/** One pass over the partition. Its order is GROUP < LAYER# < MEMBER#, so the header comes first. */
async function readPartition(
  table: DynamoDbTable,
  connection: ConnectionId,
  group: GroupId,
  isEnough: Bound,
): Promise<Partition | 'larger' | undefined> {
  let partition: Partition | undefined;
  const listed = new Set<string>();
  const items = new Map<UserId, MemberItem>();
  const chunks = new Map<string, LayerChunkItem>();
  const { pk } = keys.group(connection, group);
  for await (const item of table.queryAll<GroupItem | LayerChunkItem | MemberItem>({ pk })) {
    if (item.type === 'group') {
      if (item.state !== 'live') return undefined;
      partition = { header: item, items, chunks };
      for (const { id } of item.layers) listed.add(id);
      continue;
    }
    if (partition === undefined) return undefined;
    if (item.type === 'member') items.set(item.userId, item);
    else if (listed.has(item.sk.split('#')[1] ?? '')) chunks.set(item.sk, item);
    else continue;
    if (isEnough(partition, item)) return 'larger';
  }
  return partition;
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
