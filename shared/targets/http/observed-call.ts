import type { ProvisioningCode } from '../target.ts';
import { type CallRate, isLow } from './call-rate.ts';

/**
 * One request that an adapter sent to its target, for the request log. Bodies, header values and secrets are never in it; of
 * personal data only user names.
 */
export interface ObservedCall {
  readonly method: string;
  /** Below the base URL, as sent, with its query. */
  readonly path: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  readonly outcome: 'ok' | ProvisioningCode;
  readonly durationMs: number;
  /** 1, or which look at a long task this was. */
  readonly attempt: number;
  readonly retryAfterMs?: number;
  /** X-Seraph-LoginReason of a refusal. */
  readonly loginReason?: string;
  /** What the answer says of the target's rate limit; absent where it has none. */
  readonly rate?: CallRate;
}

/** As it is logged: the rate limit is of interest only when it is nearly used up. */
export function forLog({ rate, ...call }: ObservedCall): ObservedCall {
  return rate !== undefined && isLow(rate) ? { ...call, rate } : call;
}
