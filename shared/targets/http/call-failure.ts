import { ProvisioningError } from '../target.ts';

/** An answer that is no success, as far as it tells what went wrong. */
export interface RefusedAnswer {
  readonly status: number;
  readonly body: string;
  /** Where a redirect points. */
  readonly location: string;
  /** X-Seraph-LoginReason. */
  readonly loginReason: string | undefined;
  readonly retryAfter: string | undefined;
}

/** Node and undici: the connection was never there, so the call can't have landed. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const TLS_FAILURE = /CERT|SIGNATURE|ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO$/;

/** The failure of a call without an answer: what was never sent is 'unreachable', everything else may still land. */
export function failureWithoutAnswer(error: unknown, host: string): ProvisioningError {
  const code = codeOf(error);
  if (TLS_FAILURE.test(code)) {
    const sentence = `The certificate of ${host} is not trusted (${code}). Give the target the CA certificate that issued it.`;
    return new ProvisioningError('unreachable', sentence, { cause: error });
  }
  if (NEVER_CONNECTED.has(code)) {
    const sentence = `${host} can't be reached (${code}). Check the address, the network route and the firewall.`;
    return new ProvisioningError('unreachable', sentence, { cause: error });
  }
  const sentence = `${host} gave no answer in time, or the connection was lost: the call may still take effect.`;
  return new ProvisioningError('no-answer', sentence, { cause: error });
}

/**
 * Retry-After (RFC 9110 §10.2.3: seconds or an HTTP date) in milliseconds. Confluence says 0 while the caller has tokens left:
 * 0, a date in the past and what can't be read are undefined.
 */
export function retryAfterMsOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return wait > 0 ? Math.ceil(wait) : undefined;
}

/** The first code in a chain of causes. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return '';
}
