import { parseArgs } from 'node:util';
import { nearestWord } from '../../shared/provisioning/settings/check/nearest-word.ts';
import { type AnyCommand, type OptionDescription, type Options, UsageError } from './command.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  stack: { type: 'string', help: 'name of the CloudFormation stack; uses the caller’s own AWS credentials' },
  region: { type: 'string', help: 'AWS region, when it is not the configured one' },
  local: { type: 'boolean', help: 'the local stack that npm start runs' },
  'state-dir': { type: 'string', help: 'the local stack’s STATE_DIR (.local)' },
  json: { type: 'boolean', help: 'JSON on standard output, for scripts' },
  help: { type: 'boolean', help: 'explains a command' },
} as const;

export type CommandLine =
  /** On one command, or on those whose names begin with what was typed; on all without either. */
  | { readonly kind: 'help'; readonly command?: AnyCommand; readonly commands?: readonly AnyCommand[] }
  | { readonly kind: 'run'; readonly command: AnyCommand; readonly positionals: readonly string[]; readonly options: Options };

/**
 * What was typed after `npm run admin --`.
 * @throws UsageError for an unknown command or option, with what was probably meant
 */
export function parseCommandLine(argv: readonly string[], commands: readonly AnyCommand[]): CommandLine {
  const flags = flagsOf(commands);
  const words = argv.filter((word, i) => !word.startsWith('-') && !isOptionValue(argv[i - 1], flags));
  const typed = words.slice(0, 2).join(' ');
  // The longest name wins: "connection schema set" before "connection schema".
  const command = [3, 2, 1].flatMap((count) => commands.find(({ name }) => name === words.slice(0, count).join(' ')) ?? [])[0];
  if (!command) {
    const about = words.filter((word) => word !== 'help');
    const begun = commands.filter(({ name }) => name.startsWith(`${about.join(' ')} `));
    if (about.length === 0) return { kind: 'help' };
    if (words.length > about.length || argv.includes('--help')) {
      const exact = commands.find(({ name }) => name === about.join(' '));
      if (exact) return { kind: 'help', command: exact };
      if (begun.length > 0) return { kind: 'help', commands: begun };
    }
    const meant = nearestWord(typed, namesOf(commands));
    const alike = namesOf(commands.filter(({ name }) => name.split(' ')[0] === words[0] || name.endsWith(` ${words[1] ?? words[0]}`)));
    const near = meant === undefined ? alike : [meant];
    throw new UsageError(
      `there is no command "${typed}"${near.length > 0 ? `; there is: ${near.join(', ')}` : ''}. npm run admin -- help lists all.`,
    );
  }
  const options: Readonly<Record<string, OptionDescription>> = { ...GLOBAL_OPTIONS, ...command.options };
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: Object.fromEntries(Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }])),
      allowPositionals: true,
    });
    if (values['help'] === true) return { kind: 'help', command };
    const rest = positionals.slice(command.name.split(' ').length);
    const many = command.positionals.some((name) => name.includes('…'));
    if (!many && rest.length > command.positionals.length) throw new UsageError(`${rest.at(-1)} is one word too many`);
    return { kind: 'run', command, positionals: rest, options: values as Options };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}. ${command.name} takes ${known.join(', ')}.`, {
      cause: error,
    });
  }
}

function namesOf(commands: readonly AnyCommand[]): string[] {
  return commands.map(({ name }) => name);
}

/** True for a word that belongs to the option before it (`--stack NAME`). */
function isOptionValue(before: string | undefined, flags: ReadonlySet<string>): boolean {
  return before?.startsWith('--') === true && !before.includes('=') && !flags.has(before);
}

/** The options without a value, of all commands: needed before the command is known. */
function flagsOf(commands: readonly AnyCommand[]): ReadonlySet<string> {
  const all = [GLOBAL_OPTIONS, ...commands.map(({ options }) => options)].flatMap((options) => Object.entries(options));
  return new Set(all.flatMap(([name, { type }]) => (type === 'boolean' ? [`--${name}`] : [])));
}
