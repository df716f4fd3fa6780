import type { LocalStack } from './local-stack.ts';
import type { StackSettings } from './stack-settings.ts';

/** What `npm start` prints when everything is up: what runs where, and a first request to paste. The last line begins with `ready`. */
export function welcome(settings: StackSettings, { endpoints, newToken }: LocalStack): string {
  const rows = [
    ['SCIM', endpoints.scim],
    [endpoints.simulated ? 'Confluence (simulated)' : 'Confluence', endpoints.confluence],
    ...(endpoints.simulated ? [['', `${endpoints.confluence}/simulator/users and …/groups show what arrived`]] : []),
    ['DynamoDB', endpoints.dynamoDb],
    ['SQS', endpoints.sqs],
    ['state', settings.STATE_DIR],
    ['request log', endpoints.requestLog],
    ['token', tokenText(settings, newToken)],
    ['administration', `npm run admin -- status --local${settings.STATE_DIR === '.local' ? '' : ` --state-dir ${settings.STATE_DIR}`}`],
  ];
  const token = newToken ?? (settings.SCIM_TOKEN === undefined ? 'TOKEN' : '$SCIM_TOKEN');
  const user = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ value: 'ada@example.com', primary: true }],
    active: true,
  };
  return [
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(23)} ${value}`),
    '',
    '  Create a first person:',
    '',
    `  curl ${endpoints.scim}/Users -H "Authorization: Bearer ${token}" -H 'Content-Type: application/scim+json' \\`,
    `    -d '${JSON.stringify(user)}'`,
    '',
    `ready: ${endpoints.scim}`,
    '',
  ].join('\n');
}

function tokenText({ SCIM_TOKEN }: StackSettings, newToken: string | undefined): string {
  if (newToken !== undefined) return `${newToken}   (made just now, shown this once, valid for this state directory)`;
  if (SCIM_TOKEN !== undefined) return 'as given in SCIM_TOKEN';
  return 'as shown at the first start; npm run admin -- token create local --local makes another';
}
