import type { ResourceType } from '../attributes/attribute.ts';
import { foldCase } from '../attributes/fold-case.ts';
import { namedValue } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';

/** What an operation of a Bulk request may look at and change, as far as its text tells. */
export interface Footprint {
  readonly type: ResourceType['name'];
  readonly does: 'create' | 'change' | 'delete';
  readonly id: string;
  /** The unique name, folded, that it wants for its resource; `any` for one that can't be told. */
  readonly takes?: Name | 'any';
  /** The names of which one may be free afterwards, since its resource may have it; `any` as long as nobody has looked. */
  readonly frees?: ReadonlySet<Name> | 'any';
}
type Name = `=${string}`;

interface Written {
  readonly method: string;
  /** Of the resource: that of the path, or the one it will be created under. */
  readonly id: string;
  readonly data: ScimValue | undefined;
}

const NAMES = { User: 'userName', Group: 'displayName' } as const;

function foldedName(name: string): Name {
  return `=${foldCase(name)}`;
}

/** The footprint of POST, PUT, PATCH or DELETE of a resource. A name that is no string is refused: such an operation changes nothing. */
export function footprintOf(type: ResourceType['name'], { method, id, data }: Written): Footprint {
  const name = namedValue(data, NAMES[type]);
  const takes = typeof name === 'string' ? { takes: foldedName(name) } : {};
  switch (method) {
    case 'POST':
      return { type, does: 'create', id, ...takes };
    case 'DELETE':
      return { type, does: 'delete', id, frees: 'any' };
    case 'PUT':
      return { type, does: 'change', id, ...takes, frees: 'any' };
    default: {
      // A path, or a member's name in any dialect, that sets the unique name has the letters of the name in it.
      const mayRename = JSON.stringify(data ?? null)
        .toLowerCase()
        .includes(NAMES[type].toLowerCase());
      return { type, does: 'change', id, ...(mayRename && { takes: 'any', frees: 'any' }) };
    }
  }
}

/**
 * Tells of each footprint which names it may free, as far as they are known: those its resource had before the request (`present`, by
 * id; none for a resource that is not there) and those that operations of the request want to give it.
 */
export function withKnownNames(
  footprints: readonly Footprint[],
  present: ReadonlyMap<string, readonly string[]>,
): (footprint: Footprint) => Footprint {
  const known = new Map<string, Set<Name> | 'any'>();
  for (const [id, names] of present) known.set(id, new Set(names.map(foldedName)));
  for (const { id, takes } of footprints) {
    const names = known.get(id);
    if (names === undefined || names === 'any' || takes === undefined) continue;
    if (takes === 'any') known.set(id, 'any');
    else names.add(takes);
  }
  return (footprint) => (footprint.frees ? { ...footprint, frees: known.get(footprint.id) ?? 'any' } : footprint);
}

/**
 * True if two operations have the same results and leave the same state in either order, so that they may also run at once:
 * - they are not of one resource;
 * - neither may take a unique name that the other takes or may free. So creates of users with different names commute, and so do
 *   PATCHes that leave names alone, DELETEs, and PUTs that don't exchange names;
 * - if one is of a user and one of a group, the user's is a create: a group asks which users there are, and the version of a user
 *   follows its groups. (A user that the group's operation names by bulkId is a reference, and has its order from there.)
 */
export function commute(a: Footprint, b: Footprint): boolean {
  if (a.type !== b.type) return (a.type === 'User' ? a : b).does === 'create';
  if (a.id === b.id) return false;
  return !mayClash(a, b) && !mayClash(b, a);
}

/** True if what `a` wants to take may depend on whether `b` was there before. */
function mayClash({ takes }: Footprint, b: Footprint): boolean {
  if (takes === undefined) return false;
  if (takes === 'any') return b.frees !== undefined || b.takes !== undefined;
  return takes === b.takes || b.takes === 'any' || b.frees === 'any' || b.frees?.has(takes) === true;
}
