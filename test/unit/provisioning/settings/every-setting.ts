import type { SettingsInput } from '../../../../shared/provisioning/settings/settings.ts';
import { badge } from '../../../protocol/declared-schema.ts';
import type { SettingsChange } from '../../../settings-of.ts';

type Kind = 'nobody' | 'users' | 'groups' | 'users and groups';

const users = (change: Partial<SettingsInput['users']>): SettingsChange => ({ users: change });
const groups = (change: NonNullable<SettingsInput['groups']>): SettingsChange => ({ groups: change });
const pattern = { pattern: '(.*)', replacement: '$1' };

/** Every setting, changed from its default, and whom that affects. */
export const EVERY_SETTING: Readonly<Record<string, readonly [SettingsChange, Kind]>> = {
  mode: [{ mode: 'strict' }, 'nobody'],
  'log.detail': [{ log: { detail: 'full' } }, 'nobody'],
  'log.fullUntil': [{ log: { detail: 'summary', fullUntil: '2027-01-01T00:00:00Z' } }, 'nobody'],
  requestsPerSecond: [{ requestsPerSecond: 5 }, 'nobody'],
  schemaExtension: [{ schemaExtension: badge }, 'nobody'],
  'users.create': [users({ create: false }), 'users'],
  'users.update': [users({ update: false }), 'users'],
  'users.deactivate': [users({ deactivate: false }), 'users'],
  'users.onDelete': [users({ onDelete: 'keep' }), 'nobody'],
  'users.groupsOnDeactivate.do': [users({ groupsOnDeactivate: { do: 'remove' } }), 'users'],
  'users.groupsOnDeactivate.except': [users({ groupsOnDeactivate: { except: ['all'] } }), 'users'],
  'users.userName.source': [users({ userName: { source: 'email' } }), 'users'],
  'users.userName.attribute': [users({ userName: { attribute: 'nickName' } }), 'users'],
  'users.userName.lowerCase': [users({ userName: { lowerCase: false } }), 'users'],
  'users.userName.stripDomain': [users({ userName: { stripDomain: true } }), 'users'],
  'users.userName.replace': [users({ userName: { replace: [pattern] } }), 'users'],
  'users.userName.otherwise': [users({ userName: { otherwise: 'skip' } }), 'users'],
  'users.fullName': [users({ fullName: '{displayName}' }), 'users'],
  'users.linking': [users({ linking: 'email' }), 'users and groups'],
  'users.onlyFromGroups': [users({ onlyFromGroups: ['staff'] }), 'users and groups'],
  'users.defaultGroups.newUsers': [users({ defaultGroups: { newUsers: ['staff'] } }), 'users'],
  'users.defaultGroups.allUsers': [users({ defaultGroups: { allUsers: ['staff'] } }), 'users'],
  'groups.mapping': [groups({ mapping: 'map' }), 'groups'],
  'groups.map': [groups({ map: { a: ['b'] } }), 'groups'],
  'groups.create': [groups({ create: false }), 'groups'],
  'groups.include': [groups({ include: ['a'] }), 'groups'],
  'groups.exclude': [groups({ exclude: ['a'] }), 'groups'],
  'groups.rename': [groups({ rename: [pattern] }), 'groups'],
  'groups.otherMembers': [groups({ otherMembers: 'remove' }), 'groups'],
  'groups.onDelete': [groups({ onDelete: 'keep' }), 'nobody'],
  'groups.onRename': [groups({ onRename: 'move' }), 'groups'],
  'protected.accounts': [{ protected: { accounts: ['a'] } }, 'users and groups'],
  'protected.groups': [{ protected: { groups: ['a'] } }, 'users and groups'],
  apply: [{ apply: 'dry-run' }, 'nobody'],
  'brake.enabled': [{ brake: { enabled: false } }, 'nobody'],
  'brake.share': [{ brake: { share: 0.5 } }, 'nobody'],
  'brake.atLeast': [{ brake: { atLeast: 1 } }, 'nobody'],
  'seats.limit': [{ seats: { limit: 10 } }, 'users and groups'],
  'seats.licenceGroups': [{ seats: { licenceGroups: ['a'] } }, 'users and groups'],
  'target.requestsPerSecond': [{ target: { requestsPerSecond: 5 } }, 'nobody'],
  'target.parallelCalls': [{ target: { parallelCalls: 5 } }, 'nobody'],
  'target.version': [{ target: { version: '8.5' } }, 'nobody'],
  'target.organization.accessGroups': [{ target: { organization: { accessGroups: ['wiki-users'] } } }, 'users and groups'],
  'target.organization.onDisable': [{ target: { organization: { onDisable: 'suspend' } } }, 'users and groups'],
};
