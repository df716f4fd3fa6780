import type { Listing, Lookup, Place } from './directory.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';
import type { GroupItem, UserItem } from './items.ts';
import { indexes, type Key, keys, listing } from './keys.ts';
import { type IndexPosition, nearestBookmark, writeBookmark } from './page-bookmarks.ts';
import { type ResourceType, readCount } from './resource-count.ts';

type IndexKey = Key & { readonly listPk: string; readonly listSk: string };
type KeyLookup = Exclude<Lookup, { by: 'all' }>;

/** What a list needs to know of its resource type. */
export interface Listed<Item, R> {
  readonly type: ResourceType;
  readonly toStored: (item: Item) => R;
  /** The items of a look-up by key, live or not, in any order. */
  readonly lookUp: (c: ConnectionId, lookup: KeyLookup) => Promise<readonly Item[]>;
}

const BATCH = 100;
/** Index keys read at once while a walk looks for a place: about 200 bytes each. */
const WALK = 4_000;

/** The lists of one resource type. The index only gives the order: what is shown is read from the items themselves. */
export function dynamoDbListing<Item extends UserItem | GroupItem, R>(table: DynamoDbTable, listed: Listed<Item, R>): Listing<R> {
  const queryOf = (c: ConnectionId) => ({ pk: listing.resources(c, listed.type, '', '').listPk, index: indexes.listing });

  /** Where a resource is in the index, or was. */
  function indexPosition(c: ConnectionId, { created, id }: Place): IndexPosition {
    const key = listed.type === 'User' ? keys.user(c, id as UserId) : keys.group(c, id as GroupId);
    return { ...key, ...listing.resources(c, listed.type, created, id) };
  }

  /** The live items of these keys, in the keys' order. */
  async function itemsOf(found: readonly Key[]): Promise<Item[]> {
    const items = new Map((await table.batchGet<Item>(found)).map((item) => [item.pk, item]));
    return found.flatMap(({ pk }) => {
      const item = items.get(pk);
      return item?.state === 'live' ? [item] : [];
    });
  }

  /** Live items from a place on, each with the place after it. The index lags: who is deleted already may still be in it. */
  async function* walk(
    c: ConnectionId,
    from: IndexPosition | undefined,
    atATime: number,
  ): AsyncGenerator<{ item: Item; place: IndexPosition }> {
    let after = from;
    do {
      const page = await table.query<IndexKey>({ ...queryOf(c), limit: atATime, ...(after && { after }) });
      const places = new Map(page.items.map((key) => [key.pk, positionOf(key)]));
      for (const item of await itemsOf(page.items)) yield { item, place: places.get(item.pk) ?? {} };
      after = page.next;
    } while (after);
  }

  /** The place before position `startIndex`; undefined past the end. Reads keys only. */
  async function placeOf(c: ConnectionId, startIndex: number, now: Date): Promise<{ after?: IndexPosition } | undefined> {
    if (startIndex <= 1) return {};
    const bookmark = await nearestBookmark(table, c, listed.type, startIndex, now);
    let after = bookmark?.after;
    for (let left = startIndex - (bookmark?.startIndex ?? 1); left > 0; ) {
      const page = await table.query<IndexKey>({ ...queryOf(c), limit: Math.min(left, WALK), ...(after && { after }) });
      left -= page.items.length;
      after = page.next;
      if (!after) return undefined;
    }
    return after ? { after } : {};
  }

  return {
    count: (connection) => readCount(table, connection.id, listed.type),

    async page(connection, startIndex, count, now) {
      if (count <= 0) return [];
      const start = await placeOf(connection.id, startIndex, now);
      if (!start) return [];
      const found: R[] = [];
      for await (const { item, place } of walk(connection.id, start.after, count)) {
        found.push(listed.toStored(item));
        if (found.length < count) continue;
        await writeBookmark(table, connection.id, listed.type, startIndex + count, place, now);
        break;
      }
      return found;
    },

    async *find(connection, lookup, after, atATime = BATCH) {
      if (lookup.by === 'all') {
        const place = after && indexPosition(connection.id, after);
        for await (const { item } of walk(connection.id, place, atATime)) yield listed.toStored(item);
        return;
      }
      const items = (await listed.lookUp(connection.id, lookup)).filter(
        (item) => item.state === 'live' && (!after || orderOf(item) > orderOf(after)),
      );
      for (const item of items.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) yield listed.toStored(item);
    },
  };
}

/** The order of every list: by creation, as in the listing index. */
function orderOf({ created, id }: Place): string {
  return `${created}#${id}`;
}

function positionOf({ pk, sk, listPk, listSk }: IndexKey): IndexPosition {
  return { pk, sk, listPk, listSk };
}
