import { messageGroupOf } from '../changes/change.ts';
import { groupNameOf } from '../provisioning/naming.ts';
import { sameAttributes } from '../scim/patch/same-attributes.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import { commit, type Step, TRANSACTION_WRITES } from './commit.ts';
import { type GroupDirectory, NameTaken, RevisionConflict, type StoredGroup, TooManyMembers, type WriteContext } from './directory.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { type GroupId, isResourceId } from './ids.ts';
import { type GroupItem, ITEM_VERSION } from './items.ts';
import { keys, listing } from './keys.ts';
import { clearedParked, markerOfRequest } from './marker.ts';
import { moreMembersThan } from './members/group-bounds.ts';
import { assertRoomForLayer, discardLayer, listLayer, type WrittenLayer, writeLayer } from './members/large-change.ts';
import { type MemberPlan, planMembers } from './members/member-plan.ts';
import type { NamedMembers } from './members/named-members.ts';
import { readGroupWithin } from './members/read-group.ts';
import { smallChange, WRITES_A_MEMBER } from './members/small-change.ts';
import { changeCount } from './resource-count.ts';
import { exchangeLookups, lookupsOfGroup } from './resource-lookups.ts';
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

export function toStoredGroup(header: GroupItem): StoredGroup {
  return {
    id: header.id,
    revision: header.revision,
    created: header.created,
    lastModified: header.lastModified,
    attributes: JSON.parse(header.resource) as ScimObject,
    ...(header.boundName !== undefined && { boundName: header.boundName }),
    header,
  };
}

