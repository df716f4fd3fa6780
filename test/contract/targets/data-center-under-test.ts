import type { CredentialStore, Credentials } from '../../../shared/targets/credentials.ts';
import { type DataCenterTargetOptions, dataCenterTarget } from '../../../shared/targets/data-center/data-center-target.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import type { Target } from '../../../shared/targets/target.ts';
import { targetIdOf } from '../../../shared/targets/target-address.ts';
import type { ConfluenceSimulatorOptions } from '../../simulators/confluence/confluence-simulator.ts';

/** The Data Center adapter on a base URL, with what it observed. Its default credentials are those of the simulator. */
export function dataCenterUnderTest(
  baseUrl: string,
  options: { credentials?: Credentials } & Partial<Omit<DataCenterTargetOptions, 'credentials'>> = {},
): { target: Target; calls: ObservedCall[] } {
  const calls: ObservedCall[] = [];
  const target = dataCenterTarget({
    baseUrl,
    targetId: targetIdOf({ kind: 'data-center', baseUrl: baseUrl }),
    observe: (call) => calls.push(call),
    callTimeoutMs: 5_000,
    now: Date.now,
    ...options,
    credentials: simulatorCredentials(options.credentials),
  });
  return { target, calls };
}

/** What the simulator takes: the password where one is set, else the default token. */
export function credentialsFor({ basic }: ConfluenceSimulatorOptions): { credentials?: Credentials } {
  return basic ? { credentials: { kind: 'basic', ...basic } } : {};
}

/** A store that holds these credentials only; by default the simulator's own. */
export function simulatorCredentials(credentials: Credentials = { kind: 'personal-access-token', token: 'local' }): CredentialStore {
  return { read: async () => ({ credentials, version: '1' }), write: async () => ({ version: '2' }) };
}
