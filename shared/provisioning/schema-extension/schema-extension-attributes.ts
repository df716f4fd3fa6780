import { commonAttributes } from '../../scim/attributes/common-attributes.ts';
import { standardResourceTypes } from '../../scim/attributes/resource-types.ts';
import type { DeclaredAttribute } from './declared-attribute.ts';

/** What is wrong with an attribute, and what to do; `path` leads to it in the declaration. */
interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

type SubAttribute = NonNullable<DeclaredAttribute['subAttributes']>[number];
type Rule<A> = readonly [isBroken: (attribute: A) => boolean, message: string];

/** Words of the filter grammar (RFC 7644 §3.4.2.2) and names that every JavaScript object has: no client could name such an attribute. */
const UNUSABLE: ReadonlySet<string> = new Set([
  ...['not', 'and', 'or'],
  ...['prototype', ...Object.getOwnPropertyNames(Object.prototype)].map((name) => name.toLowerCase()),
]);

/** The names that the RFC's own schemas have, folded. Settings are checked at each read, so this is looked up, not searched. */
const TAKEN: ReadonlySet<string> = new Set(
  [standardResourceTypes.User, standardResourceTypes.Group]
    .flatMap(({ schema, extensions }) => [schema, ...extensions.map((extension) => extension.schema)])
    .flatMap(({ attributes }) => [...commonAttributes, ...attributes])
    .map(({ name }) => name.toLowerCase()),
);

const isNeverReturned = ({ returned, mutability }: SubAttribute | DeclaredAttribute) => returned === 'never' || mutability === 'writeOnly';

/** Rules for attributes and sub-attributes alike. */
const RULES: readonly Rule<SubAttribute | DeclaredAttribute>[] = [
  [({ name }) => UNUSABLE.has(name.toLowerCase()), 'this name means something else to filters or programs; choose another'],
  [
    ({ type, caseExact }) => caseExact === false && (type === 'reference' || type === 'binary'),
    'leave caseExact out: references and binaries are case exact (RFC 7643 §2.3.6, §2.3.7)',
  ],
  [
    ({ type, caseExact }) => caseExact === true && !['string', 'reference', 'binary'].includes(type),
    'leave caseExact out: only a string can be case exact or not (RFC 7643 §7)',
  ],
  [({ type, canonicalValues }) => canonicalValues !== undefined && type !== 'string', 'canonicalValues are for strings; leave them out'],
  [
    ({ type, referenceTypes }) => referenceTypes !== undefined && type !== 'reference',
    'referenceTypes are for attributes of type reference; leave them out',
  ],
  [
    ({ required, mutability }) => required === true && mutability === 'readOnly',
    'required and readOnly contradict each other: no client could ever give the value',
  ],
  [
    (attribute) => attribute.required === true && isNeverReturned(attribute),
    'a value that is never returned is accepted and not kept here, so it can’t be required',
  ],
  [
    (attribute) => attribute.mutability === 'immutable' && isNeverReturned(attribute),
    'a value that is never returned is accepted and not kept here, so it can’t be immutable',
  ],
  [
    ({ mutability, returned }) => mutability === 'writeOnly' && returned !== undefined && returned !== 'never',
    'writeOnly values are never returned (RFC 7643 §7): leave returned out, or write "never"',
  ],
];

const ATTRIBUTE_RULES: readonly Rule<DeclaredAttribute>[] = [
  [({ name }) => name === '$ref', '$ref is the name of a sub-attribute only'],
  [
    ({ name }) => TAKEN.has(name.toLowerCase()),
    'the RFC’s own schemas have an attribute of this name (RFC 7643 §3.3: extensions "SHOULD avoid redefining any attributes"); choose another',
  ],
  [({ type, subAttributes }) => type === 'complex' && subAttributes === undefined, 'a complex attribute needs subAttributes'],
  [({ type, subAttributes }) => type !== 'complex' && subAttributes !== undefined, 'subAttributes are for type complex; leave them out'],
];

const SUB_ATTRIBUTE_RULES: readonly Rule<SubAttribute>[] = [
  [({ multiValued }) => multiValued === true, 'a sub-attribute has one value here; make a list an attribute of its own'],
  [
    ({ returned }) => returned === 'always' || returned === 'request',
    'a sub-attribute is returned as its attribute is: leave returned out, or write "never"',
  ],
  [({ name, type }) => name.toLowerCase() === '$ref' && type !== 'reference', '$ref is of type reference (RFC 7643 §2.4)'],
];

/** RFC 7643 §2.4: "these sub-attributes MUST be used with the meanings defined here". */
const ELEMENT_RULES: readonly Rule<SubAttribute>[] = [
  [({ name, type }) => name.toLowerCase() === 'primary' && type !== 'boolean', 'primary is of type boolean (RFC 7643 §2.4)'],
  [
    ({ name, type }) => ['type', 'display'].includes(name.toLowerCase()) && type !== 'string',
    'type and display are strings (RFC 7643 §2.4)',
  ],
  [
    ({ name }) => ['type', 'display', 'primary', 'value'].includes(name.toLowerCase()) && name !== name.toLowerCase(),
    'write it in lower case: it is one of the names of RFC 7643 §2.4',
  ],
];

/** Everything that is wrong with the attributes of a declaration, by rules that concern more than one member of it. */
export function attributeProblems(attributes: readonly DeclaredAttribute[]): Problem[] {
  const problems = attributes.flatMap((attribute, i) => {
    const path = ['attributes', i];
    const { subAttributes = [] } = attribute;
    const subRules = [...RULES, ...SUB_ATTRIBUTE_RULES, ...(attribute.multiValued === true ? ELEMENT_RULES : [])];
    return [
      ...broken([...RULES, ...ATTRIBUTE_RULES], attribute, path, ''),
      ...subAttributes.flatMap((sub, j) => broken(subRules, sub, [...path, 'subAttributes', j], `${attribute.name}.`)),
      ...duplicates(subAttributes, [...path, 'subAttributes'], `${attribute.name}.`),
    ];
  });
  return [...problems, ...duplicates(attributes, ['attributes'], '')];
}

function broken<A extends { readonly name: string }>(
  rules: readonly Rule<A>[],
  attribute: A,
  path: (string | number)[],
  prefix: string,
): Problem[] {
  return rules.flatMap(([isBroken, message]) => (isBroken(attribute) ? [{ path, message: `${prefix}${attribute.name}: ${message}` }] : []));
}

/** RFC 7643 §2.1: "Attribute names are case insensitive". */
function duplicates(attributes: readonly { readonly name: string }[], path: (string | number)[], prefix: string): Problem[] {
  const seen = new Set<string>();
  return attributes.flatMap(({ name }, i) => {
    const folded = name.toLowerCase();
    if (!seen.has(folded)) {
      seen.add(folded);
      return [];
    }
    return [{ path: [...path, i], message: `${prefix}${name}: declared twice; names are the same in any case` }];
  });
}
