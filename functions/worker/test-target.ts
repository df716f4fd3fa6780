import type { Connection } from '../../shared/directory/connection.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { askExpiry } from '../../shared/targets/ask-expiry.ts';
import { type CredentialNote, describeExpiry, describeKind, isExpiring, noteOf } from '../../shared/targets/credential-note.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError, type Target, type TargetReport } from '../../shared/targets/target.ts';
import { describeTarget, type TargetAddress } from '../../shared/targets/target-address.ts';
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
  const target = targetOf(connection, (call) => log.write({ kind: 'confluence.request', ...common, ...forLog(call) }));
  const report = await target.test();
  return { ...report, findings: [...report.findings, ...(await findingsOfLogin(deps, connection, target))] };
}

/** Of a login that is missing or can't be read the adapter has told. A date that the target tells is noted. */
async function findingsOfLogin(
  { credentials, delivery, now }: Dependencies,
  { target: address }: Connection,
  target: Target,
): Promise<TargetReport['findings']> {
  const { id } = address;
  const read = await credentials.read(id).catch((error: unknown) => {
    if (error instanceof ProvisioningError) return undefined;
    throw error;
  });
  if (read === undefined) return [];
  const known = noteOf(read.credentials, read.version, (await delivery.targets.read(id)).credentials);
  const note = await askExpiry(known, target, now());
  if (note !== known) await delivery.targets.noteCredentials(id, note);
  return [findingOfKind(address, note) ?? findingOfEnd(note, known, now())].flatMap((finding) => finding ?? []);
}

type Finding = TargetReport['findings'][number];

/** A secret that was stored by other means than `credentials set` may be of another kind than the target takes. */
function findingOfKind(address: TargetAddress, { kind }: CredentialNote): Finding | undefined {
  const takesKey = address.kind !== 'data-center';
  if (takesKey === (kind === 'api-key')) return undefined;
  const taken = takesKey ? 'an API key' : 'a personal access token, or a user name and a password';
  const text = `What is stored as login is of another kind (${describeKind(kind)}): ${describeTarget(address)} takes ${taken}. Store it with credentials set.`;
  return { ok: false, text };
}

/** Nothing of a password, and of a token without a date. */
function findingOfEnd({ kind, expires }: CredentialNote, known: CredentialNote, now: Date): Finding | undefined {
  if (expires !== undefined) {
    const text = `The ${describeKind(kind)} ${describeExpiry(expires, now)}${known.expires === undefined ? ', as Atlassian says' : ''}.`;
    return isExpiring(expires, now)
      ? { ok: false, text: `${text} Make a new one, and store it with credentials set.` }
      : { ok: true, text };
  }
  if (kind !== 'api-key') return undefined;
  const text =
    'When the API key expires is not known, so nobody is warned: Atlassian shows the date beside the key, credentials expires tells it to this product.';
  return { ok: true, text };
}
