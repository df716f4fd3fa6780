import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly rule: string;
  readonly tests: readonly (readonly [path: string, title: string])[];
}

const rows: Row[] = [...readFileSync('docs/scim-rules.md', 'utf8').matchAll(/^\| (\d+(?:-\d+)?) \| [^|]+ \| (.*) \|$/gm)].map(
  ([, rule = '', tests = '']) => ({
    rule,
    tests: tests.split(/ · /).map((entry) => {
      const [, path = '', title = ''] = /^`([^`]+)`: "(.+)"$/.exec(entry) ?? [];
      return [path, title] as const;
    }),
  }),
);

/** True if a test, or a group of tests, has this title in this source: the first argument of it, describe or what their `each` gives. */
function hasTest(source: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?:\b(?:it|describe)|\))\(\s*(['"\x60])${escaped}\1`).test(source);
}

describe('docs/scim-rules.md', () => {
  it('has each of the 68 rules and of the 12 of RFC 9865 once, in order', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));
    expect(rows.map(({ rule }) => rule)).toEqual([...numbers(68), ...numbers(12).map((number) => `9865-${number}`)]);
  });

  it.each(rows)('rule $rule: the tests that it names are there', ({ tests }) => {
    for (const [path, title] of tests) {
      expect(path, title).toMatch(/^test\/.*\.test\.ts$/);
      expect(hasTest(readFileSync(path, 'utf8'), title), `${path}: ${title}`).toBe(true);
    }
  });

  it('would notice a title that is in a comment, skipped, or no test', () => {
    const source = [
      "it('one', () => {});",
      'it.each([1])(\n  "two %s", () => {});',
      "describe('three', () => {});",
      "// 'four'",
      "it.skip('five', () => {});",
      "describe.skip('six', () => {});",
      "it.todo('seven');",
      "const eight = ['eight'];",
    ].join('\n');
    const titles = ['one', 'two %s', 'three', 'four', 'five', 'six', 'seven', 'eight', 'on'];
    expect(titles.filter((title) => hasTest(source, title))).toEqual(['one', 'two %s', 'three']);
  });
});
