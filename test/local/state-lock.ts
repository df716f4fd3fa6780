import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StateLock {
  /** The process before was killed: a call of its may still be on its way. */
  readonly afterKill: boolean;
  /** Gives the claim back. */
  release(): void;
}

/** A holder that is just ending is waited for this long. */
const PATIENCE_MS = 2_000;

/** Thrown when a living process works in the directory. */
export class StateInUse extends Error {
  override readonly name = 'StateInUse';
}

/**
 * Claims a state directory (made if it is missing) for this process; two would overwrite each other's journal. The claim of a
 * process that was killed is taken over.
 * @throws StateInUse
 */
export async function lockState(directory: string): Promise<StateLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'lock');
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let afterKill = false; ; ) {
    if (claim(path)) return { afterKill, release: () => rmSync(path, { force: true }) };
    const holder = read(path);
    const pid = Number(holder.split(' ')[0]);
    if (pid > 0 && identity(pid) === holder) {
      await sleep(50);
      if (Date.now() < giveUpAt) continue;
      throw new StateInUse(
        `The state directory ${directory} is in use by process ${pid}. Stop that one, or set STATE_DIR to another directory.`,
      );
    }
    afterKill ||= holder !== '';
    rmSync(path, { force: true });
  }
}

/** False if there is a claim already. A link is there with its content or not at all. */
function claim(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, identity(process.pid), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A process by its id and, where the system tells it, the time it started: ids are given out again. */
function identity(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return 'gone';
  }
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return `${pid} ${fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')}`.trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
