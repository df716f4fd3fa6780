import { RevisionConflict } from './directory.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { UserId } from './ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem, UserItem } from './items.ts';
import { keys } from './keys.ts';
import { latestWord } from './membership-word.ts';
import { layerChunkKeys, layersFrom } from './read-layers.ts';

/** Up to here the words of those named are read, to drop the members whose word already says so. */
export const LOOKED_UP_MEMBERS = 1_000;

/** What the table says about the users that a change of a group names: the rest of the group is not read. */
export interface NamedMembers {
  /** Which of them are live users; their words are read along, in the same requests, for the `presence` of the same header. */
  joining(header: GroupItem, users: readonly UserId[]): Promise<Set<UserId>>;
  /** Whether they are members, from their items and the layers the header lists. @throws RevisionConflict */
  presence(header: GroupItem, users: readonly UserId[]): Promise<(user: UserId) => boolean>;
}

type Found = Pick<UserItem, 'id' | 'state'> & Pick<MemberItem, 'userId' | 'wanted' | 'revision'> & LayerChunkItem;
const ATTRIBUTES = ['sk', 'type', 'id', 'state', 'userId', 'wanted', 'revision', 'add', 'remove'] as const;

export function namedMembers(table: DynamoDbTable): NamedMembers {
  /** By header: a header that is read again is another object, and what was read for the older one is forgotten with it. */
  const known = new WeakMap<GroupItem, ReadonlyMap<UserId, boolean>>();

  /**
   * DELIVERY §3.1: "Strong read of header, its layers, the items named", in this order: what is read is at the header's revision or
   * newer, and if it is newer the condition on the header fails.
   */
  async function read(header: GroupItem, users: readonly UserId[], withUsers: boolean) {
    const { connection, id } = header;
    const found = await table.batchGet<Found>(
      [
        ...users.map((user) => keys.member(connection, id, user)),
        ...(withUsers ? users.map((user) => keys.user(connection, user)) : []),
        ...layerChunkKeys(header, users),
      ],
      ATTRIBUTES,
    );
    const layers = layersFrom(header, new Map(found.map((item) => [item.sk, item])), users);
    // A chunk is deleted only after the header has lost its layer.
    if (!layers) throw new RevisionConflict('a layer was expanded since the group was read');
    const items = new Map(found.map((item) => [item.userId, item]));
    return {
      live: new Set(found.flatMap(({ id: user, state }) => (state === 'live' ? [user] : []))),
      present: new Map(users.map((user) => [user, latestWord(user, items.get(user), layers)?.wanted === 'present'])),
    };
  }

  return {
    async joining(header, users) {
      const { live, present } = await read(header, users, true);
      known.set(header, present);
      return live;
    },

    async presence(header, users) {
      const present = new Map(known.get(header));
      const others = users.filter((user) => !present.has(user));
      if (others.length > 0) for (const [user, word] of (await read(header, others, false)).present) present.set(user, word);
      return (user) => present.get(user) === true;
    },
  };
}
