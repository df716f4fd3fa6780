import * as z from 'zod';
import type { TargetId } from '../directory/ids.ts';

/**
 * How the product logs in. To Confluence Data Center a personal access token is recommended: calls may run in parallel. To Atlassian Cloud
 * with the API key of a directory or an organisation.
 */
export const Credentials = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('personal-access-token'),
    token: z.string().min(1),
    /** When it ends, ISO 8601, as far as the administrator has told it. */
    expires: z.iso.datetime().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('basic'), username: z.string().min(1), password: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('api-key'),
    token: z.string().min(1),
    /** What it is called at Atlassian, to ask there when it ends. */
    name: z.string().min(1).exactOptional(),
    /** When it ends (Atlassian: at most a year), ISO 8601, as far as the administrator has told it. */
    expires: z.iso.datetime().exactOptional(),
    /** To compare groups with what Confluence itself says: a site administrator's e-mail address and API token. */
    site: z.strictObject({ email: z.string().min(1), token: z.string().min(1) }).exactOptional(),
  }),
]);
export type Credentials = z.infer<typeof Credentials>;

/** Where secrets are kept. Values never enter a log, the table or the queue. `version` changes with the secret. */
export interface CredentialStore {
  /** @throws ProvisioningError 'no-credentials' */
  read(target: TargetId): Promise<{ credentials: Credentials; version: string }>;
  /** Gives the version that it has from now on. */
  write(target: TargetId, credentials: Credentials): Promise<{ version: string }>;
}
