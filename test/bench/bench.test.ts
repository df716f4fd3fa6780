import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CYCLES, costOf, MONTH } from './cost-model.ts';
import { costTables, withTables } from './cost-tables.ts';
import { cpuTimeOf, medianOf } from './cpu-time.ts';
import { measureFilterSpeed, measureHostile } from './filter-speed.ts';
import { countOperationCosts } from './operation-costs.ts';
import { type Report, renderReport } from './report.ts';
import { measureServerTime } from './server-time.ts';

const ONCE = { warmUp: 1, batches: 1, perBatch: 2 };

describe('the benchmark', () => {
  it('measures each operation of the function beside its floor', async () => {
    const figures = await measureServerTime({ ...ONCE, listed: [100, 102], members: [2, 101] });
    expect(figures.map(({ operation }) => operation)).toEqual([
      'GET user',
      'POST user',
      'filter=userName eq',
      'list of 100 of 100 users',
      'list of 100 of 102 users',
      'PATCH active',
      'group of 2 ±1 member',
      'group of 101 ±1 member',
      'group ±1 member, 101 : 2 members',
    ]);
    for (const { operation, value, unit, floor = Number.NaN, ratio, target } of figures) {
      expect(value, operation).toBeGreaterThan(0);
      expect(target, operation).toBeGreaterThan(0);
      if (unit === 'ms') expect(ratio, operation).toBeCloseTo(value / floor, 5);
    }
  });

  it('measures filters, and how soon hostile ones are refused', async () => {
    const figures = [...(await measureFilterSpeed(ONCE)), ...(await measureHostile({ share: 60, repeats: 1 }))];
    expect(figures.map(({ unit, target }) => [unit, target])).toEqual([
      ['a second', 300_000],
      ['a second', 1_000_000],
      ['ms', 5],
      ['ms', 5],
    ]);
  });

  it('takes the median of its batches, and leaves the making of the calls out', async () => {
    const made: number[] = [];
    const value = await cpuTimeOf(
      (count) => {
        made.push(count);
        return Array.from({ length: count }, () => () => {});
      },
      { warmUp: 5, batches: 3, perBatch: 7 },
    );
    expect(made).toEqual([5, 7, 7, 7]);
    expect(value).toBeGreaterThanOrEqual(0);
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(() => medianOf([])).toThrow(RangeError);
  });
});

describe('what operations ask of DynamoDB and SQS', () => {
  it('is what docs/cost.md says: `npm run bench -- --cost` writes it anew', async () => {
    const counted = await countOperationCosts();
    const document = readFileSync('docs/cost.md', 'utf8');
    expect(withTables(document, costTables(counted))).toBe(document);

    const requestsOf = (operation: string) => counted.find((each) => each.operation === operation)?.requests.length;
    expect(requestsOf('group +1 member')).toBeLessThanOrEqual(4);
    expect(requestsOf('group −1 member')).toBeLessThanOrEqual(4);
    const variable = [...MONTH, CYCLES].reduce((sum, load) => sum + costOf(load, counted).total, 0);
    expect(variable).toBeLessThan(0.1);

    const report: Report = {
      node: '24',
      processor: 'a processor',
      quick: false,
      operations: counted,
      figures: [{ operation: 'GET user', value: 2, unit: 'ms', floor: 1, ratio: 2, target: 0.05, targetRatio: 5.5, met: true }],
    };
    expect(renderReport(report)).toMatch(/GET user +2\.000 ms +1\.000 ms +2\.0× +≤ 5\.5× \(0\.050 ms\) +met/);
    expect(renderReport(report)).toMatch(/group \+1 member +4 /);
    // What a few calls took is not held against a target.
    expect(renderReport({ ...report, quick: true })).not.toMatch(/ met$/m);
  });
});
