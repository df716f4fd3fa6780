import type { UserId } from '../ids.ts';
import type { LayerReference, MemberItem } from '../items.ts';

/** What the directory says about one user in one group, and at which revision of the group it was said. */
export interface Word {
  readonly wanted: 'present' | 'absent';
  readonly revision: number;
  /** `layer`: no item says it yet; nothing is applied from a layer (DELIVERY §3.6). */
  readonly from: 'item' | 'layer';
}

/** A layer with its chunks read. */
export interface Layer extends LayerReference {
  readonly add: ReadonlySet<UserId>;
  readonly remove: ReadonlySet<UserId>;
}

/**
 * DELIVERY §3: "The word with the highest revision wins, member item or layer; a replacing layer speaks about everybody."
 * Undefined if nobody has said anything, which means absent.
 */
export function latestWord(
  user: UserId,
  item: Pick<MemberItem, 'wanted' | 'revision'> | undefined,
  layers: readonly Layer[],
): Word | undefined {
  let word: Word | undefined = item && { wanted: item.wanted, revision: item.revision, from: 'item' };
  for (const layer of layers) {
    if (word && layer.revision <= word.revision) continue;
    const wanted = layerWord(layer, user);
    if (wanted) word = { wanted, revision: layer.revision, from: 'layer' };
  }
  return word;
}

function layerWord(layer: Layer, user: UserId): 'present' | 'absent' | undefined {
  if (layer.add.has(user)) return 'present';
  return layer.replaces || layer.remove.has(user) ? 'absent' : undefined;
}
