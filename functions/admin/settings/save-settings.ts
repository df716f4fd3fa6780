import { type Connection, type SettingsAuthor, SettingsConflict } from '../../../shared/directory/connection.ts';
import { affectedBy } from '../../../shared/provisioning/settings/affected-by.ts';
import type { Settings } from '../../../shared/provisioning/settings/settings.ts';
import type { Administration, Terminal } from '../administration.ts';
import { type Options, type Outcome, Refused } from '../command.ts';
import { renderTable } from '../render.ts';
import { dryRunsOf, keptBy } from '../safety/dry-runs.ts';
import { changeRows, compareSettings, type SettingChange } from './compare-settings.ts';
import { type Candidate, printWarnings } from './settings-document.ts';

/** What every command that changes settings takes. */
export const SAVE_OPTIONS = {
  yes: { type: 'boolean', help: 'do not ask' },
  note: { type: 'string', help: 'why; settings history shows it' },
} as const;

/** What a change of settings means, before it is made. */
export interface PlannedSettings {
  readonly changes: readonly SettingChange[];
  /** How many users and groups are marked as pending by it. */
  readonly marks: { readonly users: number; readonly groups: number };
  /** The same in a sentence, with what is worth a second look. */
  readonly text: string;
}

/** Looks at what would change. Nothing is written. */
export async function planSettings(
  { directory, overview }: Administration,
  connection: Connection,
  { settings, warnings }: Candidate,
): Promise<PlannedSettings> {
  const changes = compareSettings(connection.settings, settings);
  const affected = affectedBy(connection.settings, settings);
  const marks = {
    users: affected.users ? await directory.users.listing.count(connection) : 0,
    groups: affected.groups ? await directory.groups.listing.count(connection) : 0,
  };
  const changed = warnings.filter(({ path }) => changes.some((change) => change.path.startsWith(path) || path.startsWith(change.path)));
  const [ended] = settings.apply === 'apply' ? await dryRunsOf({ overview }, [connection]) : [];
  const sent =
    ended && `Ends the dry run: what it has kept back (${keptBy(ended)}) and what is pending is applied from the next minute on.`;
  const said = changes.length === 0 ? `The settings of ${connection.name} are these already.` : sentence(marks, sent);
  const text = [said, ...(ended ? aheadOfMove(connection) : []), leftBehind(connection, settings), printWarnings(changed)];
  return { changes, marks, text: text.filter((line) => line !== '').join('\n') };
}

/**
 * Gives the connection the settings: shows what changes and whom it affects, asks where somebody can answer, and keeps the old ones in the
 * history. Nothing is written where nothing differs.
 * @throws Refused when the answer is no, or when somebody else has changed the settings meanwhile
 */
export async function saveSettings(
  administration: Administration,
  connection: Connection,
  candidate: Candidate,
  options: Options,
  terminal: Terminal,
): Promise<{ readonly connection: Connection; readonly planned: PlannedSettings }> {
  const planned = await planSettings(administration, connection, candidate);
  if (planned.changes.length === 0) return { connection, planned };
  if (terminal.interactive && options['yes'] !== true) {
    const question = `${renderTable(changeRows(planned.changes))}\n\n${planned.text}\nChange the settings of ${connection.name}? [y/N] `;
    if (!/^y(es)?$/i.test((await terminal.ask(question)).trim())) throw new Refused('not changed');
  }
  const note = typeof options['note'] === 'string' ? options['note'] : undefined;
  const author = { by: administration.caller, at: administration.now().toISOString(), ...(note !== undefined && { note }) };
  return { connection: await change(administration, connection, candidate.settings, author), planned };
}

/** What it means that a copy is applied while its identity provider talks to the original. */
function aheadOfMove({ name, copyOf }: Connection): string[] {
  if (copyOf === undefined) return [];
  return [
    `${name} is the copy of another connection, which serves the identity provider: who leaves there keeps what is given here, until move copy or move switch.`,
  ];
}

/** The outcome of a command that only changes settings. */
export function savedOutcome({ connection, planned }: { connection: Connection; planned: PlannedSettings }): Outcome {
  const { id, name, settingsNumber } = connection;
  const isChanged = planned.changes.length > 0;
  return {
    json: { connection: id, number: settingsNumber, changes: planned.changes, marks: planned.marks },
    table: changeRows(planned.changes),
    text: isChanged ? `${planned.text}\n${name} has settings number ${settingsNumber} now.` : planned.text,
    changed: planned.changes.map(({ path }) => path),
  };
}

async function change(
  { connections }: Administration,
  connection: Connection,
  settings: Settings,
  author: SettingsAuthor,
): Promise<Connection> {
  try {
    return await connections.changeSettings(connection, settings, author);
  } catch (error) {
    if (!(error instanceof SettingsConflict)) throw error;
    throw new Refused(`${error.message}. Nothing was changed: look at settings history ${connection.name}, then do it again.`, {
      cause: error,
    });
  }
}

/** Nothing is noted of who was put into an access group, so one that is no longer named is left by nobody, at no deactivation. */
function leftBehind({ target, settings: before }: Connection, after: Settings): string {
  const named = new Set(after.target.organization.accessGroups.map((name) => name.toLowerCase()));
  const dropped = before.target.organization.accessGroups.filter((name) => !named.has(name.toLowerCase()));
  if (dropped.length === 0 || target.kind !== 'cloud-organization') return '';
  return `Whoever is in ${dropped.join(' and ')} stays there, and keeps Confluence by it after a deactivation too: take the app Confluence away from it at admin.atlassian.com (Directory, Groups), or delete it, once everybody is in the new groups.`;
}

/** `sent`: what becomes of those whom a dry run has kept back. */
function sentence({ users, groups }: PlannedSettings['marks'], sent: string | undefined): string {
  const parts = [
    ...(users > 0 ? [`${users} user${users === 1 ? '' : 's'}`] : []),
    ...(groups > 0 ? [`${groups} group${groups === 1 ? '' : 's'}`] : []),
  ];
  if (parts.length === 0) return sent ?? 'Nobody who is there is affected: it counts from the next change on.';
  const marked = `Marks ${parts.join(' and ')} as pending: each is applied again by the new settings.`;
  return sent === undefined ? marked : `${sent}\n${marked}`;
}
