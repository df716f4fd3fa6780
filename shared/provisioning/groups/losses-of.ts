import type { NamesChange } from '../../directory/delivery.ts';
import type { GroupNaming } from '../policy/group-names.ts';
import type { Work } from '../work.ts';

/** A group of the target that a SCIM group is to lose, or is losing. */
export interface Loss {
  readonly name: string;
  /** What is done, in words; and why. */
  readonly does: string;
  readonly why: string;
}

/** What the names of a group that change mean for the groups of the target that it leaves; nobody is taken out of a protected one. */
export function lossesOf(
  { protectedGroups, policy }: Pick<Work, 'protectedGroups' | 'policy'>,
  { retiring = [], movedFrom = [] }: Partial<NamesChange>,
  naming: GroupNaming,
): Loss[] {
  const to = naming.is === 'names' ? naming.names.join(' and ') : '';
  const names = [...new Set([...movedFrom, ...retiring])].filter((name) => !protectedGroups.has(name.toLowerCase()));
  return names.map((name) =>
    movedFrom.includes(name)
      ? {
          name,
          does: `move its members from ${name} to ${to}, and delete ${name} if nobody else is in it`,
          why: `the identity provider renamed the group, and groups.onRename is ${policy.settings.groups.onRename}`,
        }
      : { name, does: `take its members out of ${name}`, why: 'the settings do not give it that name any more' },
  );
}
