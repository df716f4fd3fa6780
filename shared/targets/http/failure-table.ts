import { type ProvisioningCode, ProvisioningError } from '../target.ts';
import { type RefusedAnswer, retryAfterMsOf } from './call-failure.ts';

/** What some answers without success mean. What is done about it is in ../../provisioning/dispositions.ts. */
export interface FailureRow {
  /** Absent: any. */
  readonly status?: readonly number[];
  readonly when?: (answer: RefusedAnswer) => boolean;
  readonly code: ProvisioningCode;
  /** What is wrong and what to do, for the administrator. */
  readonly sentence: string;
}

/**
 * The failure that an answer without success stands for: the first row that fits, with the target's own words in the message.
 * @param now milliseconds, for a Retry-After that is a date
 * @param redact takes secrets out of what the target said
 */
export type FailureOfAnswer = (answer: RefusedAnswer, now: number, redact: (text: string) => string) => ProvisioningError;

/**
 * @param rows the last one fits everything
 * @param wordsOf what the target's JSON says in words, if it says any; what is no JSON, such as a web page, explains nothing
 */
export function failureByTable(rows: readonly FailureRow[], wordsOf: (json: object) => unknown): FailureOfAnswer {
  return (answer, now, redact) => {
    const row = rows.find(({ status, when }) => (status?.includes(answer.status) ?? true) && (when?.(answer) ?? true)) as FailureRow;
    const retryAfterMs = retryAfterMsOf(answer.retryAfter, now);
    const said = redact(saidIn(answer.body, wordsOf));
    return new ProvisioningError(row.code, `${row.sentence} (HTTP ${answer.status}${said === '' ? '' : `: ${said}`})`, {
      status: answer.status,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(answer.loginReason !== undefined && { loginReason: answer.loginReason }),
    });
  };
}

/** The answer in a failure's message, `(HTTP 404: …)`, for who has better words than the table for what it means here. */
export function answerIn({ message }: ProvisioningError): string {
  const at = message.indexOf('(HTTP ');
  return at < 0 ? message : message.slice(at);
}

/** The words in a body, or nothing. */
export function saidIn(body: string, wordsOf: (json: object) => unknown): string {
  try {
    const json: unknown = JSON.parse(body);
    const words = typeof json === 'object' && json !== null ? wordsOf(json) : undefined;
    return typeof words === 'string' ? words.slice(0, 300) : '';
  } catch {
    return '';
  }
}
