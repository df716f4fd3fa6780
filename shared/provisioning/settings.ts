// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import { DeclaredSchemaExtension } from './schema-extension/schema-extension.ts';

/** RFC 7644 has no number. Entra ID asks for 25 a second at least (SCIM.md §4). */
export const DEFAULT_REQUESTS_PER_SECOND = 200;

/**
 * The settings of a connection: a strict, versioned document, so that a typo is an error.
 * `linking` has no default: whoever creates a connection answers it (DESIGN §4, safe defaults).
 */
export const Settings = z.strictObject({
  version: z.literal(1),
  mode: z.enum(['tolerant', 'strict']).default('tolerant'),
  /** May an account that exists in Confluence already become a SCIM user's account, and how is it found? */
  linking: z.enum(['user-name', 'email', 'never']),
  /** What a SCIM DELETE of a user does. Deleting anonymises the person's content irreversibly. */
  onUserDelete: z.enum(['disable', 'delete']).default('disable'),
  /** Never touched, in the target's spelling; the service account is always among them. */
  protectedAccounts: z.array(z.string()).default([]),
  protectedGroups: z.array(z.string()).default(['confluence-administrators', 'system-administrators']),
  log: z
    .strictObject({
      detail: z.enum(['summary', 'full']).default('summary'),
      /** `full` ends here; without it `full` is not used. */
      fullUntil: z.iso.datetime().optional(),
    })
    .default({ detail: 'summary' }),
  /** Past so many, over ten seconds, requests of this connection are 429. Absent: DEFAULT_REQUESTS_PER_SECOND. */
  requestsPerSecond: z.int().min(1).max(10_000).exactOptional(),
  /** Attributes beyond the RFC's own (RFC 7643 §3.3); absent where the connection declares none. */
  schemaExtension: DeclaredSchemaExtension.exactOptional(),
});
export type Settings = z.infer<typeof Settings>;
