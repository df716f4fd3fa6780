import { DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import { type ConnectionId, type GroupId, isResourceId, type UserId } from './ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem, UserItem } from './items.ts';
import { keys } from './keys.ts';
import { latestWord } from './membership-word.ts';
import { layerChunkKeys, layersFrom } from './read-layers.ts';

const ATTEMPTS = 3;

/**
 * The live groups that a live user is in, in order of creation. DELIVERY §3.3: "strong query of the pointers, plus the layers of
 * groups in EXPANDING." A layer's words become pointers before it leaves EXPANDING, so EXPANDING is read first: read after
 * the pointers, a membership could be missed in both.
 * @throws DirectoryBusy
 */
export async function groupsOfUser(table: DynamoDbTable, c: ConnectionId, user: UserId): Promise<GroupItem[]> {
  if (!isResourceId(user)) return [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const groups = await readOnce(table, c, user);
    if (groups) return groups.sort((a, b) => (`${a.created}#${a.id}` < `${b.created}#${b.id}` ? -1 : 1));
  }
  throw new DirectoryBusy('the groups of the user kept changing while they were read');
}

/** Undefined if a layer was expanded between two requests: its words must be read again from the items. */
async function readOnce(table: DynamoDbTable, c: ConnectionId, user: UserId): Promise<GroupItem[] | undefined> {
  const expanding = new Set(await sortKeys(table, keys.expanding(c, '' as GroupId).pk, ''));
  const pointers = await sortKeys(table, keys.memberOf(c, user, '' as GroupId).pk, 'MEMBEROF#');
  const candidates = [...new Set([...expanding, ...pointers])] as GroupId[];
  const wanted = candidates.flatMap((group) => [keys.group(c, group), keys.member(c, group, user)]);
  const found = await table.batchGet<UserItem | GroupItem | MemberItem>([keys.user(c, user), ...wanted]);

  const items = new Map<GroupId, MemberItem>();
  const headers: GroupItem[] = [];
  let isLive = false;
  for (const item of found) {
    if (item.type === 'member') items.set(item.groupId, item);
    else if (item.state !== 'live') continue;
    else if (item.type === 'group') headers.push(item);
    else isLive = true;
  }
  if (!isLive) return [];

  if (headers.some(({ id, layers }) => expanding.has(id) && layers.length === 0)) return undefined;
  // Of each layer only the chunk that may name the user, and those of all groups together.
  const named = await table.batchGet<LayerChunkItem>(headers.flatMap((header) => layerChunkKeys(header, [user])));
  const chunks = new Map(named.map((chunk) => [chunk.sk, chunk]));
  const groups: GroupItem[] = [];
  for (const header of headers) {
    const layers = layersFrom(header, chunks, [user]);
    if (!layers) return undefined;
    if (latestWord(user, items.get(header.id), layers)?.wanted === 'present') groups.push(header);
  }
  return groups;
}

async function sortKeys(table: DynamoDbTable, pk: string, prefix: string): Promise<string[]> {
  const found: string[] = [];
  const options = { pk, attributes: ['sk'], ...(prefix !== '' && { beginsWith: prefix }) };
  for await (const { sk } of table.queryAll<{ sk: string }>(options)) found.push(sk.slice(prefix.length));
  return found;
}
