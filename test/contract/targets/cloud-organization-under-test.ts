import {
  type CloudOrganizationTargetOptions,
  cloudOrganizationTarget,
} from '../../../shared/targets/cloud-organization/cloud-organization-target.ts';
import type { Credentials } from '../../../shared/targets/credentials.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import type { Target } from '../../../shared/targets/target.ts';
import { type AddressOf, targetIdOf } from '../../../shared/targets/target-address.ts';
import { simulatorCredentials } from './data-center-under-test.ts';

interface UnderTest extends Partial<Omit<CloudOrganizationTargetOptions, 'credentials' | 'address' | 'settings'>> {
  readonly address?: Partial<AddressOf<'cloud-organization'>>;
  readonly settings?: Partial<CloudOrganizationTargetOptions['settings']>;
  readonly credentials?: Credentials;
  /** Account keys by name, seen and set by the test. */
  readonly keys?: Map<string, string>;
}

/**
 * The adapter of organisations on a base URL, with what it observed. Its default key and organisation are those of the simulator, its access
 * group is `confluence-users`.
 */
export function cloudOrganizationUnderTest(baseUrl: string, options: UnderTest = {}): { target: Target; calls: ObservedCall[] } {
  const { credentials = { kind: 'api-key', token: 'local' }, keys = new Map(), ...rest } = options;
  const calls: ObservedCall[] = [];
  const address = { kind: 'cloud-organization', baseUrl, organization: 'org-1', ...options.address } as const;
  const targetId = targetIdOf(address);
  const target = cloudOrganizationTarget({
    baseUrl,
    targetId,
    observe: (call) => calls.push(call),
    callTimeoutMs: 5_000,
    now: Date.now,
    accountKeys: {
      read: (_, name) => Promise.resolve(keys.get(name)),
      namesOf: async (_, wanted) => new Map([...keys].flatMap(([name, key]) => (wanted.includes(key) ? [[key, name]] : []))),
      remember: async (_, name, key) => void keys.set(name, key),
      forget: async (_, name) => void keys.delete(name),
    },
    ...rest,
    address,
    settings: { accessGroups: ['confluence-users'], onDisable: 'leave-groups', ...options.settings },
    credentials: simulatorCredentials(credentials),
  });
  return { target, calls };
}
