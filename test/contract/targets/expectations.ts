import type { ProvisioningCode } from '../../../shared/targets/target.ts';
import type { ConfluenceSimulatorOptions } from '../../simulators/confluence/confluence-simulator.ts';

/** How a capability works, over the wire, or the code that it fails with; 'no' for a question that is left unanswered. */
export type Expected = 'rest' | 'json-rpc' | 'no' | ProvisioningCode;

export const CAPABILITIES = [
  'createAccount',
  'updateAccount',
  'disableAccount',
  'enableAccount',
  'deleteAccount',
  'createGroup',
  'deleteGroup',
  'addMember',
  'removeMember',
  'findByEmail',
  'countSeats',
  'tellEmail',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface Instance {
  readonly simulated: ConfluenceSimulatorOptions;
  readonly can: Readonly<Record<Capability, Expected>>;
  /** Absent: the whole contract holds for it. */
  readonly isBlocked?: true;
  /** The whole contract is run with the long tests: another instance differs by little. */
  readonly isLong?: true;
}

/** Before 7.9 there are no personal access tokens. */
export const BASIC = { username: 'svc-scim', password: 'correct horse' } as const;

/** What differs from target to target beside its abilities: which names there are, and who is where from the beginning. */
export interface Rules {
  /** The account name for a person called `short` whose e-mail address is `short@example.com`. */
  accountName(short: string): string;
  readonly illegalAccountNames: readonly string[];
  /** Names that another kind of target does not take. */
  readonly legalAccountNames: readonly string[];
  readonly illegalGroupNames: readonly string[];
  readonly legalGroupNames: readonly string[];
  /** The key belongs to nobody's account: what it is for is told, in words. */
  readonly hasServiceAccount: boolean;
  /** A new account has the full name that it is created with; else its owner chooses one. */
  readonly givesFullName: boolean;
  /** The groups that every active account is in without being asked for. */
  readonly groupsOfEverybody: readonly string[];
}

const GROUP_NAMES = ['research & development', 'größe', 'a+b', 'what?', '#1', 'a=b', '日本'];

/** Names are path segments, and lower-case. */
export const DATA_CENTER_RULES: Rules = {
  accountName: (short) => short,
  illegalAccountNames: [
    'jane/doe',
    'jane\\doe',
    'jane;doe',
    'jane%2fdoe',
    '..',
    '.',
    '',
    'Jane',
    'jane+x@example.com',
    'jane doe',
    "o'neil",
  ],
  legalAccountNames: ['jane.doe@example.com'],
  illegalGroupNames: ['a/b', 'a\\b', 'a;b', '50%', '..', ''],
  legalGroupNames: GROUP_NAMES,
  hasServiceAccount: true,
  givesFullName: true,
  groupsOfEverybody: [],
};

/** Names are in filters and bodies only. */
const CLOUD_GUARD_RULES: Rules = {
  accountName: (short) => short,
  illegalAccountNames: ['', ' ', ' jane', 'jane\\doe', 'jane"doe', 'jane\ndoe', 'j'.repeat(256)],
  legalAccountNames: ['jane.doe@example.com', 'jane/doe', 'jane%2fdoe', 'Jane', 'jane+x@example.com', "o'neil", 'jane&doe'],
  illegalGroupNames: ['', ' a', 'a\\b', 'a"b', 'a\tb', 'g'.repeat(256)],
  legalGroupNames: [...GROUP_NAMES, 'a/b', '50%', 'a;b', "b's"],
  hasServiceAccount: false,
  givesFullName: true,
  groupsOfEverybody: [],
};

/** An account's name is its e-mail address. */
const CLOUD_ORGANIZATION_RULES: Rules = {
  accountName: (short) => `${short}@example.com`,
  illegalAccountNames: ['', 'jane', 'jane@', '@example.com', 'jane doe@example.com'],
  legalAccountNames: ['jane.doe@example.com', 'jane+x@example.com'],
  illegalGroupNames: ['', ' a'],
  legalGroupNames: GROUP_NAMES,
  hasServiceAccount: false,
  givesFullName: false,
  groupsOfEverybody: ['confluence-users'],
};

type OneForEach<Names extends readonly string[]> = { readonly [Index in keyof Names]: Expected };

/** In the order of CAPABILITIES. */
function can(...cells: OneForEach<typeof CAPABILITIES>): Instance['can'] {
  return Object.fromEntries(CAPABILITIES.map((capability, index) => [capability, cells[index]])) as Instance['can'];
}

const no = 'unsupported';
const sudo = 'secure-session';
const off = 'remote-api-off';
const rpc = 'json-rpc';
const rest = 'rest';
const park = 'not-permitted';

/**
 * Every kind of Confluence that is simulated, and what the adapter makes of it. The tests fail when it does worse, and when it does
 * better: then this table is out of date.
 */
export const INSTANCES: Readonly<Record<string, Instance>> = {
  //                                                          create update disable enable delete  group: create delete  member: add remove  by e-mail seats e-mail
  '6.15': {
    simulated: { version: '6.15.2', basic: BASIC },
    isLong: true,
    can: can(rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, no, 'no', rpc),
  },
  '7.9': { simulated: { version: '7.9' }, can: can(rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, no, 'no', rpc) },
  '7.13': { simulated: { version: '7.13.7' }, isLong: true, can: can(rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, rpc, no, 'no', rpc) },
  '7.13, secure administrator sessions on': {
    simulated: { version: '7.13.7', secureSessions: true },
    can: can(sudo, sudo, sudo, sudo, sudo, sudo, sudo, sudo, sudo, no, 'no', rpc),
    isBlocked: true,
  },
  '7.13, Remote API off': {
    simulated: { version: '7.13.7', remoteApi: false },
    can: can(off, off, off, off, off, off, off, off, off, no, 'no', off),
    isBlocked: true,
  },
  '8.3': { simulated: { version: '8.3' }, can: can(rpc, rpc, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no') },
  '8.3, Remote API off': {
    simulated: { version: '8.3', remoteApi: false },
    can: can(park, no, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no'),
    isBlocked: true,
  },
  '8.3, secure administrator sessions on': {
    simulated: { version: '8.3', secureSessions: true },
    can: can(park, no, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no'),
    isBlocked: true,
  },
  '8.5': { simulated: { version: '8.5.4' }, can: can(rest, no, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no') },
  '8.5, Remote API on': {
    simulated: { version: '8.5.4', remoteApi: true },
    isLong: true,
    can: can(rest, rpc, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no'),
  },
  '8.5, version not told': {
    simulated: { version: '8.5.4', tellsVersion: false },
    isLong: true,
    can: can(rest, no, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no'),
  },
  '9.2': { simulated: { version: '9.2' }, can: can(rest, no, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no') },
  '9.2, Remote API on': {
    simulated: { version: '9.2', remoteApi: true },
    isLong: true,
    can: can(rest, rpc, rest, rest, rest, rest, rest, rest, rest, no, 'no', 'no'),
  },
  '9.3': { simulated: { version: '9.3' }, isLong: true, can: can(rest, no, rest, rest, rest, rest, rest, rest, rest, rest, rest, 'no') },
  '9.4': { simulated: { version: '9.4' }, isLong: true, can: can(rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, 'no') },
  '9.4, version not told': {
    simulated: { version: '9.4', tellsVersion: false },
    can: can(rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, 'no'),
  },
  '10.0': { simulated: { version: '10.0.3' }, can: can(rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, 'no') },
};

/** The two adapters of Atlassian Cloud, each on the simulated organisation. */
export const CLOUD_INSTANCES: Readonly<Record<'cloud-guard' | 'cloud-organization', Pick<Instance, 'can'> & { readonly rules: Rules }>> = {
  //                                                   create update disable enable delete  group: create delete  member: add remove  by e-mail seats e-mail
  'cloud-guard': { can: can(rest, rest, rest, rest, rest, rest, rest, rest, rest, rest, 'no', rest), rules: CLOUD_GUARD_RULES },
  'cloud-organization': {
    can: can(rest, no, rest, rest, rest, rest, rest, rest, rest, rest, rest, rest),
    rules: CLOUD_ORGANIZATION_RULES,
  },
};
