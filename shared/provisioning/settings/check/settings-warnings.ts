import type { TargetKind } from '../../../targets/target-address.ts';
import { groupNaming } from '../../policy/group-names.ts';
import type { Settings } from '../settings.ts';
import { printPath } from '../settings-fields.ts';
import type { Mistake } from './explain-issue.ts';
import { kindWarnings, type Warning } from './kind-warnings.ts';

/**
 * What is allowed, and still worth a second look: what can't be undone, what lets somebody keep access, what has no effect as it is.
 * `kind` is what the settings are for, where that is known.
 */
export function settingsWarnings(settings: Settings, now: Date, kind?: TargetKind): Mistake[] {
  const ofKind = kind === undefined ? [] : kindWarnings(settings, kind);
  return [...risks(settings, kind), ...withoutEffect(settings, now), ...leftOut(settings.groups), ...ofKind].flatMap(
    ([holds, path, message]) => (holds ? [{ path, message }] : []),
  );
}

/** What deleting an account means. */
const DELETING: Readonly<Record<TargetKind, string>> = {
  'data-center': 'deleting an account anonymises what the person wrote and can’t be undone',
  'cloud-guard': 'deleting destroys the entry in Atlassian’s directory, deactivates the account where it is managed, and can’t be undone',
  'cloud-organization': 'deleting removes the account from the organisation, with Jira and everything else there, and can’t be undone',
};

function risks({ users, groups, brake, apply }: Settings, kind: TargetKind = 'data-center'): Warning[] {
  return [
    [apply === 'dry-run', 'apply', 'nothing is changed in Confluence: nobody gets access, and nobody loses it'],
    [users.onDelete === 'delete', 'users.onDelete', DELETING[kind]],
    [users.onDelete === 'keep', 'users.onDelete', 'who is deleted in the identity provider keeps a usable account'],
    [!users.deactivate, 'users.deactivate', 'who is deactivated in the identity provider keeps a usable account'],
    [
      !users.userName.lowerCase && kind === 'data-center',
      'users.userName.lowerCase',
      'Confluence refuses names with capital letters: such people are parked',
    ],
    [groups.otherMembers === 'remove', 'groups.otherMembers', 'who was put into a group by hand is taken out of it'],
    [
      groups.onDelete === 'delete',
      'groups.onDelete',
      'deleting a group takes away the restrictions that name it: pages that it protected become open',
    ],
    [groups.onDelete === 'keep', 'groups.onDelete', 'the members of a group that is deleted in the identity provider keep what it grants'],
    [!brake.enabled, 'brake.enabled', 'nothing stops a mistake in the identity provider from disabling everybody'],
    [
      brake.enabled && brake.share >= 0.5,
      'brake.share',
      'half of all people may lose access within an hour before the brake holds anything',
    ],
  ];
}

function withoutEffect({ users, groups, log }: Settings, now: Date): Warning[] {
  const { userName, groupsOnDeactivate, deactivate } = users;
  const isMapped = groups.mapping === 'map';
  const mapped = Object.keys(groups.map).length;
  return [
    [log.detail === 'full' && log.fullUntil === undefined, 'log.detail', 'bodies are logged only until log.fullUntil, which is not set'],
    [isPast(log.fullUntil, now), 'log.fullUntil', 'is past: bodies are not logged any more'],
    [
      userName.attribute !== undefined && userName.source !== 'attribute',
      'users.userName.attribute',
      'is not used: users.userName.source is not "attribute"',
    ],
    [
      groupsOnDeactivate.except.length > 0 && groupsOnDeactivate.do === 'keep',
      'users.groupsOnDeactivate.except',
      'is not used: users.groupsOnDeactivate.do is "keep"',
    ],
    [groupsOnDeactivate.do === 'remove' && !deactivate, 'users.groupsOnDeactivate.do', 'nobody is deactivated: users.deactivate is false'],
    [isMapped && mapped === 0, 'groups.map', 'is empty, and groups.mapping is "map": no group is provisioned'],
    [!isMapped && mapped > 0, 'groups.map', 'is not used: groups.mapping is "same-name"'],
    [isMapped && groups.rename.length > 0, 'groups.rename', 'is not used: groups.mapping is "map"'],
  ];
}

/** Groups that the map names and a filter leaves out. */
function leftOut(groups: Settings['groups']): Warning[] {
  if (groups.mapping !== 'map') return [];
  return Object.keys(groups.map).map((name) => {
    const naming = groupNaming(groups, name);
    return [naming.is === 'skip', printPath(['groups', 'map', name]), `is not used: ${naming.steps.at(-1)?.setting} leaves it out`];
  });
}

/** True for a time that has come. */
export function isPast(time: string | undefined, now: Date): boolean {
  return time !== undefined && Date.parse(time) <= now.getTime();
}
