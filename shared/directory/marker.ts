import { randomUUID } from 'node:crypto';
import type { WriteContext } from './directory.ts';
import type { TargetId } from './ids.ts';
import type { MarkerAttributes } from './items.ts';
import { type Key, pendingKey } from './keys.ts';

/** What a pending marker says (DELIVERY §1 and §2.6). */
export interface Marking {
  readonly target: TargetId;
  /** The item that is marked. */
  readonly key: Key;
  /** True if applying it takes access away: the sweep sends those first. */
  readonly removal: boolean;
  readonly now: Date;
  /** From when on the sweep may send it. */
  readonly dueAt: Date;
  readonly correlationId: string;
  readonly messageGroup: string;
  /** When it became pending; `now` unless an earlier marker goes on. */
  readonly since?: Date | string;
  /** How often the sweep has sent it; 0 for a new change. */
  readonly attempts?: number;
  /** Unique to this marking; random unless given. */
  readonly token?: string;
}

/**
 * The attributes that mark an item as pending, to be SET. Each call makes a new token, so that a worker which read an older
 * marker can't clear this one. Whoever marks an item that may be parked also removes `clearedParked`.
 */
export function pendingMarker(marking: Marking): { readonly set: Readonly<Record<string, unknown>> } {
  const { target, key, removal, now, dueAt, correlationId, messageGroup, since = now, attempts = 0, token = randomUUID() } = marking;
  return {
    set: {
      marker: 'pending',
      markerToken: token,
      markerSince: typeof since === 'string' ? since : since.toISOString(),
      markerAttempts: attempts,
      correlationId,
      messageGroup,
      ...pendingKey(target, key, removal, dueAt.toISOString()),
    },
  };
}

/**
 * True for what the brake holds or an administrator has rejected: nobody acts on it until it is released or the IdP says something new,
 * which sets another marker.
 */
export function isHeld({ marker }: MarkerAttributes): boolean {
  return marker === 'held' || marker === 'rejected';
}

/** The attributes to REMOVE when a marker is cleared: the item leaves the pending index. */
export const clearedMarker: readonly string[] = [
  'marker',
  'markerToken',
  'markerSince',
  'markerAttempts',
  'correlationId',
  'messageGroup',
  'pendingPk',
  'pendingSk',
];

/** The attributes to REMOVE when a resource is tried again. Its place in the pending index belongs to whoever sets or clears the marker. */
export const clearedParked: readonly string[] = ['parkedCode', 'parkedReason', 'parkedAt'];

/** The marker that an IdP's request sets: due for the sweep when the message it sends should long have been worked on. */
export function markerOfRequest(
  context: WriteContext,
  sweepAfterSeconds: number,
  what: Pick<Marking, 'key' | 'removal' | 'messageGroup'>,
): { readonly set: Readonly<Record<string, unknown>> } {
  const { connection, correlationId, now } = context;
  const dueAt = new Date(now.getTime() + sweepAfterSeconds * 1_000);
  return pendingMarker({ ...what, target: connection.target.id, now, dueAt, correlationId });
}
