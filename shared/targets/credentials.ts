import * as z from 'zod';
import type { TargetId } from '../directory/ids.ts';

/** How the product logs in to a Confluence Data Center. A personal access token is recommended: calls may run in parallel. */
export const Credentials = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('personal-access-token'), token: z.string().min(1) }),
  z.strictObject({ kind: z.literal('basic'), username: z.string().min(1), password: z.string().min(1) }),
]);
export type Credentials = z.infer<typeof Credentials>;

/** Where secrets are kept. Values never enter a log, the table or the queue. `version` changes with the secret. */
export interface CredentialStore {
  /** @throws ProvisioningError 'no-credentials' */
  read(target: TargetId): Promise<{ credentials: Credentials; version: string }>;
  write(target: TargetId, credentials: Credentials): Promise<void>;
}
