import type { Connection } from '../../shared/directory/connection.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';
import { dispositionOf } from '../../shared/provisioning/dispositions.ts';
import { noteOf, reasonWithExpiry } from '../../shared/targets/credential-note.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import { type ProvisioningCode, ProvisioningError } from '../../shared/targets/target.ts';
import type { SweepDependencies } from './dependencies.ts';

/** What passes by itself is asked for each minute. */
const ASKED: ReadonlySet<string> = new Set<ProvisioningCode>(['unavailable', 'unreachable', 'no-answer', 'server-error']);
/** What an administrator changes in Confluence: the next change tries it, every ten minutes. */
const TRIED: ReadonlySet<string> = new Set<ProvisioningCode>(['read-only', 'secure-session', 'remote-api-off']);
const TRY_AGAIN_MS = 600_000;
const NEW_SECRET = 'a new version of the secret';

/**
 * Looks whether a paused target can be opened again; gives its state afterwards. DESIGN §4: refused logins are never tried again by
 * themselves, only a new version of the secret (or `target resume`) opens such a target.
 */
export async function probeTarget(deps: SweepDependencies, connection: Connection, correlationId: string): Promise<TargetState> {
  const target = connection.target.id;
  const state = await deps.delivery.targets.read(target);
  if (state.state !== 'paused') return state;
  const by = await reasonToResume(deps, connection, state, correlationId);
  if (by === undefined) return state;
  const resumed = await deps.delivery.targets.resume(target, by === NEW_SECRET ? state.secretVersion : undefined);
  if (resumed) deps.log.write({ kind: 'target.resumed', correlationId, connection: connection.id, target, by });
  return deps.delivery.targets.read(target);
}

async function reasonToResume(
  deps: SweepDependencies,
  connection: Connection,
  { code = '', since, secretVersion, credentials }: TargetState,
  correlationId: string,
): Promise<string | undefined> {
  if (ASKED.has(code)) return (await answers(deps, connection, credentials, correlationId)) ? 'it answers again' : undefined;
  const pausedMs = deps.now().getTime() - Date.parse(since ?? '');
  if (TRIED.has(code)) return pausedMs >= TRY_AGAIN_MS ? 'the next change tries it' : undefined;
  // A pause that names no secret is an administrator's, or the secret was missing: only then is any secret a new one.
  if (secretVersion === undefined && code !== ('no-credentials' satisfies ProvisioningCode)) return undefined;
  const version = await deps.credentials.read(connection.target.id).then(
    (read) => read.version,
    () => undefined,
  );
  return version !== undefined && version !== secretVersion ? NEW_SECRET : undefined;
}

/** One login a minute. A login that is refused now is a pause of another kind, which is not probed. */
async function answers(
  deps: SweepDependencies,
  connection: Connection,
  known: TargetState['credentials'],
  correlationId: string,
): Promise<boolean> {
  const target = connection.target.id;
  const common = { correlationId, connection: connection.id, target };
  try {
    const probe = deps.targetOf(connection, (call) => deps.log.write({ kind: 'confluence.request', ...common, ...forLog(call) }));
    await probe.serviceAccount();
    return true;
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    if (dispositionOf(error.code) === 'pause') {
      const read = await deps.credentials.read(target).catch(() => undefined);
      const note = read && noteOf(read.credentials, read.version, known);
      const reason = reasonWithExpiry(error.code, error.message, note, deps.now());
      const pause = { code: error.code, reason, ...(note && { secretVersion: note.version }) };
      if (await deps.delivery.targets.pause(target, pause)) deps.log.write({ kind: 'target.paused', ...common, ...pause });
    }
    return false;
  }
}
