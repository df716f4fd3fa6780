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
