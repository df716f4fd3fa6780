import type { ConnectionId } from '../../shared/directory/ids.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import type { TargetReport } from '../../shared/targets/target.ts';
import type { WorkerDependencies } from './dependencies.ts';

/** What `target test` invokes the worker with: the target is tried from where the worker runs. */
export interface TargetTest {
  readonly targetTest: ConnectionId;
}

export function isTargetTest(event: object): event is TargetTest {
  return 'targetTest' in event;
}

/** @throws for an unknown connection */
export async function testTargetOf(
  { connections, targetOf, log }: Pick<WorkerDependencies, 'connections' | 'targetOf' | 'log'>,
  { targetTest }: TargetTest,
  correlationId: string,
): Promise<TargetReport> {
  const connection = await connections.get(targetTest);
  if (!connection) throw new RangeError(`there is no connection ${targetTest}`);
  const common = { correlationId, connection: connection.id, target: connection.target.id };
  return targetOf(connection, (call) => log.write({ kind: 'confluence.request', ...common, ...forLog(call) })).test();
}
