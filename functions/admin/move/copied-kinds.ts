import type { Connection } from '../../../shared/directory/connection.ts';
import type { Directory, Listing, Stored, StoredGroup, StoredUser, WriteContext } from '../../../shared/directory/directory.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';

/** What copying needs to know of users, or of groups. `read` is the newest state; a group's has its members. */
export interface CopiedKind<R extends Stored<string>> {
  readonly type: 'user' | 'group';
  readonly listing: Listing<R>;
  readonly naming: 'userName' | 'displayName';
  read(connection: Connection, id: string): Promise<R | undefined>;
  /** @throws NameTaken */
  create(context: WriteContext, original: R): Promise<unknown>;
  /** @throws NameTaken, RevisionConflict, TooManyLayers */
  update(context: WriteContext, copy: R, original: R): Promise<unknown>;
  /** @throws NameTaken, RevisionConflict */
  rename(context: WriteContext, copy: R, name: string): Promise<unknown>;
  delete(context: WriteContext, copy: R): Promise<unknown>;
}

export function copiedUsers({ users }: Directory): CopiedKind<StoredUser> {
  return {
    type: 'user',
    listing: users.listing,
    naming: 'userName',
    read: (connection, id) => users.read(connection, id as UserId),
    create: (context, { attributes }) => users.create(context, attributes),
    update: (context, copy, { attributes }) => users.update(context, copy, attributes),
    rename: (context, copy, userName) => users.update(context, copy, { ...copy.attributes, userName }),
    delete: (context, copy) => users.delete(context, copy),
  };
}

type WithMembers = StoredGroup & { readonly members: readonly UserId[] };

/** @param haveUsers sees to it that these users are there, as far as they are still in the original */
export function copiedGroups(
  { groups }: Directory,
  haveUsers: (ids: readonly UserId[]) => Promise<ReadonlySet<UserId>>,
): CopiedKind<WithMembers> {
  return {
    type: 'group',
    // Lists have the headers, which is enough to see what differs.
    listing: groups.listing as Listing<WithMembers>,
    naming: 'displayName',
    async read(connection, id) {
      const read = await groups.readWithMembers(connection, id as GroupId);
      return read && { ...read.group, members: read.members };
    },
    async create(context, { attributes, members }) {
      return groups.create(context, attributes, await haveUsers(members));
    },
    async update(context, copy, original) {
      const present = new Set(copy.members);
      const wanted = new Set(original.members);
      const add = await haveUsers(original.members.filter((user) => !present.has(user)));
      const remove = new Set(copy.members.filter((user) => !wanted.has(user)));
      return groups.update(context, copy, original.attributes, { replaces: false, add, remove });
    },
    rename: (context, copy, displayName) => groups.update(context, copy, { ...copy.attributes, displayName }),
    delete: (context, copy) => groups.delete(context, copy),
  };
}
