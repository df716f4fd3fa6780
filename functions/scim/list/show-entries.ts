import { MAX_REPLY_BYTES, replyTooLarge } from '../response/response.ts';
import type { Entry, Source } from './source.ts';

/**
 * The page as the client wants it, each resource as JSON text. Stops as soon as the reply can't be returned, before more members are
 * read.
 * @throws ScimError tooMany
 */
export async function showEntries(entries: readonly Entry[], sources: readonly Source[]): Promise<string[]> {
  const texts = new Map<Entry, string>();
  let characters = 0;
  for (const source of sources) {
    const own = entries.filter(({ type }) => type === source.type);
    for (let from = 0; from < own.length; from += source.shownAtOnce) {
      const batch = own.slice(from, from + source.shownAtOnce);
      const shown = await source.show(batch);
      for (const [i, entry] of batch.entries()) {
        // Deleted between the list and its members: it is not there any more.
        if (shown[i] === undefined) continue;
        const text = JSON.stringify(shown[i]);
        characters += text.length;
        if (characters > MAX_REPLY_BYTES) throw replyTooLarge();
        texts.set(entry, text);
      }
    }
  }
  return entries.flatMap((entry) => texts.get(entry) ?? []);
}
