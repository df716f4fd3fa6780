import { DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';

/** Where a position of a list is in its index: what the position comes after. */
export type IndexPosition = Readonly<Record<string, string>>;

interface BookmarkItem {
  readonly sk: string;
  readonly after: IndexPosition;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

const LIFETIME_SECONDS = 30 * 60;
/** TTL deletes late: expired bookmarks are passed over, some at a time. */
const LOOK_BACK = 5;

/** Keeps the place where a page starts, so that the client who walks the pages does not pay for those before. */
export async function writeBookmark(
  table: DynamoDbTable,
  c: ConnectionId,
  query: string,
  startIndex: number,
  after: IndexPosition,
  now: Date,
): Promise<void> {
  const expiresAt = Math.floor(now.getTime() / 1_000) + LIFETIME_SECONDS;
  try {
    await table.put({ ...keys.bookmark(c, query, startIndex), v: ITEM_VERSION, type: 'bookmark', after, expiresAt });
  } catch (error) {
    // Only a walk is saved by a bookmark: the page itself does not fail for it.
    if (!(error instanceof DirectoryBusy)) throw error;
  }
}

/** The nearest bookmark at or below `startIndex`; undefined if the walk starts at the first resource. */
export async function nearestBookmark(
  table: DynamoDbTable,
  c: ConnectionId,
  query: string,
  startIndex: number,
  now: Date,
): Promise<{ readonly startIndex: number; readonly after: IndexPosition } | undefined> {
  const { pk, sk } = keys.bookmark(c, query, startIndex);
  const between = [keys.bookmark(c, query, 1).sk, sk] as const;
  for await (const item of table.queryAll<BookmarkItem>({ pk, between, backwards: true, limit: LOOK_BACK })) {
    if (item.expiresAt > now.getTime() / 1_000) return { startIndex: Number(item.sk), after: item.after };
  }
  return undefined;
}
