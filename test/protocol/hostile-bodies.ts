import { INHERITED_NAMES } from './hostile-texts.ts';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from './scim-client.ts';

/** In each body where a client would put a person's data, and a secret: neither may come back in an error or get into the log. */
export const PERSON = 'ruth.marker@example.com';
export const PASSWORD = 'correct-horse-battery-staple';

/** A body as it is on the wire, and the answers that are right: of a tolerant connection, and of a strict one where it differs. */
export interface HostileBody {
  readonly name: string;
  readonly raw: string | Buffer;
  readonly answer: string;
  readonly strict?: string;
}

/** JSON text of a user with one more member, written by hand: JSON.stringify makes neither `1e400` nor a name twice. */
const user = (more: string): string =>
  `{"schemas":["${USER}","${ENTERPRISE}"],"userName":"${PERSON}","password":"${PASSWORD}"${more && `,${more}`}}`;
const unnamed = (more: string): string => `{"schemas":["${USER}","${ENTERPRISE}"],"password":"${PASSWORD}","title":"${PERSON}",${more}}`;
const body =
  (answer: string, strict?: string) =>
  (name: string, raw: string | Buffer): HostileBody => ({
    name,
    raw,
    answer,
    ...(strict !== undefined && { strict }),
  });
const syntax = body('400 invalidSyntax');
const value = body('400 invalidValue');
const DEEP = 100_000;

/** What is no JSON, or JSON that no SCIM message is: RFC 8259, RFC 7644 §3.12, "invalidSyntax". For POST, PUT and PATCH alike. */
export const NO_MESSAGE: readonly HostileBody[] = [
  ...['', ' ', '\n\n', 'null', 'true', '0', '-0', '1e400', '"x"', `"${PERSON}"`, '[]', '[{}]', '[[]]', 'NaN', 'undefined'].map((raw) =>
    syntax(`the text ${JSON.stringify(raw)}`, raw),
  ),
  ...[
    '{',
    '}',
    '{{}',
    '{}}',
    '{}{}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    "{'a':1}",
    '{a:1}',
    '{"a":1 "b":2}',
    '{"a":[}',
    '{"a":(1)}',
  ].map((raw) => syntax(raw, raw)),
  ...['01', '+1', '.5', '1.', '0x1', '1e', '--1', 'Infinity', '-', 'True', 'nul', '"\\x"', '"\\u12"', '"\t"', '"\0"', '"a', '//c\n1'].map(
    (text) => syntax(`the value ${JSON.stringify(text)}`, user(`"x":${text}`)),
  ),
  syntax('100,000 [ and ]', user(`"name":${'['.repeat(DEEP)}${']'.repeat(DEEP)}`)),
  syntax('100,000 [', '['.repeat(DEEP)),
  syntax('100,000 objects in each other', user(`"name":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`)),
  syntax('100,000 {', '{'.repeat(DEEP)),
  syntax('65 levels', user(`"name":${'['.repeat(65)}${']'.repeat(65)}`)),
  syntax('1,001 names', user(Array.from({ length: 1_001 }, (_, i) => `"n${i}":1`).join(','))),
  syntax('50,000 backslashes', user(`"title":"${'\\'.repeat(50_001)}`)),
  syntax('50,000 quotes', '"'.repeat(50_000)),
  syntax('50,000 colons', `{"a"${':'.repeat(50_000)}1}`),
  syntax('50,000 commas', `[${','.repeat(50_000)}]`),
  syntax('a name twice', user(`"title":"a","title":"b"`)),
  syntax('a name twice, once escaped', user(`"title":"a","\\u0074itle":"b"`)),
  syntax('userName twice', user(`"userName":"other@example.com"`)),
  syntax('schemas twice', user(`"schemas":["${USER}"]`)),
  syntax('a name twice in a complex value', user(`"name":{"givenName":"a","familyName":"b","givenName":"a"}`)),
  syntax('a name twice in an element', user(`"emails":[{"value":"a"},{"value":"a","type":"x","value":"b"}]`)),
  syntax('a name twice in an extension', user(`"${ENTERPRISE}":{"department":"a","department":"b"}`)),
  syntax('__proto__ twice', user(`"__proto__":{},"__proto__":{}`)),
  syntax('a name twice in what is unknown', user(`"x":[[{"y":1,"y":1}]]`)),
  syntax('two byte order marks', Buffer.from(`\ufeff\ufeff${user('')}`)),
  syntax('a byte order mark alone', Buffer.from('\ufeff')),
  syntax('an overlong NUL', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')])),
  syntax('a surrogate in UTF-8', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])),
  syntax('a code point past the last', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xf5, 0x80, 0x80, 0x80]), Buffer.from('"}')])),
  syntax('half a character at the end', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe2, 0x82])])),
  syntax('UTF-16', Buffer.from(user(''), 'utf16le')),
  syntax('UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(user(''), 'utf16le')])),
  syntax('bytes of a zip file', Buffer.from('504b0304140000000800', 'hex')),
  syntax('a form', `userName=${PERSON}&password=${PASSWORD}`),
  syntax('XML', `<User><userName>${PERSON}</userName></User>`),
];

