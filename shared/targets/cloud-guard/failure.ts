import type { RefusedAnswer } from '../http/call-failure.ts';
import { type FailureRow, failureByTable, saidIn } from '../http/failure-table.ts';

const saysDomain = ({ body }: RefusedAnswer) => /domain/i.test(saidIn(body, wordsOf));

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
    sentence: "Atlassian does not accept the directory's API key: it is wrong, has expired, or was replaced.",
  },
  { status: [403], code: 'refused', sentence: "Atlassian does not permit this with the directory's API key." },
  { status: [402], code: 'no-seat', sentence: 'Atlassian asks for a larger plan.' },
  { status: [404], code: 'not-found', sentence: 'The directory does not know this account or group.' },
  { status: [408], code: 'request-timeout', sentence: 'Atlassian gave up waiting for the request.' },
  { status: [409], code: 'conflict', sentence: 'The name or the e-mail address exists already.' },
  {
    status: [400, 422],
    when: saysDomain,
    code: 'bad-request',
    sentence:
      "The domain of the e-mail address is not one that the organisation has verified and linked to this directory. Do that at admin.atlassian.com (Settings, Domains), or correct the address. Accounts of other people's domains can't be provisioned with Guard.",
  },
  { status: [413], code: 'bad-request', sentence: 'This is more than Atlassian takes in one request.' },
  {
    status: [429],
    code: 'rate-limited',
    sentence: 'Atlassian limits the rate. target.parallelCalls and target.requestsPerSecond keep below it.',
  },
  { status: [502, 504], code: 'no-answer', sentence: 'A gateway had no answer from Atlassian: the call may still take effect.' },
  { status: [503], code: 'unavailable', sentence: 'The directory is not available at the moment.' },
  {
    when: ({ status }) => status >= 500,
    code: 'server-error',
    sentence: 'The directory failed; Atlassian says that such calls may be tried again.',
  },
  { when: ({ status }) => status >= 400, code: 'bad-request', sentence: 'The directory does not accept this.' },
  { code: 'unexpected-answer', sentence: 'The directory answered in a way that this version of the product does not know.' },
];

/** With what Atlassian's directory said. */
export const failureOfAnswer = failureByTable(ROWS, wordsOf);

/** The `detail` of a SCIM error, the `error` of the gateway, the `message` of a refused payload. */
function wordsOf(json: object): unknown {
  const { detail, error, message } = json as { readonly [word: string]: unknown };
  return [detail, error, message].find((words) => typeof words === 'string');
}
