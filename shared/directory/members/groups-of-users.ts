import { atOnce } from '../at-once.ts';
import { DirectoryBusy, type DynamoDbTable } from '../dynamodb-table.ts';
import { type ConnectionId, type GroupId, isResourceId, type UserId } from '../ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem, UserItem } from '../items.ts';
import { keys } from '../keys.ts';
import { latestWord } from './membership-word.ts';
import { layerChunkKeys, layersFrom } from './read-layers.ts';

const ATTEMPTS = 3;
/** Queries of pointers under way together, one for each user. */
const QUERIES_AT_ONCE = 12;

/**
 * The live groups that live users are in, in order of creation; empty for who is no live user. DELIVERY §3.3: "strong query of the
 * pointers, plus the layers of groups in EXPANDING." Read together, many users cost one query each, one of EXPANDING, and shared
 * batches: a header is read once, whoever is in the group.
 *
 * What an expansion moves is never missed, because it is looked for first where it comes from. A layer's words become pointers before
 * it leaves EXPANDING, so EXPANDING is read before the pointers. They become items before the layer leaves its header, so of a
 * group that was in EXPANDING the header is read before the items; and a layer's chunks go after it has left the header, so one that
 * is missing means that the header is old, and everything is read again. Who is in a group because a layer alone says so is in it
 * only if the group still lists the layer afterwards: else an item that said otherwise may have gone with it (named-members.ts).
 * @throws DirectoryBusy
 */
export async function groupsOfUsers(table: DynamoDbTable, c: ConnectionId, users: readonly UserId[]): Promise<Map<UserId, GroupItem[]>> {
  const wanted = [...new Set(users)].filter(isResourceId) as UserId[];
  for (let attempt = 0; wanted.length > 0 && attempt < ATTEMPTS; attempt++) {
    const found = await readOnce(table, c, wanted);
    if (found) return found;
  }
  if (wanted.length === 0) return new Map();
  throw new DirectoryBusy('the groups of the users kept changing while they were read');
}

/** Undefined if a layer was expanded between two requests: its words must be read again from the items. */
async function readOnce(table: DynamoDbTable, c: ConnectionId, users: readonly UserId[]): Promise<Map<UserId, GroupItem[]> | undefined> {
  const expanding = (await sortKeys(table, keys.expanding(c, '' as GroupId).pk, '')) as GroupId[];
  const candidates = await candidatesOf(table, c, users, expanding);
  const groups = [...candidates.keys()];
  const isExpanding = new Set(expanding);
  const itemsOf = (group: GroupId) => (candidates.get(group) ?? []).map((user) => keys.member(c, group, user));

  const first = sorted(
    await table.batchGet<Found>([
      ...users.map((user) => keys.user(c, user)),
      ...groups.map((group) => keys.group(c, group)),
      ...groups.filter((group) => !isExpanding.has(group)).flatMap(itemsOf),
    ]),
  );
  // Of each layer only the chunks that may name one of the users.
  const second = sorted(
    await table.batchGet<Found>([
      ...first.headers.filter(({ id }) => isExpanding.has(id)).flatMap(({ id }) => itemsOf(id)),
      ...first.headers.flatMap((header) => layerChunkKeys(header, candidates.get(header.id))),
    ]),
  );

  const items = new Map([...first.items, ...second.items]);
  const found = new Map<UserId, GroupItem[]>(users.map((user) => [user, []]));
  const onlyByLayer = new Set<GroupItem>();
  for (const header of first.headers.sort(byCreation)) {
    const about = candidates.get(header.id) ?? [];
    const layers = layersFrom(header, second.chunks, about);
    if (!layers) return undefined;
    for (const user of about) {
      const word = latestWord(user, items.get(membership(header.id, user)), layers);
      if (!first.live.has(user) || word?.wanted !== 'present') continue;
      found.get(user)?.push(header);
      if (word.from === 'layer') onlyByLayer.add(header);
    }
  }
  return (await haveSameLayers(table, [...onlyByLayer])) ? found : undefined;
}

async function haveSameLayers(table: DynamoDbTable, headers: readonly GroupItem[]): Promise<boolean> {
  const now = await table.batchGet<Pick<GroupItem, 'id' | 'guard'>>(
    headers.map(({ connection, id }) => keys.group(connection, id)),
    ['id', 'guard'],
  );
  const guards = new Map(now.map(({ id, guard }) => [id, guard]));
  return headers.every(({ id, guard }) => guards.get(id) === guard);
}

/** Who may be in which group: those that have a pointer to it, and everybody in one that is in expansion. */
async function candidatesOf(
  table: DynamoDbTable,
  c: ConnectionId,
  users: readonly UserId[],
  expanding: readonly GroupId[],
): Promise<Map<GroupId, UserId[]>> {
  const candidates = new Map<GroupId, UserId[]>(expanding.map((group) => [group, [...users]]));
  const everybody = new Set(expanding);
  const pointers = await atOnce(QUERIES_AT_ONCE, users, (user) => sortKeys(table, keys.memberOf(c, user, '' as GroupId).pk, 'MEMBEROF#'));
  for (const [i, user] of users.entries()) {
    for (const group of (pointers[i] ?? []) as GroupId[]) {
      if (everybody.has(group)) continue;
      const known = candidates.get(group);
      if (known) known.push(user);
      else candidates.set(group, [user]);
    }
  }
  return candidates;
}

type Found = UserItem | GroupItem | MemberItem | LayerChunkItem;

/** What a batch answered, which is in no order. */
function sorted(found: readonly Found[]) {
  const live = new Set<UserId>();
  const headers: GroupItem[] = [];
  const items = new Map<string, MemberItem>();
  const chunks = new Map<string, LayerChunkItem>();
  for (const item of found) {
    if (item.type === 'member') items.set(membership(item.groupId, item.userId), item);
    else if (item.type === 'layer') chunks.set(item.sk, item);
    else if (item.state !== 'live') continue;
    else if (item.type === 'group') headers.push(item);
    else live.add(item.id);
  }
  return { live, headers, items, chunks };
}

function membership(group: GroupId, user: UserId): string {
  return `${group} ${user}`;
}

function byCreation(a: GroupItem, b: GroupItem): number {
  return `${a.created}#${a.id}` < `${b.created}#${b.id}` ? -1 : 1;
}

async function sortKeys(table: DynamoDbTable, pk: string, prefix: string): Promise<string[]> {
  const found: string[] = [];
  const options = { pk, attributes: ['sk'], ...(prefix !== '' && { beginsWith: prefix }) };
  for await (const { sk } of table.queryAll<{ sk: string }>(options)) found.push(sk.slice(prefix.length));
  return found;
}
