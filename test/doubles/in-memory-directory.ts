import { messageGroupOf } from '../../shared/changes/change.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import {
  type Directory,
  type GroupOfUser,
  type MembershipChange,
  RevisionConflict,
  type StoredGroup,
  type StoredUser,
  TooManyMembers,
  type WriteContext,
} from '../../shared/directory/directory.ts';
import type { ConnectionId, GroupId, UserId } from '../../shared/directory/ids.ts';
import { firstVersion, isBehind, nextVersion } from '../../shared/directory/resource-write.ts';
import { accountNameOf, groupNameOf } from '../../shared/provisioning/naming.ts';
import { sameAttributes } from '../../shared/scim/patch/same-attributes.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { inMemoryListing, inOrder, Shelf } from './in-memory-shelf.ts';
import { SplitSet } from './split-set.ts';

/** A message names no more members than this. */
const NAMED_MEMBERS = 48;

/** All that one connection has. Both sides of a membership are kept, so that no question walks the other. */
interface Tenant {
  readonly users: Shelf<StoredUser>;
  readonly groups: Shelf<StoredGroup>;
  readonly members: Map<GroupId, SplitSet<UserId>>;
  readonly groupsOf: Map<UserId, Set<GroupId>>;
}

/**
 * The directory in plain maps, for tests and for measuring what the code around it costs: it passes the same contract as the table.
 * Each call runs to its end before another begins, so that nothing is ever half written. What only the table has is not here:
 * items have no largest size, a group any number of large changes, and nothing is ever bound to an account.
 */
export function inMemoryDirectory(newId: () => string): Directory {
  const tenants = new Map<ConnectionId, Tenant>();
  const tenantOf = ({ id }: Connection): Tenant => {
    const known = tenants.get(id);
    if (known) return known;
    const tenant: Tenant = { users: new Shelf('userName'), groups: new Shelf('displayName'), members: new Map(), groupsOf: new Map() };
    tenants.set(id, tenant);
    return tenant;
  };
  const memberOf = (connection: Connection, user: string): StoredGroup[] => {
    const { users, groups, groupsOf } = tenantOf(connection);
    if (!users.has(user)) return [];
    return inOrder([...(groupsOf.get(user as UserId) ?? [])].flatMap((id) => groups.get(id) ?? []));
  };
  const newResource = <Id extends string>(context: WriteContext, attributes: ScimObject) => {
    return { id: (context.newId ?? newId()) as Id, ...firstVersion(context), attributes };
  };

  return {
    users: {
      listing: inMemoryListing(
        (connection) => tenantOf(connection).users,
        () => {
          throw new TypeError('users are not looked up by member');
        },
      ),

      async create(context, attributes) {
        const user: StoredUser = newResource(context, attributes);
        tenantOf(context.connection).users.put(user);
        return { resource: user, changed: true, messageGroup: messageGroupOfUser(context, attributes) };
      },

      read: async (connection, id) => tenantOf(connection).users.get(id),

      async update(context, read, attributes) {
        const messageGroup = messageGroupOfUser(context, attributes);
        if (sameAttributes(read.attributes, attributes) && !isBehind(context, read))
          return { resource: read, changed: false, messageGroup };
        const { users } = tenantOf(context.connection);
        const user = nextRevision(context, users.expect(read), attributes);
        users.put(user);
        return { resource: user, changed: true, messageGroup };
      },

      async delete(context, read) {
        const { users, members, groupsOf } = tenantOf(context.connection);
        users.take(users.expect(read));
        for (const group of groupsOf.get(read.id) ?? []) members.get(group)?.delete(read.id);
        groupsOf.delete(read.id);
        return {
          resource: nextRevision(context, read, read.attributes),
          changed: true,
          messageGroup: messageGroupOfUser(context, read.attributes),
        };
      },

      async existing(connection, ids, joining) {
        const { users, groups } = tenantOf(connection);
        if (joining) groups.expect(joining);
        return new Set([...ids].filter((id) => users.has(id)) as UserId[]);
      },

      groupsOf: async (connection, ids) => new Map(ids.map((id) => [id, memberOf(connection, id).map(toGroupOfUser)])),
    },

    groups: {
      listing: inMemoryListing((connection) => tenantOf(connection).groups, memberOf),

      async create(context, attributes, members) {
        const tenant = tenantOf(context.connection);
        const group: StoredGroup = { ...newResource<GroupId>(context, attributes), header: undefined };
        tenant.groups.put(group);
        const named = changeMembers(tenant, group.id, [...members], []);
        return { resource: group, changed: true, messageGroup: messageGroupOfGroup(context, attributes), ...named };
      },

      read: async (connection, id) => tenantOf(connection).groups.get(id),

      async readWithMembers(connection, id, most = Number.POSITIVE_INFINITY) {
        const { groups, members } = tenantOf(connection);
        const group = groups.get(id);
        const present = members.get(id) ?? new SplitSet<UserId>();
        if (present.size > most) throw new TooManyMembers('the group has more members than the reader has use for');
        return group && { group, members: [...present].sort() };
      },

      async update(context, read, attributes, change) {
        const tenant = tenantOf(context.connection);
        const messageGroup = messageGroupOfGroup(context, attributes);
        const { add, remove } = change ? effectOf(tenant, read, change) : { add: [], remove: [] };
        if (add.length + remove.length === 0 && sameAttributes(read.attributes, attributes) && !isBehind(context, read)) {
          return { resource: read, changed: false, messageGroup };
        }
        const group = nextRevision(context, tenant.groups.expect(read), attributes);
        tenant.groups.put(group);
        return { resource: group, changed: true, messageGroup, ...changeMembers(tenant, read.id, add, remove) };
      },

      async delete(context, read) {
        const { groups, members, groupsOf } = tenantOf(context.connection);
        groups.take(groups.expect(read));
        for (const user of members.get(read.id) ?? []) groupsOf.get(user)?.delete(read.id);
        members.delete(read.id);
        return {
          resource: nextRevision(context, read, read.attributes),
          changed: true,
          messageGroup: messageGroupOfGroup(context, read.attributes),
        };
      },
    },
  };
}

