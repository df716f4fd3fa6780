import { messageGroupOf } from '../changes/change.ts';
import { accountNameOf } from '../provisioning/naming.ts';
import { sameAttributes } from '../scim/patch/same-attributes.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import { commit } from './commit.ts';
import type { Committed, StoredUser, UserDirectory, WriteContext } from './directory.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { isResourceId, type UserId } from './ids.ts';
import { type GroupItem, ITEM_VERSION, type UserItem } from './items.ts';
import { keys, listing } from './keys.ts';
import { clearedParked, markerOfRequest } from './marker.ts';
import { groupsOfUsers } from './members/groups-of-users.ts';
import { LOOKED_UP_MEMBERS, type NamedMembers } from './members/named-members.ts';
import { changeCount } from './resource-count.ts';
import { exchangeLookups, lookupsOfUser } from './resource-lookups.ts';
import {
  absent,
  changeResource,
  firstVersion,
  isBehind,
  nextVersion,
  requiredText,
  resourceText,
  type StoreOptions,
} from './resource-write.ts';

export function toStoredUser(item: UserItem): StoredUser {
  return {
    id: item.id,
    revision: item.revision,
    created: item.created,
    lastModified: item.lastModified,
    attributes: JSON.parse(item.resource) as ScimObject,
    ...(item.boundName !== undefined && { boundName: item.boundName }),
  };
}

/** The users of the table; every write is one transaction of the user, its claim and look-ups, the count and the marker. */
export function dynamoDbUsers(table: DynamoDbTable, namedMembers: NamedMembers, options: StoreOptions): UserDirectory {
  const markerOf = (context: WriteContext, id: UserId, removal: boolean, messageGroup: string) =>
    markerOfRequest(context, options.sweepAfterSeconds, { key: keys.user(context.connection.id, id), removal, messageGroup }).set;

  return {
    async create(context, attributes) {
      const { connection } = context;
      const id = (context.newId ?? options.newId()) as UserId;
      const version = firstVersion(context);
      const messageGroup = messageGroupOfUser(context, attributes);
      const { userName, active, resource } = lifted(attributes);
      const item: UserItem = {
        ...keys.user(connection.id, id),
        v: ITEM_VERSION,
        type: 'user',
        connection: connection.id,
        target: connection.target.id,
        id,
        state: 'live',
        resource,
        userName,
        active,
        ...version,
        ...listing.resources(connection.id, 'User', version.created, id),
        ...markerOf(context, id, !active, messageGroup),
      };
      await commit(table, [
        { write: { put: item, condition: absent } },
        ...exchangeLookups([], lookupsOfUser(connection.id, id, attributes)),
        { write: changeCount(connection.id, 'User', id, 1) },
      ]);
      return { resource: toStoredUser(item), changed: true, messageGroup };
    },

    async read(connection, id) {
      if (!isResourceId(id)) return undefined;
      const item = await table.get<UserItem>(keys.user(connection.id, id));
      return item?.state === 'live' ? toStoredUser(item) : undefined;
    },

    async update(context, read, attributes) {
      const messageGroup = messageGroupOfUser(context, attributes, read.boundName);
      if (sameAttributes(read.attributes, attributes) && !isBehind(context, read)) return { resource: read, changed: false, messageGroup };
      const c = context.connection.id;
      const version = nextVersion(context, read);
      const fields = lifted(attributes);
      const set = { ...fields, ...version, ...markerOf(context, read.id, !fields.active, messageGroup) };
      await commit(table, [
        changeResource(keys.user(c, read.id), read, { set, remove: clearedParked }),
        ...exchangeLookups(lookupsOfUser(c, read.id, read.attributes), lookupsOfUser(c, read.id, attributes)),
      ]);
      return { resource: { ...read, ...version, attributes }, changed: true, messageGroup };
    },

    // DELIVERY §3.8: "Deleting a user: tombstone and USERTOMB; the worker makes every item of its pointers pending."
    async delete(context, read): Promise<Committed<StoredUser>> {
      const c = context.connection.id;
      const revision = read.revision + 1;
      const deletedAt = context.now.toISOString();
      const messageGroup = messageGroupOfUser(context, read.attributes, read.boundName);
      const marker = markerOf(context, read.id, true, messageGroup);
      await commit(table, [
        changeResource(keys.user(c, read.id), read, {
          set: { state: 'tombstone', revision, deletedAt, lastModified: deletedAt, ...marker },
          remove: [...clearedParked, 'listPk', 'listSk'],
        }),
        { write: { put: { ...keys.userTombstone(c, read.id), v: ITEM_VERSION, type: 'userTombstone', deletedAt } } },
        ...exchangeLookups(lookupsOfUser(c, read.id, read.attributes), []),
        { write: changeCount(c, 'User', read.id, -1) },
      ]);
      return { resource: { ...read, revision, lastModified: deletedAt }, changed: true, messageGroup };
    },

    async existing(connection, ids, joining) {
      const wanted = [...new Set(ids)].filter(isResourceId) as UserId[];
      const header = joining?.header as GroupItem | undefined;
      if (header?.hasMembers && wanted.length <= LOOKED_UP_MEMBERS) return namedMembers.joining(header, wanted);
      const users = wanted.map((id) => keys.user(connection.id, id));
      const found = await table.batchGet<Pick<UserItem, 'id' | 'state'>>(users, ['id', 'state']);
      return new Set(found.flatMap(({ id, state }) => (state === 'live' ? [id] : [])));
    },

    async groupsOf(connection, ids) {
      const groups = await groupsOfUsers(table, connection.id, ids);
      return new Map([...groups].map(([user, headers]) => [user, headers.map(({ id, displayName }) => ({ id, displayName }))]));
    },
  };
}

/** The attributes that the worker and the indexes need beside the resource itself. RFC 7643 §4.1.1: active is the account's status; a user without it is active. */
function lifted(attributes: ScimObject): Pick<UserItem, 'userName' | 'active' | 'resource'> {
  const active = attributes['active'] !== false;
  return { userName: requiredText(attributes, 'userName'), active, resource: resourceText(attributes) };
}

function messageGroupOfUser({ connection }: WriteContext, attributes: ScimObject, boundName?: string): string {
  return messageGroupOf(connection.target.id, 'account', boundName ?? accountNameOf(requiredText(attributes, 'userName')));
}
