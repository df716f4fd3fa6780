import type { CredentialNote } from '../targets/credential-note.ts';
import type { TargetId } from './ids.ts';

/** What is known of a target: whether it may be called, and how its last calls went. One item a target. */
export interface TargetState {
  readonly state: 'open' | 'paused';
  /** A ProvisioningCode, with the sentence for the administrator. */
  readonly code?: string;
  readonly reason?: string;
  /** Since when it is paused, ISO 8601. */
  readonly since?: string;
  /** The version of the secret that was refused: a newer one opens the target. */
  readonly secretVersion?: string;
  /** Opened for a newer secret than this one: who still holds this one does not log in with it. */
  readonly refusedVersion?: string;
  /** When it was last opened again: everything marked or sent before is due. */
  readonly lastResumed?: string;
  /** Failures in a row that say the target is not there, and since when. */
  readonly failures: number;
  readonly failingSince?: string;
  /** It has asked not to be called before then; milliseconds since 1970. */
  readonly slowUntil?: number;
  /** Who the product is in the target, and with which secret that was learned: always protected. */
  readonly serviceAccount?: string;
  readonly serviceAccountVersion?: string;
  /** What is known of the login, and when it was last looked at; ISO 8601. */
  readonly credentials?: CredentialNote;
  readonly credentialsSeen?: string;
}

export interface TargetStates {
  /** Strongly consistent; a target nobody has written about is open. */
  read(target: TargetId): Promise<TargetState>;
  /** False if it was paused for the same reason already. */
  pause(target: TargetId, pause: { code: string; reason: string; secretVersion?: string }): Promise<boolean>;
  /** False if it was not paused. `refusedVersion`: the secret that must not be used again, where a newer one opens the target. */
  resume(target: TargetId, refusedVersion?: string): Promise<boolean>;
  /** Takes the target's lease until `until` (milliseconds since 1970); false while someone else has it. */
  lease(target: TargetId, holder: string, until: number): Promise<boolean>;
  releaseLease(target: TargetId, holder: string): Promise<void>;
  /** One more failure in a row; gives the count and its beginning. */
  failed(target: TargetId): Promise<{ failures: number; since: Date }>;
  /** The target has answered: the count begins again. */
  answered(target: TargetId): Promise<void>;
  learned(target: TargetId, serviceAccount: string, secretVersion: string): Promise<void>;
  noteCredentials(target: TargetId, note: CredentialNote): Promise<void>;
  /** True for the first who asks: people are told once a day that this login ends. `day`: YYYY-MM-DD. */
  mayTellExpiry(target: TargetId, note: CredentialNote, day: string): Promise<boolean>;
}
