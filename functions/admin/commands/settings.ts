import type { Connection, SettingsVersion } from '../../../shared/directory/connection.ts';
import type { Settings } from '../../../shared/provisioning/settings/settings.ts';
import { settingsFields, valueAt } from '../../../shared/provisioning/settings/settings-fields.ts';
import { TARGET_KINDS } from '../../../shared/targets/target-address.ts';
import type { Administration, Terminal } from '../administration.ts';
import { type Command, type OfflineCommand, type Options, type Outcome, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { renderTable } from '../render.ts';
import { changeRows, compareSettings, showValue } from '../settings/compare-settings.ts';
import { previewSettings } from '../settings/preview-settings.ts';
import { planSettings } from '../settings/save-settings.ts';
import {
  type Candidate,
  checkContextOf,
  mustBeInOrder,
  printWarnings,
  readCandidate,
  readSettingsFile,
  SETTINGS_SOURCE,
} from '../settings/settings-document.ts';

/** How many changes settings history shows when it is not told. */
const SHOWN_CHANGES = 20;

/** The settings of that number. @throws UsageError, Refused */
export async function findSettings({ connections }: Administration, connection: Connection, number: unknown): Promise<SettingsVersion> {
  if (!/^[1-9]\d*$/.test(String(number))) throw new UsageError('name the settings by their number: settings history shows them');
  const found = await connections.settingsAt(connection.id, Number(number));
  if (!found)
    throw new Refused(`${connection.name} has never had settings number ${number}: settings history ${connection.name} shows them`);
  return found;
}

const show: Command = {
  name: 'settings show',
  positionals: ['CONNECTION'],
  options: { number: { type: 'string', help: 'settings of before, by their number in settings history' } },
  summary: 'every setting of a connection, and which are not the default',
  help: `docs/settings.md says what each one does. settings export writes the same as a file.
Example: npm run admin -- settings show okta --stack ScimForConfluence`,
  async run(administration, [nameOrId], options) {
    const connection = await findConnection(administration, nameOrId);
    const { settings, number } =
      options['number'] === undefined
        ? { settings: connection.settings, number: connection.settingsNumber }
        : await findSettings(administration, connection, options['number']);
    const rows = shownFields(settings);
    const notDefault = rows.filter(({ note }) => note !== '').map(({ setting }) => setting);
    return {
      json: { connection: connection.id, number, settings, notDefault },
      table: rows,
      text: `Number ${number} of ${connection.name}. docs/settings.md explains each one.`,
    };
  },
};

function shownFields(settings: Settings): { setting: string; value: string; note: string }[] {
  return settingsFields()
    .filter(({ path }) => path !== 'version')
    .map((field) => {
      const value = valueAt(settings, field.path.split('.'));
      const isDefault = showValue(value) === showValue(field.default);
      return {
        setting: field.path,
        value: field.path === 'schemaExtension' && settings.schemaExtension ? settings.schemaExtension.id : showValue(value),
        note: isDefault ? '' : 'default' in field ? `default: ${showValue(field.default)}` : 'set here: has no default',
      };
    });
}

const validate: OfflineCommand = {
  name: 'settings validate',
  positionals: [],
  options: {
    file: { type: 'string', help: 'the document; without it standard input is read' },
    kind: {
      type: 'string',
      help: `what it is for, ${TARGET_KINDS.join(' | ')}: some settings mean nothing, or are needed, on one of them`,
    },
  },
  summary: 'checks a settings file; needs no stack',
  help: `For files that are kept in git: exit code 0 when the document is in order, 1 with every mistake when it is not.
Example: npm run admin -- settings validate --file okta.json`,
  async runOffline(_positionals, options, terminal, now) {
    const file = typeof options['file'] === 'string' ? options['file'] : undefined;
    if (file === undefined && terminal.interactive) throw new UsageError('name the document: --file FILE, or pass it on standard input');
    const kind = TARGET_KINDS.find((known) => known === options['kind']);
    if (kind === undefined && options['kind'] !== undefined) throw new UsageError(`--kind takes ${TARGET_KINDS.join(', ')}`);
    const { warnings } = mustBeInOrder((await readSettingsFile(file, terminal)).document, { now, kind });
    return { json: { valid: true, warnings }, text: [printWarnings(warnings), 'The settings are in order.'].filter(Boolean).join('\n') };
  },
};

const diff: Command = {
  name: 'settings diff',
  positionals: ['CONNECTION'],
  options: {
    ...SETTINGS_SOURCE,
    number: { type: 'string', help: 'compares with settings of before, by their number: what settings restore would do' },
    preview: {
      type: 'boolean',
      help: 'also plans every user and group with both, and shows for whom something changes; nothing is changed',
    },
  },
  summary: 'what would change, setting by setting; nothing is changed',
  help: `Takes the settings as settings edit does. With --preview it says what they would do to real users and groups.
Example: npm run admin -- settings diff okta --set users.onDelete=delete --preview --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const candidate = await candidateFor(administration, connection, options, terminal);
    const { changes, marks, text } = await planSettings(administration, connection, candidate);
    const compared = { connection: connection.id, changes, marks, warnings: candidate.warnings };
    if (options['preview'] !== true || changes.length === 0) return { json: compared, table: changeRows(changes), text };
    const preview = await previewSettings(administration, connection, candidate.settings, terminal);
    const parts = [renderTable(changeRows(changes)), text, renderTable(preview.table ?? []), preview.text ?? ''];
    return {
      ...preview,
      json: { ...(preview.json as object), ...compared },
      table: [],
      text: parts.filter((part) => part !== '').join('\n\n'),
    };
  },
};

async function candidateFor(
  administration: Administration,
  connection: Connection,
  options: Options,
  terminal: Terminal,
): Promise<Candidate> {
  const context = checkContextOf(connection, administration.now());
  if (options['number'] === undefined) return readCandidate(options, terminal, context);
  return mustBeInOrder((await findSettings(administration, connection, options['number'])).settings, context);
}

const history: Command = {
  name: 'settings history',
  positionals: ['CONNECTION'],
  options: { limit: { type: 'string', help: `how many, newest first (${SHOWN_CHANGES})` } },
  summary: 'who changed which settings, when and why',
  help: `settings show --number N shows one of them whole, settings restore goes back to it.
Example: npm run admin -- settings history okta --stack ScimForConfluence`,
  async run(administration, [nameOrId], options): Promise<Outcome> {
    const connection = await findConnection(administration, nameOrId);
    const limit = Number(options['limit'] ?? SHOWN_CHANGES);
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit takes a whole number from 1');
    // One more than is shown: what a change changed is told by the one before it.
    const versions: SettingsVersion[] = [];
    for await (const version of administration.connections.settingsHistory(connection.id)) {
      versions.push(version);
      if (versions.length > limit) break;
    }
    const entries = versions.slice(0, limit).map(({ number, at, by, note, settings }, i) => {
      const before = versions[i + 1];
      return { number, at, by, note, changes: before ? compareSettings(before.settings, settings) : [] };
    });
    return {
      json: entries,
      table: entries.map(({ number, at, by, note, changes }) => ({
        number,
        at,
        by: by ?? '',
        changed: number === 1 ? 'as created' : changes.map(({ path }) => path).join(', '),
        note: note ?? '',
      })),
    };
  },
};

/** What shows and compares; settings-change.ts has what changes. */
export const settingsCommands: readonly (Command | OfflineCommand)[] = [show, validate, diff, history];
