/**
 * What an answer says of the target's rate limit, a bucket of tokens of which each request takes one (CONFLUENCE §1.3.15):
 * X-RateLimit-Limit, -Remaining, -Interval-Seconds and -FillRate.
 */
export interface CallRate {
  /** Tokens that are left. */
  readonly remaining: number;
  /** Tokens that the bucket holds. */
  readonly limit: number;
  /** Every so many seconds `fillRate` tokens are added. */
  readonly intervalSeconds: number;
  readonly fillRate: number;
}

/** The headers of an answer as its rate; undefined unless all four are numbers. */
export function callRateOf(header: (name: string) => string | undefined): CallRate | undefined {
  const number = (name: string) => Number(header(`x-ratelimit-${name}`)?.trim() || Number.NaN);
  const rate = {
    remaining: number('remaining'),
    limit: number('limit'),
    intervalSeconds: number('interval-seconds'),
    fillRate: number('fillrate'),
  };
  return Object.values(rate).every((value) => Number.isFinite(value) && value >= 0) ? rate : undefined;
}

/** True if a fifth of the tokens or less is left: worth a word in the log, and time to slow down. */
export function isLow({ remaining, limit }: CallRate): boolean {
  return remaining * 5 <= limit;
}
