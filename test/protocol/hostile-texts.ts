/**
 * Texts that break parsers: far too long, far too deep, with names that JavaScript gives a meaning, with characters that are none.
 * Tests send each as a filter, a path and a name; the benchmark measures how soon each filter and path is refused.
 */
export interface HostileText {
  readonly name: string;
  readonly text: string;
}

const MANY = 50_000;
const DEEP = 100_000;
const MEGABYTE = 1024 * 1024;

const named = (texts: Readonly<Record<string, string>>): HostileText[] => Object.entries(texts).map(([name, text]) => ({ name, text }));

/** Names that every object inherits: a look-up that does not ask for own properties finds something under each. */
export const INHERITED_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupSetter__',
] as const;

/** A high surrogate without its low one, NUL, a line separator, a bidi override, a BOM. */
export const ODD_CHARACTERS: readonly HostileText[] = named({
  'a lone high surrogate': '\ud800',
  'a lone low surrogate': '\udc00',
  'surrogates in the wrong order': '\udc00\ud800',
  NUL: '\0',
  'control characters': '\x01\x07\x1b[31m\x7f',
  'line ends': '\r\n\r\nSet-Cookie: a=b',
  'a line separator': '\u2028',
  'a bidi override': '\u202e',
  'a byte order mark': '\ufeff',
  'a zero-width joiner': '\u200d',
  'a noncharacter': '\uffff',
});

/** Too much of one thing. None of it is a filter, a path or a name, whatever the limits are. */
export const LONG_TEXTS: readonly HostileText[] = named({
  '100,000 ( nested': '('.repeat(DEEP),
  '100,000 ( and )': '('.repeat(DEEP) + ')'.repeat(DEEP),
  '100,000 [ nested': '['.repeat(DEEP),
  '100,000 [ and ]': '['.repeat(DEEP) + ']'.repeat(DEEP),
  '100,000 {': '{'.repeat(DEEP),
  '100,000 )': ')'.repeat(DEEP),
  '50,000 backslashes': '\\'.repeat(MANY),
  '50,000 dots': '.'.repeat(MANY),
  '50,000 colons': ':'.repeat(MANY),
  '50,000 commas': ','.repeat(MANY),
  '50,000 quotes': '"'.repeat(MANY),
  '50,001 quotes': '"'.repeat(MANY + 1),
  '50,000 apostrophes': "'".repeat(MANY),
  '50,000 spaces': ' '.repeat(MANY),
  '50,000 minus signs': '-'.repeat(MANY),
  '50,000 NULs': '\0'.repeat(MANY),
  '50,000 lone surrogates': '\ud800'.repeat(MANY),
  '50,000 combining accents': `e${'\u0301'.repeat(MANY)}`,
  '50,000 letters whose lower case is longer': 'İ'.repeat(MANY),
  'a name of 1 MB': 'a'.repeat(MEGABYTE),
  'a name of 1 MB after a dot': `name.${'a'.repeat(MEGABYTE)}`,
  'a URN of 1 MB': `urn:${'a:'.repeat(MEGABYTE / 2)}b`,
  'a URN of dots': `urn:${'2.0:'.repeat(MANY)}userName`,
});

const inherited = INHERITED_NAMES.flatMap((name) => [
  { name: `${name} as an attribute`, text: name },
  { name: `${name} as a sub-attribute`, text: `name.${name}` },
  { name: `${name} before a sub-attribute`, text: `${name}.givenName` },
  { name: `${name} as a URN`, text: `${name}:userName` },
  { name: `${name} at the end of a URN`, text: `urn:ietf:params:scim:schemas:core:2.0:${name}` },
  { name: `${name} of the User schema`, text: `urn:ietf:params:scim:schemas:core:2.0:User:${name}` },
  { name: `${name} of the extension`, text: `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:${name}` },
]);

/** Words that stand where the name of an attribute should: known to nobody, so refused wherever an unknown name is. */
export const HOSTILE_NAMES: readonly HostileText[] = [
  ...LONG_TEXTS,
  ...inherited.filter(({ text }) => text !== ''),
  ...ODD_CHARACTERS.map(({ name, text }) => ({ name: `${name} in a name`, text: `user${text}Name` })),
  ...named({
    'a name in fullwidth letters': 'ｕｓｅｒＮａｍｅ',
    'a name with a Kelvin sign': 'nic\u212aName',
    'a name with a dotless i': 't\u0131tle',
    'a name with a combining accent': 'title\u0301',
    'a name with a trailing dot': 'name.',
    'a name with a leading dot': '.givenName',
    'a name with two dots': 'name..givenName',
    'a name of three parts': 'name.givenName.x',
    'a name with a trailing colon': 'urn:ietf:params:scim:schemas:core:2.0:User:',
    'a colon alone': ':userName',
  }),
];

