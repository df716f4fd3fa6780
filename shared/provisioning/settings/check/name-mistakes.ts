import { foldCase } from '../../../scim/attributes/fold-case.ts';
import { groupNameOf } from '../../naming.ts';
import { ALWAYS_PROTECTED_GROUPS } from '../safety-settings.ts';
import type { Settings } from '../settings.ts';
import { printPath } from '../settings-fields.ts';
import type { Mistake } from './explain-issue.ts';

/** Names of groups that contradict each other. */
export function nameMistakes(settings: Settings): Mistake[] {
  return [...mapMistakes(settings.groups.map), ...defaultGroupMistakes(settings.users.defaultGroups), ...protectedMistakes(settings)];
}

/** A group of the IdP stands in the map once, and a group of Confluence is only one of them: else their members would be merged. */
function mapMistakes(map: Settings['groups']['map']): Mistake[] {
  const sources = new Map<string, string>();
  const takenBy = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const [source, targets] of Object.entries(map)) {
    const same = sources.get(foldCase(source));
    if (same !== undefined) {
      const message = `is the same group as ${JSON.stringify(same)}: names are compared without regard to case`;
      mistakes.push({ path: printPath(['groups', 'map', source]), message });
    }
    sources.set(foldCase(source), source);
    for (const [i, target] of targets.entries()) {
      const other = takenBy.get(groupNameOf(target));
      if (other !== undefined) {
        const message =
          other === source
            ? `${JSON.stringify(target)} is listed twice`
            : `${JSON.stringify(target)} is ${JSON.stringify(other)} already: a group of Confluence can be only one group of the identity provider`;
        mistakes.push({ path: printPath(['groups', 'map', source, i]), message });
      }
      takenBy.set(groupNameOf(target), source);
    }
  }
  return mistakes;
}

function defaultGroupMistakes({ newUsers, allUsers }: Settings['users']['defaultGroups']): Mistake[] {
  const all = new Set(allUsers.map(groupNameOf));
  return newUsers.flatMap((name, i) =>
    all.has(groupNameOf(name))
      ? [
          {
            path: printPath(['users', 'defaultGroups', 'newUsers', i]),
            message: `${JSON.stringify(name)} is in users.defaultGroups.allUsers too: leave it in one of the two`,
          },
        ]
      : [],
  );
}

function protectedMistakes({ users, groups, target, protected: kept }: Settings): Mistake[] {
  const always = new Set(ALWAYS_PROTECTED_GROUPS.map(groupNameOf));
  const own = new Set(kept.groups.map(groupNameOf));
  const named: (readonly [path: readonly PropertyKey[], name: string])[] = [
    ...Object.entries(groups.map).flatMap(([source, targets]) => targets.map((name, i) => [['groups', 'map', source, i], name] as const)),
    ...(['newUsers', 'allUsers'] as const).flatMap((which) =>
      users.defaultGroups[which].map((name, i) => [['users', 'defaultGroups', which, i], name] as const),
    ),
    // Everybody who is provisioned is put into these.
    ...target.organization.accessGroups.map((name, i) => [['target', 'organization', 'accessGroups', i], name] as const),
  ];
  return named.flatMap(([path, name]) => {
    if (always.has(groupNameOf(name)))
      return [
        {
          path: printPath(path),
          message: `${JSON.stringify(name)} is an administrators’ group, which is always protected: nobody is ever put into it`,
        },
      ];
    if (!own.has(groupNameOf(name))) return [];
    return [
      {
        path: printPath(path),
        message: `${JSON.stringify(name)} is in protected.groups, so nobody is ever put into it: take it out of one of the two`,
      },
    ];
  });
}
