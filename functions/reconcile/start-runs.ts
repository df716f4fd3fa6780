import type { Connection } from '../../shared/directory/connection.ts';
import type { NewRun } from '../../shared/directory/runs.ts';
import { type Affected, affectedBy } from '../../shared/provisioning/settings/affected-by.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/**
 * In the hour that is set, a run of Synchronize for each live connection, once a day whatever happens: its id is the day. A connection
 * whose last run still goes on gets none.
 */
export async function startNightlyRuns(deps: ReconcileDependencies): Promise<void> {
  if (deps.now().getUTCHours() !== deps.nightlyHour) return;
  const id = `nightly-${deps.now().toISOString().slice(0, 10)}`;
  const underWay = new Set((await deps.runs.unfinished()).flatMap(({ kind, connection }) => (kind === 'synchronize' ? [connection] : [])));
  for (const connection of await deps.connections.list()) {
    if (connection.state !== 'active' || underWay.has(connection.id)) continue;
    await deps.runs.create({ ...(await common(deps, connection)), id, kind: 'synchronize', dryRun: false, by: 'nightly' });
  }
}

/** What a change of settings affects is marked by a run, whoever changed them and whenever: until then the two numbers differ. */
export async function startSettingsRuns(deps: ReconcileDependencies): Promise<void> {
  for (const connection of await deps.connections.list()) {
    const { settingsNumber: to, markedSettingsNumber: from } = connection;
    if (from >= to) continue;
    const { users, groups } = await affectedBetween(deps, connection, { from, to });
    if (!users && !groups) await deps.connections.noteMarkedSettings(connection.id, to);
    else {
      const numbers = { id: `settings-${to}`, settings: { from, to } };
      await deps.runs.create({ ...(await common(deps, connection)), ...numbers, kind: 'settings', dryRun: false, by: 'settings' });
    }
  }
}

/** Whom a change of settings affects; everybody if what was there before is not known any more. */
export async function affectedBetween(
  { connections }: Pick<ReconcileDependencies, 'connections'>,
  { id }: Pick<Connection, 'id'>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Affected> {
  const [before, after] = await Promise.all([connections.settingsAt(id, from), connections.settingsAt(id, to)]);
  return before && after ? affectedBy(before.settings, after.settings) : { users: true, groups: true };
}

async function common({ directory, now }: ReconcileDependencies, connection: Connection) {
  const expected = (await directory.users.listing.count(connection)) + (await directory.groups.listing.count(connection));
  return { connection: connection.id, scope: { of: 'all' }, expected, started: now().toISOString() } as const satisfies Partial<NewRun>;
}
