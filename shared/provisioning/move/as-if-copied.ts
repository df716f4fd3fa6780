import type { Connection } from '../../directory/connection.ts';
import type { ResourceItem } from '../../directory/delivery.ts';
import { clearedMarker, clearedParked } from '../../directory/marker.ts';

/** What another connection's target has to do with an item, and nothing else. */
const OF_THE_OTHER_TARGET: readonly string[] = [
  ...clearedMarker,
  ...clearedParked,
  'boundName',
  'boundAt',
  'appliedRevision',
  'appliedAt',
  'appliedProfile',
  'groupsWithheld',
  'newGroups',
  'newGroupsDue',
  'alsoBound',
  'retiring',
  'namedBy',
];

/**
 * A user or group as it would be in another connection: with nothing of its own target. It stays one of its connection, where its groups and
 * members are found. Pure.
 */
export function asIfCopied<Item extends ResourceItem>(item: Item, { target }: Pick<Connection, 'target'>): Item {
  const kept = Object.entries(item).filter(([name]) => !OF_THE_OTHER_TARGET.includes(name));
  return { ...Object.fromEntries(kept), target: target.id } as unknown as Item;
}
