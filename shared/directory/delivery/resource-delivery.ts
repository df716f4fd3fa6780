import type { Marked, Park, ResourceDelivery, ResourceItem } from '../delivery.ts';
import { brakeIsOn } from '../dynamodb-brake.ts';
import type { Condition } from '../dynamodb-expression.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { ConnectionId, TargetId } from '../ids.ts';
import type { GroupItem, OwnerItem, UserItem } from '../items.ts';
import { heldKey, keys, parkedKey, purgeKey } from '../keys.ts';
import { clearedMarker, clearedParked, isHeld, pendingMarker } from '../marker.ts';
import { isRemoval, markedResource, messageGroupFor } from '../target-name.ts';
import { both, isLive, markerAsRead, ownedBy, ownerAsRead } from './as-read.ts';
import { keyOf, type MarkTimes, ownedFromNowOn, ownerKey, written } from './resource-keys.ts';

/** How often a write on the newest state is tried while others write too. */
const ATTEMPTS = 5;
/** What stays of a marker when its item moves to another partition of the pending index. */
const KEPT: ReadonlySet<string> = new Set(['pendingPk', 'pendingSk', 'correlationId', 'messageGroup']);

/** Users and groups as the worker sees them: DELIVERY §2. */
export function resourceDelivery(table: DynamoDbTable, times: MarkTimes): ResourceDelivery {
  const marker = (resource: ResourceItem, correlationId: string) => {
    const now = times.now();
    return pendingMarker({
      target: resource.target,
      key: keyOf(resource),
      removal: isRemoval(resource),
      now,
      dueAt: new Date(now.getTime() + times.sweepAfterMs),
      correlationId,
      messageGroup: messageGroupFor(resource),
      ...(resource.markerSince !== undefined && { since: resource.markerSince }),
      ...(resource.markerAttempts !== undefined && { attempts: resource.markerAttempts }),
    }).set;
  };

  const wakeWaiters = async (target: TargetId, type: 'user' | 'group', name: string): Promise<Marked[]> => {
    const key = ownerKey(target, type, name);
    const owner = await table.get<OwnerItem>(key, ['waiters']);
    const marked: Marked[] = [];
    for (const waiter of owner?.waiters ?? []) {
      const [connection = '', id = ''] = waiter.split('#');
      const waiting = { type, connection: connection as ConnectionId, id } as Pick<ResourceItem, 'type' | 'connection' | 'id'>;
      const resource = await table.get<ResourceItem>(keyOf(waiting));
      const forget = { update: key, change: { take: { waiters: new Set([waiter]) } } };
      if (resource?.parkedCode === 'owned') {
        const correlationId = resource.correlationId ?? `woken-${id}`;
        const condition = both(markerAsRead(resource), { expression: '#parkedCode = :owned', values: { ':owned': 'owned' } });
        const wake = { update: keyOf(resource), change: { set: marker(resource, correlationId), remove: clearedParked }, condition };
        if (await written(table.transact([wake, forget]))) marked.push(markedResource(resource, correlationId));
      } else await table.transact([forget]);
    }
    return marked;
  };

  return {
    user: (connection, id) => table.get<UserItem>(keys.user(connection, id)),
    group: (connection, id) => table.get<GroupItem>(keys.group(connection, id)),

    async owner(target, type, name) {
      const item = await table.get<OwnerItem>(ownerKey(target, type, name));
      if (item === undefined) return undefined;
      const key = keyOf({ type: item.ownerType, connection: item.ownerConnection, id: item.ownerId } as ResourceItem);
      const resource = await table.get<NamedResource>(key, ['state', 'boundName', 'displayName', 'userName']);
      const called = resource?.displayName ?? resource?.userName;
      const givenUp = item.free === true;
      return {
        connection: item.ownerConnection,
        id: item.ownerId,
        creating: item.creating === true,
        live: resource?.state === 'live' && !givenUp,
        free: resource === undefined || givenUp,
        givenUp,
        ...(item.creatingSince !== undefined && { creatingSince: item.creatingSince }),
        ...(item.made && { made: true }),
        ...(resource?.boundName !== undefined && { lock: resource.boundName }),
        ...(called !== undefined && { name: called }),
      };
    },

    bind: (resource, name, owner, creating) =>
      written(
        table.transact([
          {
            update: keyOf(resource),
            change: { set: { boundName: name, ...(resource.type === 'group' && boundGroup(resource, name, creating)) } },
            condition: both(unchanged(resource), boundAsRead(resource)),
          },
          ownedFromNowOn(resource, name, owner, creating ? times.now() : undefined),
        ]),
      ),

    record: (resource, name) =>
      written(
        table.transact([
          {
            update: keyOf(resource),
            // Without appliedRevision the memberships are still to be woken: a crash in between repeats it.
            change: {
              set: { boundName: name, boundAt: times.now().toISOString() },
              remove: ['appliedRevision', 'appliedAt', 'appliedProfile'],
            },
            condition: { expression: '#boundName = :name', values: { ':name': name } },
          },
          {
            update: ownerKey(resource.target, resource.type, name),
            change: { remove: ['creating', 'creatingSince'] },
            condition: ownedBy(resource),
          },
        ]),
      ),

    async release(resource, name) {
      const marked: Marked[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Woken first: a crash in between parks them once more, the other order would leave them parked for ever.
        marked.push(...(await wakeWaiters(resource.target, resource.type, name)));
        const creating = { expression: '#creating = :creating AND attribute_not_exists(#waiters)', values: { ':creating': true } };
        const released = await written(
          table.transact([
            {
              update: keyOf(resource),
              change: { remove: ['boundName', 'boundAt'] },
              condition: { expression: '#boundName = :name', values: { ':name': name } },
            },
            { delete: ownerKey(resource.target, resource.type, name), condition: both(ownedBy(resource), creating) },
          ]),
        );
        if (released) break;
      }
      return marked;
    },

    clear: (resource, profile) =>
      written(
        table.update(
          keyOf(resource),
          {
            set: {
              appliedRevision: resource.revision,
              appliedAt: times.now().toISOString(),
              ...(profile !== undefined && { appliedProfile: profile }),
            },
            remove: [...clearedMarker, ...clearedParked],
          },
          markerAsRead(resource),
        ),
      ),

    async again(resource, parkedToo) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const newest = await table.get<ResourceItem>(keyOf(resource));
        // What is held or rejected since waits for an administrator, or for the IdP's next word.
        if (newest === undefined || isHeld(newest) || (newest.parkedCode !== undefined && parkedToo === undefined)) return undefined;
        const correlationId = newest.correlationId ?? resource.correlationId ?? `again-${resource.id}`;
        const change = { set: marker(newest, correlationId), remove: clearedParked };
        if (await written(table.update(keyOf(newest), change, markerAsRead(newest)))) return markedResource(newest, correlationId);
      }
      return undefined;
    },

    park: (resource, park) => written(table.update(keyOf(resource), parked(resource, park, times.now()), markerAsRead(resource))),

    parkOwned: (resource, name, owner, park) =>
      written(
        table.transact([
          { update: keyOf(resource), change: parked(resource, park, times.now()), condition: markerAsRead(resource) },
          {
            update: ownerKey(resource.target, resource.type, name),
            change: { add: { waiters: new Set([`${resource.connection}#${resource.id}`]) } },
            condition: ownerAsRead(owner),
          },
          { check: keyOf({ ...resource, connection: owner.connection, id: owner.id } as ResourceItem), condition: isLive },
        ]),
      ),

    hold: (resource) => {
      const held = heldKey(resource.connection, 'held', keyOf(resource), times.now().toISOString());
      const write = { update: keyOf(resource), change: { set: { marker: 'held', ...held } }, condition: markerAsRead(resource) };
      return written(table.transact([write, brakeIsOn(resource.connection)]));
    },

    wakeWaiters,

    retire(tombstone, purgeAt) {
      const key = keyOf(tombstone);
      const purge = purgeKey(tombstone.target, key, purgeAt);
      const applied = { appliedRevision: tombstone.revision, appliedAt: times.now().toISOString() };
      const remove = [...clearedMarker.filter((name) => !KEPT.has(name)), ...clearedParked];
      return written(table.update(key, { set: { ...applied, ...purge }, remove }, markerAsRead(tombstone)));
    },
  };
}

