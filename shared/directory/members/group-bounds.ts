import type { UserId } from '../ids.ts';
import { SMALL_CHANGE_MEMBERS } from '../items.ts';
import { type Layer, latestWord } from './membership-word.ts';
import type { Bound, Partition } from './read-group.ts';
import { layersFrom } from './read-layers.ts';

const ID_BYTES = 16;

/** Passed by more than `limit` member items, or ids in layers: what it would take to compare the group with another list. */
export function moreToRead(limit: number): Bound {
  let layerIds = 0;
  return ({ items }, item) => {
    if (item.type === 'layer') layerIds += (item.add.byteLength + item.remove.byteLength) / ID_BYTES;
    return items.size > limit || layerIds > limit;
  };
}

/**
 * Passed when the group has more than `most` members for certain, by what was read of it so far: an answer that can't be
 * returned is refused without reading the rest.
 * @param deleted the users that are hidden, once they are read; before that nothing is certain
 */
export function moreMembersThan(most: number, deleted: () => ReadonlySet<UserId> | undefined): Bound {
  let layers: readonly Layer[] | undefined;
  let inLayers = 0;
  let inItems = 0;
  return (seen, item) => {
    if (item.type !== 'member') return false;
    if (layers === undefined) {
      layers = layersFrom(seen.header, seen.chunks) ?? [];
      inLayers = presentByLayers(seen, layers);
    }
    if (latestWord(item.userId, item, layers)?.wanted === 'present') inItems++;
    const hidden = deleted();
    return hidden !== undefined && Math.max(inLayers, inItems) - hidden.size > most;
  };
}

/**
 * How many members the layers alone make certain. An item outranks a layer only if a small change came after it, and each
 * revision of the group since then was at most one small change.
 */
function presentByLayers({ header }: Partition, layers: readonly Layer[]): number {
  const [oldest] = layers;
  if (!oldest) return 0;
  const named = new Set(layers.flatMap(({ add }) => [...add]));
  let present = 0;
  for (const user of named) if (latestWord(user, undefined, layers)?.wanted === 'present') present++;
  return present - (header.revision - oldest.revision) * SMALL_CHANGE_MEMBERS;
}
