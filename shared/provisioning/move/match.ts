import type { ConnectionId } from '../../directory/ids.ts';
import type { NotAsked } from '../inspect/inspection.ts';

/** Which users or groups of `from` are looked for in the target of `to`: what the worker is invoked with. */
export interface MatchRequest {
  readonly from: ConnectionId;
  readonly to: ConnectionId;
  readonly type: 'user' | 'group';
  readonly ids: readonly string[];
}

export type MatchKind =
  /** It is this one's already. */
  | 'own'
  /** An account or group that is there, and would be taken. */
  | 'found'
  /** There is none: it would be made. */
  | 'new'
  /** Nothing is needed: inactive, or left out by a setting. */
  | 'nothing'
  /** It would be parked. */
  | 'problem';

/** What a user or group of the one connection would be in the target of the other, by the settings of the other. */
export interface Match {
  readonly type: 'user' | 'group';
  readonly id: string;
  /** userName or displayName. */
  readonly name: string;
  readonly is: MatchKind;
  readonly email?: string;
  /** The accounts or groups of the target, where it would have any: those that are there, or those that would be made. */
  readonly inTarget: readonly string[];
  /** The target's own stable key of the account that was found. */
  readonly key?: string;
  /** Of a problem: the code under which it would be parked. */
  readonly code?: string;
  /** A sentence where it is not simply so. */
  readonly why?: string;
}

/** What came of a request. Who is gone by now is missing. */
export interface MatchAnswer {
  readonly matches: readonly Match[];
  /** Those that were not asked about, for the time that was left or for what the target said. */
  readonly left: readonly string[];
  /** `retryAfterMs`: it may be asked again after so long. */
  readonly notAsked?: NotAsked & { readonly retryAfterMs?: number };
}
