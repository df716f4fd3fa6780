import type { Connection } from '../../../shared/directory/connection.ts';
import { type CheckContext, checkSettings } from '../../../shared/provisioning/settings/check/check-settings.ts';
import type { Mistake } from '../../../shared/provisioning/settings/check/explain-issue.ts';
import type { Settings } from '../../../shared/provisioning/settings/settings.ts';
import type { Terminal } from '../administration.ts';
import { type Options, Refused, UsageError } from '../command.ts';
import { assignSettings } from './assign-settings.ts';

/** Settings that are in order, with what is worth a second look. */
export interface Candidate {
  readonly settings: Settings;
  readonly warnings: readonly Mistake[];
}

/** What the settings of this connection are checked against. */
export function checkContextOf({ settings, target }: Connection, now: Date): Required<CheckContext> {
  return { now, before: settings, kind: target.kind };
}

/** A document as it was read. */
export interface ReadDocument {
  readonly document: unknown;
  /** Of an exported file: whose settings they were, and which. */
  readonly exportedFrom?: { readonly connection: string; readonly number: number };
}

/** How a command is told settings: as a whole, or some of them. */
export const SETTINGS_SOURCE = {
  file: { type: 'string', help: 'a JSON file with the whole document, as settings export writes it; what is not in it gets its default' },
  set: { type: 'string', multiple: true, help: 'PATH=VALUE, as often as needed: users.onDelete=keep, groups.map.Sales=["sales"]' },
  unset: { type: 'string', multiple: true, help: 'PATH that gets its default back, as often as needed' },
} as const;

/**
 * The settings that the options tell, or standard input where they tell none, checked against those that they replace.
 * @throws UsageError, Refused naming every mistake
 */
export async function readCandidate(options: Options, terminal: Terminal, context: Required<CheckContext>): Promise<Candidate> {
  const [set, unset] = [listed(options['set']), listed(options['unset'])];
  const file = typeof options['file'] === 'string' ? options['file'] : undefined;
  if (set.length + unset.length > 0) {
    if (file !== undefined) throw new UsageError('--file is the whole document: use it without --set and --unset');
    return mustBeInOrder(assignSettings(context.before, set, unset), context);
  }
  if (file === undefined && terminal.interactive)
    throw new UsageError('say what is to be: --set PATH=VALUE, --file FILE, or a document on standard input');
  return mustBeInOrder((await readSettingsFile(file, terminal)).document, context);
}

/** A document from a file, or from standard input: exported, or the settings alone. @throws Refused */
export async function readSettingsFile(file: string | undefined, terminal: Terminal): Promise<ReadDocument> {
  const source = file ?? 'standard input';
  let text: string;
  try {
    text = await terminal.readDocument(file);
  } catch (error) {
    throw new Refused(`${source} is not readable: ${error instanceof Error ? error.message : 'unknown cause'}`, { cause: error });
  }
  if (text.trim() === '') throw new Refused(`${source} is empty`);
  return parseSettingsText(text, source);
}

/** @throws Refused for a text that is no JSON */
export function parseSettingsText(text: string, source: string): ReadDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Refused(`${source} is no JSON: ${error instanceof Error ? error.message : 'not readable'}`, { cause: error });
  }
  if (typeof document !== 'object' || document === null || !('settings' in document) || 'version' in document) return { document };
  const { settings, connection, number } = document as { settings: unknown; connection?: unknown; number?: unknown };
  const isExported = typeof connection === 'string' && typeof number === 'number';
  return { document: settings, ...(isExported && { exportedFrom: { connection, number } }) };
}

/** @throws Refused naming every mistake */
export function mustBeInOrder(document: unknown, context: CheckContext): Candidate {
  const checked = checkSettings(document, context);
  if (!('mistakes' in checked)) return checked;
  throw new Refused(`the settings are not in order:\n${printMistakes(checked.mistakes)}`);
}

/** One line each. */
export function printMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(({ path, message }) => (path === '' ? `the document ${message}` : `${path}: ${message}`)).join('\n');
}

/** What is worth a second look, one line each; empty without any. */
export function printWarnings(warnings: readonly Mistake[]): string {
  return warnings.map(({ path, message }) => `Note: ${path}: ${message}.`).join('\n');
}

function listed(value: Options[string]): readonly string[] {
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
