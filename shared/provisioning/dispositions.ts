import type { ProvisioningCode } from '../targets/target.ts';

/**
 * What is done about a failure (DESIGN §4), decided here and never at the throw.
 *
 * - `retry`: answered; the message comes back after a back-off, after five receives the marker is left to the sweep.
 * - `wait`: no answer; the call may still land, so the message keeps its full visibility (DELIVERY §1).
 * - `park`: can't succeed until someone acts; the marker becomes a parked reason.
 * - `pause`: the whole target can't be used; messages are acknowledged, markers stay.
 * - `ignore`: this kind of target can't do it: logged, and the plan goes on.
 */
export type Disposition = 'retry' | 'wait' | 'park' | 'pause' | 'ignore';

interface Row {
  readonly disposition: Disposition;
  /** Does it say something of the whole target, or only of this account, group or membership? */
  readonly scope: 'target' | 'resource';
  /** Tried once more from the newest state before it is parked. */
  readonly once?: true;
  /** May come by itself where the target's calls don't see at once what was done: parked only after that time (decision 24). */
  readonly settles?: true;
  /** Counted: a row of these for five minutes is an outage. */
  readonly outage?: true;
}

const TABLE: Readonly<Record<ProvisioningCode, Row>> = {
  'rate-limited': { disposition: 'retry', scope: 'target' },
  'request-timeout': { disposition: 'retry', scope: 'target' },
  'server-error': { disposition: 'retry', scope: 'resource' },
  unavailable: { disposition: 'retry', scope: 'target', outage: true },
  unreachable: { disposition: 'retry', scope: 'target', outage: true },
  'no-answer': { disposition: 'wait', scope: 'target', outage: true },
  'bad-request': { disposition: 'park', scope: 'resource' },
  conflict: { disposition: 'park', scope: 'resource', settles: true },
  taken: { disposition: 'park', scope: 'resource', settles: true },
  settling: { disposition: 'retry', scope: 'resource' },
  'no-seat': { disposition: 'park', scope: 'resource' },
  // DELIVERY §2.4: "404 is not believed once. ... The same plan ending in 404 twice parks."
  'not-found': { disposition: 'park', scope: 'resource', once: true, settles: true },
  // Not known yet whether the login was refused or the call is not permitted: someone else has the lease that the question needs.
  refused: { disposition: 'retry', scope: 'target' },
  'login-refused': { disposition: 'pause', scope: 'target' },
  captcha: { disposition: 'pause', scope: 'target' },
  // DESIGN §4: "the call was not permitted (CONFSERVER-98582): retry the change once, then park it."
  'not-permitted': { disposition: 'park', scope: 'resource', once: true },
  'secure-session': { disposition: 'pause', scope: 'target' },
  'remote-api-off': { disposition: 'pause', scope: 'target' },
  'read-only': { disposition: 'pause', scope: 'target' },
  'unexpected-answer': { disposition: 'retry', scope: 'resource' },
  unsupported: { disposition: 'ignore', scope: 'resource' },
  'no-credentials': { disposition: 'pause', scope: 'target' },
  owned: { disposition: 'park', scope: 'resource' },
  foreign: { disposition: 'park', scope: 'resource' },
  'illegal-name': { disposition: 'park', scope: 'resource' },
  protected: { disposition: 'park', scope: 'resource' },
};

/** What becomes of the change that failed so. */
export function dispositionOf(code: ProvisioningCode): Disposition {
  return TABLE[code].disposition;
}

/** True if the failure says that no other call to the target would fare better now. */
export function isOfWholeTarget(code: ProvisioningCode): boolean {
  return TABLE[code].scope === 'target';
}

/** True if the plan is made once more before it is parked. */
export function isTriedTwice(code: ProvisioningCode): boolean {
  return TABLE[code].once === true;
}

/** True if it may come by itself, where a target says that it needs time (`Target.settlesWithinMs`). */
export function maySettle(code: ProvisioningCode): boolean {
  return TABLE[code].settles === true;
}

/** True if it is counted: when it stays so, the target is paused and probed. */
export function isOutage(code: ProvisioningCode): boolean {
  return TABLE[code].outage === true;
}
