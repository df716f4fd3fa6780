import { commute, type Footprint } from './footprint.ts';

/** What the order of an operation depends on. */
export interface Ordered {
  /** The places of the operations whose resources it refers to. */
  readonly references: ReadonlySet<number>;
  /** None for an operation that is refused before it looks at anything. */
  readonly footprint?: Footprint;
}

/**
 * The places of the operations in the order they run in; several in one step refer to each other in a circle.
 *
 * RFC 7644 §3.7: "the service provider MUST ensure that the client's intent is preserved and the same stateful result is achieved as
 * for non-optimized processing. For example, before a "User" can be added to a "Group", they must first be created." So it is the
 * order of the request, in which an operation waits for those it refers to, and one that does not commute with a waiting one waits
 * behind it. Where both can't be had, the references decide.
 */
export function orderOperations(operations: readonly Ordered[]): number[][] {
  const isInOrder = operations.every(({ references }, i) => [...references].every((at) => at <= i));
  if (isInOrder) return operations.map((_, i) => [i]);
  const steps = circles(operations);
  const stepOf = new Map(steps.flatMap((step, at) => step.map((i) => [i, at] as const)));

  /** For each step: the steps that have to wait for it, and for how many it waits itself. */
  const afterReference = steps.map(() => new Set<number>());
  const afterOrder = steps.map(() => new Set<number>());
  const waitsFor = { reference: steps.map(() => 0), order: steps.map(() => 0) };
  const wait = (before: number, after: number, links: Set<number>[], counts: number[]) => {
    if (before === after || links[before]?.has(after)) return;
    links[before]?.add(after);
    counts[after] = (counts[after] ?? 0) + 1;
  };
  for (const [i, { references, footprint }] of operations.entries()) {
    const step = stepOf.get(i) ?? 0;
    for (const at of references) wait(stepOf.get(at) ?? 0, step, afterReference, waitsFor.reference);
    for (let earlier = 0; earlier < i; earlier++) {
      const other = operations[earlier]?.footprint;
      if (footprint && other && !commute(other, footprint)) wait(stepOf.get(earlier) ?? 0, step, afterOrder, waitsFor.order);
    }
  }

  const left = new Set(steps.keys());
  const ordered: number[][] = [];
  while (left.size > 0) {
    const ready = [...left].filter((step) => waitsFor.reference[step] === 0);
    const next = ready.find((step) => waitsFor.order[step] === 0) ?? ready[0];
    if (next === undefined) throw new Error('steps without circles have a first one');
    left.delete(next);
    ordered.push(steps[next] ?? []);
    for (const after of afterReference[next] ?? []) waitsFor.reference[after] = (waitsFor.reference[after] ?? 0) - 1;
    for (const after of afterOrder[next] ?? []) waitsFor.order[after] = (waitsFor.order[after] ?? 0) - 1;
  }
  return ordered;
}

/** The operations as steps in the order of the request: Tarjan's strongly connected components. A circle stands at its first place. */
function circles(operations: readonly Ordered[]): number[][] {
  const found: number[][] = [];
  const stack: number[] = [];
  const onStack = new Set<number>();
  const number = new Map<number, number>();
  const low = new Map<number, number>();
  const visit = (i: number): number => {
    const own = number.size;
    number.set(i, own);
    let lowest = own;
    stack.push(i);
    onStack.add(i);
    for (const at of operations[i]?.references ?? []) {
      if (!number.has(at)) lowest = Math.min(lowest, visit(at));
      else if (onStack.has(at)) lowest = Math.min(lowest, low.get(at) ?? number.get(at) ?? own);
    }
    low.set(i, lowest);
    if (lowest < own) return lowest;
    const circle: number[] = [];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      onStack.delete(at);
      circle.push(at);
      if (at === i) break;
    }
    found.push(circle.sort((a, b) => a - b));
    return lowest;
  };
  for (const i of operations.keys()) if (!number.has(i)) visit(i);
  return found.sort(([a = 0], [b = 0]) => a - b);
}
