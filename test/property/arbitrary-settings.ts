import * as fc from 'fast-check';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import { type FieldSchema, settingsSchema } from '../../shared/provisioning/settings/settings-fields.ts';

/** What JSON Schema says of values, as far as the document uses it. */
interface ValueSchema extends FieldSchema {
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const NAMES = ['staff', 'Sales', 'sales EU', 'crm', 'ops', 'Ärzte', 'confluence-users', 'a.b', 'jane'];
const PATTERNS = ['(.*)', '(?i)sales.*', '(?P<first>[^@]*)@(.*)', 'x'];

/** Values that the shape alone does not tell, by the last name of their path. */
const KNOWN: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  pattern: fc.constantFrom(...PATTERNS),
  include: fc.array(fc.constantFrom(...PATTERNS), { maxLength: 2 }),
  exclude: fc.array(fc.constantFrom(...PATTERNS), { maxLength: 2 }),
  replacement: fc.constantFrom('$0', 'x-$0', '$$', 'plain'),
  attribute: fc.constantFrom('nickName', 'name.givenName', 'emails'),
  fullName: fc.constantFrom('{displayName}', '{name.familyName}, {name.givenName}'),
  fullUntil: fc.constantFrom('2026-11-22T18:00:00Z', '2027-01-01T00:00:00Z'),
  version: fc.constantFrom('8.5', '7.19.3'),
};

/** Any settings that their shape allows; what only several of them together make a mistake may be in them. */
export const arbitrarySettings: fc.Arbitrary<Settings> = arbitraryOf(settingsSchema() as ValueSchema, 'settings')
  .filter((document) => Settings.safeParse(document).success)
  .map((document) => Settings.parse(document));

function arbitraryOf(schema: ValueSchema, name: string): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const known = KNOWN[name];
  if (known) return known;
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 100) });
    case 'number':
      return fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10);
    case 'array':
      return fc.uniqueArray(arbitraryOf(schema.items ?? {}, name), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'object':
      return schema.properties ? section(schema, schema.properties) : map(schema);
    default:
      return fc.constantFrom(...NAMES);
  }
}

/** The declared schema has properties of its own to test it (test/protocol/schema-extension.test.ts). */
function section({ required = [] }: ValueSchema, properties: Readonly<Record<string, FieldSchema>>): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).filter(([name]) => name !== 'schemaExtension');
  const arbitraries = Object.fromEntries(fields.map(([name, inner]) => [name, arbitraryOf(inner, name)]));
  return fc.record(arbitraries, { requiredKeys: ['version', ...required].filter((name) => name in arbitraries) });
}

function map({ additionalProperties }: ValueSchema): fc.Arbitrary<unknown> {
  const values = arbitraryOf(additionalProperties as ValueSchema, 'map');
  return fc.array(fc.tuple(fc.constantFrom(...NAMES), values), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
}
