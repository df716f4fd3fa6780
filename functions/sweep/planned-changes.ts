import type { Connection } from '../../shared/directory/connection.ts';
import type { TargetId } from '../../shared/directory/ids.ts';
import type { PendingEntry } from '../../shared/directory/pending-markers.ts';
import type { SweepDependencies } from './dependencies.ts';

/** As many markers of a connection are looked at a run: what is sent leaves them, the next run sees the next. */
const LOOKS = 2_000;

/** What dry runs have planned. */
interface PlannedChanges {
  /** How many are kept back by dry runs that go on, counted up to a bound of each connection. */
  readonly held: number;
  /**
   * Those of a target's connections that apply by now: all of it is due, however long it has waited and however often it was sent before.
   * Confluence is late with it from now on.
   */
  released(target: TargetId, removal: boolean): PendingEntry[];
}

export function isDryRun({ settings }: Connection): boolean {
  return settings.apply === 'dry-run';
}

export async function plannedChanges(
  { delivery }: Pick<SweepDependencies, 'delivery'>,
  connections: readonly Connection[],
  now: Date,
): Promise<PlannedChanges> {
  let held = 0;
  const due: { target: TargetId; entry: PendingEntry }[] = [];
  for (const connection of connections) {
    const entries = await delivery.pending.ofDryRun(connection.id, LOOKS);
    if (isDryRun(connection)) held += entries.length;
    else for (const entry of entries) due.push({ target: connection.target.id, entry: { ...entry, markerSince: now.toISOString() } });
  }
  return {
    held,
    released: (target, removal) => due.flatMap((one) => (one.target === target && one.entry.removal === removal ? one.entry : [])),
  };
}
