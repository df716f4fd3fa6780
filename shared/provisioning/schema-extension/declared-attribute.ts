// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';

const MAX_SUB_ATTRIBUTES = 20;
const MAX_VALUES = 100;

/** What people read: names and descriptions. */
export const Text = z.string().min(1).max(1_000);
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
  // (invariant 7), and one that is declared later would be broken by what is stored already.
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
/** An attribute as a connection may declare it, each member by itself; `attributeProblems` has the rules that concern several. */
export const DeclaredAttribute = z.strictObject({
  ...characteristics,
  type: z.enum([...SIMPLE_TYPES, 'complex']),
  subAttributes: z.array(SubAttribute).min(1).max(MAX_SUB_ATTRIBUTES).exactOptional(),
});
export type DeclaredAttribute = z.infer<typeof DeclaredAttribute>;
