import * as z from 'zod';
import type { Connection } from '../../shared/directory/connection.ts';
import type { NewRun } from '../../shared/directory/runs.ts';
import { type Affected, affectedBy } from '../../shared/provisioning/settings/affected-by.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** More changes than this since the last were marked are not looked at one by one. */
const MANY_CHANGES = 20;

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
    await deps.runs.create({
      ...(await common(deps, connection)),
      id,
      kind: 'synchronize',
      dryRun: connection.settings.apply === 'dry-run',
      by: 'nightly',
    });
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

/**
 * Whom the changes between two numbers affect, each of them: one that was taken back has been applied to whoever changed in between.
 * Everybody if one of the documents is not known any more, or if there are many.
 */
export async function affectedBetween(
  { connections }: Pick<ReconcileDependencies, 'connections'>,
  { id }: Pick<Connection, 'id'>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Affected> {
  const everybody = { users: true, groups: true };
  if (to - from > MANY_CHANGES) return everybody;
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const versions = await Promise.all(numbers.map((number) => connections.settingsAt(id, number).catch(unlessUnreadable)));
  return versions.slice(1).reduce<Affected>(
    (affected, after, i) => {
      const before = versions[i];
      const by = before && after ? affectedBy(before.settings, after.settings) : everybody;
      return { users: affected.users || by.users, groups: affected.groups || by.groups };
    },
    { users: false, groups: false },
  );
}

/** A document that this version can't read is as good as not known. */
function unlessUnreadable(error: unknown): undefined {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
  throw error;
}

async function common({ directory, now }: ReconcileDependencies, connection: Connection) {
  const expected = (await directory.users.listing.count(connection)) + (await directory.groups.listing.count(connection));
  return { connection: connection.id, scope: { of: 'all' }, expected, started: now().toISOString() } as const satisfies Partial<NewRun>;
}
