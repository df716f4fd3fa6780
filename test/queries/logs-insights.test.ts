import { describe, expect, it } from 'vitest';
import { fieldsReadBy, runQuery } from './logs-insights.ts';

const lines = [
  { time: '2026-11-22T10:00:00.000Z', kind: 'a', size: 1, subject: { name: 'ann' }, list: ['x', 'y'] },
  { time: '2026-11-22T10:00:01.000Z', kind: 'b', size: 10, subject: { name: 'bob' } },
  { time: '2026-11-22T10:00:02.000Z', kind: 'a', size: 2 },
].map((record) => `${JSON.stringify(record)}\n`);
const sizes = (query: string) => runQuery(query, [...lines, 'START of something that is not JSON']).map((row) => row['size']);

describe('the Logs Insights subset', () => {
  it.each([
    ['fields size | filter kind = "a"', [1, 2]],
    ['fields size | filter kind != "a" and ispresent(kind)', [10]],
    ['fields size | filter not kind = "a" and ispresent(kind)', [10]],
    ['fields size | filter size >= 2', [10, 2]],
    ['fields size | filter size < 2 or size > 9', [1, 10]],
    ['fields size | filter (kind = "b" or kind = "a") and size != 1', [10, 2]],
    ['fields size | filter kind in ["b", "c"]', [10]],
    ['fields size | filter size not in [1, 10] and ispresent(size)', [2]],
    ['fields size | filter subject.name like "nn"', [1]],
    ['fields size | filter subject.name like /^b/', [10]],
    ["fields size | filter @message like 'bob'", [10]],
    ['fields size | filter list.1 = "y"', [1]],
    ['fields size | filter ispresent(size) | sort size desc', [10, 2, 1]],
    ['fields size | filter ispresent(size) | sort kind asc, size desc | limit 2', [2, 1]],
    ['filter kind = "b" | display size', [10]],
  ])('%s', (query, expected) => {
    expect(sizes(query)).toEqual(expected);
  });

  it('counts and measures in groups', () => {
    expect(
      runQuery('stats count(*) as n, max(size) as most, avg(size) as mean, pct(size, 50) as median by kind | sort kind asc', lines),
    ).toEqual([
      { kind: 'a', n: 2, most: 2, mean: 1.5, median: 1 },
      { kind: 'b', n: 1, most: 10, mean: 10, median: 10 },
    ]);
  });

  it('makes a record for each element of a list, and none for a missing list', () => {
    expect(
      runQuery('fields jsonParse(@message) as record | unnest record.list into element | stats count(*) as n by element', lines),
    ).toEqual([
      { element: 'x', n: 1 },
      { element: 'y', n: 1 },
    ]);
  });

  it('shows time and message when a query names no fields', () => {
    expect(runQuery('filter kind = "b"', lines)).toEqual([{ '@timestamp': '2026-11-22T10:00:01.000Z', '@message': lines[1]?.trim() }]);
  });

  it.each([
    'parse @message "x"',
    'fields size | filter size ~ 1',
    'fields strlen(kind) as n',
    'filter kind == "a"',
    'filter kind = "a" limit 3',
    'stats count_distinct(kind) as n',
    'stats count(*) by kind',
    'fields size |',
    'filter kind = "a',
    'filter kind like',
    'sort size sideways',
    'dedup kind',
  ])('refuses what it does not know: %s', (query) => {
    expect(() => runQuery(query, lines)).toThrow(SyntaxError);
  });

  it('tells which fields of the log a query reads', () => {
    expect(
      fieldsReadBy(
        'fields @timestamp, a.b, jsonParse(@message) as j | filter c = 1 | unnest j.d into e | stats max(f) as g by e, h | sort g desc',
      ),
    ).toEqual(['a.b', 'c', 'f', 'h']);
  });
});
