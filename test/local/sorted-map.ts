/** Bounds of a range of keys, as LevelDB has them: at most one lower and one upper bound. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

const BLOCK = 512;

/** A map that keeps its keys in order. Keys lie in sorted blocks, so that an insertion among 300,000 keys moves at most one block. */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #blocks: string[][] = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#insert(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return;
    const at = this.#blockOf(key);
    const block = this.#blocks[at] as string[];
    block.splice(lowerBound(block, key), 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The values of a range in order of their keys. The map must not change while the range is walked. */
  *range({ gt, gte, lt, lte, reverse = false }: Range = {}): Generator<V> {
    const inside = (key: string): boolean =>
      (gt === undefined || key > gt) &&
      (gte === undefined || key >= gte) &&
      (lt === undefined || key < lt) &&
      (lte === undefined || key <= lte);
    const start = reverse ? (lt ?? lte) : (gt ?? gte);
    const step = reverse ? -1 : 1;
    let at = start === undefined ? (reverse ? this.#blocks.length - 1 : 0) : this.#blockOf(start);
    let entered = false;
    for (let from = start; at >= 0 && at < this.#blocks.length; at += step, from = undefined) {
      const block = this.#blocks[at] as string[];
      let i = from === undefined ? (reverse ? block.length - 1 : 0) : Math.min(lowerBound(block, from), block.length - 1);
      for (; i >= 0 && i < block.length; i += step) {
        const key = block[i] as string;
        if (inside(key)) {
          entered = true;
          yield this.#values.get(key) as V;
        } else if (entered || isPast(key)) return;
      }
    }

    function isPast(key: string): boolean {
      if (reverse) return (gt !== undefined && key <= gt) || (gte !== undefined && key < gte);
      return (lt !== undefined && key >= lt) || (lte !== undefined && key > lte);
    }
  }

  #insert(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (!block) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(lowerBound(block, key), 0, key);
    if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK / 2));
  }

  /** The block that holds the key, or would: the last one that starts at or below it. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (((this.#blocks[middle] as string[])[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The first position whose key is not below `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
