import type { Connection } from '../../shared/directory/connection.ts';
import { noteOf, reasonWithExpiry } from '../../shared/targets/credential-note.ts';
import type { WorkerDependencies } from './dependencies.ts';

/**
 * DESIGN §4, pause: "the whole target can't be used: stop calling it, keep everything". The secret that was used is noted, so that a newer
 * one opens the target. Of a refused login that has ended the reason says so. Logged once, by whoever was first.
 */
export async function pauseTarget(
  { delivery, credentials, log, now }: Pick<WorkerDependencies, 'delivery' | 'credentials' | 'log' | 'now'>,
  connection: Connection,
  correlationId: string,
  code: string,
  message: string,
): Promise<void> {
  const target = connection.target.id;
  const read = await credentials.read(target).catch(() => undefined);
  const known = (await delivery.targets.read(target)).credentials;
  const note = read && noteOf(read.credentials, read.version, known);
  const reason = reasonWithExpiry(code, message, note, now());
  const paused = await delivery.targets.pause(target, { code, reason, ...(note && { secretVersion: note.version }) });
  if (paused) log.write({ kind: 'target.paused', correlationId, connection: connection.id, target, code, reason });
}
