import type { AccountKeys } from '../../directory/account-keys.ts';
import type { Settings } from '../../provisioning/settings/settings.ts';
import type { HttpClientOptions } from '../http/http-client.ts';
import type { IdMemory } from '../id-memory.ts';
import { ProvisioningError, type Target } from '../target.ts';
import type { AddressOf } from '../target-address.ts';

export interface CloudOrganizationTargetOptions extends HttpClientOptions {
  readonly address: AddressOf<'cloud-organization'>;
  /** Shared by the targets of a process. Default: this object's own. */
  readonly memory?: IdMemory;
  readonly accountKeys: AccountKeys;
  readonly settings: Settings['target']['organization'];
}

/** An Atlassian organisation without Guard, by its Organizations API (v2). */
export function cloudOrganizationTarget({ address }: CloudOrganizationTargetOptions): Target {
  throw new ProvisioningError('unsupported', `no adapter for ${address.kind} yet`);
}