function toGroupOfUser({ id, attributes }: StoredGroup): GroupOfUser {
  return { id, displayName: String(attributes['displayName']) };
}

function nextRevision<R extends StoredUser | StoredGroup>(context: WriteContext, resource: R, attributes: ScimObject): R {
  return { ...resource, ...nextVersion(context, resource), attributes };
}

/** Who would come and who would go: those whose membership is that way already are left out. @throws RevisionConflict */
function effectOf({ groups, members }: Tenant, read: StoredGroup, change: MembershipChange): { add: UserId[]; remove: UserId[] } {
  if (groups.get(read.id)?.revision !== read.revision) throw new RevisionConflict('the group has changed since it was read');
  const present = members.get(read.id) ?? new SplitSet<UserId>();
  return {
    add: [...change.add].filter((user) => !present.has(user)),
    remove: change.replaces ? [...present].filter((user) => !change.add.has(user)) : [...change.remove].filter((user) => present.has(user)),
  };
}

/** Changes both sides in place; gives back the members for the message. */
function changeMembers(tenant: Tenant, group: GroupId, add: readonly UserId[], remove: readonly UserId[]): { members?: UserId[] } {
  const members = tenant.members.get(group) ?? new SplitSet<UserId>();
  tenant.members.set(group, members);
  for (const user of remove) {
    members.delete(user);
    tenant.groupsOf.get(user)?.delete(group);
  }
  for (const user of add) {
    members.add(user);
    tenant.groupsOf.set(user, (tenant.groupsOf.get(user) ?? new Set()).add(group));
  }
  const changed = add.length + remove.length;
  return changed > 0 && changed <= NAMED_MEMBERS ? { members: [...remove, ...add] } : {};
}

function messageGroupOfUser({ connection }: WriteContext, { userName }: ScimObject): string {
  return messageGroupOf(connection.target.id, 'account', accountNameOf(String(userName)));
}

function messageGroupOfGroup({ connection }: WriteContext, { displayName }: ScimObject): string {
  return messageGroupOf(connection.target.id, 'group', groupNameOf(String(displayName)));
}
