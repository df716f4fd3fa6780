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
/** Requests a second; and how long one message may wait for each, where others wait too. */
const LOW_RATE = 2;
const LONGEST_TURN_SECONDS = 5;

/**
 * Opens the target for one message's work. With basic authentication "one call at a time is in flight per target" (DESIGN §4): the
 * target's lease is held until `close`. With a personal access token it is only taken to ask about a refused login; where
 * `target.parallelCalls` or a low rate is set, one of so many slots is held until `close`.
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

  /** Tries until `take` succeeds; gives up in time for other messages. What is taken ends with this function at the latest. */
  const obtain = async (what: string, take: (until: number) => Promise<boolean>): Promise<void> => {
    const giveUpAt = options.now().getTime() + Math.min(LEASE_WAIT_MS, Math.max(0, options.remainingMs() - 2 * options.callTimeoutMs));
    while (!(await take(options.now().getTime() + options.remainingMs()))) {
      if (options.now().getTime() >= giveUpAt) throw new OutOfTime(what);
      await options.sleep(LEASE_POLL_MS * (0.5 + Math.random()));
    }
  };
  /** Who had it before may have found that the login is refused. */
  const stopIfPaused = async (giveBack: () => Promise<void>): Promise<void> => {
    if ((await delivery.targets.read(targetId)).state !== 'paused') return;
    await giveBack();
    throw new TargetPaused(`the target ${targetId} was paused`);
  };
  const lease = async (): Promise<void> => {
    await obtain('another worker has the lease of the target', (until) => delivery.targets.lease(targetId, holder, until));
    await stopIfPaused(() => delivery.targets.releaseLease(targetId, holder));
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

  let slot: number | undefined;
  const releaseSlot = async (): Promise<void> => {
    if (slot !== undefined) await delivery.pace.releaseSlot(targetId, holder, slot);
  };
  /** A message makes one call at a time, so as many messages are at work on a target as it may be called in parallel. */
  const takeSlot = async (slots: number): Promise<void> => {
    let asked = 0;
    await obtain('all slots of the target are taken', async (until) => {
      asked += 1;
      slot = await delivery.pace.takeSlot(targetId, holder, until, slots);
      return slot !== undefined;
    });
    if (asked > 1) await stopIfPaused(releaseSlot);
  };
  const close = async (): Promise<void> => {
    if (serial) await delivery.targets.releaseLease(targetId, holder);
    await releaseSlot();
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

  const slots = slotsOf(connection.settings.target);
  if (serial) await lease();
  else if (slots !== undefined) await takeSlot(slots);
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

/**
 * So many messages may be at work on the target. At a low rate no more than get a turn every five seconds: if more took turns, none would
 * get all its calls before the function's end, and each would begin anew for ever.
 */
function slotsOf({ parallelCalls, requestsPerSecond }: Connection['settings']['target']): number | undefined {
  if (requestsPerSecond === undefined || requestsPerSecond >= LOW_RATE) return parallelCalls;
  const inTime = Math.max(1, Math.floor(requestsPerSecond * LONGEST_TURN_SECONDS));
  return Math.min(inTime, parallelCalls ?? inTime);
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
