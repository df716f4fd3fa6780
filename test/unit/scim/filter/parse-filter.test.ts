import { describe, expect, it } from 'vitest';
import { ScimError } from '../../../../shared/scim/errors.ts';
import type { Filter } from '../../../../shared/scim/filter/filter.ts';
import { parseFilter } from '../../../../shared/scim/filter/parse-filter.ts';
import { printFilter } from '../../../../shared/scim/filter/print-filter.ts';
import type { Mode } from '../../../../shared/scim/resources/resource.ts';

function parse(text: string, mode: Mode = 'strict'): { filter: Filter; tolerances: string[] } {
  const tolerances: string[] = [];
  const filter = parseFilter(text, { mode, onTolerance: (tolerance, where) => tolerances.push(`${tolerance} ${where}`) });
  return { filter, tolerances };
}
function refusal(text: string, mode: Mode): unknown {
  try {
    return parse(text, mode).filter;
  } catch (error) {
    return error;
  }
}

describe('parsing a filter, RFC 7644 §3.4.2.2', () => {
  it.each([
    'userName eq "bjensen"',
    'name.familyName co "O\'Malley"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
    'title pr',
    'meta.lastModified gt "2011-05-13T04:42:34Z"',
    'title pr and userType eq "Employee"',
    'title pr or userType eq "Intern"',
    'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
    'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"',
    'a eq null and b ne true and c lt -1.5 and d ge 1e+21',
    'emails[not (type eq "work" or primary pr)]',
  ])('reads and prints %s', (text) => {
    expect(printFilter(parse(text).filter)).toBe(text);
  });

  it('reads "a or b and not (c)" by precedence: not, and, or', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((attribute) => ({ kind: 'present', path: { attribute } }));
    expect(parse('a pr or b pr and not (c pr)').filter).toEqual({
      kind: 'or',
      terms: [a, { kind: 'and', terms: [b, { kind: 'not', term: c }] }],
    });
    expect(parse('(a pr or b pr) and c pr').filter).toEqual({ kind: 'and', terms: [{ kind: 'or', terms: [a, b] }, c] });
  });

  it('takes operators in any case, and brackets without spaces around them', () => {
    expect(printFilter(parse('userName Eq "j" AND NOT(title PR)OR((title pR))').filter)).toBe(
      'userName eq "j" and not (title pr) or title pr',
    );
  });

  it('takes the words of the grammar as attribute names where a name stands', () => {
    expect(printFilter(parse('and eq "or" and pr pr or eq eq "not"').filter)).toBe('and eq "or" and pr pr or eq eq "not"');
  });

  it('reads JSON escapes', () => {
    expect(parse(String.raw`a eq "\u00e9\"\\\/\n\ud83d\ude00 \u0000"`).filter).toMatchObject({ value: 'é"\\/\n😀 \0' });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['userName', 'operator'],
    ['userName eq', 'ends'],
    ['userName regex "x"', '"regex" is not supported'],
    ['userName eq "x', 'closing quote'],
    ['userName eq "x\\"', 'closing quote'],
    [String.raw`userName eq "\x41"`, 'JSON string'],
    [String.raw`userName eq "\u12"`, 'JSON string'],
    ['userName eq "\0"', 'JSON string'],
    ['userName eq "a\nb"', 'JSON string'],
    [String.raw`userName eq "\ud800"`, 'surrogate'],
    ['userName eq "\udc00"', 'surrogate'],
    ['userName eq "x" title pr', '"and", "or"'],
    ['userName eq "x" and', 'ends'],
    ['and userName eq "x"', 'not supported'],
    ['(userName eq "x"', 'ends'],
    ['userName eq "x")', 'found )'],
    ['((title pr) or title pr', 'ends'],
    ['emails[type eq "work"', 'ends'],
    ['emails[type eq "work")', 'found )'],
    ['(title pr]', 'found ]'],
    ['emails[]', 'name of an attribute'],
    ['()', 'name of an attribute'],
    ['emails[name[value pr]]', 'nested'],
    ['emails[(name[value pr])]', 'nested'],
    ['emails[emails.value pr]', 'own name'],
    ['emails[urn:x:y:value pr]', 'own name'],
    ['not title pr', 'parentheses'],
    ['not', 'parentheses'],
    ['"userName" eq "x"', 'name of an attribute'],
    ['a.b.c pr', 'not the name'],
    ['a. pr', 'not the name'],
    ['.a pr', 'not the name'],
    ['1a pr', 'not the name'],
    ['a:b pr', 'not the name'],
    [':a pr', 'not the name'],
    ['userName eq (x)', 'value'],
    ["userName eq 'x'", 'double quotes'],
  ])('refuses %j in both modes', (text, detail) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      const error = refusal(text, mode);
      expect(error).toBeInstanceOf(ScimError);
      expect(error).toMatchObject({ scimType: 'invalidFilter', status: 400, message: expect.stringContaining(detail) });
    }
  });

  it.each(['a eq 01', 'a eq .5', 'a eq 1.', 'a eq +1', 'a eq 1e999', 'a eq NaN', 'a eq True', 'a eq jyoung', 'a[b pr].c eq "x"'])(
    'refuses %s in strict mode',
    (text) => {
      expect(refusal(text, 'strict')).toMatchObject({ scimType: 'invalidFilter' });
    },
  );

  it('refuses what is past a limit, and takes what is at it', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
    const terms = (count: number) => Array(count).fill('a pr').join(' and ');
    const long = (length: number) => `a eq "${'x'.repeat(length - 7)}"`;
    for (const [atLimit, past] of [
      [nested(32), nested(33)],
      [terms(100), terms(101)],
      [long(4096), long(4097)],
    ] as const) {
      expect(refusal(atLimit, 'strict')).not.toBeInstanceOf(Error);
      expect(refusal(past, 'strict')).toMatchObject({ scimType: 'invalidFilter' });
    }
  });

  it.each([
    ['100,000 parentheses', '('.repeat(100_000)],
    ['a word of 1 MB', 'a'.repeat(1_000_000)],
    ['50,000 backslashes', `a eq "${'\\'.repeat(50_000)}`],
    ['4,000 backslashes', `a eq "${'\\'.repeat(4_000)}`],
    ['4,000 parentheses', '('.repeat(4_000)],
    ['1,000 negations', 'not('.repeat(1_000)],
    ['brackets only', '[['.repeat(2_000)],
    ['dots only', `${'.'.repeat(4_000)} pr`],
    ['colons only', `${':'.repeat(4_000)} pr`],
    ['a long URN', `urn:${'x:'.repeat(2_000)} pr`],
    ['NUL', '\0'],
    ['half of a surrogate pair', '\ud800 eq \udc00'],
  ])('refuses %s', (_, text) => {
    for (const mode of ['strict', 'tolerant'] as const) expect(refusal(text, mode)).toMatchObject({ scimType: 'invalidFilter' });
  });
});

