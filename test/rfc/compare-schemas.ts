import type { Json } from '../protocol/scim-client.ts';

/**
 * Where two definitions of a schema differ: `User.emails.value caseExact: false → true`. Descriptions are each server's own. What RFC
 * 7643 §7 gives a default for counts as the default where it is missing.
 */
export function schemaDifferences(printed: Json, ours: Json): string[] {
  return attributeDifferences(printed['attributes'], ours['attributes'], String(printed['name']));
}

function attributeDifferences(printed: unknown, ours: unknown, at: string): string[] {
  const [before, after] = [byName(printed), byName(ours)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    if (!one || !other) return [`${at}.${name}: ${one ? 'is missing' : 'is added'}`];
    const nested = attributeDifferences(one['subAttributes'], other['subAttributes'], `${at}.${name}`);
    const own = CHARACTERISTICS.flatMap((characteristic) => {
      const [from, to] = [one, other].map((attribute) => JSON.stringify(characteristicOf(attribute, characteristic)));
      return from === to ? [] : [`${at}.${name} ${characteristic}: ${from} → ${to}`];
    });
    return [...own, ...nested];
  });
}

const CHARACTERISTICS = [
  'type',
  'multiValued',
  'required',
  'caseExact',
  'canonicalValues',
  'mutability',
  'returned',
  'uniqueness',
  'referenceTypes',
] as const;

function characteristicOf(attribute: Json, characteristic: (typeof CHARACTERISTICS)[number]): unknown {
  // §2.3.8: a complex attribute has no case of its own.
  if (characteristic === 'caseExact' && attribute['type'] === 'complex') return null;
  const defaults: Json = {
    required: false,
    caseExact: false,
    canonicalValues: [],
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  };
  return attribute[characteristic] ?? defaults[characteristic] ?? null;
}

/** What a resource has against the definition of its schema: a required attribute that is missing, a wrong type, one that is not defined. */
export function objections(attributes: unknown, resource: Json, at: string): string[] {
  const defined = byName(attributes);
  const missing = [...defined].filter(([name, { required }]) => required === true && resource[name] === undefined);
  return [
    ...missing.map(([name]) => `${at}.${name} is missing`),
    ...Object.entries(resource).flatMap(([name, value]) => {
      const definition = defined.get(name);
      if (!definition) return [`${at}.${name} is not defined`];
      const isList = Array.isArray(value);
      if (isList !== (definition['multiValued'] === true)) return [`${at}.${name} is ${isList ? 'a list' : 'no list'}`];
      return (isList ? (value as unknown[]) : [value]).flatMap((each) => objectionsToValue(definition, each, `${at}.${name}`));
    }),
  ];
}

function objectionsToValue(definition: Json, value: unknown, at: string): string[] {
  if (definition['type'] === 'complex') return objections(definition['subAttributes'], value as Json, at);
  const wanted = { boolean: 'boolean', integer: 'number', string: 'string', reference: 'string' }[String(definition['type'])];
  return typeof value === wanted ? [] : [`${at} is ${JSON.stringify(value)}, no ${definition['type']}`];
}

function byName(attributes: unknown): Map<string, Json> {
  return new Map(((attributes ?? []) as Json[]).map((attribute) => [String(attribute['name']), attribute]));
}
