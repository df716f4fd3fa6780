import type { Owner, ResourceItem } from '../delivery.ts';
import type { Write } from '../dynamodb-expression.ts';
import { ConditionFailed } from '../dynamodb-table.ts';
import type { TargetId } from '../ids.ts';
import { type GroupItem, ITEM_VERSION, type MemberItem } from '../items.ts';
import { type Key, keys, listing } from '../keys.ts';
import { pendingMarker } from '../marker.ts';
import { messageGroupFor } from '../target-name.ts';
import { ownerAsRead } from './as-read.ts';

/** Where a user or group is. */
export function keyOf(resource: Pick<ResourceItem, 'type' | 'connection' | 'id'>): Key {
  return keys.resource(resource.connection, resource.type, resource.id);
}

/** Where it is kept whose an account or group of the target is. */
export function ownerKey(target: TargetId, type: 'user' | 'group', name: string): Key {
  return type === 'user' ? keys.accountOwner(target, name) : keys.groupOwner(target, name);
}

/** The owner item names `resource` from now on, if it is still as `owner` was read. `creating`: since when what it is about is still to be made. */
export function ownedFromNowOn(resource: ResourceItem, name: string, owner: Owner | undefined, creating: Date | undefined): Write {
  const { connection, type, id } = resource;
  const whose = { v: ITEM_VERSION, type: 'owner', name, ownerConnection: connection, ownerType: type, ownerId: id };
  return {
    update: ownerKey(resource.target, type, name),
    change: {
      set: {
        ...whose,
        ...(creating && { creating: true, creatingSince: creating.toISOString() }),
        ...(creating && type === 'group' && { made: true }),
      },
      remove: creating ? ['free'] : ['free', 'creating', 'creatingSince'],
    },
    condition: ownerAsRead(owner),
  };
}

export interface MarkTimes {
  readonly now: () => Date;
  /** Milliseconds until the sweep may send a marker. */
  readonly sweepAfterMs: number;
}

/** The attributes of a pending membership, in the sweep's index and in its group's listing. */
export function pendingMember(
  { now, sweepAfterMs }: MarkTimes,
  member: Pick<MemberItem, 'connection' | 'target' | 'groupId' | 'userId' | 'markerSince'>,
  group: GroupItem,
  wanted: 'present' | 'absent',
  correlationId: string,
): Record<string, unknown> {
  const at = now();
  const removal = wanted === 'absent';
  const { set } = pendingMarker({
    target: member.target,
    key: keys.member(member.connection, member.groupId, member.userId),
    removal,
    now: at,
    dueAt: new Date(at.getTime() + sweepAfterMs),
    correlationId,
    messageGroup: messageGroupFor(group),
    ...(member.markerSince !== undefined && { since: member.markerSince }),
  });
  return { ...set, ...listing.groupPending(member.connection, member.groupId, member.userId, removal) };
}

/** True if the write took place, false if a condition did not hold. */
export async function written(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
