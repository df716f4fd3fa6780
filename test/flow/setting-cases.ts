import type { ProvisioningCode, TargetCapabilities } from '../../shared/targets/target.ts';
import type { SettingsChange } from '../settings-of.ts';
import type { SettingCase, WholeLine } from './each-setting.ts';
import { ACCESS_GROUP, type CloudKind } from './target-by-hand.ts';

const users = (of: SettingsChange['users']): SettingsChange => ({ users: { ...of } });
const groups = (of: SettingsChange['groups'] & object): SettingsChange => ({ groups: of });

const annInStaff = async (line: WholeLine) => {
  await line.user('ann');
  await line.group('Staff', ['ann']);
};
const ANN = { ann: 'The ann' };
const four = async (line: WholeLine) => {
  for (const name of ['ann', 'bob', 'cid', 'dan']) await line.user(name);
  for (const name of ['ann', 'bob', 'cid']) await line.change(name, { active: false });
};

/** What each setting does, as stories from the identity provider's requests to the state of the target. */
export const SETTING_CASES: readonly SettingCase[] = [
  {
    setting: 'users.create',
    does: 'makes no account, and links one that is there',
    settings: users({ create: false, linking: 'user-name' }),
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.account('bob');
      await line.user('ann');
      await line.user('bob');
      await line.group('Staff', ['ann', 'bob']);
    },
    ends: { accounts: { bob: 'The bob' }, groups: { staff: ['bob'] } },
  },
  {
    setting: 'users.update',
    does: 'leaves names as they are',
    settings: users({ update: false }),
    story: async (line) => {
      await line.user('ann');
      await line.change('ann', { displayName: 'Ann Other' });
    },
    ends: { accounts: ANN },
  },
  {
    setting: 'users.deactivate',
    does: 'leaves the account of somebody inactive usable',
    settings: users({ deactivate: false }),
    story: async (line) => {
      await line.user('ann');
      await line.change('ann', { active: false });
    },
    ends: { accounts: ANN },
  },
  ...(
    [
      ['delete', {}, []],
      ['keep', ANN, ['ann']],
    ] as const
  ).map(([onDelete, accounts, members]) => ({
    setting: 'users.onDelete',
    does: `${onDelete}s the account of a deleted user`,
    settings: users({ onDelete }),
    story: async (line: WholeLine) => {
      await annInStaff(line);
      await line.delete('Users', 'ann');
    },
    ends: { accounts, groups: { staff: [...members] } },
  })),
  {
    setting: 'users.groupsOnDeactivate.do',
    does: 'takes the groups of somebody inactive, and gives them back at reactivation',
    settings: users({ groupsOnDeactivate: { do: 'remove' } }),
    story: async (line) => {
      await line.user('bob');
      await annInStaff(line);
      await line.members('Staff', 'add', 'bob');
      for (const name of ['ann', 'bob']) await line.change(name, { active: false });
      await line.rest();
      await line.change('bob', { active: true });
    },
    ends: { accounts: { ann: '(The ann)', bob: 'The bob' }, groups: { staff: ['bob'] } },
  },
  {
    setting: 'users.groupsOnDeactivate.except',
    does: 'leaves those that are excepted',
    settings: users({ groupsOnDeactivate: { do: 'remove', except: ['Archive'] } }),
    without: users({ groupsOnDeactivate: { do: 'remove' } }),
    story: async (line) => {
      await annInStaff(line);
      await line.group('Archive', ['ann']);
      await line.change('ann', { active: false });
    },
    ends: { groups: { archive: ['ann'], staff: [] } },
  },
  ...(
    [
      ['source', { source: 'externalId' }, 'e-7'],
      ['source', { source: 'email' }, 'ann@mail.example'],
      ['stripDomain', { stripDomain: true }, 'ann'],
      ['replace', { replace: [{ pattern: '(\\w+)@corp\\.(\\w+)', replacement: '$2.$1' }] }, 'example.ann'],
    ] satisfies [string, (SettingsChange['users'] & object)['userName'], string][]
  ).map(([name, userName, account]) => ({
    setting: `users.userName.${name}`,
    does: `names the account ${account}`,
    settings: users({ userName }),
    story: (line: WholeLine) => line.user('Ann@Corp.example', { externalId: 'E-7', displayName: 'Ann' }),
    ends: { accounts: { [account]: 'Ann' } },
  })),
  {
    setting: 'users.userName.attribute',
    does: 'names the account by an attribute',
    settings: users({ userName: { source: 'attribute', attribute: 'nickName' } }),
    story: (line) => line.user('ann@corp.example', { nickName: 'Annie', displayName: 'Ann' }),
    ends: { accounts: { annie: 'Ann' } },
  },
  {
    setting: 'users.userName.lowerCase',
    does: 'leaves capital letters, which Confluence refuses: nobody is made',
    settings: users({ userName: { lowerCase: false } }),
    story: (line) => line.user('Ann'),
    ends: { accounts: {} },
  },
  {
    setting: 'users.userName.otherwise',
    does: 'leaves out whom no replacement fits',
    settings: users({ userName: { replace: [{ pattern: 'b.*', replacement: 'team-$0' }], otherwise: 'skip' } }),
    without: users({ userName: { replace: [{ pattern: 'b.*', replacement: 'team-$0' }] } }),
    story: async (line) => {
      await line.user('ann');
      await line.user('bob');
    },
    ends: { accounts: { 'team-bob': 'The bob' } },
  },
  {
    setting: 'users.fullName',
    does: 'makes the full name by the template',
    settings: users({ fullName: '{name.familyName}, {name.givenName}' }),
    story: async (line) => {
      for (const name of ['ann', 'bob']) await line.user(name, { name: { givenName: 'Given', familyName: 'Doe' } });
      await line.change('bob', { name: { givenName: 'Given', familyName: 'Other' } });
    },
    ends: { accounts: { ann: 'Doe, Given', bob: 'Other, Given' } },
  },
  {
    setting: 'users.linking',
    does: 'takes over the account of the same name',
    settings: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.account('ann');
      await line.user('ann');
      await line.change('ann', { active: false });
    },
    ends: { accounts: { ann: '(The ann)' } },
  },
  {
    setting: 'users.linking',
    does: 'takes over the account with the same address',
    settings: users({ linking: 'email' }),
    story: async (line) => {
      await line.there.account('old-ann', 'ann@mail.example');
      await line.user('ann');
      await line.change('ann', { active: false });
    },
    ends: { accounts: { 'old-ann': '(The ann)' } },
  },
  {
    setting: 'users.onlyFromGroups',
    does: 'gives an account to members only, and takes it from who leaves',
    settings: users({ onlyFromGroups: ['Wiki'] }),
    story: async (line) => {
      for (const name of ['ann', 'bob', 'cid']) await line.user(name);
      await line.group('Wiki', ['ann', 'bob']);
      await line.members('Wiki', 'remove', 'bob');
    },
    ends: { accounts: { ann: 'The ann', bob: '(The bob)' }, groups: { wiki: ['ann'] } },
  },
  {
    setting: 'users.defaultGroups.newUsers',
    does: 'puts whom it makes into the group, not whom it links',
    settings: users({ defaultGroups: { newUsers: ['Welcome'] }, linking: 'user-name' }),
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.account('bob');
      await line.there.group('welcome');
      await line.user('ann');
      await line.user('bob');
    },
    ends: { groups: { welcome: ['ann'] } },
  },
  {
    setting: 'users.defaultGroups.allUsers',
    does: 'keeps everybody in the group',
    settings: users({ defaultGroups: { allUsers: ['everybody'] }, linking: 'user-name' }),
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.account('bob');
      await line.there.group('everybody');
      await line.user('ann');
      await line.user('bob');
    },
    ends: { groups: { everybody: ['ann', 'bob'] } },
  },
  {
    setting: 'groups.mapping',
    does: 'provisions the groups of the map only',
    settings: groups({ mapping: 'map', map: { Staff: ['everyone'] } }),
    story: async (line) => {
      await annInStaff(line);
      await line.group('Other', ['ann']);
    },
    ends: { groups: { everyone: ['ann'] } },
  },
  {
    setting: 'groups.map',
    does: 'makes several Confluence groups of one',
    settings: groups({ mapping: 'map', map: { staff: ['wiki-a', 'Wiki-B'] } }),
    without: groups({ mapping: 'map' }),
    story: async (line) => {
      await line.user('bob');
      await annInStaff(line);
      await line.members('Staff', 'add', 'bob');
      await line.members('Staff', 'remove', 'ann');
    },
    ends: { groups: { 'wiki-a': ['bob'], 'wiki-b': ['bob'] } },
  },
  {
    setting: 'groups.create',
    does: 'makes no group',
    settings: { ...users({ linking: 'user-name' }), ...groups({ create: false }) },
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.group('there');
      await annInStaff(line);
      await line.group('There', ['ann']);
    },
    ends: { groups: { there: ['ann'] } },
  },
  {
    setting: 'groups.include',
    does: 'provisions only what a pattern names',
    settings: groups({ include: ['Wiki-.*'] }),
    story: async (line) => {
      await annInStaff(line);
      await line.group('Wiki-Readers', ['ann']);
    },
    ends: { groups: { 'wiki-readers': ['ann'] } },
  },
  {
    setting: 'groups.exclude',
    does: 'leaves out what a pattern names',
    settings: groups({ exclude: ['St.*'] }),
    story: async (line) => {
      await annInStaff(line);
      await line.group('Wiki', ['ann']);
    },
    ends: { groups: { wiki: ['ann'] } },
  },
  {
    setting: 'groups.rename',
    does: 'names the Confluence group',
    settings: groups({ rename: [{ pattern: 'St(.*)', replacement: 'confluence-$1' }] }),
    story: annInStaff,
    ends: { groups: { 'confluence-aff': ['ann'] } },
  },
  {
    setting: 'groups.otherMembers',
    does: 'takes out of a linked group whom the identity provider did not put there',
    settings: { ...users({ linking: 'user-name' }), ...groups({ otherMembers: 'remove' }), protected: { accounts: ['root'] } },
    without: { ...users({ linking: 'user-name' }), protected: { accounts: ['root'] } },
    story: async (line) => {
      await line.there.account('old');
      await line.there.account('root');
      await line.there.group('staff', ['old', 'root']);
      await annInStaff(line);
    },
    ends: { groups: { staff: ['ann', 'root'] } },
  },
  ...(
    [
      ['keep', { staff: ['ann'] }],
      ['delete', {}],
    ] as const
  ).map(([onDelete, left]) => ({
    setting: 'groups.onDelete',
    does: `${onDelete}s the Confluence group of a deleted one`,
    settings: groups({ onDelete }),
    story: async (line: WholeLine) => {
      await annInStaff(line);
      await line.delete('Groups', 'Staff');
    },
    ends: { groups: Object.fromEntries(Object.entries(left).map(([name, members]) => [name, [...members]])) },
  })),
  {
    setting: 'groups.onRename',
    does: 'makes a group of the new name, and deletes the old one once its members have moved',
    settings: groups({ onRename: 'move' }),
    story: async (line) => {
      await annInStaff(line);
      await line.rename('Staff', 'Crew');
    },
    ends: { groups: { crew: ['ann'] } },
  },
  {
    setting: 'protected.accounts',
    does: 'never touches the account',
    settings: { ...users({ linking: 'user-name' }), protected: { accounts: ['Ann'] } },
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.account('ann');
      await line.user('ann', { active: true });
      await line.change('ann', { active: false });
    },
    ends: { accounts: { ann: 'by hand ann' } },
  },
  {
    setting: 'protected.groups',
    does: 'never touches the group',
    settings: { ...users({ linking: 'user-name' }), protected: { groups: ['Staff'] } },
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.group('staff', []);
      await annInStaff(line);
    },
    ends: { groups: { staff: [] } },
  },
  {
    setting: 'apply',
    does: 'changes nothing in a dry run',
    settings: { apply: 'dry-run' },
    story: annInStaff,
    ends: { accounts: {}, groups: {} },
  },
  {
    setting: 'brake.enabled',
    does: 'lets everything through when it is off',
    settings: { brake: { enabled: false, atLeast: 1 } },
    without: { brake: { enabled: true, atLeast: 1 } },
    story: four,
    ends: { accounts: { ann: '(The ann)', bob: '(The bob)', cid: '(The cid)', dan: 'The dan' } },
  },
  {
    setting: 'brake.atLeast',
    does: 'holds what comes after so many',
    settings: { brake: { enabled: true, atLeast: 1 } },
    without: { brake: { enabled: true } },
    story: four,
    ends: { accounts: { ann: '(The ann)', bob: 'The bob', cid: 'The cid', dan: 'The dan' } },
  },
  {
    setting: 'brake.share',
    does: 'holds what comes after such a share',
    settings: { brake: { enabled: true, atLeast: 0, share: 0.5 } },
    without: { brake: { enabled: true, atLeast: 0 } },
    story: four,
    ends: { accounts: { ann: '(The ann)', bob: '(The bob)', cid: 'The cid', dan: 'The dan' } },
  },
  {
    setting: 'seats.limit',
    does: 'makes no account beyond the limit, those of others counted',
    settings: { seats: { limit: 2 } },
    story: async (line) => {
      await line.there.account('admin');
      for (const name of ['ann', 'bob', 'cid']) await line.user(name);
    },
    ends: { accounts: { admin: 'by hand admin', ann: 'The ann' } },
  },
  {
    setting: 'seats.licenceGroups',
    does: 'counts the members of the licence’s groups only',
    settings: { seats: { limit: 1, licenceGroups: ['Staff'] } },
    without: { seats: { limit: 1 } },
    story: async (line) => {
      await line.user('bob');
      await annInStaff(line);
      await line.members('Staff', 'add', 'bob');
    },
    ends: { accounts: { ann: 'The ann', bob: 'The bob' }, groups: { staff: ['ann'] } },
  },
  {
    setting: 'target.organization.accessGroups',
    does: 'protects the group: pushed under its name, it would grant Confluence to whom it lists',
    settings: { ...users({ linking: 'user-name' }), target: { organization: { accessGroups: ['Staff'] } } },
    without: users({ linking: 'user-name' }),
    story: async (line) => {
      await line.there.group('staff');
      await annInStaff(line);
    },
    ends: { groups: { staff: [] } },
  },
  {
    setting: 'target.organization.accessGroups',
    does: 'gives Confluence by each of the groups, and takes it by each',
    only: 'cloud-organization',
    settings: { target: { organization: { accessGroups: [ACCESS_GROUP, 'extra'] } } },
    story: async (line) => {
      await line.there.group('extra');
      for (const name of ['ann', 'bob']) await line.user(name);
      await line.change('bob', { active: false });
    },
    ends: { accounts: { ann: 'The ann', bob: '(The bob)' }, groups: { extra: ['ann'] } },
  },
  {
    setting: 'target.organization.onDisable',
    does: 'suspends in all apps',
    only: 'cloud-organization',
    settings: { target: { organization: { onDisable: 'suspend' } } },
    story: async (line) => {
      for (const name of ['ann', 'bob']) await line.user(name);
      for (const name of ['ann', 'bob']) await line.change(name, { active: false });
      await line.change('bob', { active: true });
    },
    ends: { accounts: { ann: '[The ann]', bob: 'The bob' } },
  },
];

