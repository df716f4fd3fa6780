import type { Connection } from '../../../shared/directory/connection.ts';
import type { Administration } from '../administration.ts';

/** What the brake and the seat guard keep back on one target. */
export interface SafetyStatus {
  /** Changes that the brake holds, of all connections of the target. */
  readonly held: number;
  readonly moreHeld: boolean;
  /** Names of the connections whose brake is on. */
  readonly engaged: readonly string[];
  /** As counted; absent before the first count, and where there is no limit. */
  readonly seats?: { readonly used: number; readonly limit: number; readonly full: boolean };
}

export async function safetyStatus(
  { brake, heldChanges, seats }: Pick<Administration, 'brake' | 'heldChanges' | 'seats'>,
  target: Connection['target'],
  connections: readonly Connection[],
): Promise<SafetyStatus> {
  const engaged = new Set(await brake.engaged(connections.map(({ id }) => id)));
  const counts = await Promise.all(connections.map(({ id }) => heldChanges.count(id, 'held')));
  const known = await seats.read(target.id);
  const limits = [
    ...connections.flatMap(({ settings }) => settings.seats.limit ?? []),
    ...(known?.limit === undefined ? [] : [known.limit]),
  ];
  return {
    held: counts.reduce((sum, { count }) => sum + count, 0),
    moreHeld: counts.some(({ more }) => more),
    engaged: connections.flatMap(({ id, name }) => (engaged.has(id) ? [name] : [])),
    ...(known && limits.length > 0 && { seats: { used: known.used, limit: Math.min(...limits), full: known.fullSince !== undefined } }),
  };
}
