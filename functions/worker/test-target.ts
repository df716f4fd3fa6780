import type { Connection } from '../../shared/directory/connection.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { describeExpiry, describeKind, isExpiring, noteOf } from '../../shared/targets/credential-note.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError, type TargetReport } from '../../shared/targets/target.ts';
import type { WorkerDependencies } from './dependencies.ts';

/** What `target test` invokes the worker with: the target is tried from where the worker runs. */
export interface TargetTest {
  readonly targetTest: ConnectionId;
}

export function isTargetTest(event: object): event is TargetTest {
  return 'targetTest' in event;
}

type Dependencies = Pick<WorkerDependencies, 'connections' | 'delivery' | 'credentials' | 'targetOf' | 'log' | 'now'>;

/** What the adapter finds, and when its login ends. @throws RangeError for an unknown connection */
export async function testTargetOf(deps: Dependencies, { targetTest }: TargetTest, correlationId: string): Promise<TargetReport> {
  const { targetOf, log } = deps;
  const connection = await deps.connections.get(targetTest);
  if (!connection) throw new RangeError(`there is no connection ${targetTest}`);
  const common = { correlationId, connection: connection.id, target: connection.target.id };
  const report = await targetOf(connection, (call) => log.write({ kind: 'confluence.request', ...common, ...forLog(call) })).test();
  return { ...report, findings: [...report.findings, ...(await findingsOfLogin(deps, connection))] };
}

/** Of a login that is missing or can't be read the adapter has told. */
async function findingsOfLogin({ credentials, delivery, now }: Dependencies, { target }: Connection): Promise<TargetReport['findings']> {
  const read = await credentials.read(target.id).catch((error: unknown) => {
    if (error instanceof ProvisioningError) return undefined;
    throw error;
  });
  if (read === undefined) return [];
  const { kind, expires } = noteOf(read.credentials, read.version, (await delivery.targets.read(target.id)).credentials);
  if (expires !== undefined) {
    const text = `The ${describeKind(kind)} ${describeExpiry(expires, now())}.`;
    return [
      isExpiring(expires, now()) ? { ok: false, text: `${text} Make a new one, and store it with credentials set.` } : { ok: true, text },
    ];
  }
  if (kind !== 'api-key') return [];
  const where = 'Atlassian shows the date beside the key';
  return [
    {
      ok: true,
      text: `When the API key expires is not known, so nobody is warned: ${where}, credentials expires tells it to this product.`,
    },
  ];
}
