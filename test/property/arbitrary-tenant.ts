import * as fc from 'fast-check';
import { checkSettings } from '../../shared/provisioning/settings/check/check-settings.ts';
import type { SettingsInput } from '../../shared/provisioning/settings/settings.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { settingsOf } from '../settings-of.ts';

/** One IdP tenant and one Confluence, and what happens to both. Numbers choose among what is there, modulo its count. */
export interface TenantCase {
  readonly settings: SettingsInput;
  /** The settings are changed to these. */
  readonly settingsAfter: SettingsInput;
  /** The first requests meet a connection in a dry run. */
  readonly startsDry: boolean;
  readonly accounts: readonly {
    readonly name: string;
    readonly active: boolean;
    readonly email: string;
    readonly groups: readonly string[];
  }[];
  readonly groupsThere: readonly string[];
  readonly users: readonly ScimObject[];
  readonly groups: readonly { readonly displayName: string; readonly members: readonly number[] }[];
  readonly changes: readonly IdpChange[];
  readonly drift: readonly Drift[];
}

export interface IdpChange {
  readonly do: 'delete user' | 'activate' | 'deactivate' | 'edit' | 'join' | 'leave' | 'rename group' | 'delete group';
  readonly user: number;
  readonly group: number;
  readonly text: string;
}

/** What somebody does by hand in Confluence. */
export interface Drift {
  readonly do:
    | 'disable'
    | 'enable'
    | 'rename'
    | 'delete account'
    | 'make account'
    | 'add member'
    | 'remove member'
    | 'make group'
    | 'delete group';
  readonly account: number;
  readonly group: number;
}

/** Some collide once they are transformed, some Confluence refuses. */
const USER_NAMES = [
  ...['ann', 'Bob', 'cara', 'cara@corp.example', 'dan@corp.example', 'dan@other.example', 'ext-gil', 'gil', 'Ida', 'jo', 'kim', 'Len'],
  ...['Ünal', 'mia', 'nat@corp.example', "o'neil", 'eve fox', 'ext-pat', 'quin', 'ray', 'sue', 'tom', 'uma', 'vic', 'wes'],
];
/** Of accounts that nobody pushed; half of them are names that users get. */
const ACCOUNT_NAMES = ['ann', 'bob', 'cara', 'dan', 'gil', 'kim', 'zoe', 'yan', 'root', 'joe', 'gil.external', 'mia'];
const DISPLAY_NAMES = ['Staff', 'App-Sales', 'App-Ops', 'ops', 'Crew', 'Guests', 'load test', 'security', 'everybody', 'a/b', 'Sales'];
export const CONFLUENCE_GROUPS = [
  'staff',
  'sales',
  'ops',
  'guests',
  'security',
  'everybody',
  'newcomers',
  'crm',
  'confluence-administrators',
];
const EMAILS = ['ann@mail.example', 'bob@mail.example', 'shared@mail.example', 'zoe@mail.example'];
const FULL_NAMES = ['{displayName}', '{name.familyName}, {name.givenName}', '{nickName} ({name.givenName})', '{nickName}'];

const subsetOf = (names: readonly string[], maxLength: number) => fc.uniqueArray(fc.constantFrom(...names), { maxLength });
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: other });

/** Patterns whose meaning as JavaScript's regular expressions is the same, so that a model can go by those. */
export const USER_REPLACEMENTS = [
  { pattern: 'ext-(.*)', replacement: '$1.external' },
  { pattern: '(.*)@corp\\.example', replacement: '$1' },
  { pattern: '(?i)JO', replacement: 'joe' },
  { pattern: '([a-z]+)', replacement: '$1' },
];
const GROUP_REPLACEMENTS = [
  { pattern: 'App-(.*)', replacement: '$1' },
  { pattern: '(?i)crew', replacement: 'staff' },
  { pattern: '(.*)', replacement: 'idp $1' },
];
const GROUP_PATTERNS = ['.*test.*', '(?i)app-.*', '(?i).*s.*', 'Guests', '.*'];

const userSettings = fc.record(
  {
    create: mostly(true, fc.constant(false)),
    update: mostly(true, fc.constant(false)),
    deactivate: mostly(true, fc.constant(false)),
    onDelete: fc.constantFrom('disable', 'delete', 'keep'),
    groupsOnDeactivate: fc.record({
      do: fc.constantFrom('keep', 'remove'),
      except: subsetOf(['Staff', 'everybody', 'sales', 'newcomers'], 2),
    }),
    userName: fc.record(
      {
        source: fc.constantFrom('userName', 'userName', 'email', 'externalId', 'attribute'),
        attribute: fc.constantFrom('nickName', 'name.givenName'),
        lowerCase: mostly(true, fc.constant(false)),
        stripDomain: fc.boolean(),
        replace: mostly([], fc.uniqueArray(fc.constantFrom(...USER_REPLACEMENTS), { maxLength: 2 })),
        otherwise: fc.constantFrom('use', 'skip', 'park'),
      },
      { requiredKeys: ['attribute'] },
    ),
    fullName: fc.constantFrom(...FULL_NAMES),
    linking: fc.constantFrom('user-name', 'email', 'never'),
    onlyFromGroups: mostly([], subsetOf(['staff', 'App-Sales', 'Crew', 'Guests', 'nobody'], 3)),
    defaultGroups: fc.record({ newUsers: subsetOf(['newcomers', 'crm'], 2), allUsers: subsetOf(['everybody', 'Staff'], 1) }),
  },
  { requiredKeys: ['linking'] },
);

