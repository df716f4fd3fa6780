import type { Connection } from '../../shared/directory/connection.ts';
import type { WorkerDependencies } from './dependencies.ts';

/**
 * DESIGN §4, pause: "the whole target can't be used: stop calling it, keep everything". The secret that was used is noted, so that a newer
 * one opens the target. Logged once, by whoever was first.
 */
export async function pauseTarget(
  { delivery, credentials, log }: Pick<WorkerDependencies, 'delivery' | 'credentials' | 'log'>,
  connection: Connection,
  correlationId: string,
  code: string,
  reason: string,
): Promise<void> {
  const target = connection.target.id;
  const secretVersion = await credentials.read(target).then(
    ({ version }) => version,
    () => undefined,
  );
  const paused = await delivery.targets.pause(target, { code, reason, ...(secretVersion !== undefined && { secretVersion }) });
  if (paused) log.write({ kind: 'target.paused', correlationId, connection: connection.id, target, code, reason });
}