/** Filters, each to be refused by 400 invalidFilter. */
export const HOSTILE_FILTERS: readonly HostileText[] = [
  ...HOSTILE_NAMES,
  ...HOSTILE_NAMES.map(({ name, text }) => ({ name: `${name}, pr`, text: `${text} pr` })),
  ...HOSTILE_NAMES.map(({ name, text }) => ({ name: `${name}, in a value path`, text: `emails[${text} eq "x"]` })),
  ...INHERITED_NAMES.map((name) => ({ name: `${name} before a value path`, text: `${name}[value eq "x"]` })),
  ...INHERITED_NAMES.map((name) => ({ name: `${name} as an operator`, text: `userName ${name} "x"` })),
  ...ODD_CHARACTERS.map(({ name, text }) => ({ name: `${name} as an operator`, text: `userName ${text} "x"` })),
  ...named({
    '': '',
    'a space': ' ',
    'an empty pair of parentheses': '()',
    'an empty value path': 'emails[]',
    'a filter inside 100,000 parentheses': `${'('.repeat(DEEP)}userName pr${')'.repeat(DEEP)}`,
    'a filter inside 100,000 not': `${'not ('.repeat(DEEP)}userName pr${')'.repeat(DEEP)}`,
    '33 parentheses': `${'('.repeat(33)}userName pr${')'.repeat(33)}`,
    '100,000 value paths in each other': `${'emails['.repeat(DEEP)}value pr${']'.repeat(DEEP)}`,
    'a value path in a value path': 'emails[emails[value pr]]',
    '101 terms': Array.from({ length: 101 }, () => 'title pr').join(' or '),
    '100,000 terms': Array.from({ length: DEEP }, () => 'title pr').join(' and '),
    '100,000 and': 'and '.repeat(DEEP),
    '100,000 not': 'not '.repeat(DEEP),
    'a value of 1 MB': `userName eq "${'a'.repeat(MEGABYTE)}"`,
    'a value of 50,000 backslashes': `userName eq "${'\\'.repeat(MANY)}"`,
    'a value of 4,000 backslashes and no end': `userName eq "${'\\'.repeat(3999)}"`,
    'a value of 4,000 quotes': `userName eq ${'"'.repeat(3999)}`,
    'a value without an end': 'userName eq "x',
    'a value that ends in a backslash': 'userName eq "x\\"',
    'an unknown escape': 'userName eq "\\x41"',
    'half an escape': 'userName eq "\\u12"',
    'a line end in a value': 'userName eq "a\nb"',
    'NUL in a value': 'userName eq "a\0b"',
    'a lone surrogate in a value': 'userName eq "a\ud800b"',
    'an escaped lone surrogate': 'userName eq "a\\udc00b"',
    'an object as a value': 'userName eq {"a":1}',
    'an array as a value': 'userName eq ["a"]',
    'single quotes': "userName eq 'x'",
    'a boolean compared by gt': 'active gt true',
    'a complex attribute as a whole': 'name eq "x"',
    'an unknown operator': 'userName xx "x"',
    'a missing operator': 'userName "x"',
    'a missing value': 'userName eq',
    'two values': 'userName eq "a" "b"',
    'two expressions side by side': 'userName pr userName pr',
    'a closing parenthesis too many': 'userName pr)',
    'a closing bracket for a parenthesis': '(userName pr]',
    'a filter on the password': 'password eq "x"',
    'a filter on the length of the password': 'password sw "x" or userName pr',
    'a date that does not exist': 'meta.created gt "2026-02-30T00:00:00Z"',
    'a date of 1 MB': `meta.created gt "${'2'.repeat(MEGABYTE)}"`,
    'a function call': 'userName.toString() eq "x"',
    'SQL after a filter': `userName eq "x"; DROP TABLE users --`,
    'LDAP after a filter': '(&(userName=x)(|(a=*)))',
    'a template': '{{userName}} eq "x"',
  }),
].filter(({ text }, i, all) => all.findIndex((other) => other.text === text) === i);

/**
 * Paths of a PATCH operation on a user. A strict connection refuses each by 400, mostly invalidPath; a tolerant one leaves out operations
 * on a well-formed name that no schema here has. The empty path means the resource itself, and is not here.
 */
export const HOSTILE_PATHS: readonly HostileText[] = [
  ...HOSTILE_NAMES,
  ...HOSTILE_NAMES.map(({ name, text }) => ({ name: `${name}, in a value path`, text: `emails[${text} eq "x"]` })),
  ...HOSTILE_NAMES.map(({ name, text }) => ({ name: `${name}, after a value path`, text: `emails[type eq "work"].${text}` })),
  ...INHERITED_NAMES.map((name) => ({ name: `${name} before a value path`, text: `${name}[value eq "x"]` })),
  ...named({
    'a space': ' ',
    'an empty value path': 'emails[]',
    'a value path without an end': 'emails[type eq "work"',
    'a value path on a single attribute': 'name[givenName eq "x"]',
    'a value path on a simple attribute': 'title[value eq "x"]',
    'an index': 'emails[0]',
    'an index with a sub-attribute': 'emails[0].value',
    'a JSON pointer': '/emails/0/value',
    'a JSON path': '$.emails[*].value',
    '100,000 value paths in each other': `${'emails['.repeat(DEEP)}value pr${']'.repeat(DEEP)}`,
    'a value path of 101 terms': `emails[${Array.from({ length: 101 }, () => 'type pr').join(' or ')}]`,
    'a value path inside 33 parentheses': `emails[${'('.repeat(33)}type pr${')'.repeat(33)}]`,
    'a value path with a value of 1 MB': `emails[value eq "${'a'.repeat(MEGABYTE)}"]`,
    'a value path with a value of 4,000 backslashes and no end': `emails[value eq "${'\\'.repeat(3999)}"]`,
    'a value path with a lone surrogate': 'emails[value eq "\ud800"].type',
    'a value path with the escape of one': 'emails[value eq "\\ud800"].type',
    'two value paths': 'emails[type eq "work"][primary eq true]',
    'a path after a value path': 'emails[type eq "work"].value.x',
    'a path after a path': 'title title',
  }),
].filter(({ text }, i, all) => all.findIndex((other) => other.text === text) === i);
