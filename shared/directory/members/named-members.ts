import { RevisionConflict } from '../directory.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem, UserItem } from '../items.ts';
import { keys } from '../keys.ts';
import { latestWord, type Word } from './membership-word.ts';
import { layerChunkKeys, layersFrom } from './read-layers.ts';

/** Up to here the words of those named are read, to drop the members whose word already says so. */
export const LOOKED_UP_MEMBERS = 1_000;

/** What the table says about the users that a change of a group names: the rest of the group is not read. */
export interface NamedMembers {
  /** Which of them are live users; their words are read along, in the same requests, for the `words` of the same header. */
  joining(header: GroupItem, users: readonly UserId[]): Promise<Set<UserId>>;
  /** The latest words about them, from their items and the layers the header lists. @throws RevisionConflict */
  words(header: GroupItem, users: readonly UserId[]): Promise<(user: UserId) => Word | undefined>;
  /**
   * Makes sure of words that only a layer says. The worker drops a layer, and then the items of removals it has applied, without a
   * new revision: who is removed by an item at the header's revision could seem to be added by a layer that was read before, or
   * whose chunks are not deleted yet. While the header lists a layer no such item goes (DELIVERY §3.7).
   * @throws RevisionConflict if the list of layers has changed since the header was read
   */
  confirmLayers(header: GroupItem): Promise<void>;
}

type Words = ReadonlyMap<UserId, Word | undefined>;
type Found = Pick<UserItem, 'id' | 'state'> & Pick<MemberItem, 'userId' | 'wanted' | 'revision'> & LayerChunkItem;
const ATTRIBUTES = ['sk', 'type', 'id', 'state', 'userId', 'wanted', 'revision', 'add', 'remove'] as const;

export function namedMembers(table: DynamoDbTable): NamedMembers {
  /** By header: a header that is read again is another object, and what was read for the older one is forgotten with it. */
  const known = new WeakMap<GroupItem, Words>();

  /**
   * DELIVERY §3.1: "Strong read of header, its layers, the items named", the header first: what is read is at its revision or newer,
   * and if it is newer the condition on the header fails. Layers and items come in no order among themselves: see `confirmLayers`.
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
      words: new Map(users.map((user) => [user, latestWord(user, items.get(user), layers)])),
    };
  }

  return {
    async joining(header, users) {
      const { live, words } = await read(header, users, true);
      known.set(header, words);
      return live;
    },

    async words(header, users) {
      const words = new Map(known.get(header));
      const others = users.filter((user) => !words.has(user));
      if (others.length > 0) for (const [user, word] of (await read(header, others, false)).words) words.set(user, word);
      return (user) => words.get(user);
    },

    async confirmLayers({ connection, id, guard }) {
      const now = await table.get<Pick<GroupItem, 'guard'>>(keys.group(connection, id), ['guard']);
      if (now?.guard !== guard) throw new RevisionConflict('a layer was expanded while it was read');
    },
  };
}
