import { type CloudGuardTargetOptions, cloudGuardTarget } from '../../../shared/targets/cloud-guard/cloud-guard-target.ts';
import type { ObservedCall } from '../../../shared/targets/http/observed-call.ts';
import type { Target } from '../../../shared/targets/target.ts';
import { targetIdOf } from '../../../shared/targets/target-address.ts';
import { simulatorCredentials } from './data-center-under-test.ts';

/** The adapter of Guard's directories on a base URL, with what it observed. Its default key and directory are those of the simulator. */
export function cloudGuardUnderTest(
  baseUrl: string,
  options: { readonly key?: string; readonly directory?: string } & Partial<Omit<CloudGuardTargetOptions, 'credentials' | 'address'>> = {},
): { target: Target; calls: ObservedCall[] } {
  const { key = 'local', directory = 'dir-scim', ...rest } = options;
  const calls: ObservedCall[] = [];
  const address = { kind: 'cloud-guard', baseUrl, directory } as const;
  const target = cloudGuardTarget({
    baseUrl,
    address,
    targetId: targetIdOf(address),
    observe: (call) => calls.push(call),
    callTimeoutMs: 5_000,
    now: Date.now,
    ...rest,
    credentials: simulatorCredentials({ kind: 'api-key', token: key }),
  });
  return { target, calls };
}
