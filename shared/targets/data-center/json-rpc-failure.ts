import type { HttpAnswer, Redact } from '../http/http-client.ts';
import { type ProvisioningCode, ProvisioningError } from '../target.ts';
import { failureOfAnswer } from './failure.ts';

interface Row {
  /** Tested on the exception's name and words. */
  readonly says: RegExp;
  readonly code: ProvisioningCode;
  readonly sentence: string;
}

/** What an exception of Confluence's JSON-RPC means; the first row that fits. Its answers are mostly 200, whatever happened. */
const ROWS: readonly Row[] = [
  {
    // From 7.7 (CONFLUENCE.md §1b).
    says: /web-?sudo/i,
    code: 'secure-session',
    sentence:
      'JSON-RPC asks for a secure administrator session, which no service account can have. Switch "Secure administrator sessions" off (General configuration, Security configuration).',
  },
  {
    says: /director(y|ies)\b.*(read[-_ ]?only|not allow)/is,
    code: 'not-permitted',
    sentence: 'The user directory that holds this name does not allow changes. Let Confluence write to it, or manage the name there.',
  },
  {
    says: /licen[cs]e.*(exceed|limit|no more|maximum|too many)|(exceed|limit|no more|maximum|too many).*licen[cs]e/is,
    code: 'no-seat',
    sentence: 'The licence has no seat left. Free a seat or extend the licence.',
  },
  {
    says: /read[-_ ]?only/i,
    code: 'read-only',
    sentence: 'Confluence is read-only: maintenance, or more licensed users than the licence allows.',
  },
  { says: /already ?exist|duplicate/i, code: 'conflict', sentence: 'The name exists already.' },
  {
    says: /no such method|method not found|unknown method|-32601/i,
    code: 'unsupported',
    sentence: 'This version of Confluence does not have this method of JSON-RPC.',
  },
  {
    says: /not ?found|(does ?n.t|does not) exist|no (such )?(user|group)\b|unknown (user|group)/i,
    code: 'not-found',
    sentence: 'Confluence does not know this account or group.',
  },
  {
    says: /NotPermitted|InvalidSession|AuthenticationFailed|not (permitted|allowed|authori[sz]ed)|permission/i,
    code: 'refused',
    sentence: 'Confluence refused the login, or does not permit the service account to do this.',
  },
  { says: /IllegalArgument|invalid|must (not )?(be|contain)/i, code: 'bad-request', sentence: 'Confluence does not accept this.' },
];

const REMOTE_API_OFF =
  'JSON-RPC is switched off in this Confluence, and this version needs it. Switch on "Remote API (XML-RPC & SOAP)" (General configuration, Further configuration).';
const NO_TOKEN =
  'If the credentials are a personal access token: JSON-RPC may not take one in this version, then store a user name and a password.';

/**
 * The failure that an answer of JSON-RPC stands for, or undefined for a success: `{"error": …}` and a bare exception are failures also
 * with status 200.
 * @param now milliseconds, for a Retry-After that is a date
 */
export function failureOfRpcAnswer(method: string, answer: HttpAnswer, now: number, redact: Redact): ProvisioningError | undefined {
  const { ok, status } = answer;
  const said = exceptionIn(answer.body);
  if (said === undefined && ok) return undefined;
  const words = said === undefined ? '' : redact(said).slice(0, 300);
  const row = said === undefined ? undefined : ROWS.find(({ says }) => says.test(said));
  if (row) return new ProvisioningError(row.code, `${row.sentence} (${method}: ${words})`, { status });
  if (said !== undefined && (ok || status === 500)) {
    return new ProvisioningError('server-error', `Confluence failed. (${method}: ${words})`, { status });
  }
  const failure = failureOfAnswer(answer, now, redact);
  const isPage = said === undefined && (failure.code === 'not-found' || (failure.code === 'refused' && status === 403));
  if (isPage) return new ProvisioningError('remote-api-off', `${REMOTE_API_OFF} (${method}: HTTP ${status})`, { status, cause: failure });
  if (failure.code !== 'refused') return failure;
  const { loginReason } = failure;
  return new ProvisioningError('refused', `${failure.message} ${NO_TOKEN}`, { status, ...(loginReason !== undefined && { loginReason }) });
}

/**
 * What went wrong, in Confluence's words: the error of a JSON object, an exception as a JSON string, or a page or text that names one.
 * Undefined for what tells of no exception.
 */
function exceptionIn(body: string): string | undefined {
  let json: unknown;
  try {
    json = body === '' ? undefined : JSON.parse(body);
  } catch {
    return /exception/i.test(body) ? body.replaceAll(/<[^>]*>/g, ' ').trim() : undefined;
  }
  if (typeof json === 'string') return /exception\b/i.test(json) ? json : undefined;
  if (typeof json !== 'object' || json === null || !('error' in json) || json.error === null) return undefined;
  return typeof json.error === 'string' ? json.error : JSON.stringify(json.error);
}
