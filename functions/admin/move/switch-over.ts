import type { Connection, Token } from '../../../shared/directory/connection.ts';
import { MOST_TOKENS } from '../../../shared/directory/moves.ts';
import type { Administration } from '../administration.ts';
import { Refused } from '../command.ts';
import { type CopyCounts, copyDirectory } from './copy-directory.ts';

/** Longer than any request takes that was let in before: API Gateway answers after 29 s, and the function ends before. */
export const LAST_REQUEST_MS = 30_000;
/** The lists lag behind the writes by less than a second, as a rule: what is missing in them is seen by the counts. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 2_000;

/**
 * Hands the identity provider of `from` to its copy `to`: requests are refused (503) until the last one has ended, what they changed is
 * copied, and one transaction gives all tokens to `to`. Whatever goes wrong before it, `from` goes on as if nothing had been.
 * @throws Refused, MoveConflict
 */
export async function switchOver(
  administration: Administration,
  from: Connection,
  to: Connection,
  onProgress: (what: string) => void,
): Promise<readonly Token[]> {
  const { directory, connections, moves, now, sleep } = administration;
  const correlationId = administration.newId();
  const copy = (what: string) =>
    copyDirectory(
      { directory, connections, now, correlationId, onProgress: (counts) => onProgress(`${what}: ${inWords(counts)}`) },
      from,
      to,
    );
  await copy('what has changed');
  const isUnderWay = from.state === 'moving';
  await moves.hold(from, correlationId);
  try {
    onProgress(isUnderWay ? 'requests are refused still' : 'requests are refused from now on');
    await sleep(LAST_REQUEST_MS);
    for (let looks = 1; ; looks++) {
      const { left } = await copy('the last changes');
      if (left === 0 && (await isSame(administration, from, to))) break;
      if (looks >= LOOKS)
        throw new Refused(`${from.name} and ${to.name} still differ after ${looks} looks: nothing was switched, try again`);
      await sleep(LOOK_AGAIN_MS);
    }
    const tokens = await liveTokens(administration, from);
    await moves.handOver(from, to, tokens, correlationId);
    return tokens;
  } catch (error) {
    // Not if the tokens were handed over and only the answer was lost, nor if another switch has taken over: then it is not held by this one.
    await moves.release(from, correlationId);
    throw error;
  }
}

/** `12 made, 3 changed`. */
export function inWords(counts: CopyCounts): string {
  return Object.entries(counts)
    .filter(([what, count]) => count > 0 || what === 'made')
    .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
    .join(', ');
}

/** The counts are exact, and nobody is in the copy who is not in the original: as many are the same ones. */
async function isSame({ directory }: Administration, from: Connection, to: Connection): Promise<boolean> {
  for (const { listing } of [directory.users, directory.groups]) {
    const [originals, copies] = await Promise.all([listing.count(from), listing.count(to)]);
    if (originals !== copies) return false;
  }
  return true;
}

async function liveTokens({ connections, now }: Administration, from: Connection): Promise<readonly Token[]> {
  const tokens = (await connections.listTokens(from.id)).filter(({ expires }) => Date.parse(expires) > now().getTime());
  if (tokens.length === 0) throw new Refused(`${from.name} has no token that its identity provider could use`);
  if (tokens.length > MOST_TOKENS)
    throw new Refused(`${from.name} has ${tokens.length} tokens, and at most ${MOST_TOKENS} are moved: revoke those that nobody uses`);
  return tokens;
}
