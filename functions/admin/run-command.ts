import { describeError } from '../../shared/log/request-log.ts';
import type { Administration, Terminal } from './administration.ts';
import { type AnyCommand, type Command, EXIT, type Options, type Outcome, Refused, Unreachable, UsageError } from './command.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { renderCommandHelp, renderHelp, renderOutcome } from './render.ts';

export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** How many characters a line of the terminal has; undefined where the output is none. */
  readonly columns?: number | undefined;
}

/**
 * One command, from what was typed to the exit code. Every command that runs on a stack leaves an `admin.action` record: who, what, outcome,
 * and of settings which ones were changed; secrets are never arguments, and results are not logged.
 */
export async function runCommand(
  argv: readonly string[],
  commands: readonly AnyCommand[],
  compose: (options: Options) => Promise<Administration>,
  terminal: Terminal,
  output: Output,
  now: () => Date = () => new Date(),
): Promise<number> {
  let administration: Administration | undefined;
  try {
    const line = parseCommandLine(argv, commands);
    if (line.kind === 'help') {
      output.out(line.command ? renderCommandHelp(line.command) : renderHelp(line.commands ?? commands));
      return EXIT.done;
    }
    const { command, positionals, options } = line;
    let outcome: Outcome;
    if ('runOffline' in command) outcome = await command.runOffline(positionals, options, terminal, now());
    else {
      administration = await compose(options);
      outcome = await recorded(administration, command, positionals, options, terminal);
    }
    output.out(renderOutcome(outcome, options['json'] === true, output.columns));
    return outcome.attention === true ? EXIT.attention : EXIT.done;
  } catch (error) {
    output.err(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) return EXIT.usage;
    if (error instanceof Unreachable) return EXIT.unreachable;
    return EXIT.refused;
  } finally {
    await administration
      ?.close()
      .catch((error: unknown) => output.err(`the admin.action record could not be shipped: ${describeError(error)[0]?.message}`));
  }
}

async function recorded(
  administration: Administration,
  command: Command,
  positionals: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Outcome> {
  const record = (outcome: string, changed?: readonly string[]) =>
    administration.log.write({
      kind: 'admin.action',
      correlationId: administration.newId(),
      caller: administration.caller,
      action: command.name,
      arguments: { positionals, options: { ...options }, ...(changed && changed.length > 0 && { changed }) },
      outcome,
    });
  try {
    const outcome = await command.run(administration, positionals, options, terminal);
    record(outcome.attention === true ? 'done, needs attention' : 'done', outcome.changed);
    return outcome;
  } catch (error) {
    record(
      error instanceof Refused || error instanceof UsageError
        ? `refused: ${error.message}`
        : `failed: ${describeError(error)[0]?.name ?? 'unknown'}`,
    );
    throw error;
  }
}
