import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commute, type Footprint, footprintOf } from '../../../../shared/scim/bulk/footprint.ts';
import { type Ordered, orderOperations } from '../../../../shared/scim/bulk/order-operations.ts';

const of = (references: number[], footprint?: Footprint): Ordered => ({ references: new Set(references), ...(footprint && { footprint }) });
const user = (method: string, id: string, userName = id) => footprintOf('User', { method, id, data: { userName } });
const group = (method: string, id: string) => footprintOf('Group', { method, id, data: { displayName: id } });

describe('orderOperations (RFC 7644 §3.7, §3.7.1)', () => {
  it.each<[string, Ordered[], number[][]]>([
    ['the order of the request, where nothing refers forward', [of([]), of([0]), of([0, 1])], [[0], [1], [2]]],
    ['what is referred to before what refers to it', [of([2]), of([]), of([])], [[1], [2], [0]]],
    ['a chain', [of([1]), of([2]), of([])], [[2], [1], [0]]],
    ['a circle as one step, at its first place', [of([2]), of([]), of([0])], [[0, 2], [1]]],
    [
      'two circles, one of which refers to the other',
      [of([1, 2]), of([0]), of([3]), of([2])],
      [
        [2, 3],
        [0, 1],
      ],
    ],
    ['what refers to a circle after it', [of([1]), of([2]), of([1])], [[1, 2], [0]]],
    ['a reference to itself as none', [of([]), of([])], [[0], [1]]],
    [
      'two changes of one group in their order, though the first has to wait for a user',
      [of([2], group('PATCH', 'g')), of([], group('DELETE', 'g')), of([], user('POST', 'u'))],
      [[2], [0], [1]],
    ],
    [
      'a name freed before it is taken, though a group before both waits for the one who takes it',
      [of([2], group('PATCH', 'g')), of([], user('DELETE', 'old')), of([], user('POST', 'new'))],
      [[1], [2], [0]],
    ],
  ])('has %s', (_what, operations, expected) => {
    expect(orderOperations(operations)).toEqual(expected);
  });

  it('has each operation once, after those it refers to; and of two that do not commute the first first unless references say otherwise', () => {
    const footprints = fc.constantFrom(
      user('POST', 'a'),
      user('PUT', 'b'),
      user('DELETE', 'c'),
      group('PATCH', 'd'),
      group('POST', 'e'),
      undefined,
    );
    const requests = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.record({ references: fc.array(fc.nat(size - 1), { maxLength: 2 }), footprint: footprints }), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(requests, (request) => {
        const operations = request.map(({ references, footprint }, i) =>
          of(
            references.filter((at) => at !== i),
            footprint,
          ),
        );
        const steps = orderOperations(operations);
        expect(steps.flat().sort((a, b) => a - b)).toEqual([...operations.keys()]);
        const stepOf = new Map(steps.flatMap((step, at) => step.map((i) => [i, at])));
        const reaches = reachable(operations);
        for (const [i, { references }] of operations.entries()) {
          for (const at of references) {
            expect(stepOf.get(at)).toBeLessThanOrEqual(stepOf.get(i) ?? -1);
            expect(stepOf.get(at) === stepOf.get(i)).toBe(reaches(at, i) && reaches(i, at));
          }
        }
        const hasReferences = operations.some(({ references }) => references.size > 0);
        if (!hasReferences) expect(steps).toEqual([...operations.keys()].map((i) => [i]));
        // Where the first of two that do not commute reaches nothing that comes later, it is first.
        for (const [i, { footprint: one }] of operations.entries()) {
          if (Array.from({ length: operations.length - i }, (_, k) => i + k).some((later) => later !== i && reaches(i, later))) continue;
          if (operations.slice(0, i).some((_, k) => operations.some((_other, later) => later > k && reaches(k, later)))) continue;
          for (const [j, { footprint: other }] of operations.entries()) {
            if (j > i && one && other && !commute(one, other)) expect(stepOf.get(i)).toBeLessThan(stepOf.get(j) ?? -1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('orders a thousand operations that all refer to the last one, and a circle of a thousand', () => {
    const star = Array.from({ length: 1_000 }, (_, i) => of(i < 999 ? [999] : [], user('POST', `u${i}`)));
    expect(orderOperations(star)[0]).toEqual([999]);
    const ring = Array.from({ length: 1_000 }, (_, i) => of([(i + 1) % 1_000], user('POST', `u${i}`)));
    expect(orderOperations(ring)).toEqual([[...ring.keys()]]);
  });
});

/** Whether one operation refers to another, itself or through others. */
function reachable(operations: readonly Ordered[]): (from: number, to: number) => boolean {
  const from = operations.map((_, start) => {
    const seen = new Set<number>();
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of operations[at]?.references ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    return seen;
  });
  return (one, other) => from[one]?.has(other) === true;
}
