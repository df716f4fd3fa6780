import type { Administration } from './administration.ts';
import { type Options, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { runCommand } from './run-command.ts';
import { processTerminal } from './terminal.ts';

/** Runs what was typed on the process's own terminal; gives back the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, commands, compose, processTerminal(process.stdin, process.stderr), {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  });
}

/** The clients of one place only are loaded: the local stack needs none of AWS's others. */
async function compose(options: Options): Promise<Administration> {
  const { stack, region, local } = options;
  if (local === true && typeof stack === 'string') throw new UsageError('--stack and --local exclude each other');
  if (local === true) {
    const { composeLocal } = await import('./compose-local.ts');
    return composeLocal(typeof options['state-dir'] === 'string' ? options['state-dir'] : (process.env['STATE_DIR'] ?? '.local'));
  }
  if (typeof stack !== 'string')
    throw new UsageError('say where: --stack NAME for a stack in AWS, or --local for the one that npm start runs');
  const { composeAws } = await import('./compose-aws.ts');
  return composeAws(stack, typeof region === 'string' ? region : undefined);
}