/** How a case goes on a kind of Cloud where it does not go as everywhere. */
export interface OnCloud {
  readonly because: string;
  /** In place of the case's. Absent: nothing of it is seen there. */
  readonly ends?: SettingCase['ends'];
  /** So the product says it, by the code that somebody is parked with. */
  readonly parks?: ProvisioningCode;
  /** So the product says it: `target test` has a sentence for what is missing, and where a plan comes to it, the log has. */
  readonly lacks?: keyof TargetCapabilities;
}

const IS_AN_ADDRESS: OnCloud = {
  because: 'an account’s name is its e-mail address: another is no legal name',
  ends: { accounts: {} },
  parks: 'illegal-name',
};
const FULL_NAME: OnCloud = { because: 'a full name is its owner’s', lacks: 'updateProfile' };
const CAPITALS: OnCloud = { because: 'Atlassian takes capital letters', ends: { accounts: { Ann: 'The Ann' } } };

/** By `setting: does`. What is not here goes as everywhere. */
export const ON_CLOUD: Readonly<Record<CloudKind, Readonly<Record<string, OnCloud>>>> = {
  'cloud-guard': {
    'users.userName.lowerCase: leaves capital letters, which Confluence refuses: nobody is made': CAPITALS,
    'seats.limit: makes no account beyond the limit, those of others counted': {
      because: 'a directory knows no licences: only those count whom this product has let in',
      ends: { accounts: { admin: 'by hand admin', ann: 'The ann', bob: 'The bob' } },
      lacks: 'countSeats',
    },
  },
  'cloud-organization': {
    'users.update: leaves names as they are': FULL_NAME,
    'users.fullName: makes the full name by the template': FULL_NAME,
    'users.userName.source: names the account e-7': IS_AN_ADDRESS,
    'users.userName.stripDomain: names the account ann': IS_AN_ADDRESS,
    'users.userName.replace: names the account example.ann': IS_AN_ADDRESS,
    'users.userName.attribute: names the account by an attribute': IS_AN_ADDRESS,
    'users.userName.lowerCase: leaves capital letters, which Confluence refuses: nobody is made': CAPITALS,
    'users.linking: takes over the account with the same address': {
      because: 'an account’s name is its e-mail address: it has no other',
      ends: { accounts: { ann: '(The ann)' } },
    },
    'target.organization.accessGroups: protects the group: pushed under its name, it would grant Confluence to whom it lists': {
      because: 'the product itself puts into the group whom it gives Confluence',
      ends: { groups: { staff: ['ann'] } },
      parks: 'protected',
    },
  },
};
