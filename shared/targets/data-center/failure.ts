import type { RefusedAnswer } from '../http/call-failure.ts';
import { type FailureRow, failureByTable } from '../http/failure-table.ts';

const isLoginPage = ({ location }: RefusedAnswer) => /login|sso|saml|oauth|authori[sz]e/i.test(location);
const asksForWebSudo = ({ body, location }: RefusedAnswer) =>
  /web-?sudo|secure admin(istrator)? session/i.test(body) || /authenticate\.action|websudo/i.test(location);
const saysDirectoryIsReadOnly = ({ body }: RefusedAnswer) => /director(y|ies)\b.*(read[-_ ]?only|not allow)/is.test(body);
const saysReadOnly = ({ body }: RefusedAnswer) => /read[-_ ]?only/i.test(body);

/** What an answer means; the first row that fits. What is done about it is in ../../provisioning/dispositions.ts. */
const ROWS: readonly FailureRow[] = [
  {
    status: [401, 403],
    when: ({ loginReason }) => loginReason?.includes('AUTHENTICATION_DENIED') === true,
    code: 'captcha',
    sentence:
      'Confluence has locked the service account behind a CAPTCHA after failed logins. Log in as it in a browser, or reset its failed logins in the user administration, then check the stored credentials.',
  },
  {
    status: [301, 302, 303, 307, 308, 401, 403],
    when: asksForWebSudo,
    code: 'secure-session',
    sentence:
      'A secure administrator session is asked for. Switch it off for this instance (General configuration, Security configuration), or exempt the service account.',
  },
  {
    status: [301, 302, 303, 307, 308],
    when: isLoginPage,
    code: 'refused',
    sentence:
      'Confluence sends the call to a login page. Let the REST API be used with a personal access token, also where single sign-on stands in front of it.',
  },
  {
    status: [301, 302, 303, 307, 308],
    code: 'unexpected-answer',
    sentence: "Confluence sends the call to another address. Use its own base URL (General configuration) as the target's address.",
  },
  {
    status: [400, 403, 405, 500],
    when: saysDirectoryIsReadOnly,
    code: 'not-permitted',
    sentence: 'The user directory that holds this name does not allow changes. Let Confluence write to it, or manage the name there.',
  },
  {
    status: [401, 403, 405, 423, 500, 503],
    when: saysReadOnly,
    code: 'read-only',
    sentence: 'Confluence is read-only: maintenance, or more licensed users than the licence allows.',
  },
  { status: [401, 403], code: 'refused', sentence: 'Confluence refused the login, or does not permit the service account to do this.' },
  { status: [402], code: 'no-seat', sentence: 'The licence has no seat left. Free a seat or extend the licence.' },
  { status: [404], code: 'not-found', sentence: 'Confluence does not know this account, group or path.' },
  { status: [405], code: 'unsupported', sentence: 'This version of Confluence does not have this call.' },
  { status: [408], code: 'request-timeout', sentence: 'Confluence gave up waiting for the request.' },
  { status: [409], code: 'conflict', sentence: 'The name exists already.' },
  {
    status: [429],
    code: 'rate-limited',
    sentence: 'Confluence limits the rate. An administrator can exempt the service account (Rate limiting).',
  },
  { status: [502, 504], code: 'no-answer', sentence: 'A proxy had no answer from Confluence: the call may still take effect.' },
  { status: [503], code: 'unavailable', sentence: 'Confluence is not available at the moment.' },
  { when: ({ status }) => status >= 500, code: 'server-error', sentence: 'Confluence failed.' },
  { when: ({ status }) => status >= 400, code: 'bad-request', sentence: 'Confluence does not accept this.' },
  { code: 'unexpected-answer', sentence: 'Confluence answered in a way that this version of the product does not know.' },
];

/** With what Confluence said. */
export const failureOfAnswer = failureByTable(ROWS, wordsOf);

/** RestError's message. */
function wordsOf(json: object): unknown {
  return 'message' in json ? json.message : undefined;
}