const numbers = ['5', '-0', '1e400', '-1e400', '9007199254740993', '1e-400', '0.1', '9'.repeat(400), '9'.repeat(100_000)];
const notStrings = [...numbers, 'true', '{}', '[]', '["x"]', `["${PERSON}"]`, `{"value":"${PERSON}"}`];

/** Users that are JSON, but can't be kept: RFC 7643 §2.3, §4.1. */
export const NO_USER: readonly HostileBody[] = [
  ...notStrings.map((text) => value(`userName ${text.slice(0, 40)}`, unnamed(`"userName":${text}`))),
  ...['null', '""', '" "', '"\\t\\n\\u00a0"'].map((text) => value(`userName ${text}`, unnamed(`"userName":${text}`))),
  ...notStrings
    .filter((text) => text !== '[]' && text !== '{}')
    .map((text) => value(`title ${text.slice(0, 40)}`, user(`"title":${text}`))),
  ...[...numbers, '"yes"', '"1"', '""', '"TRUE "', '{"a":1}', '[true]'].map((text) =>
    value(`active ${text.slice(0, 40)}`, user(`"active":${text}`)),
  ),
  ...['5', '"x"', `["${PERSON}"]`, '[{}]', '{"givenName":5}', '{"givenName":["x"]}', '{"givenName":{"a":1}}'].map((text) =>
    value(`name ${text}`, user(`"name":${text}`)),
  ),
  ...['5', '[5]', '[[]]', '[[{"value":"x"}]]', '[{"value":5}]', '[{"value":{}}]', '[{"value":"x","primary":"yes"}]', 'true'].map((text) =>
    value(`emails ${text}`, user(`"emails":${text}`)),
  ),
  value('two primaries', user(`"emails":[{"value":"${PERSON}","primary":true},{"value":"b","primary":true}]`)),
  value('1,001 e-mail addresses', user(`"emails":[${Array.from({ length: 1_001 }, () => '{"type":"x"}').join(',')}]`)),
  value('1,001 nulls as roles', user(`"roles":[${Array.from({ length: 1_001 }, () => 'null').join(',')}]`)),
  ...['5', '"x"', '[]', '[{}]', 'true'].map((text) => value(`extension ${text}`, user(`"${ENTERPRISE}":${text}`))),
  ...['5', '{"value":5}', '[5]', '[{"value":"a"},{"value":"b"}]'].map((text) =>
    value(`manager ${text}`, user(`"${ENTERPRISE}":{"manager":${text}}`)),
  ),
  ...['"%%%"', '"a,b"', '"\\u0000"', '"\\ud83d\\ude00"', '5'].map((text) =>
    value(`certificate ${text}`, user(`"x509Certificates":[{"value":${text}}]`)),
  ),
  ...['\\ud800', '\\udc00', 'a\\udc00\\ud800b'].flatMap((half) => [
    value(`${half} in userName`, unnamed(`"userName":"${half}"`)),
    value(`${half} in a sub-attribute`, user(`"name":{"givenName":"${half}"}`)),
    value(`${half} in an e-mail address`, user(`"emails":[{"value":"${half}"}]`)),
    value(`${half} in the extension`, user(`"${ENTERPRISE}":{"department":"${half}"}`)),
  ]),
  // Names in other spellings are the same name: RFC 7643 §2.1.
  syntax('a name in two spellings', user(`"title":"a","TITLE":"b"`)),
  syntax('userName in two spellings', user(`"USERNAME":"${PERSON}"`)),
  syntax('schemas in two spellings', user(`"Schemas":["${USER}"]`)),
  syntax('a sub-attribute in two spellings', user(`"emails":[{"value":"a","Value":"b"}]`)),
  syntax('an extension in two spellings', user(`"${ENTERPRISE}":{},"${ENTERPRISE.toUpperCase()}":{}`)),
  // What an object inherits is not in it.
  ...INHERITED_NAMES.map((name) =>
    body('400 invalidValue', '400 invalidSyntax')(`userName in ${name}`, unnamed(`"${name}":{"userName":"evil","title":"evil"}`)),
  ),
];

