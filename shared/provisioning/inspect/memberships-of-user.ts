import { atOnce } from '../../directory/at-once.ts';
import type { MembershipRead } from '../../directory/delivery.ts';
import type { GroupId } from '../../directory/ids.ts';
import { ITEM_VERSION, type MemberItem, type UserItem } from '../../directory/items.ts';
import { keys } from '../../directory/keys.ts';
import { latestWord } from '../../directory/members/membership-word.ts';
import type { Look } from './look.ts';

const READS_AT_ONCE = 12;

/** All that the directory says of a user in groups, in no order; of groups in expansion also what only a large change says. */
export async function membershipsOfUser({ connection, delivery }: Look, user: UserItem): Promise<MembershipRead[]> {
  const groups: GroupId[] = [];
  for await (const group of delivery.memberships.groupsOf(connection.id, user.id)) groups.push(group);
  const read = await atOnce(READS_AT_ONCE, groups, (group) => readOne({ connection, delivery }, user, group));
  return read.filter((one) => one !== undefined);
}

async function readOne({ connection, delivery }: Pick<Look, 'connection' | 'delivery'>, user: UserItem, id: GroupId) {
  const read = await delivery.memberships.read(connection.id, id, user.id);
  const group = read?.group ?? (await delivery.resources.group(connection.id, id));
  if (!group || group.layers.length === 0) return read;
  const word = latestWord(user.id, read?.member, (await delivery.layers.contents(group, [user.id])) ?? []);
  if (!word || word.from === 'item') return read;
  // What the worker will write when it comes to this layer (DELIVERY §3.5).
  const { wanted, revision } = word;
  const ids = { connection: connection.id, target: user.target, groupId: id, userId: user.id };
  const key = keys.member(connection.id, id, user.id);
  const member: MemberItem = { ...key, v: ITEM_VERSION, type: 'member', ...ids, wanted, revision, marker: 'pending' };
  return { member, group, user };
}
