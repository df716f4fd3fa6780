import type { Connection } from '../../../shared/directory/connection.ts';
import { type CheckContext, checkSettings } from '../../../shared/provisioning/settings/check/check-settings.ts';
import type { Administration, Terminal } from '../administration.ts';
import { type Command, type Options, type Outcome, Refused, required, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { SAVE_OPTIONS, savedOutcome, saveSettings } from '../settings/save-settings.ts';
import {
  type Candidate,
  checkContextOf,
  mustBeInOrder,
  parseSettingsText,
  printMistakes,
  readCandidate,
  readSettingsFile,
  SETTINGS_SOURCE,
} from '../settings/settings-document.ts';
import { findSettings } from './settings.ts';

const edit: Command = {
  name: 'settings edit',
  positionals: ['CONNECTION'],
  options: { ...SETTINGS_SOURCE, ...SAVE_OPTIONS },
  summary: 'changes settings: by name, from a file, or in your editor',
  help: `At a terminal, without --set, --unset and --file, it opens the whole document in $VISUAL or $EDITOR and lets you mend mistakes. Otherwise
the document comes from --file or standard input. It says what changes and whom it affects; at a terminal it asks before it does so, unless --yes is given.
Example: npm run admin -- settings edit okta --set users.onDelete=keep --set users.userName.stripDomain=true --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const isEditor = terminal.interactive && ['set', 'unset', 'file'].every((name) => options[name] === undefined);
    if (isEditor) return editInEditor(administration, connection, options, terminal);
    const candidate = await readCandidate(options, terminal, checkContextOf(connection, administration.now()));
    return savedOutcome(await saveSettings(administration, connection, candidate, options, terminal));
  },
};

/** Until the document is in order and saved, or the person gives up: then what they wrote is kept. */
async function editInEditor(
  administration: Administration,
  connection: Connection,
  options: Options,
  terminal: Terminal,
): Promise<Outcome> {
  const original = `${JSON.stringify(connection.settings, null, 2)}\n`;
  for (let text = original; ; ) {
    const edited = await terminal.edit(text);
    if (edited.text.trim() === original.trim()) {
      await edited.discard();
      throw new Refused('nothing was changed');
    }
    const candidate = inOrder(edited.text, checkContextOf(connection, administration.now()));
    if (!('mistakes' in candidate)) {
      try {
        const saved = await saveSettings(administration, connection, candidate, options, terminal);
        await edited.discard();
        return savedOutcome(saved);
      } catch (error) {
        if (error instanceof Refused) throw new Refused(`${error.message}; what you wrote is in ${edited.file}`, { cause: error });
        throw error;
      }
    }
    const answer = (await terminal.ask(`${candidate.mistakes}\n\nEdit again? [Y/n] `)).trim();
    if (/^n/i.test(answer)) throw new Refused(`not changed; what you wrote is in ${edited.file}`);
    await edited.discard();
    text = edited.text;
  }
}

function inOrder(text: string, context: CheckContext): Candidate | { mistakes: string } {
  try {
    const checked = checkSettings(parseSettingsText(text, 'what you wrote').document, context);
    return 'mistakes' in checked ? { mistakes: printMistakes(checked.mistakes) } : checked;
  } catch (error) {
    if (error instanceof Refused) return { mistakes: error.message };
    throw error;
  }
}

const restore: Command = {
  name: 'settings restore',
  positionals: ['CONNECTION', 'NUMBER'],
  options: SAVE_OPTIONS,
  summary: 'goes back to settings of before; that is a change like any other',
  help: `The settings get a new number, and those of now stay in the history. settings diff --number N shows what it would change.
Example: npm run admin -- settings restore okta 4 --stack ScimForConfluence`,
  async run(administration, [nameOrId, number], options, terminal) {
    const connection = await findConnection(administration, nameOrId);
    const { settings } = await findSettings(administration, connection, number);
    const candidate = mustBeInOrder(settings, { ...checkContextOf(connection, administration.now()), before: settings });
    const note = { note: `number ${number} again`, ...options };
    return savedOutcome(await saveSettings(administration, connection, candidate, note, terminal));
  },
};

const exportSettings: Command = {
  name: 'settings export',
  positionals: ['CONNECTION'],
  options: { file: { type: 'string', help: 'where to write it; without it standard output' } },
  summary: 'writes the settings as a file, to keep it in git',
  help: `The same settings give the same file, byte for byte. settings import takes it back, settings validate checks it without a stack.
Example: npm run admin -- settings export okta --file okta.json --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const { name, settings, settingsNumber } = await findConnection(administration, nameOrId);
    // A map has no order in the table: in the file it is by name.
    const map = Object.fromEntries(Object.entries(settings.groups.map).sort(([a], [b]) => (a < b ? -1 : 1)));
    const exported = { connection: name, number: settingsNumber, settings: { ...settings, groups: { ...settings.groups, map } } };
    const text = JSON.stringify(exported, null, 2);
    if (typeof options['file'] !== 'string') return { json: exported, text, isDocument: true };
    try {
      await terminal.writeDocument(options['file'], `${text}\n`);
    } catch (error) {
      throw new Refused(`${options['file']} can’t be written: ${error instanceof Error ? error.message : 'unknown cause'}`, {
        cause: error,
      });
    }
    return { json: exported, text: `Number ${settingsNumber} of ${name} is in ${options['file']}.` };
  },
};

const importSettings: Command = {
  name: 'settings import',
  positionals: ['CONNECTION'],
  options: { file: { type: 'string', help: 'a file that settings export wrote' }, ...SAVE_OPTIONS },
  summary: 'gives a connection the settings of an exported file',
  help: `Shows what changes and asks; add --yes where nobody can answer. What the file leaves out gets its default. A file of another connection
is taken too: that is how settings are tried on one and then given to another.
Example: npm run admin -- settings import okta --file okta.json --yes --stack ScimForConfluence`,
  async run(administration, [nameOrId], options, terminal) {
    const file = required(options, 'file', 'a file that settings export wrote');
    const connection = await findConnection(administration, nameOrId);
    if (!terminal.interactive && options['yes'] !== true)
      throw new UsageError('add --yes: nobody can be asked here. settings diff --file shows what would change.');
    const { document, exportedFrom } = await readSettingsFile(file, terminal);
    const candidate = mustBeInOrder(document, checkContextOf(connection, administration.now()));
    const origin = exportedFrom ? ` (number ${exportedFrom.number} of ${exportedFrom.connection})` : '';
    const saved = await saveSettings(administration, connection, candidate, { note: `from ${file}${origin}`, ...options }, terminal);
    const outcome = savedOutcome(saved);
    const isOld = exportedFrom?.connection === connection.name && exportedFrom.number < connection.settingsNumber;
    if (!isOld) return outcome;
    const hint = `Note: the file was exported at number ${exportedFrom.number}; they were number ${connection.settingsNumber} by now.`;
    return { ...outcome, text: `${outcome.text}\n${hint}` };
  },
};

/** What changes settings, and what carries them from one place to another. */
export const settingsChangeCommands: readonly Command[] = [edit, restore, exportSettings, importSettings];
