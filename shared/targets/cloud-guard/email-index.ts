import type { TargetId } from '../../directory/ids.ts';
import { ProvisioningError } from '../target.ts';
import { emailOf, listOf, UserRecord } from './answers.ts';
import type { Calls } from './directory.ts';
import { ENDPOINTS } from './endpoints.ts';

/** "Max 100 per page" (CONFLUENCE §1d). */
export const PAGE = 100;
const KEPT_MS = 300_000;
/** A list that is not read to its end is kept longer than the sweep leaves its changes alone, or it would be begun anew for ever. */
const UNFINISHED_KEPT_MS = 3_900_000;
/** Who is told to come again goes on with the next page. */
const AGAIN_AFTER_MS = 1_000;
/** A directory of Atlassian's has 150,000 users at most: about 40 MB. */
const MOST = 200_000;

interface Reading {
  readonly ids: Map<string, string>;
  /** Of the next page, 1-based; undefined: read to the end. */
  next: number | undefined;
  total: number;
  until: number;
}

/** What a process has read of which directory. */
export type EmailMemory = Map<TargetId, Reading>;

/** Who has an e-mail address: no filter tells. */
export interface EmailIndex {
  /**
   * Ids of who had the address when the list was read, in pages until somebody is found or the time is up.
   * @param withinMs how long pages may be read; the last one may last as long as the calls have time
   * @throws ProvisioningError 'settling' if nobody is found so far: the next attempt goes on from there
   */
  find(calls: Calls, email: string, withinMs: number): Promise<readonly string[]>;
  add(email: string, id: string): void;
}

export function emailIndex(memory: EmailMemory, target: TargetId, now: () => number): EmailIndex {
  const current = (): Reading => {
    const kept = memory.get(target);
    if (kept !== undefined && now() < kept.until) return kept;
    const fresh: Reading = { ids: new Map(), next: 1, total: 0, until: now() + KEPT_MS };
    memory.set(target, fresh);
    return fresh;
  };
  const known = ({ ids }: Reading, email: string): readonly string[] => {
    const id = ids.get(email.toLowerCase());
    return id === undefined ? [] : [id];
  };
  return {
    add: (email, id) => void current().ids.set(email.toLowerCase(), id),
    async find(calls, email, withinMs) {
      const reading = current();
      const end = now() + withinMs;
      while (reading.next !== undefined && known(reading, email).length === 0) {
        if (now() >= end) {
          const sentence = `The users of the directory are still being read to find an e-mail address: ${reading.next - 1} of ${reading.total}.`;
          throw new ProvisioningError('settling', sentence, { retryAfterMs: AGAIN_AFTER_MS });
        }
        await readPage(calls, reading, reading.next);
        reading.until = now() + (reading.next === undefined ? KEPT_MS : UNFINISHED_KEPT_MS);
      }
      return known(reading, email);
    },
  };
}

async function readPage(calls: Calls, reading: Reading, start: number): Promise<void> {
  const page = await calls.call(ENDPOINTS.users, { query: { startIndex: start, count: PAGE } }, listOf(UserRecord));
  for (const record of page.Resources) {
    const email = emailOf(record);
    if (email !== undefined) reading.ids.set(email.toLowerCase(), record.id);
  }
  reading.total = page.totalResults;
  const next = start + page.Resources.length;
  const isLast = page.Resources.length === 0 || next > Math.min(page.totalResults, MOST);
  if (isLast) reading.next = undefined;
  // Another reader may be further by now.
  else if (reading.next !== undefined) reading.next = Math.max(reading.next, next);
}