/** One that is made again, because somebody has deleted it, was not named anew: the IdP may have renamed it since (decision 15). */
function boundGroup({ boundName, namedBy, displayName }: GroupItem, name: string, creating: boolean): Partial<GroupItem> {
  const isAgain = boundName === name && namedBy !== undefined;
  return { namedBy: isAgain ? namedBy : displayName, ...(!creating && { othersFrom: '' }) };
}

/** What an owner is read for. */
type NamedResource = Pick<ResourceItem, 'state' | 'boundName'> & { readonly displayName?: string; readonly userName?: string };

function unchanged({ revision }: ResourceItem): Condition {
  return both(isLive, { expression: '#revision = :readRevision', values: { ':readRevision': revision } });
}

/** Two settings documents give it two names, and two locks: only one of them gets it. */
function boundAsRead({ boundName }: ResourceItem): Condition {
  return boundName === undefined
    ? { expression: 'attribute_not_exists(#boundName)' }
    : { expression: '#boundName = :readName', values: { ':readName': boundName } };
}

function parked(resource: ResourceItem, park: Park, now: Date) {
  const at = now.toISOString();
  return {
    set: { parkedCode: park.code, parkedReason: park.reason, parkedAt: at, ...parkedKey(resource.target, keyOf(resource), at) },
    remove: clearedMarker.filter((name) => !KEPT.has(name)),
  };
}