const groupSettings = fc.record(
  {
    mapping: mostly('same-name', fc.constant('map')),
    map: fc.constantFrom<Record<string, string[]>>(
      {},
      { staff: ['staff', 'crm'], 'App-Sales': ['Sales'], Crew: ['guests'] },
      { STAFF: ['sales'], ops: ['ops', 'wiki', 'staff'], 'app-ops': ['app'] },
    ),
    create: mostly(true, fc.constant(false)),
    include: mostly([], subsetOf(GROUP_PATTERNS, 2)),
    exclude: mostly([], subsetOf(GROUP_PATTERNS.slice(0, 4), 2)),
    rename: mostly([], fc.uniqueArray(fc.constantFrom(...GROUP_REPLACEMENTS), { maxLength: 2 })),
    otherMembers: fc.constantFrom('keep', 'remove'),
    onDelete: fc.constantFrom('keep', 'empty', 'delete'),
    onRename: fc.constantFrom('keep', 'move'),
  },
  { requiredKeys: [] },
);

/** Settings that `settings edit` would save, with the brake off: what it holds no model of the planned state knows. */
export const arbitraryPolicy: fc.Arbitrary<SettingsInput> = fc
  .record({
    version: fc.constant(2 as const),
    users: userSettings,
    groups: fc.oneof(fc.constant({}), fc.constant({ onRename: 'move' }), groupSettings),
    protected: fc.record({ accounts: subsetOf(['root', 'Ann', 'zoe', 'kim'], 2), groups: subsetOf(['security', 'Guests', 'staff'], 1) }),
    brake: fc.constant({ enabled: false }),
    target: fc.record({ parallelCalls: fc.constantFrom(1, 4) }, { requiredKeys: [] }),
  })
  .filter((document) => 'settings' in checkSettings(document, { now: new Date(0) }))
  // What has its default is left out in a document that is written; the type knows it as given.
  .map((document) => settingsOf(document as SettingsInput));

/** Some of the IdP's users, each with some attributes. */
const users = (most: number) =>
  fc
    .uniqueArray(fc.constantFrom(...USER_NAMES), { minLength: Math.ceil(most / 2.5), maxLength: most })
    .chain((names) => fc.tuple(...names.map((userName) => attributes.map((more): ScimObject => ({ userName, ...more })))));

const attributes = fc
  .record(
    {
      displayName: fc.constantFrom('Ada L.', 'Bo', ' '),
      name: fc.record({ givenName: fc.constantFrom('Ada', 'Bo'), familyName: fc.constantFrom('Lee', 'Ray') }, { requiredKeys: [] }),
      nickName: fc.constantFrom('addy', 'Bobo', 'ann'),
      externalId: fc.constantFrom('e1', 'E2', 'kim'),
      email: fc.oneof(
        { weight: 4, arbitrary: fc.constant('own') },
        { weight: 1, arbitrary: fc.constantFrom(...EMAILS) },
        { weight: 1, arbitrary: fc.constant('none') },
      ),
      active: mostly(true, fc.boolean()),
    },
    { requiredKeys: ['email', 'active'] },
  )
  .map((given) => ({ ...given }) as ScimObject);

/** @param most users */
export function arbitraryTenant(most: number): fc.Arbitrary<TenantCase> {
  const index = fc.nat(1_000);
  return fc.record({
    settings: arbitraryPolicy,
    settingsAfter: arbitraryPolicy,
    startsDry: fc.boolean(),
    accounts: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...ACCOUNT_NAMES),
        active: fc.boolean(),
        email: fc.constantFrom(...EMAILS, 'x@mail.example'),
        groups: subsetOf(CONFLUENCE_GROUPS, 3),
      }),
      { selector: ({ name }) => name, maxLength: 6 },
    ),
    groupsThere: subsetOf(CONFLUENCE_GROUPS, 7),
    users: users(most),
    groups: fc.uniqueArray(
      fc.record({ displayName: fc.constantFrom(...DISPLAY_NAMES), members: fc.array(index, { maxLength: Math.ceil(most / 2) }) }),
      { selector: ({ displayName }) => displayName.toLowerCase(), minLength: 2, maxLength: Math.min(8, Math.ceil(most / 2)) },
    ),
    changes: fc.array(
      fc.record({
        do: fc.constantFrom<IdpChange['do'][]>(
          'delete user',
          'activate',
          'deactivate',
          'edit',
          'join',
          'leave',
          'rename group',
          'delete group',
        ),
        user: index,
        group: index,
        text: fc.constantFrom('Cy', 'Di'),
      }),
      { maxLength: most },
    ),
    drift: fc.array(
      fc.record({
        do: fc.constantFrom<Drift['do'][]>(
          ...(['disable', 'enable', 'rename', 'delete account', 'make account'] as const),
          ...(['add member', 'remove member', 'make group', 'delete group'] as const),
        ),
        account: index,
        group: index,
      }),
      { maxLength: most },
    ),
  });
}

export const DRIFT_ACCOUNTS: readonly string[] = ['ann', 'bob', 'gil', 'quin', 'hand-made', 'tom'];
export const NEW_DISPLAY_NAMES: readonly string[] = ['Crew', 'Renamed', 'Staff', 'App-Staff'];
