import type { NamesChange } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { type GroupNaming, isNamedByItself } from '../policy/group-names.ts';
import type { GroupSettings } from '../settings/group-settings.ts';

/**
 * What becomes of the names that a group is bound to: those that the settings no longer give are to be retired, those that they give again
 * are not. New names are not among them: each is bound by itself, before the first call. Undefined if nothing changes. Pure.
 */
export function settledNames(settings: GroupSettings, group: GroupItem, naming: GroupNaming): NamesChange | undefined {
  if (group.boundName === undefined) return undefined;
  const wanted: readonly string[] = naming.is === 'names' ? naming.names : [];
  const names = allNamesOfGroup(group);
  const isFurther = (name: string) => name !== group.boundName;
  const retiring = names.filter((name) => !wanted.includes(name));
  const alsoBound = names.filter((name) => wanted.includes(name) && isFurther(name));
  // The settings name it, so its present displayName is what it is named by.
  const namedBy = isNamedByItself(settings) || naming.is !== 'names' ? group.namedBy : group.displayName;
  const isSame = sameNames(group.alsoBound, alsoBound) && sameNames(group.retiring, retiring) && group.namedBy === namedBy;
  return isSame ? undefined : { alsoBound, retiring, ...(namedBy !== undefined && { namedBy }) };
}

function sameNames(one: readonly string[] = [], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