/** The groups of the table. What becomes visible does so in one transaction on the header, at any number of members. */
export function dynamoDbGroups(table: DynamoDbTable, namedMembers: NamedMembers, options: StoreOptions): GroupDirectory {
  const { newId, sweepAfterSeconds } = options;
  const markerOf = (context: WriteContext, id: GroupId, removal: boolean, messageGroup: string) =>
    markerOfRequest(context, sweepAfterSeconds, { key: keys.group(context.connection.id, id), removal, messageGroup }).set;

  /** The plan as steps; a layer's chunks are written here, and deleted again if `finish` throws before they are listed. */
  async function withMembers<T>(
    context: WriteContext,
    group: GroupItem,
    plan: MemberPlan,
    messageGroup: string,
    finish: (members: { set: Partial<GroupItem>; steps: readonly Step[] }) => Promise<T>,
  ): Promise<T> {
    if (plan.as === 'nothing') return finish({ set: {}, steps: [] });
    if (plan.as === 'items') {
      return finish({ set: { hasMembers: true }, steps: smallChange(context, group, plan, { messageGroup, sweepAfterSeconds }) });
    }
    assertRoomForLayer(group, plan.replaces);
    const layer: WrittenLayer = await writeLayer(table, group, { id: newId(), ...plan }, context.now);
    const { set, steps } = listLayer(group, layer);
    try {
      return await finish({ set: { ...set, hasMembers: true }, steps });
    } catch (error) {
      if (isRefusal(error)) await discardLayer(table, layer);
      throw error;
    }
  }

  return {
    async create(context, attributes, members) {
      const { connection } = context;
      const id = (context.newId ?? newId()) as GroupId;
      const key = keys.group(connection.id, id);
      const version = firstVersion(context);
      const messageGroup = messageGroupOfGroup(context, attributes);
      const header: GroupItem = {
        ...key,
        v: ITEM_VERSION,
        type: 'group',
        connection: connection.id,
        target: connection.target.id,
        id,
        state: 'live',
        resource: resourceText(attributes),
        displayName: requiredText(attributes, 'displayName'),
        layers: [],
        guard: 0,
        hasMembers: false,
        ...version,
        ...listing.resources(connection.id, 'Group', version.created, id),
        ...markerOf(context, id, false, messageGroup),
      };
      const others = [
        ...exchangeLookups([], lookupsOfGroup(connection.id, id, attributes)),
        { write: changeCount(connection.id, 'Group', id, 1) },
      ];
      const plan = await planMembers(table, namedMembers, header, { replaces: false, add: members, remove: new Set() }, roomBeside(others));
      return withMembers(context, header, plan, messageGroup, async ({ set, steps }) => {
        const item = { ...header, ...set };
        await commit(table, [{ write: { put: item, condition: absent } }, ...others, ...steps]);
        return { resource: toStoredGroup(item), changed: true, messageGroup, ...named(plan) };
      });
    },

    async read(connection, id) {
      if (!isResourceId(id)) return undefined;
      const header = await table.get<GroupItem>(keys.group(connection.id, id));
      return header?.state === 'live' ? toStoredGroup(header) : undefined;
    },

    async readWithMembers(connection, id, most = Number.POSITIVE_INFINITY) {
      if (!isResourceId(id)) return undefined;
      const read = await readGroupWithin(table, connection.id, id, (deleted) => moreMembersThan(most, deleted));
      if (read === 'larger') throw new TooManyMembers(`the group has more than ${most} members`);
      return read && { group: toStoredGroup(read.header), members: read.members };
    },

    async update(context, read, attributes, members) {
      const header = read.header as GroupItem;
      const isRenewed = !sameAttributes(read.attributes, attributes);
      const messageGroup = messageGroupOfGroup(context, attributes, header.boundName);
      const others = isRenewed
        ? exchangeLookups(
            lookupsOfGroup(header.connection, read.id, read.attributes),
            lookupsOfGroup(header.connection, read.id, attributes),
          )
        : [];
      const plan: MemberPlan = members ? await planMembers(table, namedMembers, header, members, roomBeside(others)) : { as: 'nothing' };
      if (plan.as === 'nothing' && !isRenewed && !isBehind(context, read)) return { resource: read, changed: false, messageGroup };
      // Before a layer is written: what is refused leaves nothing behind.
      const renewed = isRenewed && { resource: resourceText(attributes), displayName: requiredText(attributes, 'displayName') };

      const next = { ...header, ...nextVersion(context, header) };
      return withMembers(context, next, plan, messageGroup, async (changed) => {
        // Members bring their own markers. The group itself is applied for its name, for a layer, or because it is tried again.
        const isMarked = isRenewed || plan.as === 'layer' || header.parkedAt !== undefined;
        const set = {
          revision: next.revision,
          lastModified: next.lastModified,
          ...renewed,
          ...changed.set,
          ...(isMarked && markerOf(context, read.id, takesAccess(plan), messageGroup)),
        };
        // The worker takes a layer from the header without a new revision: a list of layers is replaced only as it was read.
        const expected = plan.as === 'layer' ? { revision: header.revision, guard: header.guard } : { revision: header.revision };
        const change = changeResource(keys.group(header.connection, read.id), expected, { set, remove: isMarked ? clearedParked : [] });
        await commit(table, [change, ...others, ...changed.steps]);
        return { resource: toStoredGroup({ ...header, ...set }), changed: true, messageGroup, ...named(plan) };
      });
    },

    // DELIVERY §3.8: "Deleting a group: tombstone, layers emptied, claim free; the worker applies rule 7 to every member".
    async delete(context, read) {
      const header = read.header as GroupItem;
      const c = header.connection;
      const deletedAt = context.now.toISOString();
      const messageGroup = messageGroupOfGroup(context, read.attributes, header.boundName);
      const own = {
        state: 'tombstone',
        revision: header.revision + 1,
        deletedAt,
        lastModified: deletedAt,
        layers: [],
        ...(header.layers.length > 0 && { lastLayers: header.layers }),
        guard: header.guard + 1,
      } as const;
      const set = { ...own, ...markerOf(context, read.id, true, messageGroup) };
      await commit(table, [
        changeResource(keys.group(c, read.id), header, { set, remove: [...clearedParked, 'listPk', 'listSk'] }),
        ...exchangeLookups(lookupsOfGroup(c, read.id, read.attributes), []),
        { write: changeCount(c, 'Group', read.id, -1) },
        ...(header.layers.length > 0 ? [{ write: { delete: keys.expanding(c, read.id) } }] : []),
      ]);
      return { resource: toStoredGroup({ ...header, ...set }), changed: true, messageGroup };
    },
  };
}

/** Removals are sent first, also those in a layer (DELIVERY §3.4). */
function takesAccess(plan: MemberPlan): boolean {
  return plan.as === 'layer' && (plan.replaces || plan.remove.length > 0);
}

/** The members that fit in a transaction beside its header and the other steps. */
function roomBeside(others: readonly Step[]): number {
  return Math.floor((TRANSACTION_WRITES - 1 - others.length) / WRITES_A_MEMBER);
}

/** True if the error says for certain that the layer is not listed. A table that stays busy may still have taken the transaction. */
function isRefusal(error: unknown): boolean {
  return error instanceof NameTaken || error instanceof RevisionConflict;
}

function named(plan: MemberPlan) {
  return plan.as === 'items' ? { members: [...plan.remove, ...plan.add] } : {};
}

function messageGroupOfGroup({ connection }: WriteContext, attributes: ScimObject, boundName?: string): string {
  return messageGroupOf(connection.target.id, 'group', boundName ?? groupNameOf(requiredText(attributes, 'displayName')));
}