describe('parsing a filter of a tolerated dialect, SCIM.md §2.4', () => {
  it.each([
    ['externalId eq jyoung', 'externalId eq "jyoung"', ['T3 externalId']],
    ['externalId eq 007', 'externalId eq "007"', ['T3 externalId']],
    ['externalId eq 7', 'externalId eq "7"', ['T3 externalId']],
    ['userName eq a.b@example.com and title pr', 'userName eq "a.b@example.com" and title pr', ['T3 userName']],
    ['active eq "True"', 'active eq true', ['T2 active']],
    ['ACTIVE eq "false"', 'ACTIVE eq false', ['T2 ACTIVE']],
    ['active eq False', 'active eq false', ['T2 active']],
    ['emails[primary eq "True"]', 'emails[primary eq true]', ['T2 primary']],
    ['emails.primary eq "TRUE"', 'emails.primary eq true', ['T2 primary']],
    ['displayName eq "True"', 'displayName eq "True"', []],
    ['active eq "yes"', 'active eq "yes"', []],
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]', ['T3 emails[…].value']],
    ['emails[primary eq "True"].value pr', 'emails[primary eq true and value pr]', ['T2 primary', 'T3 emails[…].value']],
    ['active eq true', 'active eq true', []],
    ['title eq null', 'title eq null', []],
  ])('%s means %s', (text, meaning, tolerances) => {
    const parsed = parse(text, 'tolerant');
    expect(printFilter(parsed.filter)).toBe(meaning);
    expect(parsed.tolerances).toEqual(tolerances);
  });

  it('leaves a quoted boolean a string in strict mode', () => {
    expect(parse('active eq "True"').filter).toMatchObject({ value: 'True' });
  });
});
