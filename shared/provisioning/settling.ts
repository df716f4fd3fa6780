import type { Owner } from '../directory/delivery.ts';
import type { BoundAttributes, MarkerAttributes } from '../directory/items.ts';
import { ProvisioningError } from '../targets/target.ts';
import { maySettle } from './dispositions.ts';
import type { Work } from './work.ts';

/** What is known of when something was done about a user, a group or a membership. */
type Dated = Pick<MarkerAttributes, 'markerSince'> & Pick<BoundAttributes, 'boundAt'> & Pick<Owner, 'creatingSince'>;

/**
 * True while calls to the target may not know yet of what was done about any of these: it was marked, begun to be made, or found to be there,
 * less than the target's `settlesWithinMs` ago (decision 24). Never where each call sees all before it.
 */
export function isSettling({ target, now }: Pick<Work, 'target' | 'now'>, ...about: readonly (Dated | undefined)[]): boolean {
  // Another function's clock may be ahead of this one's: where nothing has to settle, no time is compared.
  if (target.settlesWithinMs === 0) return false;
  return about.some((one) => isRecent(one?.markerSince) || isRecent(one?.boundAt) || isRecent(one?.creatingSince));

  function isRecent(time: string | undefined): boolean {
    return time !== undefined && now().getTime() - Date.parse(time) < target.settlesWithinMs;
  }
}

/** True if the account or group was found to be there so short a time ago that a look which does not find it proves nothing. */
export function isJustMade(work: Pick<Work, 'target' | 'now'>, { boundAt }: Pick<BoundAttributes, 'boundAt'>): boolean {
  return isSettling(work, boundAt === undefined ? undefined : { boundAt });
}

/**
 * The failure as one that is tried again in seconds, then by the sweep, where it may come by itself; undefined where it is to be believed.
 * In a dry run nothing is waited for.
 */
export function asSettling(
  work: Pick<Work, 'target' | 'now' | 'isDryRun'>,
  error: ProvisioningError,
  ...about: readonly (Dated | undefined)[]
): ProvisioningError | undefined {
  if (work.isDryRun || !maySettle(error.code) || !isSettling(work, ...about)) return undefined;
  return settling(error.message, error);
}

/** Not seen yet what this product has made a moment ago. */
export function notSeenYet(what: string): ProvisioningError {
  return settling(`The ${what} was made a moment ago and is not found yet.`);
}

/** Tried again in seconds, then by the sweep. */
export function settling(message: string, cause?: ProvisioningError): ProvisioningError {
  const details = { ...(cause?.status !== undefined && { status: cause.status }), ...(cause && { cause }) };
  return new ProvisioningError('settling', `This may come by itself within minutes, and is tried again: ${message}`, details);
}

/**
 * DELIVERY §2.3, where a look does not show what a 409 says: the second in one message, after a look that found nothing. It is never asked
 * a third time at once.
 * @param first the owner as the first of the two attempts read it. A message before may have made it, whenever it was marked; by what this
 * message has written itself it would settle for ever.
 */
export function takenUnseen(
  work: Pick<Work, 'target' | 'now' | 'isDryRun'>,
  kind: 'account' | 'group',
  name: string,
  conflict: ProvisioningError,
  first: Owner | undefined,
): ProvisioningError {
  const sentence = `The ${kind} ${name} can't be made and is not found either: something that this product can't see has the name${kind === 'account' ? ' or the e-mail address' : ''}. ${conflict.message}`;
  const taken = new ProvisioningError('taken', sentence, {
    ...(conflict.status !== undefined && { status: conflict.status }),
    cause: conflict,
  });
  return asSettling(work, taken, first) ?? taken;
}
