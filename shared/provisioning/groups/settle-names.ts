import type { NamesChange } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { type GroupNaming, groupNaming, isNamedByItself } from '../policy/group-names.ts';
import type { GroupSettings } from '../settings/group-settings.ts';

/**
 * What becomes of the names that a group is bound to: those that the settings no longer give are to be retired, those that they give again
 * are not. New names are not among them: each is bound by itself, before the first call. A name that the IdP's rename takes, and
 * `groups.onRename` moves, is noted first, and retired only once the group of the new name is there. Undefined if nothing changes. Pure.
 */
export function settledNames(settings: GroupSettings, group: GroupItem, naming: GroupNaming): NamesChange | undefined {
  if (group.boundName === undefined) return undefined;
  const wanted: readonly string[] = naming.is === 'names' ? naming.names : [];
  const names = allNamesOfGroup(group);
  const lost = names.filter((name) => !wanted.includes(name));
  const movedFrom = naming.is === 'names' ? lost.filter(isMovedBy(settings, group)) : [];
  // Renamed once more, halfway: until the group of that name is there too, nobody leaves any, and it may park or exchange names as at first.
  const isOnTheWay = wanted.every((name) => names.includes(name));
  const retiring = lost.filter((name) => !movedFrom.includes(name) || (isOnTheWay && group.retiring?.includes(name) === true));
  const alsoBound = names.filter((name) => name !== group.boundName && !retiring.includes(name));
  // The settings name it, or its names follow it: so its present displayName is what it is named by.
  const isFollowed = naming.is === 'names' && (!isNamedByItself(settings) || settings.onRename === 'move');
  const namedBy = isFollowed ? group.displayName : group.namedBy;
  const isSame =
    sameNames(group.alsoBound, alsoBound) &&
    sameNames(group.retiring, retiring) &&
    sameNames(group.movedFrom, movedFrom) &&
    group.namedBy === namedBy;
  if (isSame) return undefined;
  const moved = group.movedFrom !== undefined || movedFrom.length > 0;
  return { alsoBound, retiring, ...(moved && { movedFrom }), ...(namedBy !== undefined && { namedBy }) };
}

/**
 * True of a name that the same settings gave to the displayName by which the group was named: it is the IdP that takes it. What has begun to
 * move goes on moving, unless a map names the group by now.
 */
function isMovedBy(settings: GroupSettings, { namedBy, boundName, movedFrom = [] }: GroupItem): (name: string) => boolean {
  if (settings.mapping === 'map') return () => false;
  const moves = settings.onRename === 'move';
  const before = moves && namedBy !== undefined ? groupNaming(settings, namedBy) : undefined;
  const names: readonly (string | undefined)[] = before?.is === 'names' ? before.names : moves && namedBy === undefined ? [boundName] : [];
  return (name) => movedFrom.includes(name) || names.includes(name);
}

function sameNames(one: readonly string[] = [], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