/** Users that are odd but can be kept; nothing of what is unknown comes back. `evil` stands in what must never be seen. */
export const ODD_USERS: readonly HostileBody[] = [
  ...INHERITED_NAMES.flatMap((name) => [
    body('201', '400 invalidSyntax')(`${name} with an object`, user(`"${name}":{"evil":true,"prototype":{"evil":true}}`)),
    body('201', '400 invalidSyntax')(`${name} with a string`, user(`"${name}":"evil"`)),
    body('201', '400 invalidSyntax')(`${name} in a complex value`, user(`"name":{"${name}":{"givenName":"evil"}}`)),
    body('201', '400 invalidSyntax')(`${name} in an element`, user(`"emails":[{"${name}":{"value":"evil"},"type":"work"}]`)),
    body('201', '400 invalidSyntax')(`${name} in the extension`, user(`"${ENTERPRISE}":{"${name}":{"department":"evil"}}`)),
    body('201', '400 invalidSyntax')(`${name} in the manager`, user(`"${ENTERPRISE}":{"manager":{"${name}":{"value":"evil"}}}`)),
    body('201', '400 invalidSyntax')(`${name} as a schema`, user(`"x":1`).replace('["urn', `["${name}","urn`)),
    body('201', '400 invalidSyntax')(
      `a URN that ends in ${name}`,
      user(`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:${name}":{"department":"evil"}`),
    ),
  ]),
  body('201')('a byte order mark', Buffer.from(`\ufeff${user('')}`)),
  body('201', '400 invalidSyntax')('999 names', user(Array.from({ length: 997 }, (_, i) => `"n${i}":"evil"`).join(','))),
  body('201')('nulls everywhere', user(`"name":null,"emails":null,"active":null,"${ENTERPRISE}":null,"title":null,"meta":null,"id":null`)),
  body('201')('nothing everywhere', user(`"name":{},"emails":[],"roles":[null,{}],"${ENTERPRISE}":{},"meta":{},"groups":[]`)),
  body('201')('read-only attributes of any shape', user(`"id":["evil"],"meta":"evil","groups":{"evil":[[[]]]}`)),
  body('201', '400 invalidSyntax')('an empty name', user(`"":"evil"," ":"evil","\\u0000":"evil"`)),
  body('201', '400 invalidSyntax')(
    'names that are paths',
    user(`"name.givenName":"evil","emails[type eq \\"work\\"].value":"evil","emails[0]":"evil"`),
  ),
  body('201', '400 invalidSyntax')('a name in fullwidth letters', user(`"ｔｉｔｌｅ":"evil"`)),
  body('201', '400 invalidSyntax')('a lone surrogate in a name', user(`"\\ud800":"evil"`)),
  body('201', '400 invalidSyntax')('a lone surrogate in what is unknown', user(`"x":"\\ud800"`)),
  body('201', '400 invalidSyntax')('huge numbers in what is unknown', user(`"x":[${numbers.join(',')}]`)),
];

const patch = (operations: string): string => `{"schemas":["${PATCH_OP}"],"Operations":${operations}}`;
const op = (text: string): string => patch(`[${text}]`);

