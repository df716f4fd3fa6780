import { readFileSync } from 'node:fs';

const STARTER_CHECK_MS = 50;
/** A part that does not stop in this time is left. */
const PATIENCE_MS = 10_000;

/**
 * Ends the process with code 0 after `close`, at Ctrl-C and at SIGTERM; a second Ctrl-C does not wait. When the npm that started it
 * is gone, it ends at once, as if it had been killed itself: a killed npm takes nothing with it, and the ports would stay taken.
 */
export function onEnd(close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(130);
    ending = true;
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const starter = starters();
  setInterval(() => {
    if (starters() !== starter) process.exit(1);
  }, STARTER_CHECK_MS).unref();
}

/** Who started this process: npm, or the shell that npm runs scripts by, and its npm. A dead one is replaced by init's id. */
function starters(): string {
  const parent = process.ppid;
  const [, name, grandparent] = /\((.*)\) \S (\d+)/.exec(statOf(parent)) ?? [];
  return name !== undefined && /sh$/.test(name) ? `${parent} ${grandparent}` : String(parent);
}

/** `pid (name) state ppid …` on Linux, where npm's shell stays between; empty elsewhere. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
