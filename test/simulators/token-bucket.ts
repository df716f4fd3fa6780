/** Confluence's rate limit of one account (Rate limiting, "Allow limited requests"): each request takes a token. */
export interface RateLimit {
  /** "Max requests": more tokens than this are never there. */
  readonly limit: number;
  /** "Requests allowed": so many come at once, each interval. */
  readonly fillRate: number;
  readonly intervalSeconds: number;
}

interface TokenBucket {
  /** Takes a token if there is one. The headers are those of the answer, whether it is 429 or not. */
  take(): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> };
}

/** @param now milliseconds since 1970 */
export function tokenBucket({ limit, fillRate, intervalSeconds }: RateLimit, now: () => number): TokenBucket {
  const intervalMs = intervalSeconds * 1_000;
  const began = now();
  let tokens = limit;
  let filled = 0;
  return {
    take() {
      const intervals = Math.floor((now() - began) / intervalMs);
      tokens = Math.min(limit, tokens + (intervals - filled) * fillRate);
      filled = intervals;
      const allowed = tokens > 0;
      if (allowed) tokens -= 1;
      const untilNextMs = began + (intervals + 1) * intervalMs - now();
      return {
        allowed,
        headers: {
          'x-ratelimit-limit': String(limit),
          'x-ratelimit-remaining': String(tokens),
          'x-ratelimit-interval-seconds': String(intervalSeconds),
          'x-ratelimit-fillrate': String(fillRate),
          // "If you still have tokens left, it shows 0": CONFLUENCE §1.3.15.
          'retry-after': tokens > 0 ? '0' : String(Math.ceil(untilNextMs / 1_000)),
        },
      };
    },
  };
}
