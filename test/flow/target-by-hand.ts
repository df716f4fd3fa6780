import type { Target, TargetCapabilities } from '../../shared/targets/target.ts';
import { TARGET_KINDS, type TargetAddress, type TargetKind } from '../../shared/targets/target-address.ts';
import { cloudGuardUnderTest } from '../contract/targets/cloud-guard-under-test.ts';
import { cloudOrganizationUnderTest } from '../contract/targets/cloud-organization-under-test.ts';
import type { SettingsChange } from '../settings-of.ts';
import {
  type AtlassianSimulator,
  type AtlassianSimulatorOptions,
  startAtlassianSimulator,
} from '../simulators/atlassian/atlassian-simulator.ts';
import type { ConfluenceDouble } from './confluence-double.ts';

/** Data Center's is played by the double: the contract suite holds its adapter to the same. */
export const KINDS = TARGET_KINDS;
export type CloudKind = Exclude<TargetKind, 'data-center'>;
export const CLOUD_KINDS = ['cloud-guard', 'cloud-organization'] as const satisfies readonly CloudKind[];

/** Accounts with full name, in brackets where they can't be used; groups with their members. */
export interface TargetState {
  readonly accounts: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** A target as somebody has it who stands beside the product: what they do there by hand, and what they see. Names are those of the story. */
export interface TargetByHand {
  readonly kind: TargetKind;
  /** What the identity provider has to call somebody whom the story calls so, for the account to be named so. */
  nameOf(name: string): string;
  /** The settings of a story, for a connection of this kind. */
  settings(of: SettingsChange): SettingsChange;
  /** Makes an account that can be used. */
  account(name: string, email?: string): Promise<void>;
  group(name: string, members?: readonly string[]): Promise<void>;
  setActive(name: string, active: boolean): Promise<void>;
  setMember(group: string, name: string, isMember: boolean): Promise<void>;
  deleteGroup(name: string): Promise<void>;
  state(): TargetState;
  /** A state as this kind shows it: without full names where they are their owners’. */
  shown(state: Partial<TargetState>): Partial<TargetState>;
  /** Every request that could have changed something, those by hand among them, oldest first. */
  writes(): readonly string[];
  /** What it says that it can't do: a sentence for each. */
  limits(): Promise<Readonly<Partial<Record<keyof TargetCapabilities, string>>>>;
  close(): Promise<void>;
}

/** The group that gives Confluence in the simulated organisation: no story speaks of it. */
export const ACCESS_GROUP = 'confluence-users';
const MAIL = '@mail.example';

/** The verbs of the port are what anybody would do by hand. */
function byHand(target: Target, nameOf: (name: string) => string) {
  return {
    account: async (name: string, email = `${name}${MAIL}`) =>
      void (await target.createAccount(nameOf(name), { fullName: `by hand ${name}`, email })),
    async group(name: string, members: readonly string[] = []) {
      await target.createGroup(name);
      for (const member of members) await target.addMember(name, nameOf(member));
    },
    setActive: (name: string, active: boolean) => (active ? target.enableAccount(nameOf(name)) : target.disableAccount(nameOf(name))),
    setMember: (group: string, name: string, isMember: boolean) =>
      isMember ? target.addMember(group, nameOf(name)) : target.removeMember(group, nameOf(name)),
    deleteGroup: (name: string) => target.deleteGroup(name),
    limits: async () => (await target.test()).limits ?? {},
  };
}

const identity = <T>(value: T): T => value;

export function doubleByHand(confluence: ConfluenceDouble): TargetByHand {
  confluence.capabilities.findByEmail = true;
  const target = confluence.target(() => {});
  return {
    kind: 'data-center',
    nameOf: identity,
    settings: identity,
    ...byHand(target, identity),
    state: () =>
      sorted({
        accounts: [...confluence.accounts].map(([name, { fullName, active }]) => [name, active ? fullName : `(${fullName})`]),
        groups: [...confluence.groups].map(([name, members]) => [name, [...members]]),
      }),
    shown: identity,
    writes: () => confluence.writes,
    close: () => Promise.resolve(),
  };
}

/** A simulated organisation and what a connection needs to be provisioned into it. */
export interface CloudByHand extends TargetByHand {
  readonly kind: CloudKind;
  readonly simulator: AtlassianSimulator;
  readonly address: TargetAddress;
}

export async function startCloudByHand(
  kind: CloudKind,
  now: () => number,
  options: Omit<AtlassianSimulatorOptions, 'now' | 'guard'> = {},
): Promise<CloudByHand> {
  const simulator = await startAtlassianSimulator({ ...options, guard: kind === 'cloud-guard', now });
  const common = { simulator, writes: () => writesOf(simulator), close: () => simulator.close() };
  return kind === 'cloud-guard' ? guardByHand(simulator, common, now) : organizationByHand(simulator, common, now);
}

/** An account is a record, its name the userName; the members of a group are told by e-mail address. */
function guardByHand(
  simulator: AtlassianSimulator,
  common: Pick<CloudByHand, 'simulator' | 'writes' | 'close'>,
  now: () => number,
): CloudByHand {
  const { target } = cloudGuardUnderTest(simulator.url, { now });
  return {
    kind: 'cloud-guard',
    address: { kind: 'cloud-guard', baseUrl: simulator.url, directory: 'dir-scim' },
    ...common,
    ...byHand(target, identity),
    nameOf: identity,
    settings: identity,
    shown: identity,
    state() {
      const records = simulator.scimUsers();
      const nameOfEmail = new Map(records.map(({ email, userName }) => [email, userName]));
      return sorted({
        accounts: records.map(({ userName, fullName, active }) => [userName, active ? fullName : `(${fullName})`]),
        groups: simulator
          .groups()
          .filter(({ directory }) => directory === 'scim')
          .map(({ name, members }) => [name, members.map((email) => nameOfEmail.get(email) ?? email)]),
      });
    },
  };
}

/** An account's name is its e-mail address, in a story without its domain; its full name is its owner's. Who is suspended stands in square brackets. */
function organizationByHand(
  simulator: AtlassianSimulator,
  common: Pick<CloudByHand, 'simulator' | 'writes' | 'close'>,
  now: () => number,
): CloudByHand {
  simulator.seed({ groups: [ACCESS_GROUP], grantsConfluence: [ACCESS_GROUP] });
  const { target } = cloudOrganizationUnderTest(simulator.url, { now });
  const nameOf = (name: string) => (name.includes('@') ? name : `${name}${MAIL}`);
  const inStory = (email: string) => (email.endsWith(MAIL) ? email.slice(0, -MAIL.length) : email);
  return {
    kind: 'cloud-organization',
    address: { kind: 'cloud-organization', baseUrl: simulator.url, organization: 'org-1' },
    ...common,
    ...byHand(target, nameOf),
    account: async (name, email) => void (await target.createAccount(email ?? nameOf(name), { fullName: '', email: '' })),
    nameOf,
    settings: ({ target: of, ...others }) => ({
      ...others,
      ...(others.protected?.accounts && { protected: { ...others.protected, accounts: others.protected.accounts.map(nameOf) } }),
      target: { ...of, organization: { accessGroups: [ACCESS_GROUP], ...of?.organization } },
    }),
    shown: ({ accounts, ...others }) => ({
      ...others,
      ...(accounts && {
        accounts: Object.fromEntries(Object.entries(accounts).map(([name, shown]) => [inStory(name), withoutName(shown)])),
      }),
    }),
    state: () =>
      sorted({
        accounts: simulator
          .accounts()
          .filter(({ inDirectory }) => inDirectory)
          .map(({ email, status, hasConfluence }) => [inStory(email), status === 'suspended' ? '[]' : hasConfluence ? '' : '()']),
        groups: simulator
          .groups()
          .filter(({ name }) => name !== ACCESS_GROUP)
          .map(({ name, members }) => [name, members.map(inStory)]),
      }),
  };
}

function withoutName(shown: string): string {
  return /^[([]/.test(shown) ? `${shown[0]}${shown.at(-1)}` : '';
}

/** The searches of the Organizations API are asked by POST. */
function writesOf(simulator: AtlassianSimulator): string[] {
  return simulator
    .requests()
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/search'))
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}

function sorted(found: { accounts: [string, string][]; groups: [string, readonly string[]][] }): TargetState {
  return {
    accounts: Object.fromEntries(found.accounts.sort()),
    groups: Object.fromEntries(found.groups.map(([name, members]): [string, string[]] => [name, [...members].sort()]).sort()),
  };
}
