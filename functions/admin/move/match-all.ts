import { atOnce } from '../../../shared/directory/at-once.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { Stored } from '../../../shared/directory/directory.ts';
import { inBatches } from '../../../shared/directory/in-batches.ts';
import type { Match, MatchRequest } from '../../../shared/provisioning/move/match.ts';
import type { Administration } from '../administration.ts';
import { Refused } from '../command.ts';

/** So many are asked about in one request: the worker answers within its own time-out. */
const IN_ONE = 25;
/** Requests at once. The pace of calls and their number, where the settings limit it, are kept by all workers together. */
const AT_ONCE = 4;
/** So often in a row nothing comes of a request that may be repeated. */
const PATIENCE = 10;

/**
 * What each user, then each group, of a connection would be in another one's target, in order of creation. Nothing is changed, and no more
 * is held than is asked about at once.
 * @throws Refused when the target can't be asked
 */
export async function* matchAll(administration: Administration, from: Connection, to: Connection): AsyncGenerator<Match> {
  const { users, groups } = administration.directory;
  for (const [type, listing] of [['user', users.listing] as const, ['group', groups.listing] as const]) {
    for await (const some of inBatches<Stored<string>>(listing.find(from, { by: 'all' }), IN_ONE * AT_ONCE)) {
      const ids = some.map(({ id }) => id);
      const requests = Array.from({ length: Math.ceil(ids.length / IN_ONE) }, (_, i) => ids.slice(i * IN_ONE, (i + 1) * IN_ONE));
      const ask = (page: readonly string[]) => matchPage(administration, { from: from.id, to: to.id, type, ids: page });
      yield* (await atOnce(AT_ONCE, requests, ask)).flat();
    }
  }
}

/** Asks until all are answered: the worker gives back those for whom its time, or the target's patience, did not last. */
async function matchPage(administration: Administration, request: MatchRequest): Promise<Match[]> {
  const found: Match[] = [];
  let { ids } = request;
  for (let inVain = 0; ids.length > 0; ) {
    const { matches, left, notAsked } = await administration.match({ ...request, ids });
    found.push(...matches);
    inVain = left.length < ids.length ? 0 : inVain + 1;
    ids = left;
    const isRefused = notAsked !== undefined && notAsked.retryAfterMs === undefined;
    if (isRefused || inVain >= PATIENCE)
      throw new Refused(`the other Confluence can't be asked: ${notAsked?.reason ?? 'it takes too long'}`);
    // Whose time was up goes on at once.
    if (notAsked && (inVain > 0 || notAsked.code !== 'busy')) await administration.sleep(notAsked.retryAfterMs ?? 0);
  }
  return found;
}
