import { randomUUID } from 'node:crypto';
import type { Connection } from '../../shared/directory/connection.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';
import { OutOfTime } from '../../shared/provisioning/work.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import { ProvisioningError, type Target } from '../../shared/targets/target.ts';
import { guardedTarget, withoutEffect } from './guarded-target.ts';

/** Thrown when someone else has paused the target while this worker was at it. Nothing more is called. */
export class TargetPaused extends Error {
  override readonly name = 'TargetPaused';
}

export interface AccessOptions {
  readonly delivery: Delivery;
  readonly credentials: Pick<CredentialStore, 'read'>;
  readonly connection: Connection;
  readonly target: Target;
  readonly now: () => Date;
  readonly remainingMs: () => number;
  readonly callTimeoutMs: number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface TargetAccess {
  readonly target: Target;
  /** The service account's name: always protected. */
  readonly serviceAccount: string;
  /** Gives back what was leased; called once at the end, whatever happened. */
  close(): Promise<void>;
}

const LEASE_POLL_MS = 100;
/** Longer than this nobody waits for a lease: the message comes back. */
const LEASE_WAIT_MS = 10_000;
const STALE_SECRET_MS = 30_000;

/**
 * Opens the target for one message's work. With basic authentication "one call at a time is in flight per target" (DESIGN §4): the
 * target's lease is held until `close`. With a personal access token it is only taken to ask about a refused login.
 * @throws ProvisioningError 'no-credentials', 'login-refused', 'captcha' and what else the first login meets
 * @throws TargetPaused, OutOfTime
 */
export async function openTarget(options: AccessOptions, state: TargetState): Promise<TargetAccess> {
  const { delivery, connection, target } = options;
  const targetId = connection.target.id;
  const { credentials, version } = await options.credentials.read(targetId);
  if (version === state.refusedVersion) throw staleSecret();
  const holder = randomUUID();
  const serial = credentials.kind === 'basic';
  let failures = state.failures;

  const lease = async (): Promise<void> => {
    const giveUpAt = options.now().getTime() + Math.min(LEASE_WAIT_MS, Math.max(0, options.remainingMs() - 2 * options.callTimeoutMs));
    while (!(await delivery.targets.lease(targetId, holder, options.now().getTime() + options.remainingMs()))) {
      if (options.now().getTime() >= giveUpAt) throw new OutOfTime('another worker has the lease of the target');
      await options.sleep(LEASE_POLL_MS * (0.5 + Math.random()));
    }
    // Who had the lease before may have found that the login is refused.
    if ((await delivery.targets.read(targetId)).state === 'paused') {
      await delivery.targets.releaseLease(targetId, holder);
      throw new TargetPaused(`the target ${targetId} was paused`);
    }
  };
  const leased = async <T>(work: () => Promise<T>): Promise<T> => {
    if (serial) return work();
    await lease();
    try {
      return await work();
    } finally {
      await delivery.targets.releaseLease(targetId, holder);
    }
  };
  const close = async (): Promise<void> => {
    if (serial) await delivery.targets.releaseLease(targetId, holder);
  };

  /**
   * DESIGN §4: "On a 401 or 403 the worker asks once, under the target's lease ...: answered as the service account, the login is
   * fine and the call was not permitted. Refused: pause."
   */
  const ask = (refused: ProvisioningError): Promise<ProvisioningError> => {
    if (options.remainingMs() < options.callTimeoutMs) throw new OutOfTime('no time left to ask about the refused login');
    return leased(async () => {
      try {
        await target.serviceAccount();
      } catch (error) {
        const failure = withoutEffect(error);
        if (failure instanceof ProvisioningError) return failure;
        throw error;
      }
      const status = refused.status === undefined ? {} : { status: refused.status };
      return new ProvisioningError('not-permitted', `The login is fine, but the call is not permitted. ${refused.message}`, {
        ...status,
        cause: refused,
      });
    });
  };

  const answered = async (): Promise<void> => {
    if (failures === 0) return;
    failures = 0;
    await delivery.targets.answered(targetId);
  };

  if (serial) await lease();
  try {
    const known = state.serviceAccountVersion === version ? state.serviceAccount : undefined;
    const serviceAccount = known ?? (await leased(() => learnServiceAccount(options, version)));
    const { remainingMs, callTimeoutMs } = options;
    return { target: guardedTarget(target, { remainingMs, callTimeoutMs, answered, ask }), serviceAccount, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The target was opened for a newer secret, which this worker has not read yet: a login with the old one would be the third refused. */
function staleSecret(): ProvisioningError {
  const sentence = 'This worker still holds the refused version of the secret; it reads the new one within minutes.';
  return new ProvisioningError('refused', sentence, { retryAfterMs: STALE_SECRET_MS });
}

/** Once for each version of the secret: also the one login with which new credentials are tried. */
async function learnServiceAccount({ delivery, connection, target, remainingMs, callTimeoutMs }: AccessOptions, version: string) {
  if (remainingMs() < callTimeoutMs) throw new OutOfTime('no time left to ask who the service account is');
  const name = await target.serviceAccount().catch((error: unknown) => {
    throw withoutEffect(error);
  });
  await delivery.targets.learned(connection.target.id, name, version);
  return name;
}
