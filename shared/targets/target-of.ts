import type { AccountKeys } from '../directory/account-keys.ts';
import type { Connection } from '../directory/connection.ts';
import { cloudGuardTarget } from './cloud-guard/cloud-guard-target.ts';
import type { EmailMemory } from './cloud-guard/email-index.ts';
import { cloudOrganizationTarget } from './cloud-organization/cloud-organization-target.ts';
import type { AbilityMemory } from './data-center/abilities.ts';
import { dataCenterTarget } from './data-center/data-center-target.ts';
import type { HttpClientOptions } from './http/http-client.ts';
import type { ObservedCall } from './http/observed-call.ts';
import { type IdMemory, idMemory } from './id-memory.ts';
import type { Target } from './target.ts';

/** What the targets of a process have in common. */
export interface TargetParts extends Pick<HttpClientOptions, 'credentials' | 'callTimeoutMs' | 'now' | 'ca' | 'fetch'> {
  readonly accountKeys: AccountKeys;
}

/** `beforeCall` is awaited before each request: its turn. */
export type TargetOf = (
  connection: Pick<Connection, 'target' | 'settings'>,
  observe: (call: ObservedCall) => void,
  beforeCall?: () => Promise<void>,
) => Target;

/** The adapter of a connection's target. What one of them has found out, the others of this process know too. */
export function targetsOf(parts: TargetParts): TargetOf {
  const abilities: AbilityMemory = new Map();
  const ids: IdMemory = idMemory();
  const emails: EmailMemory = new Map();
  return ({ target, settings }, observe, beforeCall) => {
    const { accountKeys, ...http } = parts;
    const common = { ...http, baseUrl: target.baseUrl, targetId: target.id, observe, beforeCall };
    switch (target.kind) {
      case 'data-center':
        return dataCenterTarget({ ...common, memory: abilities, version: settings.target.version });
      case 'cloud-guard':
        return cloudGuardTarget({ ...common, address: target, memory: ids, emails });
      case 'cloud-organization':
        return cloudOrganizationTarget({
          ...common,
          address: target,
          memory: ids,
          accountKeys,
          settings: settings.target.organization,
        });
    }
  };
}
