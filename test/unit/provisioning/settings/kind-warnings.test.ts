import { describe, expect, it } from 'vitest';
import { checkSettings } from '../../../../shared/provisioning/settings/check/check-settings.ts';
import { usualAccessGroup, withDefaultsOfKind } from '../../../../shared/provisioning/settings/defaults-of-kind.ts';
import { TARGET_KINDS, type TargetAddress, type TargetKind } from '../../../../shared/targets/target-address.ts';
import { type SettingsChange, settingsOf } from '../../../settings-of.ts';

const ACCESS = { organization: { accessGroups: ['staff'] } };

/** As every Cloud connection begins. */
const KEPT = { protected: { groups: ['org-admins', 'site-admins', 'administrators'] } };

const LINKING = { users: { linking: 'email' } } as const;

function warned(kind: TargetKind, change: SettingsChange): string[] {
  const checked = checkSettings(settingsOf(KEPT, change), { now: new Date(0), kind });
  if ('mistakes' in checked) throw new Error(JSON.stringify(checked.mistakes));
  return checked.warnings.map(({ path }) => path);
}

function addressOf(kind: TargetKind): TargetAddress {
  const baseUrl = 'https://api.atlassian.com';
  if (kind === 'cloud-guard') return { kind, baseUrl, directory: 'd' };
  return kind === 'cloud-organization' ? { kind, baseUrl, organization: 'o' } : { kind, baseUrl: 'https://wiki.example.com' };
}

describe('settings, by what they are for', () => {
  it.each(TARGET_KINDS)('what a new connection to %s begins with gives no warning but for what the administrator alone can say', (kind) => {
    const settings = withDefaultsOfKind(settingsOf(), addressOf(kind));
    const checked = checkSettings(settings, { now: new Date(0), kind });
    const expected = { 'data-center': [], 'cloud-guard': ['users.linking'], 'cloud-organization': ['target.organization.accessGroups'] }[
      kind
    ];
    expect('warnings' in checked && checked.warnings.map(({ path }) => path)).toEqual(expected);
  });

  it.each<[TargetKind, SettingsChange, readonly string[]]>([
    ['data-center', { groups: { onRename: 'move' } }, ['groups.onRename']],
    ['data-center', { target: ACCESS }, ['target.organization.accessGroups']],
    ['data-center', { target: { organization: { onDisable: 'suspend' } } }, ['target.organization.onDisable']],
    ['data-center', { target: { version: '8.5' } }, []],
    ['data-center', { users: { userName: { lowerCase: false } } }, ['users.userName.lowerCase']],
    ['cloud-guard', { groups: { onRename: 'keep' }, ...LINKING }, ['groups.onRename']],
    ['cloud-guard', { groups: { onRename: 'move' }, target: ACCESS, ...LINKING }, ['target.organization.accessGroups']],
    ['cloud-guard', { groups: { onRename: 'move' }, target: { version: '8.5' }, ...LINKING }, ['target.version']],
    ['cloud-guard', { groups: { onRename: 'move' } }, ['users.linking']],
    ['cloud-guard', { groups: { onRename: 'move' }, protected: { groups: [] }, ...LINKING }, ['protected.groups']],
    ['data-center', { protected: { groups: [] } }, []],
    ['cloud-guard', { groups: { onRename: 'move' }, users: { linking: 'user-name', userName: { lowerCase: false } } }, []],
  ])('for %s, of %j it warns: %j', (kind, change, expected) => {
    expect(warned(kind, change)).toEqual(expected);
  });

  it.each<[SettingsChange, readonly string[]]>([
    [{}, []],
    [{ users: { userName: { source: 'userName' } } }, ['users.userName.source']],
    [{ users: { userName: { source: 'email', stripDomain: true } } }, ['users.userName.stripDomain']],
    [{ users: { groupsOnDeactivate: { do: 'keep' } } }, ['users.groupsOnDeactivate.do']],
    [{ users: { update: true } }, ['users.update']],
    [
      { users: { groupsOnDeactivate: { do: 'keep' } }, target: { organization: { accessGroups: ['staff'], onDisable: 'suspend' } } },
      ['target.organization.onDisable'],
    ],
    [{ target: { organization: { accessGroups: [] } } }, ['target.organization.accessGroups']],
    [{ target: { ...ACCESS, version: '8.5' } }, ['target.version']],
    [{ groups: { onRename: 'move' } }, ['groups.onRename']],
    [{ protected: { groups: ['Org-Admins', 'administrators'] } }, ['protected.groups']],
    [{ groups: { mapping: 'map', map: { Writers: ['writers', 'Staff'] } } }, ['groups.map.Writers[1]']],
  ])('for an organisation, of %j it warns: %j', (change, expected) => {
    const users = { update: false, userName: { source: 'email' }, groupsOnDeactivate: { do: 'remove' } } as const;
    const whole = settingsOf({ ...KEPT, target: ACCESS, users }, change);
    const checked = checkSettings(whole, { now: new Date(0), kind: 'cloud-organization' });
    expect('warnings' in checked && checked.warnings.map(({ path }) => path)).toEqual(expected);
  });

  it('what deleting means is told in the words of the target', () => {
    const change = { users: { linking: 'never', onDelete: 'delete' } } as const;
    const told = TARGET_KINDS.map((kind) => {
      const checked = checkSettings(settingsOf(change), { now: new Date(0), kind });
      return 'warnings' in checked ? checked.warnings.find(({ path }) => path === 'users.onDelete')?.message : undefined;
    });
    expect(told).toEqual([
      expect.stringContaining('anonymises'),
      expect.stringContaining('Atlassian’s directory'),
      expect.stringContaining('organisation'),
    ]);
  });
});

describe('the usual names of an Atlassian site', () => {
  it('are known for a site of Atlassian’s own address only', () => {
    expect(usualAccessGroup('https://acme.atlassian.net')).toBe('confluence-users-acme');
    for (const site of ['', 'https://wiki.example.com', 'https://a.b.atlassian.net', 'http://127.0.0.1:3001'])
      expect(usualAccessGroup(site)).toBeUndefined();
  });
});
