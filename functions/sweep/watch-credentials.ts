import type { Connection } from '../../shared/directory/connection.ts';
import type { TargetId } from '../../shared/directory/ids.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';
import { askExpiry } from '../../shared/targets/ask-expiry.ts';
import { type CredentialNote, daysUntil, describeExpiry, describeKind, isExpiring, noteOf } from '../../shared/targets/credential-note.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import type { Target } from '../../shared/targets/target.ts';
import { describeTarget } from '../../shared/targets/target-address.ts';
import type { SweepDependencies } from './dependencies.ts';

/** A secret that was changed by other means than `credentials set` is seen so late at the most. */
const LOOK_AGAIN_MS = 3_600_000;
const ASK_AGAIN_MS = 24 * LOOK_AGAIN_MS;

type Watch = Pick<SweepDependencies, 'credentials' | 'delivery' | 'log' | 'targetOf'>;

/**
 * Whole days until the first login of a live connection ends, negative once one has; undefined where no date is known. One
 * `credentials.expiring` a day for each target whose login ends soon or has ended.
 * @param states of the connections' targets
 */
export async function watchCredentials(
  deps: Watch,
  connections: readonly Connection[],
  states: ReadonlyMap<TargetId, TargetState>,
  correlationId: string,
  now: Date,
): Promise<number | undefined> {
  const live = new Map(connections.filter(({ state }) => state === 'active').map((connection) => [connection.target.id, connection]));
  const left: number[] = [];
  for (const [target, connection] of live) {
    const note = await latestNote(deps, connection, states.get(target), correlationId, now);
    if (note?.expires === undefined) continue;
    left.push(daysUntil(note.expires, now));
    if (!isExpiring(note.expires, now)) continue;
    if (!(await deps.delivery.targets.mayTellExpiry(target, note, now.toISOString().slice(0, 10)))) continue;
    deps.log.write({
      kind: 'credentials.expiring',
      correlationId,
      connection: connection.id,
      target,
      expires: note.expires,
      days: daysUntil(note.expires, now),
      text: `The ${describeKind(note.kind)} for ${describeTarget(connection.target)} ${describeExpiry(note.expires, now)}. Without a new one nobody gets access any more, and nobody loses it: credentials set ${connection.name}.`,
    });
  }
  return left.length === 0 ? undefined : Math.min(...left);
}

/** The secret itself is read once an hour, what can't be read now leaves the note as it is. A date that nobody has told is asked for once a day. */
async function latestNote(
  deps: Watch,
  connection: Connection,
  state: TargetState | undefined,
  correlationId: string,
  now: Date,
): Promise<CredentialNote | undefined> {
  const target = connection.target.id;
  const known = state?.credentials;
  const isWithin = (ms: number, since: string | undefined) => since !== undefined && now.getTime() - Date.parse(since) < ms;
  if (known && isWithin(LOOK_AGAIN_MS, state.credentialsSeen)) return known;
  const read = await deps.credentials.read(target).catch(() => undefined);
  if (read === undefined) return known;
  const told = noteOf(read.credentials, read.version, known);
  // DESIGN §4, pause: "stop calling it".
  const isAsked = state?.state !== 'paused' && !isWithin(ASK_AGAIN_MS, told.asked);
  const note = isAsked ? await askExpiry(told, observedTarget(deps, connection, correlationId), now) : told;
  await deps.delivery.targets.noteCredentials(target, note);
  return note;
}

function observedTarget({ log, targetOf }: Watch, connection: Connection, correlationId: string): Target {
  const common = { correlationId, connection: connection.id, target: connection.target.id };
  return targetOf(connection, (call) => log.write({ kind: 'confluence.request', ...common, ...forLog(call) }));
}
