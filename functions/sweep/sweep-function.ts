import type { Change } from '../../shared/changes/change.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import type { TargetId, UserId } from '../../shared/directory/ids.ts';
import type { PendingEntry } from '../../shared/directory/pending-markers.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';
import { backOffMs, isDue } from './back-off.ts';
import type { SweepDependencies } from './dependencies.ts';
import { isDryRun, plannedChanges } from './planned-changes.ts';
import { probeTarget } from './probe-target.ts';
import { tokenExpiresInDays, writeSilentConnections } from './watch-connections.ts';
import { watchCredentials } from './watch-credentials.ts';
import { watchSafety } from './watch-safety.ts';

/** `everything`: what is pending is due whatever its back-off says. */
export type SweepFunction = (event?: { everything?: boolean }) => Promise<void>;

/** DESIGN §4: "The sweep sends at most 500 a run ... and waits while the queue is long." */
const SENDS = 500;
const LONG_QUEUE = 1_000;
/** Markers looked at a run, for each target and each of removals and the rest. */
const LOOKS = 4_000;
const MEMBERS_A_MESSAGE = 48;
const PURGE_AGAIN_MS = 600_000;

/** One message that stands for all markers of a user, or of a group and its memberships. */
interface Send {
  readonly entries: PendingEntry[];
}

/** Each minute: sends again what has been pending too long. Correctness depends on this alone, messages only save time. */
export function sweepFunction(deps: SweepDependencies): SweepFunction {
  return async (event = {}) => {
    const now = deps.now();
    const correlationId = `sweep-${now.toISOString()}`;
    const connections = await deps.connections.list();
    const length = await deps.queue.length();
    const heldBack = length > LONG_QUEUE ? `the queue holds ${length} messages` : undefined;
    const run = { sent: 0, pending: 0, oldest: now.getTime(), paused: 0 };

    const dryRuns = new Set(connections.filter(isDryRun).map(({ id }) => id));
    const planned = await plannedChanges(deps, connections, now);
    let heldByDryRun = planned.held;

    const open: { target: TargetId; state: TargetState }[] = [];
    const states = new Map<TargetId, TargetState>();
    for (const connection of byTarget(connections)) {
      const state = await probeTarget(deps, connection, correlationId);
      states.set(connection.target.id, state);
      if (state.state === 'paused') run.paused += 1;
      else open.push({ target: connection.target.id, state });
    }
    // Removals first, of all targets: one target's many additions hold up nobody's removal.
    for (const removal of [true, false]) {
      for (const { target, state } of open) {
        const entries = await deps.delivery.pending.of(target, removal, LOOKS);
        // What a dry run has not planned yet is sent like all else, but nobody waits for it.
        const awaited = entries.filter(({ connection }) => !dryRuns.has(connection));
        heldByDryRun += entries.length - awaited.length;
        run.pending += awaited.length;
        for (const { markerSince } of awaited) run.oldest = Math.min(run.oldest, Date.parse(markerSince));
        if (heldBack !== undefined) continue;
        const due = entries.filter((entry) => event.everything === true || isDue(entry, state, now, deps.sweepAfterSeconds * 1000));
        for (const send of messagesOf([...planned.released(target, removal), ...due])) {
          if (run.sent >= SENDS) break;
          if (await sendAgain(deps, target, send, now)) run.sent += 1;
        }
      }
    }
    if (heldBack === undefined) for (const { target } of open) run.sent += await sendPurges(deps, target, now, SENDS - run.sent);

    const openTargets = open.map(({ target }) => target);
    const safety = await watchSafety(deps, connections, openTargets, correlationId);
    const expires = await tokenExpiresInDays(deps, connections, now);
    const loginExpires = await watchCredentials(deps, connections, states, correlationId, now);
    await writeSilentConnections(deps, connections, correlationId, now);
    deps.log.write({
      kind: 'sweep.finished',
      correlationId,
      sent: run.sent,
      pending: run.pending,
      oldestPendingMs: now.getTime() - run.oldest,
      pausedTargets: run.paused,
      ...safety,
      ...(heldBack !== undefined && { heldBack }),
      ...(heldByDryRun > 0 && { heldByDryRun }),
      ...(expires !== undefined && { tokenExpiresInDays: expires }),
      ...(loginExpires !== undefined && { credentialsExpireInDays: loginExpires }),
    });
  };
}

/** One connection for each target. */
function byTarget(connections: readonly Connection[]): Iterable<Connection> {
  return new Map(connections.map((connection) => [connection.target.id, connection])).values();
}

/** One message a user or group, however many of its memberships are pending. */
function messagesOf(entries: readonly PendingEntry[]): Iterable<Send> {
  const sends = new Map<string, Send>();
  for (const entry of entries) {
    const key = entry.type === 'user' ? `user ${entry.id}` : `group ${entry.connection} ${entry.groupId ?? entry.id}`;
    const send = sends.get(key);
    if (send) send.entries.push(entry);
    else sends.set(key, { entries: [entry] });
  }
  return sends.values();
}

/** The back-off is written first, on the condition of the token: what the index shows may have been cleared long since. */
async function sendAgain(deps: SweepDependencies, target: TargetId, { entries }: Send, now: Date): Promise<boolean> {
  const current: PendingEntry[] = [];
  for (const entry of entries) {
    const dueAt = new Date(now.getTime() + backOffMs(entry.markerAttempts + 1, deps.sweepAfterSeconds * 1000));
    if (await deps.delivery.pending.sent(target, entry, dueAt)) current.push(entry);
  }
  const [first] = current;
  if (!first) return false;
  const change = changeOf(first, current);
  await deps.queue.send(first.messageGroup, change);
  deps.log.write({
    kind: 'change.resent',
    correlationId: first.correlationId,
    connection: first.connection,
    subject: change.resource,
    target,
    attempts: Math.max(...current.map(({ markerAttempts }) => markerAttempts)) + 1,
    pendingMs: Math.max(...current.map(({ markerSince }) => now.getTime() - Date.parse(markerSince))),
  });
  return true;
}

function changeOf(first: PendingEntry, entries: readonly PendingEntry[]): Change {
  const { connection, correlationId } = first;
  const common = { v: 1, connection, correlationId, reason: 'sweep' } as const;
  if (first.type === 'user') return { ...common, resource: { type: 'user', id: first.id as UserId } };
  const id = (first.groupId ?? first.id) as NonNullable<PendingEntry['groupId']>;
  const members = entries.flatMap(({ userId }) => userId ?? []).slice(0, MEMBERS_A_MESSAGE);
  return { ...common, resource: { type: 'group', id }, ...(members.length > 0 && { members }) };
}

/** DELIVERY §2.8: tombstones whose hour is over. */
async function sendPurges({ delivery, queue }: SweepDependencies, target: TargetId, now: Date, limit: number): Promise<number> {
  if (limit <= 0) return 0;
  const purges = await delivery.pending.toPurge(target, now, new Date(now.getTime() + PURGE_AGAIN_MS), limit);
  for (const { messageGroup, connection, resource, correlationId } of purges)
    await queue.send(messageGroup, { v: 1, connection, resource, correlationId, reason: 'sweep' });
  return purges.length;
}
