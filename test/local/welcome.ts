import type { TargetKind } from '../../shared/targets/target-address.ts';
import type { LocalStack } from './local-stack.ts';
import { SIMULATED_ACCESS_GROUP } from './local-target.ts';
import type { StackSettings } from './stack-settings.ts';

/** What a simulated target shows of what arrived, below its address, and what is worth knowing of it. */
const SIMULATED: Readonly<Record<TargetKind, readonly string[]>> = {
  'data-center': ['/simulator/users and …/groups show what arrived'],
  'cloud-guard': [
    '/simulator/accounts, …/scim-users and …/groups show what arrived',
    `a pushed group ${SIMULATED_ACCESS_GROUP} grants Confluence`,
  ],
  'cloud-organization': [
    '/simulator/accounts and …/groups show what arrived',
    `the group ${SIMULATED_ACCESS_GROUP} grants Confluence: whoever is provisioned gets into it`,
  ],
};

/** What `npm start` prints when everything is up: what runs where, and requests to paste. The last line begins with `ready`. */
export function welcome(settings: StackSettings, { endpoints, newToken }: LocalStack): string {
  const { TARGET: kind } = settings;
  const [shows = '', ...notes] = endpoints.simulated ? SIMULATED[kind] : [];
  const target = kind === 'data-center' ? 'Confluence' : 'Atlassian';
  const rows = [
    ['SCIM', endpoints.scim],
    [endpoints.simulated ? `${target} (simulated)` : target, endpoints.confluence],
    ...(shows === '' ? [] : [['', `${endpoints.confluence}${shows}`]]),
    ...notes.map((note) => ['', note]),
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
  const curl = (path: string, body: object) => [
    `  curl ${endpoints.scim}${path} -H "Authorization: Bearer ${token}" -H 'Content-Type: application/scim+json' \\`,
    `    -d '${JSON.stringify(body)}'`,
    '',
  ];
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: SIMULATED_ACCESS_GROUP,
    members: [{ value: 'ID' }],
  };
  const isByGroup = kind === 'cloud-guard' && endpoints.simulated;
  return [
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(23)} ${value}`),
    '',
    '  Create a first person:',
    '',
    ...curl('/Users', user),
    ...(isByGroup ? ['  Let her into Confluence, with the id of the answer for ID:', '', ...curl('/Groups', group)] : []),
    `ready: ${endpoints.scim}`,
    '',
  ].join('\n');
}

function tokenText({ SCIM_TOKEN }: StackSettings, newToken: string | undefined): string {
  if (newToken !== undefined) return `${newToken}   (made just now, shown this once, valid for this state directory)`;
  if (SCIM_TOKEN !== undefined) return 'as given in SCIM_TOKEN';
  return 'as shown at the first start; npm run admin -- token create local --local makes another';
}
