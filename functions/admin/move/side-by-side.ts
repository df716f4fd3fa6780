import type { Stored } from '../../../shared/directory/directory.ts';

/** A resource and its copy: one of the two may be missing, or not be in its list yet. */
export interface Pair<R> {
  readonly original?: R;
  readonly copy?: R;
}

/**
 * Two lists in order of creation as one. A copy has the time and id of its original, so each pair meets, and no more than one of each list is
 * held.
 */
export async function* sideBySide<R extends Stored<string>>(
  originals: AsyncIterable<R>,
  copies: AsyncIterable<R>,
): AsyncGenerator<Pair<R>> {
  const [left, right] = [originals[Symbol.asyncIterator](), copies[Symbol.asyncIterator]()];
  let [one, other] = await Promise.all([left.next(), right.next()]);
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : compare(one.value, other.value);
    const [original, copy] = [order <= 0 && !one.done ? one.value : undefined, order >= 0 && !other.done ? other.value : undefined];
    yield { ...(original && { original }), ...(copy && { copy }) };
    [one, other] = await Promise.all([order <= 0 ? left.next() : one, order >= 0 ? right.next() : other]);
  }
}

function compare(a: Stored<string>, b: Stored<string>): number {
  const [one, other] = [`${a.created}#${a.id}`, `${b.created}#${b.id}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
