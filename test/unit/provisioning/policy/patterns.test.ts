// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of replacements
import { describe, expect, it } from 'vitest';
import { compilePattern, InvalidPattern } from '../../../../shared/provisioning/policy/patterns.ts';

describe('compilePattern', () => {
  it.each([
    ['staff', 'staff', true],
    ['staff', 'staff-2', false],
    ['staff', 'all staff', false],
    ['a|b', 'ab', false],
    ['^staff$', 'staff', true],
    ['Staff', 'staff', false],
    ['(?i)Staff', 'sTAFF', true],
    ['team-.*', 'team-', true],
    ['team-.*', 'team-a\nb', true],
    ['\\w+', 'Ärzte', false],
    ['\\p{Lu}\\p{L}+', 'Ärzte', true],
    ['.', '𝒜', true],
  ])('%j against the whole of %j is %s', (pattern, name, expected) => {
    expect(compilePattern(pattern).matches(name)).toBe(expected);
  });

  it.each([
    ['(.*)@corp\\.example', '$1', 'jane@corp.example', 'jane'],
    ['(?P<last>\\w+), (?<first>\\w+)', '${first}.${last}', 'Doe, Jane', 'Jane.Doe'],
    ['(a)(b)?', '$1-$2-', 'a', 'a--'],
    ['(a)', '$12', 'a', 'a2'],
    ['(a)', '${1}2', 'a', 'a2'],
    ['team (\\d)', 'costs $$$1', 'team 5', 'costs $5'],
    ['staff', 'all-$0', 'staff', 'all-staff'],
    ['staff', 'crew', 'other', undefined],
    ['.*', '', 'anything', ''],
    ['(.*)', '$1', '$2', '$2'],
  ])('%j with %j makes of %j %j', (pattern, replacement, name, expected) => {
    expect(compilePattern(pattern).replace(name, replacement)).toBe(expected);
  });

  it.each([
    ['a(bc', 'missing closing ), at character 4 of the pattern.'],
    ['(a)b)c\\d)', 'unexpected ), at character 5 of the pattern.'],
    ['ab**', 'invalid nested repetition operator: **, at character 3 of the pattern.'],
    ['staff[z-a]', 'invalid character class range: z-a, at character 7 of the pattern.'],
    ['staff\\', 'trailing backslash at end of expression, at character 6 of the pattern.'],
  ])('%j is refused with the place of the mistake', (pattern, sentence) => {
    expect(() => compilePattern(pattern)).toThrow(new InvalidPattern(sentence));
  });

  it.each(['(?=a)', '(?<=a)b', '(a)\\1'])('%j, which no linear-time engine has, is refused and the sentence says why', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/Look-around and back-references are not available/);
  });

  it('a pattern whose repetitions make it huge is refused', () => {
    expect(() => compilePattern('(.{1,1000})'.repeat(90))).toThrow(InvalidPattern);
  });

  it.each([
    ['(a)', '$2', /\$2 at character 1 of the replacement is no group\. The pattern has \$1;/],
    ['(?<x>a)', 'to ${y}', /\$\{y\} at character 4 .* The pattern has \$1, \$\{x\};/],
    ['a', 'US$', /\$ at character 3 .* has no groups; write \$\$/],
    ['a', '$1', /has no groups/],
  ])('of %j the replacement %j is refused', (pattern, replacement, sentence) => {
    expect(() => compilePattern(pattern).checkReplacement(replacement)).toThrow(sentence);
  });

  it('a replacement that fits is not', () => {
    expect(() => compilePattern('(?<x>a)(b)').checkReplacement('$0 $1 $2 ${x} ${2} $$')).not.toThrow();
  });

  // A backtracking engine needs 2^100000 steps for the first of these: it would never end, and this test with it.
  it.each(['(a+)+$', '(a|aa)+', '(a*)*b', '(.*)(.*)(.*)(.*)x'])('%j ends on 100,000 characters', (pattern) => {
    const name = `${'a'.repeat(100_000)}!`;
    expect(compilePattern(pattern).matches(name)).toBe(false);
    expect(compilePattern(pattern).replace(name, '$1')).toBeUndefined();
  });
});
