import type { HttpClientOptions } from '../http/http-client.ts';
import type { IdMemory } from '../id-memory.ts';
import { ProvisioningError, type Target } from '../target.ts';
import type { AddressOf } from '../target-address.ts';

export interface CloudGuardTargetOptions extends HttpClientOptions {
  readonly address: AddressOf<'cloud-guard'>;
  /** Shared by the targets of a process. Default: this object's own. */
  readonly memory?: IdMemory;
}

/** A directory of Atlassian's User Provisioning API (SCIM 2.0; needs Atlassian Guard). */
export function cloudGuardTarget({ address }: CloudGuardTargetOptions): Target {
  throw new ProvisioningError('unsupported', `no adapter for ${address.kind} yet`);
}
