import type { Connection } from '../../../shared/directory/connection.ts';
import type { ParkedChange } from '../../../shared/directory/overview.ts';
import { daysUntil, describeExpiry, describeKind, isExpiring } from '../../../shared/targets/credential-note.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Administration, TargetStatus } from '../administration.ts';
import type { Command } from '../command.ts';
import { dryRunsOf, keptBy } from '../safety/dry-runs.ts';
import { type SafetyStatus, safetyStatus } from '../safety/safety-status.ts';

/** Parked changes are counted up to this many a target. */
const PARKED_BOUND = 1_000;

/** Each target once, with the connections that share it. */
export function targetsOf(connections: readonly Connection[]): { target: Connection['target']; connections: Connection[] }[] {
  const byId = new Map<string, { target: Connection['target']; connections: Connection[] }>();
  for (const connection of connections) {
    const entry = byId.get(connection.target.id) ?? { target: connection.target, connections: [] };
    entry.connections.push(connection);
    byId.set(connection.target.id, entry);
  }
  return [...byId.values()];
}

async function countParked(parked: AsyncIterable<ParkedChange>): Promise<number> {
  let count = 0;
  for await (const _ of parked) {
    count += 1;
    if (count >= PARKED_BOUND) break;
  }
  return count;
}

function age(since: string | undefined, now: Date): string {
  if (since === undefined) return '';
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

async function statusOf(administration: Administration, { target, connections }: ReturnType<typeof targetsOf>[number]) {
  const [state, pending, parked, safety, dryRuns] = await Promise.all([
    administration.targetStatus(target.id),
    administration.overview.pending(target.id),
    countParked(administration.overview.parked(target.id)),
    safetyStatus(administration, target, connections),
    dryRunsOf(administration, connections),
  ]);
  const expires = state.credentials?.expires;
  return {
    target: target.id,
    confluence: describeTarget(target),
    connections: connections.map(({ name }) => name),
    isLive: connections.some((connection) => connection.state === 'active'),
    ...state,
    ...(expires !== undefined && { credentialsExpireInDays: daysUntil(expires, administration.now()) }),
    pending,
    parked,
    safety,
    dryRuns,
  };
}

function seatsOf({ seats }: SafetyStatus): string {
  return seats === undefined ? '' : `${seats.used} of ${seats.limit}`;
}

/** The column of the login's end: empty where no date is known and none is expected. */
function endOf({ credentials }: TargetStatus, now: Date): string {
  if (credentials?.expires !== undefined) {
    const left = daysUntil(credentials.expires, now);
    const day = credentials.expires.slice(0, 10);
    if (left < 0) return `EXPIRED ${day}`;
    return `${isExpiring(credentials.expires, now) ? `ENDS ${day}` : day} (${left} days)`;
  }
  return credentials?.kind === 'api-key' ? 'not known' : '';
}

const status: Command = {
  name: 'status',
  positionals: [],
  options: {},
  summary: 'what is pending, parked or paused, and since when',
  help: `One line for each Confluence. Exit code 4 says that something needs a person: a paused target, parked or held changes, no seat left,
a login that has expired or will within 30 days.
  pending  changes on their way; a few seconds old is normal
  parked   changes that can't succeed until someone acts: parked list says why
  held     removals that the brake keeps back, since there were too many within an hour: brake show says whose
  seats    used, and how many there are, where a limit is known
  login    when the API key or token ends, where that is known: credentials set or credentials expires tells it
  dry run  connections whose changes are only planned and logged, and how many they keep back until settings say apply
  paused   the Confluence can't be used; nothing is lost, target test says what is wrong`,
  async run(administration) {
    const now = administration.now();
    const connections = await administration.connections.list();
    const moving = connections.filter(({ state }) => state === 'moving').map(({ name }) => name);
    const all = await Promise.all(targetsOf(connections).map((entry) => statusOf(administration, entry)));
    const hasLoginEnd = all.some((entry) => endOf(entry, now) !== '');
    const isAnyDryRun = all.some(({ dryRuns }) => dryRuns.length > 0);
    const rows = all.map((entry) => ({
      confluence: entry.confluence,
      connections: entry.connections.join(', '),
      state: entry.state === 'paused' ? `PAUSED ${age(entry.since, now)}` : 'open',
      pending: entry.pending.more ? `more than ${entry.pending.pending}` : entry.pending.pending,
      oldest: age(entry.pending.oldestSince, now),
      parked: entry.parked,
      held: entry.safety.moreHeld ? `more than ${entry.safety.held}` : entry.safety.held,
      seats: seatsOf(entry.safety),
      ...(hasLoginEnd && { login: endOf(entry, now) }),
      ...(isAnyDryRun && { 'dry run': entry.dryRuns.map((dryRun) => `${dryRun.connection} (${keptBy(dryRun)})`).join(', ') }),
    }));
    const isPaused = all.some(({ state }) => state === 'paused');
    const isParked = all.some(({ parked }) => parked > 0);
    const engaged = all.flatMap(({ safety }) => safety.engaged);
    const isHeld = engaged.length > 0 || all.some(({ safety }) => safety.held > 0);
    const expiring = all.filter(
      ({ isLive, credentials }) => isLive && credentials?.expires !== undefined && isExpiring(credentials.expires, now),
    );
    const isFull = all.some(({ safety }) => safety.seats?.full === true);
    const text = [
      ...(all.length === 0 ? ['No connection yet: npm run admin -- connection create NAME makes one.'] : []),
      ...all.flatMap(({ state, confluence, code, reason }) =>
        state === 'paused' ? [`${confluence} is paused (${code ?? 'no code'}): ${reason ?? 'no reason is known'}`] : [],
      ),
      ...(isPaused ? ['Paused: target test CONNECTION says what is wrong. Nothing is lost.'] : []),
      ...expiring.flatMap(({ confluence, credentials: login, connections: [name = ''] }) =>
        login?.expires === undefined
          ? []
          : [
              `The ${describeKind(login.kind)} for ${confluence} ${describeExpiry(login.expires, now)}: make a new one, then credentials set ${name}.`,
            ],
      ),
      ...moving.map(
        (name) => `${name} answers 503: a move switch is under way, or was interrupted. Repeat it, or connection enable ${name}.`,
      ),
      ...(isParked ? ['Parked: parked list says why, and what to do.'] : []),
      ...(engaged.length > 0
        ? [`The brake of ${engaged.join(', ')} is on: brake show says who keeps access, brake release or reject decides.`]
        : []),
      ...(isHeld && engaged.length === 0 ? ['Held by the brake: brake show says who, brake release or reject decides.'] : []),
      ...(isAnyDryRun
        ? ['Dry run: nothing is changed in Confluence. settings edit CONNECTION --set apply=apply sends what is kept back.']
        : []),
      ...(isFull ? ['No seat is left: parked list says who waits. Free seats, or raise seats.limit in the settings.'] : []),
    ].join('\n');
    return {
      json: all,
      table: rows,
      ...(text !== '' && { text }),
      attention: isPaused || isParked || isHeld || isFull || expiring.length > 0 || moving.length > 0,
    };
  },
};

export const statusCommands: readonly Command[] = [status];
