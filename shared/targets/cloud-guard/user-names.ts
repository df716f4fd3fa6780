import { listOf, UserRecord } from './answers.ts';
import { type Calls, type Directory, isNotFound } from './directory.ts';
import { PAGE } from './email-index.ts';
import { ENDPOINTS } from './endpoints.ts';
import { readUser } from './find-record.ts';

/** The userNames behind ids. */
export interface UserNames {
  /** Undefined for an id that no record has any more. Reads within half of the time of a call, and one record. */
  of(calls: Calls, id: string): Promise<string | undefined>;
}

/**
 * Names of many ids. One that this process has not seen costs a call; a page of the list of all users has a hundred. So while there are more
 * unknown ids than pages left, pages are read, and each time only for a while: it goes on from there, round the list, also in the next slice of
 * the walk, which knows those names already.
 */
export function userNames({ ids: known, callTimeoutMs }: Directory, wanted: readonly string[]): UserNames {
  const names = new Map<string, string>();
  const unknown = new Set<string>();
  for (const id of wanted) {
    const name = known.userNameOf(id);
    if (name === undefined) unknown.add(id);
    else names.set(id, name);
  }
  let next = known.nextOfList();
  /** Records, by this walk; and the most in a page. */
  let read = 0;
  let longest = 1;
  let pagesLeft = 1;

  const learn = (record: UserRecord): void => {
    if (!unknown.delete(record.id)) return;
    names.set(record.id, record.userName);
    known.rememberAccount(record);
  };
  const readPage = async (calls: Calls): Promise<void> => {
    const page = await calls.call(ENDPOINTS.users, { query: { startIndex: next, count: PAGE } }, listOf(UserRecord));
    for (const record of page.Resources) learn(record);
    const { length } = page.Resources;
    // The list may have become shorter than where the last slice ended.
    const isOver = length === 0 && (next === 1 || read > 0);
    read += length;
    longest = Math.max(longest, length);
    if (isOver) pagesLeft = 0;
    else if (length > 0) pagesLeft = Math.ceil(Math.max(0, page.totalResults - read) / longest);
    next = length === 0 || next + length > page.totalResults ? 1 : next + length;
    known.goOnFrom(next);
  };

  return {
    async of(calls, id) {
      while (unknown.has(id) && pagesLeft > 0 && unknown.size > pagesLeft && calls.left() > callTimeoutMs / 2) await readPage(calls);
      if (!unknown.has(id)) return names.get(id);
      try {
        const record = await readUser(calls, id);
        learn(record);
        return record.userName;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        unknown.delete(id);
        return undefined;
      }
    },
  };
}