/** PATCH bodies that are refused, whatever the user is like: RFC 7644 §3.5.2. */
export const NO_PATCH: readonly HostileBody[] = [
  ...['null', '{}', '"x"', '5', '{"0":{"op":"remove","path":"title"}}'].map((text) => syntax(`Operations ${text}`, patch(text))),
  ...['null', '5', '"remove"', '[]', '[{"op":"remove","path":"title"}]', '{}'].map((text) => syntax(`an operation ${text}`, op(text))),
  ...['null', '5', '[]', '["add"]', '{}', '""', '"copy"', '"ａｄｄ"', '"add "', `"${'add'.repeat(50_000)}"`, '"__proto__"'].map((text) =>
    syntax(`op ${text.slice(0, 40)}`, op(`{"op":${text},"path":"title","value":"${PERSON}"}`)),
  ),
  ...['5', '[]', '["title"]', '{}', 'true'].map((text) =>
    body('400 invalidPath')(`path ${text}`, op(`{"op":"add","path":${text},"value":"x"}`)),
  ),
  ...INHERITED_NAMES.map((name) => syntax(`op in ${name}`, op(`{"${name}":{"op":"remove","path":"title"}}`))),
  syntax('Operations in __proto__', `{"schemas":["${PATCH_OP}"],"__proto__":{"Operations":[{"op":"remove","path":"title"}]}}`),
  syntax('op twice', op(`{"op":"add","op":"remove","path":"title","value":"x"}`)),
  syntax('path twice', op(`{"op":"replace","path":"title","path":"nickName","value":"x"}`)),
  syntax('value twice', op(`{"op":"replace","path":"title","value":"x","value":"y"}`)),
  syntax('Operations twice', `{"schemas":["${PATCH_OP}"],"Operations":[],"Operations":[{"op":"remove","path":"title"}]}`),
  ...notStrings
    .filter((text) => text !== '[]' && text !== '{}')
    .map((text) => value(`title replaced by ${text.slice(0, 40)}`, op(`{"op":"replace","path":"title","value":${text}}`))),
  value('a lone surrogate', op(`{"op":"replace","path":"title","value":"\\ud800"}`)),
  value('a lone surrogate in an element', op(`{"op":"add","path":"emails","value":[{"value":"\\udc00"}]}`)),
  value('no value', op(`{"op":"add","path":"title"}`)),
  value('a value in __proto__', op(`{"op":"add","path":"title","__proto__":{"value":"evil"}}`)),
  value('an array without a path', op(`{"op":"add","value":[["title","evil"]]}`)),
  value('a string without a path', op(`{"op":"replace","value":"${PERSON}"}`)),
  value('two primaries', op(`{"op":"add","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}`)),
  body('413')('1,001 operations', patch(`[${Array.from({ length: 1_001 }, () => '{"op":"remove","path":"title"}').join(',')}]`)),
  body('413')(
    '1,001 attributes in the values',
    patch(`[${Array.from({ length: 2 }, () => `{"op":"add","value":{${names(600)}}}`).join(',')}]`),
  ),
  body('400 noTarget')('remove without a path', op(`{"op":"remove"}`)),
  body('400 mutability')('the userName removed', op(`{"op":"remove","path":"userName"}`)),
  value('the userName emptied', op(`{"op":"replace","path":"userName","value":" "}`)),
];

/** PATCH bodies that a tolerant connection takes for no change, and a strict one refuses. */
export const IDLE_PATCHES: readonly HostileBody[] = [
  ...INHERITED_NAMES.flatMap((name) => [
    body('200', '400 invalidPath')(`${name} in a value without a path`, op(`{"op":"add","value":{"${name}":{"evil":true}}}`)),
    body('200', '400 invalidPath')(
      `${name} in the extension`,
      op(`{"op":"replace","value":{"${ENTERPRISE}":{"${name}":{"department":"evil"}}}}`),
    ),
    body('200', '400 invalidValue')(
      `${name} in a complex value`,
      op(`{"op":"add","path":"name","value":{"${name}":{"givenName":"evil"}}}`),
    ),
    body('200', '400 invalidValue')(`${name} in an element`, op(`{"op":"add","path":"emails","value":[{"${name}":{"value":"evil"}}]}`)),
  ]),
  body('200', '400 invalidSyntax')('no operations', patch('[]')),
  body('200')('a password', op(`{"op":"replace","path":"password","value":"${PASSWORD}"}`)),
  body('200')('a password without a path', op(`{"op":"replace","value":{"password":"${PASSWORD}"}}`)),
  body('200')('nothing', op(`{"op":"add","value":{}}`)),
  body('200')('a value that is removed and is not there', op(`{"op":"remove","path":"emails[value eq \\"${PERSON}\\"]"}`)),
];

/** Groups that can't be kept. */
export const NO_GROUP: readonly HostileBody[] = [
  ...['5', '[5]', '[[]]', '[{"value":5}]'].map((text) => value(`members ${text}`, group(text))),
  // What a tolerant connection leaves out: members that are no users.
  ...['"x"', '[{"value":"x","type":"Group"}]'].map((text) => body('201', '400 invalidValue')(`members ${text}`, group(text))),
  value('no displayName', `{"schemas":["${GROUP}"]}`),
  value('an empty displayName', `{"schemas":["${GROUP}"],"displayName":" "}`),
  syntax('members twice', group('[]').replace('"members":[]', '"members":[],"members":[]')),
  syntax('members in two spellings', group('[]').replace('"members":[]', '"members":[],"Members":[]')),
];

function group(members: string): string {
  return `{"schemas":["${GROUP}"],"displayName":"${PERSON}","members":${members}}`;
}

function names(count: number): string {
  return Array.from({ length: count }, (_, i) => `"n${i}":"x"`).join(',');
}
