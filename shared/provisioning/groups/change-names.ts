import type { NamesChange, Owner } from '../../directory/delivery.ts';
import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { groupNamingFor } from '../name-in-target.ts';
import { ring, type Work } from '../work.ts';

/** The names of a group become these, once its marker says so to whoever goes on after a crash. Begin from the newest state afterwards. */
export async function changeNames(work: Work, group: GroupItem, change: NamesChange): Promise<void> {
  // From here on the marker is what a crash leaves behind.
  const marked = group.marker === undefined ? await work.delivery.resources.again(group) : undefined;
  if (marked) await ring(work, marked, 'again');
  else await work.delivery.groupNames.settle(group, change);
}

/**
 * The group is in the target under all its names: those that it had before the IdP renamed it begin to be lost.
 * @returns false: begin from the newest state
 */
export async function retireMoved(work: Work, group: GroupItem): Promise<boolean> {
  const { alsoBound = [], retiring = [], movedFrom = [], namedBy } = group;
  const left = movedFrom.filter((name) => !retiring.includes(name));
  if (left.length === 0) return true;
  const further = alsoBound.filter((name) => !left.includes(name));
  const change = { alsoBound: further, retiring: [...retiring, ...left], movedFrom };
  await changeNames(work, group, namedBy === undefined ? change : { ...change, namedBy });
  return false;
}

/**
 * Two groups that exchange their names would wait for each other for ever, each in its old one: both give theirs up first, as names are
 * lost that the settings take (decision 15).
 * @param owner of the name that the IdP's rename gives to `group`: a live group
 * @returns true where it was one: begin from the newest state
 */
export async function endExchange(work: Work, group: GroupItem, owner: Owner): Promise<boolean> {
  const { alsoBound = [], movedFrom = [], namedBy = group.displayName } = group;
  if (movedFrom.length === 0 || owner.connection !== work.connection.id) return false;
  const other = await work.delivery.resources.group(owner.connection, owner.id as GroupId);
  const naming = other?.state === 'live' ? groupNamingFor(work, other) : undefined;
  if (naming?.is !== 'names' || !naming.names.some((name) => movedFrom.includes(name))) return false;
  const further = alsoBound.filter((name) => !movedFrom.includes(name));
  await changeNames(work, group, { alsoBound: further, retiring: movedFrom, movedFrom: [], namedBy });
  return true;
}
