import type { ProvisioningCode } from './target.ts';

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
}
