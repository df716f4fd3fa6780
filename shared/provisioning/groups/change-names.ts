import type { NamesChange, Owner } from '../../directory/delivery.ts';
import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
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

/** So many groups in a circle are looked for. */
const CIRCLE = 8;

/**
 * Two groups that exchange their names, or more that pass them on in a circle, would wait for each other for ever, each in its old one: who
 * finds that gives theirs up first, as names are lost that the settings take (decision 15).
 * @param owner of the name that the IdP's rename gives to `group`: a live group
 * @returns true where it was one: begin from the newest state
 */
export async function endExchange(work: Work, group: GroupItem, owner: Owner): Promise<boolean> {
  const { alsoBound = [], movedFrom = [], namedBy = group.displayName } = group;
  if (movedFrom.length === 0 || !(await endsInOneOf(work, movedFrom, owner))) return false;
  const further = alsoBound.filter((name) => !movedFrom.includes(name));
  await changeNames(work, group, { alsoBound: further, retiring: movedFrom, movedFrom: [], namedBy });
  return true;
}

/** True if the owner, or whoever has the name that the owner waits for, and so on, waits for one of these names. */
async function endsInOneOf(work: Work, names: readonly string[], owner: Owner): Promise<boolean> {
  const { resources } = work.delivery;
  let at: Owner | undefined = owner;
  for (let length = 1; length < CIRCLE && at?.live && at.connection === work.connection.id; length++) {
    const other = await resources.group(at.connection, at.id as GroupId);
    const naming = other?.state === 'live' ? groupNamingFor(work, other) : undefined;
    if (other === undefined || naming?.is !== 'names') return false;
    if (naming.names.some((name) => names.includes(name))) return true;
    const waitsFor = naming.names.find((name) => !allNamesOfGroup(other).includes(name));
    at = waitsFor === undefined ? undefined : await resources.owner(other.target, 'group', waitsFor);
  }
  return false;
}
