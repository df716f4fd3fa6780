import type { Connection } from '../../shared/directory/connection.ts';
import type { SweepDependencies } from './dependencies.ts';

type Watch = Pick<SweepDependencies, 'connections' | 'log'>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Whole days until the first connection is left without a valid token: of each live connection the token that expires last counts.
 * Undefined where no live connection has a token.
 */
export async function tokenExpiresInDays({ connections }: Watch, all: readonly Connection[], now: Date): Promise<number | undefined> {
  const last: number[] = [];
  for (const { id, state } of all) {
    if (state !== 'active') continue;
    const expiries = (await connections.listTokens(id)).map(({ expires }) => Date.parse(expires));
    if (expiries.length > 0) last.push(Math.max(...expiries));
  }
  return last.length === 0 ? undefined : Math.floor((Math.min(...last) - now.getTime()) / DAY_MS);
}

/**
 * One `connection.silent` for each live connection whose identity provider has sent nothing for more than 24 hours. A token's last
 * use is known to the day, so the hours count from that day's end: never too many.
 */
export async function writeSilentConnections({ connections, log }: Watch, all: readonly Connection[], correlationId: string, now: Date) {
  for (const connection of all) {
    if (connection.state !== 'active') continue;
    const days = (await connections.listTokens(connection.id)).flatMap(({ lastUsed }) => lastUsed ?? []).sort();
    const newest = days.at(-1);
    const heard = newest === undefined ? Date.parse(connection.created) : Date.parse(`${newest}T00:00:00.000Z`) + DAY_MS;
    const hours = Math.floor((now.getTime() - heard) / HOUR_MS);
    if (hours >= 24) log.write({ kind: 'connection.silent', correlationId, connection: connection.id, hours });
  }
}
