// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import { DeclaredAttribute, Text } from './declared-attribute.ts';
import { attributeProblems } from './schema-extension-attributes.ts';
import { urnProblem } from './schema-extension-urn.ts';

/** A connection's item holds 400 KB with all its settings; a declaration that large is a mistake. */
const MAX_BYTES = 128 * 1024;
const MAX_ATTRIBUTES = 100;

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
    attributes: z.array(DeclaredAttribute).min(1).max(MAX_ATTRIBUTES),
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
