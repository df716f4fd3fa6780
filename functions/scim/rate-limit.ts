import type { Connection } from '../../shared/directory/connection.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import type { RequestRates } from '../../shared/directory/request-rates.ts';
import { DEFAULT_REQUESTS_PER_SECOND } from '../../shared/provisioning/settings/settings.ts';
import { ScimError } from '../../shared/scim/errors.ts';

/** Requests are counted in windows of so many seconds: the limit is sustained, a burst within a window is let through. */
export const WINDOW_SECONDS = 10;
/** Requests of one connection and window that an instance lets through before it tells the others: at most one write for so many. */
export const BATCH = 25;
/** A count that takes longer is not waited for. */
const PATIENCE_MS = 500;

export interface RateLimiter {
  /**
   * Counts a request of a connection. `onFailure` is told why the shared count could not be kept; the request goes on.
   * @throws ScimError 429 with Retry-After, in whole seconds, when the connection has used up this window
   */
  admit(connection: Connection, onFailure: (error: unknown) => void): Promise<void>;
}

interface Count {
  /** All instances' requests when the shared count was last heard of, this one's among them. */
  shared: number;
  /** Let through here since: not added to the shared count yet, or on their way there. */
  own: number;
  /** Let through here and never added, because the counter failed. */
  lost: number;
  /** How many of `own` are not on their way. */
  unsent: number;
}

/**
 * The limit of requests a second of each connection (setting `requestsPerSecond`), kept by one function instance together with all
 * others. Counts are local and go to the shared counter BATCH at a time; a connection with fewer requests in a window is never
 * written about, and a refusal writes nothing. Past the limit the instance refuses until the window ends.
 *
 * An instance does not know of what others have let through since it last asked: before it lets a 25th request through it asks. So
 * `n` instances let through at most `n` × 24 requests a window more than the limit. If the counter fails, an instance knows of its own
 * requests only; it never refuses because of the failure.
 */
export function createRateLimiter(rates: RequestRates, now: () => Date, patienceMs = PATIENCE_MS): RateLimiter {
  let window = Number.NaN;
  let counts = new Map<ConnectionId, Count>();

  function countOf(id: ConnectionId, current: number): Count {
    // Windows are the same for all connections, so a new one forgets all that was counted.
    if (current !== window) [window, counts] = [current, new Map()];
    const count = counts.get(id) ?? { shared: 0, own: 0, lost: 0, unsent: 0 };
    counts.set(id, count);
    return count;
  }

  async function share(id: ConnectionId, current: number, count: Count, onFailure: (error: unknown) => void): Promise<void> {
    const sent = count.unsent;
    count.unsent = 0;
    try {
      const total = await inTime(rates.add(id, current, sent), patienceMs);
      // Two batches at once may come back in either order.
      count.shared = Math.max(count.shared, total);
    } catch (error) {
      count.lost += sent;
      onFailure(error);
    } finally {
      count.own -= sent;
    }
  }

  return {
    async admit({ id, settings }, onFailure) {
      const seconds = now().getTime() / 1_000;
      const current = Math.floor(seconds / WINDOW_SECONDS) * WINDOW_SECONDS;
      const limit = (settings.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND) * WINDOW_SECONDS;
      const refusal = () => tooMany(limit / WINDOW_SECONDS, current + WINDOW_SECONDS - seconds);
      const count = countOf(id, current);
      if (count.shared + count.lost + count.own >= limit) throw refusal();
      count.own++;
      count.unsent++;
      if (count.unsent < BATCH) return;
      await share(id, current, count, onFailure);
      if (count.shared > limit) throw refusal();
    },
  };
}

/** @throws Error if the count is not there in time; what it says later is of no interest then */
async function inTime(count: Promise<number>, patienceMs: number): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The shared count of requests took longer than ${patienceMs} ms.`)), patienceMs);
  });
  try {
    return await Promise.race([count, late]);
  } finally {
    clearTimeout(timer);
    count.catch(() => {});
  }
}

/** RFC 6585 §4: 429, which "MAY include a Retry-After header indicating how long to wait". The window's end, in whole seconds. */
function tooMany(perSecond: number, secondsLeft: number): ScimError {
  const wait = Math.max(1, Math.ceil(secondsLeft));
  return new ScimError(
    429,
    `The limit of this connection, ${perSecond} requests/s over ${WINDOW_SECONDS} s, is used up; nothing was changed. Send this one again in ${wait} s.`,
    { headers: { 'Retry-After': String(wait) } },
  );
}
