import type { TargetKind } from '../../../targets/target-address.ts';
import { groupNameOf } from '../../naming.ts';
import { CLOUD_ADMINISTRATORS } from '../defaults-of-kind.ts';
import type { Settings } from '../settings.ts';
import { printPath } from '../settings-fields.ts';

/** A sentence on a setting, where it holds. */
export type Warning = readonly [holds: boolean, path: string, message: string];

const NO_VERSION = 'is not used: Atlassian Cloud has no version to choose';
const NEW_GROUP =
  'what was granted to the group of the old name is not granted to the one of the new name: pages that it protected become open';

/** What means something else, or nothing, because of what the connection provisions into. */
export function kindWarnings(settings: Settings, kind: TargetKind): readonly Warning[] {
  return KINDS[kind](settings);
}

const KINDS: Readonly<Record<TargetKind, (settings: Settings) => readonly Warning[]>> = {
  'data-center': (settings) => [
    ...notOfAnOrganization(settings),
    [settings.groups.onRename === 'move', 'groups.onRename', `Confluence Data Center can’t rename a group either, and ${NEW_GROUP}`],
  ],

  'cloud-guard': ({ users, groups, target, protected: kept }) => [
    ...notOfAnOrganization({ target }),
    administratorsOpen(kept),
    [target.version !== undefined, 'target.version', NO_VERSION],
    [
      groups.onRename === 'keep',
      'groups.onRename',
      'a group of an Atlassian directory can’t be renamed: it keeps its old name; "move" makes a new one and moves the members there',
    ],
    [
      users.linking === 'never',
      'users.linking',
      'is about entries of the directory alone: an Atlassian account of the same e-mail address is joined to a new entry by Atlassian itself',
    ],
  ],

  'cloud-organization': ({ users, groups, target, protected: kept }) => {
    const { userName, groupsOnDeactivate, deactivate } = users;
    const { accessGroups, onDisable } = target.organization;
    return [
      administratorsOpen(kept),
      [target.version !== undefined, 'target.version', NO_VERSION],
      [
        accessGroups.length === 0,
        'target.organization.accessGroups',
        'is empty: nobody gets Confluence, and nobody loses it. Name the groups of the organisation that grant it, such as confluence-users-acme',
      ],
      [
        onDisable === 'suspend',
        'target.organization.onDisable',
        'who is to lose Confluence is suspended, and loses Jira and everything else in the directory with it',
      ],
      [
        users.update,
        'users.update',
        'names are their owners’ to change there: each that differs is reported as unsupported, at every change and every Synchronize',
      ],
      [
        userName.source !== 'email',
        'users.userName.source',
        'an account of an Atlassian organisation has its e-mail address for a name: write "email", else whoever comes with another name is parked',
      ],
      [
        userName.stripDomain,
        'users.userName.stripDomain',
        'leaves no e-mail address, by which alone an account is found: everybody is parked',
      ],
      [
        groupsOnDeactivate.do === 'keep' && deactivate && onDisable === 'leave-groups',
        'users.groupsOnDeactivate.do',
        'who is deactivated leaves the access groups alone, and keeps Confluence by any other group that grants it: write "remove"',
      ],
      [
        groups.onRename === 'move',
        'groups.onRename',
        `a renamed group of the identity provider becomes a new group of the organisation, and ${NEW_GROUP}`,
      ],
      ...accessGroupsOfOthers(groups, accessGroups),
    ];
  },
};

/** A settings file of a Data Center connection knows other groups. */
function administratorsOpen({ groups }: Settings['protected']): Warning {
  const named = new Set(groups.map(groupNameOf));
  const open = CLOUD_ADMINISTRATORS.filter((name) => !named.has(groupNameOf(name)));
  return [open.length > 0, 'protected.groups', `a pushed group of the name ${open.join(' or ')} would grant administration: name it here`];
}

function notOfAnOrganization({ target }: Pick<Settings, 'target'>): Warning[] {
  const { accessGroups, onDisable } = target.organization;
  const message = 'is not used: it is for an Atlassian organisation without Guard';
  return [
    [accessGroups.length > 0, 'target.organization.accessGroups', message],
    [onDisable !== 'leave-groups', 'target.organization.onDisable', message],
  ];
}

/** Who is in an access group is this product's own business: no group of the identity provider may be one. */
function accessGroupsOfOthers({ mapping, map }: Settings['groups'], accessGroups: readonly string[]): Warning[] {
  if (mapping !== 'map') return [];
  const access = new Set(accessGroups.map(groupNameOf));
  return Object.entries(map).flatMap(([source, targets]) =>
    targets.map(
      (name, i): Warning => [
        access.has(groupNameOf(name)),
        printPath(['groups', 'map', source, i]),
        `${JSON.stringify(name)} is in target.organization.accessGroups, which only this product fills: the group is parked`,
      ],
    ),
  );
}
