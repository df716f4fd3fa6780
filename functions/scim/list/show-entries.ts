import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { MAX_REPLY_BYTES, replyTooLarge } from '../response.ts';
import type { Entry, Source } from './source.ts';

/**
 * The page as the client wants it. Stops as soon as the reply can't be returned, before more members are read.
 * @throws ScimError tooMany
 */
export async function showEntries(entries: readonly Entry[], sources: readonly Source[]): Promise<ScimObject[]> {
  const shown: ScimObject[] = [];
  let characters = 0;
  const atOnce = Math.min(...sources.map(({ renderedAtOnce }) => renderedAtOnce));
  for (let from = 0; from < entries.length; from += atOnce) {
    for (const resource of await Promise.all(entries.slice(from, from + atOnce).map((entry) => entry.show()))) {
      // Deleted between the list and its members: it is not there any more.
      if (resource === undefined) continue;
      characters += JSON.stringify(resource).length;
      if (characters > MAX_REPLY_BYTES) throw replyTooLarge();
      shown.push(resource);
    }
  }
  return shown;
}
