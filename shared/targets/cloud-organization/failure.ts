import type { RefusedAnswer } from '../http/call-failure.ts';
import { type FailureRow, failureByTable } from '../http/failure-table.ts';

/** "You can't add a user to a group if you've exceeded your user limit for an app that the group grants access to." */
const saysLimit = ({ body }: RefusedAnswer) => /user limit|licen[cs]e limit|UAM-409-3/i.test(body);

/** What an answer means; the first row that fits. What is done about it is in ../../provisioning/dispositions.ts. */
const ROWS: readonly FailureRow[] = [
  {
    status: [301, 302, 303, 307, 308],
    code: 'unexpected-answer',
    sentence: "The call is sent on to another address. Atlassian's own is https://api.atlassian.com: check what stands in between.",
  },
  {
    status: [401],
    code: 'refused',
    sentence: "Atlassian does not accept the organisation's API key: it is wrong, was revoked, or has expired.",
  },
  {
    status: [403],
    code: 'refused',
    sentence: 'Atlassian does not permit this with the API key. Take a key without scopes, made by an organisation administrator.',
  },
  {
    status: [402],
    code: 'no-seat',
    sentence:
      'Atlassian takes invitations only for an organisation that pays for an app: begin a paid plan, or add payment details to the trial.',
  },
  {
    status: [400, 409, 422],
    when: saysLimit,
    code: 'no-seat',
    sentence: 'An app that the group grants has no seat left. Free a seat, or extend the plan.',
  },
  { status: [404], code: 'not-found', sentence: 'The organisation does not know this account or group.' },
  { status: [408], code: 'request-timeout', sentence: 'Atlassian gave up waiting for the request.' },
  { status: [409], code: 'conflict', sentence: 'This is there already, or something else stands in its way.' },
  {
    status: [429],
    code: 'rate-limited',
    sentence: 'Atlassian limits the rate. target.parallelCalls and target.requestsPerSecond keep below it.',
  },
  { status: [502, 504], code: 'no-answer', sentence: 'A gateway had no answer from Atlassian: the call may still take effect.' },
  { status: [503], code: 'unavailable', sentence: 'The Organizations API is not available at the moment.' },
  { when: ({ status }) => status >= 500, code: 'server-error', sentence: 'The Organizations API failed.' },
  { when: ({ status }) => status >= 400, code: 'bad-request', sentence: 'The Organizations API does not accept this.' },
  { code: 'unexpected-answer', sentence: 'The Organizations API answered in a way that this version of the product does not know.' },
];

/** With what the Organizations API said. */
export const failureOfAnswer = failureByTable(ROWS, wordsOf);

/** `{ errors: [{ title, detail }] }`, or the `message` or `detail` of the gateway. */
function wordsOf(json: object): unknown {
  const { errors, ...told } = json as { readonly [word: string]: unknown };
  const [first]: unknown[] = Array.isArray(errors) ? errors : [];
  const { detail, title, message, error } = { ...told, ...(typeof first === 'object' ? (first as typeof told) : {}) };
  return [detail, message, title, error].find((words) => typeof words === 'string');
}
