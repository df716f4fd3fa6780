import type { Connection } from '../../../shared/directory/connection.ts';
import type { Stored } from '../../../shared/directory/directory.ts';
import type { Match } from '../../../shared/provisioning/move/match.ts';
import type { Administration } from '../administration.ts';
import { Refused } from '../command.ts';
import { inBatches } from './side-by-side.ts';

/** So many are asked about at once: the worker answers within its own time-out. */
const AT_ONCE = 25;
/** So often in a row nothing comes of a request that may be repeated. */
const PATIENCE = 10;
const PAUSE_MS = 5_000;

/**
 * What each user, then each group, of a connection would be in another one's target, in order of creation. Nothing is changed, and no more
 * is held than is asked about at once.
 * @throws Refused when the target can't be asked
 */
export async function* matchAll(administration: Administration, from: Connection, to: Connection): AsyncGenerator<Match> {
  const { users, groups } = administration.directory;
  for (const [type, listing] of [['user', users.listing] as const, ['group', groups.listing] as const]) {
    for await (const page of inBatches<Stored<string>>(listing.find(from, { by: 'all' }), AT_ONCE))
      yield* matchPage(administration, { from: from.id, to: to.id, type, ids: page.map(({ id }) => id) });
  }
}

/** Asks until all are answered: the worker gives back those for whom its time, or the target's patience, did not last. */
async function* matchPage(administration: Administration, request: Parameters<Administration['match']>[0]): AsyncGenerator<Match> {
  let ids = request.ids;
  for (let inVain = 0; ids.length > 0; ) {
    const { matches, left, notAsked } = await administration.match({ ...request, ids });
    yield* matches;
    inVain = left.length < ids.length ? 0 : inVain + 1;
    ids = left;
    const mayBeAsked = notAsked?.code === 'busy' || notAsked?.retryAfterMs !== undefined;
    if ((notAsked && !mayBeAsked) || inVain >= PATIENCE)
      throw new Refused(`the other Confluence can't be asked: ${notAsked?.reason ?? 'it takes too long'}`);
    if (notAsked) await administration.sleep(notAsked.retryAfterMs ?? PAUSE_MS);
  }
}
