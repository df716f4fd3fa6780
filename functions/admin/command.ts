import type { Administration, Terminal } from './administration.ts';

/** What a command gives back: `table` and `text` for people, `json` for scripts. */
export interface Outcome {
  readonly json: unknown;
  readonly table?: readonly Readonly<Record<string, string | number>>[];
  readonly text?: string;
  /** `text` is a document for a file or a pipe: its lines are never broken to fit a terminal. */
  readonly isDocument?: true;
  /** Done, but something needs a person: exit code 4. */
  readonly attention?: boolean;
  /** What was changed, by its names alone: the `admin.action` record has it beside the arguments. */
  readonly changed?: readonly string[];
}

export interface Options {
  readonly [name: string]: string | boolean | readonly string[] | undefined;
}

/** One option. With `multiple` it may be given again and again, and its value is a list. */
export interface OptionDescription {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  readonly help: string;
}

/** A command as it is typed and explained. */
export interface CommandDescription {
  /** As typed: "connection create". */
  readonly name: string;
  /** Positional arguments, as shown in the help. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionDescription>>;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does, when to use it, an example. */
  readonly help: string;
}

/** A command on a stack. Each one leaves an `admin.action` record. */
export interface Command extends CommandDescription {
  run(administration: Administration, positionals: readonly string[], options: Options, terminal: Terminal): Promise<Outcome>;
}

/** A command that needs no stack, and leaves no record. */
export interface OfflineCommand extends CommandDescription {
  runOffline(positionals: readonly string[], options: Options, terminal: Terminal, now: Date): Promise<Outcome>;
}

export type AnyCommand = Command | OfflineCommand;

/** Thrown when the command line is wrong: exit code 2. The message says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Thrown when a command can't be done as things are: exit code 1. The message says what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Thrown when the stack, the local stack or AWS can't be reached: exit code 3. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Exit codes of `npm run admin`. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3, attention: 4 } as const;

/** The value of an option that must be there. @throws UsageError */
export function required(options: Options, name: string, hint: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value.trim() === '') throw new UsageError(`--${name} is missing: ${hint}`);
  return value.trim();
}
