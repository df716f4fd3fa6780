import type { Connection } from '../../../shared/directory/connection.ts';
import type { ParkedChange } from '../../../shared/directory/overview.ts';
import type { Administration } from '../administration.ts';
import type { Command } from '../command.ts';

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
  const [state, pending, parked] = await Promise.all([
    administration.targetStatus(target.id),
    administration.overview.pending(target.id),
    countParked(administration.overview.parked(target.id)),
  ]);
  return { target: target.id, confluence: target.baseUrl, connections: connections.map(({ name }) => name), ...state, pending, parked };
}

const status: Command = {
  name: 'status',
  positionals: [],
  options: {},
  summary: 'what is pending, parked or paused, and since when',
  help: `One line for each Confluence. Exit code 4 says that something needs a person: a paused target or parked changes.
  pending  changes on their way; a few seconds old is normal
  parked   changes that can't succeed until someone acts: parked list says why
  paused   the Confluence can't be used; nothing is lost, target test says what is wrong`,
  async run(administration) {
    const now = administration.now();
    const all = await Promise.all(targetsOf(await administration.connections.list()).map((entry) => statusOf(administration, entry)));
    const rows = all.map((entry) => ({
      confluence: entry.confluence,
      connections: entry.connections.join(', '),
      state: entry.state === 'paused' ? `PAUSED ${age(entry.since, now)}: ${entry.reason ?? entry.code ?? ''}` : 'open',
      pending: entry.pending.more ? `more than ${entry.pending.pending}` : entry.pending.pending,
      oldest: age(entry.pending.oldestSince, now),
      parked: entry.parked,
    }));
    const isPaused = all.some(({ state }) => state === 'paused');
    const isParked = all.some(({ parked }) => parked > 0);
    const text = [
      ...(all.length === 0 ? ['No connection yet: npm run admin -- connection create NAME makes one.'] : []),
      ...(isPaused ? ['Paused: target test CONNECTION says what is wrong. Nothing is lost.'] : []),
      ...(isParked ? ['Parked: parked list says why, and what to do.'] : []),
    ].join('\n');
    return { json: all, table: rows, ...(text !== '' && { text }), attention: isPaused || isParked };
  },
};

export const statusCommands: readonly Command[] = [status];
