// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import { attributeProblems } from './schema-extension-attributes.ts';
import { urnProblem } from './schema-extension-urn.ts';

/** A connection's item holds 400 KB with all its settings; a declaration that large is a mistake. */
const MAX_BYTES = 128 * 1024;
const MAX_ATTRIBUTES = 100;
const MAX_SUB_ATTRIBUTES = 20;
const MAX_VALUES = 100;

const Text = z.string().min(1).max(1_000);
/** RFC 7643 §2.1: "ATTRNAME = ALPHA *(nameChar)"; `$ref` is a name of §2.4 all the same. */
const Name = z
  .string()
  .max(100)
  .regex(
    /^(?:[A-Za-z][A-Za-z0-9$_-]*|\$ref)$/,
    'a name begins with a letter and goes on with letters, digits, "-", "_" or "$" (RFC 7643 §2.1)',
  );

/** RFC 7643 §7, as far as a connection may declare it. What is left out has the defaults of §2.2. */
const characteristics = {
  name: Name,
  description: Text.exactOptional(),
  multiValued: z.boolean().exactOptional(),
  required: z.boolean().exactOptional(),
  caseExact: z.boolean().exactOptional(),
  mutability: z.enum(['readOnly', 'readWrite', 'immutable', 'writeOnly']).exactOptional(),
  returned: z.enum(['always', 'never', 'default', 'request']).exactOptional(),
  // "server" and "global" are refused: a unique value needs a claim of its own in every transaction that writes the resource
  // (DESIGN.md, invariant 7), and one that is declared later would be broken by what is stored already.
  uniqueness: z
    .literal(
      'none',
      'only "none" is possible: values of a declared attribute are not kept unique, only userName and displayName of a Group are',
    )
    .exactOptional(),
  canonicalValues: z.array(z.string().min(1).max(200)).max(MAX_VALUES).exactOptional(),
  referenceTypes: z
    .array(z.enum(['User', 'Group', 'external', 'uri']))
    .min(1)
    .exactOptional(),
};

const SIMPLE_TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference'] as const;

const SubAttribute = z.strictObject({
  ...characteristics,
  type: z.enum(SIMPLE_TYPES, `a sub-attribute is one of ${SIMPLE_TYPES.join(', ')}: RFC 7643 §2.3.8 has no complex one in another`),
});
const AttributeOfExtension = z.strictObject({
  ...characteristics,
  type: z.enum([...SIMPLE_TYPES, 'complex']),
  subAttributes: z.array(SubAttribute).min(1).max(MAX_SUB_ATTRIBUTES).exactOptional(),
});
export type AttributeOfExtension = z.infer<typeof AttributeOfExtension>;

/**
 * The schema that a connection adds to its Users or its Groups: RFC 7643 §3.3 and §7, in the shape of §8.7. Kept as it was given;
 * `resourceTypesOf` makes the tables of it.
 */
export const DeclaredSchemaExtension = z
  .strictObject({
    resourceType: z.enum(['User', 'Group']).default('User'),
    id: z.string().max(200),
    name: Text.max(100),
    description: Text.exactOptional(),
    attributes: z.array(AttributeOfExtension).min(1).max(MAX_ATTRIBUTES),
  })
  .superRefine((declaration, context) => {
    const problem = urnProblem(declaration.id);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['id'], message: problem });
    for (const { path, message } of attributeProblems(declaration.attributes)) context.addIssue({ code: 'custom', path, message });
    const bytes = new TextEncoder().encode(JSON.stringify(declaration)).length;
    if (bytes > MAX_BYTES) {
      const message = `the declaration has ${bytes} bytes; at most ${MAX_BYTES} are kept. Shorten descriptions and canonicalValues.`;
      context.addIssue({ code: 'custom', path: [], message });
    }
  });
export type DeclaredSchemaExtension = z.infer<typeof DeclaredSchemaExtension>;
