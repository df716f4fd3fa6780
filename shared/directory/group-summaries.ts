import { atOnce } from './at-once.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId, GroupId } from './ids.ts';
import type { GroupItem, MemberItem } from './items.ts';
import { indexes, type Key, keys, listing } from './keys.ts';
import type { GroupSummary } from './overview.ts';

const PAGE = 100;
const COUNTS_AT_ONCE = 8;
/** Memberships are counted up to here: one query of at most 334 KB, 42 read units, for each group. */
const MEMBERS_COUNTED = 1_000;

/** The live groups of a connection in order of creation, a page at a time: what one page needs is all that is held. */
export async function* groupSummaries(table: DynamoDbTable, connection: ConnectionId): AsyncGenerator<GroupSummary> {
  const { listPk: pk } = listing.resources(connection, 'Group', '', '');
  let after: Readonly<Record<string, string>> | undefined;
  do {
    const page = await table.query<Key>({ pk, index: indexes.listing, limit: PAGE, ...(after && { after }) });
    const headers = new Map((await table.batchGet<GroupItem>(page.items)).map((header) => [header.pk, header]));
    const live = page.items.flatMap((key) => headers.get(key.pk) ?? []).filter(({ state }) => state === 'live');
    yield* await atOnce(COUNTS_AT_ONCE, live, (header) => summaryOf(table, header));
    after = page.next;
  } while (after);
}

async function summaryOf(table: DynamoDbTable, header: GroupItem): Promise<GroupSummary> {
  const { boundName, alsoBound = [], parkedCode, parkedReason } = header;
  return {
    id: header.id,
    displayName: header.displayName,
    ...(await countMembers(table, header)),
    bound: boundName === undefined ? [] : [boundName, ...alsoBound],
    isPending: header.marker !== undefined && parkedCode === undefined,
    ...(parkedCode !== undefined && { parked: { code: parkedCode, reason: parkedReason ?? '' } }),
  };
}

/** What a large change says that is still being worked through is not counted. */
async function countMembers(table: DynamoDbTable, { connection, id, hasMembers, layers }: GroupItem) {
  if (!hasMembers) return { members: 0, moreMembers: false };
  const { pk, sk: beginsWith } = keys.member(connection, id as GroupId, '' as MemberItem['userId']);
  const options = { pk, beginsWith, limit: MEMBERS_COUNTED, attributes: ['wanted'], consistent: false };
  const { items, next } = await table.query<Pick<MemberItem, 'wanted'>>(options);
  const members = items.filter(({ wanted }) => wanted === 'present').length;
  return { members, moreMembers: next !== undefined || layers.length > 0 };
}
