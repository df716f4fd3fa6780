import type { ResourceType } from '../attributes/attribute.ts';
import { foldCase } from '../attributes/fold-case.ts';
import { namedValue } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';

/** What an operation of a Bulk request may look at and change, as far as its text tells. */
export interface Footprint {
  readonly type: ResourceType['name'];
  readonly does: 'create' | 'change' | 'delete';
  readonly id: string;
  /** The unique name, folded, that it wants for its resource; `*` for one that can't be told. */
  readonly takes?: string;
  /** True if the name its resource has may be free afterwards: which one that is can't be told. */
  readonly frees: boolean;
}

interface Written {
  readonly method: string;
  /** Of the resource: that of the path, or the one it will be created under. */
  readonly id: string;
  readonly data: ScimValue | undefined;
}

const UNKNOWN = '*';
const NAMES = { User: 'userName', Group: 'displayName' } as const;

/** The footprint of POST, PUT, PATCH or DELETE of a resource. A name that is no string is refused: such an operation changes nothing. */
export function footprintOf(type: ResourceType['name'], { method, id, data }: Written): Footprint {
  const name = namedValue(data, NAMES[type]);
  const takes = typeof name === 'string' ? { takes: `=${foldCase(name)}` } : {};
  switch (method) {
    case 'POST':
      return { type, does: 'create', id, ...takes, frees: false };
    case 'DELETE':
      return { type, does: 'delete', id, frees: true };
    case 'PUT':
      return { type, does: 'change', id, ...takes, frees: true };
    default: {
      // A path, or a member's name in any dialect, that sets the unique name has the letters of the name in it.
      const mayRename = JSON.stringify(data ?? null)
        .toLowerCase()
        .includes(NAMES[type].toLowerCase());
      return { type, does: 'change', id, ...(mayRename && { takes: UNKNOWN }), frees: mayRename };
    }
  }
}

/**
 * True if two operations have the same results and leave the same state in either order, so that they may also run at once:
 * - they are not of one resource;
 * - neither may take a unique name that the other takes or may free. So creates of users with different names commute, and so do
 *   PATCHes that leave names alone and DELETEs; a PUT, which names its resource, commutes with neither PUT nor DELETE of its type;
 * - if one is of a user and one of a group, the user's is a create: a group asks which users there are, and the version of a user
 *   follows its groups. (A user that the group's operation names by bulkId is a reference, and has its order from there.)
 */
export function commute(a: Footprint, b: Footprint): boolean {
  if (a.type !== b.type) return (a.type === 'User' ? a : b).does === 'create';
  if (a.id === b.id) return false;
  return !mayClash(a, b) && !mayClash(b, a);
}

/** True if what `a` wants to take may depend on whether `b` was there before. */
function mayClash(a: Footprint, b: Footprint): boolean {
  if (a.takes === undefined) return false;
  return b.frees || (b.takes !== undefined && (a.takes === b.takes || a.takes === UNKNOWN || b.takes === UNKNOWN));
}
