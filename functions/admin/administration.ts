import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { BrakeStates, HeldChanges } from '../../shared/directory/brake.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import type { Directory } from '../../shared/directory/directory.ts';
import type { TargetId } from '../../shared/directory/ids.ts';
import type { Moves } from '../../shared/directory/moves.ts';
import type { Overview } from '../../shared/directory/overview.ts';
import type { RunRecords } from '../../shared/directory/runs.ts';
import type { SeatStates } from '../../shared/directory/seats.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { InspectionRequest, ResourceInspection } from '../../shared/provisioning/inspect/inspection.ts';
import type { MatchAnswer, MatchRequest } from '../../shared/provisioning/move/match.ts';
import type { CredentialNote } from '../../shared/targets/credential-note.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import type { TargetReport } from '../../shared/targets/target.ts';
import type { RecentRecords } from './log/recent-records.ts';

/** The state of a target as an administrator sees it. */
export interface TargetStatus {
  readonly state: 'open' | 'paused';
  readonly code?: string;
  readonly reason?: string;
  readonly since?: string;
  /** The version of the secret that it is paused for, and the one that was refused before the newer one opened it. */
  readonly secretVersion?: string;
  readonly refusedVersion?: string;
  /** What is known of the login, without the secret. */
  readonly credentials?: CredentialNote;
}

/** What the commands work with: the stack in an AWS account, or the local one. */
export interface Administration {
  /** Who acts: the ARN of the caller's own credentials, or the user of this machine. */
  readonly caller: string;
  readonly scimBaseUrl: string;
  readonly connections: Connections;
  readonly moves: Moves;
  readonly directory: Directory;
  readonly overview: Overview;
  readonly brake: Pick<BrakeStates, 'read' | 'engaged' | 'reset'>;
  readonly heldChanges: HeldChanges;
  readonly seats: Pick<SeatStates, 'read'>;
  readonly runs: RunRecords;
  readonly credentials: CredentialStore;
  readonly queue: ChangeQueue;
  readonly log: RequestLog;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly newId: () => string;
  /** 256 random bits for a bearer token. */
  readonly newToken: () => string;
  targetStatus(target: TargetId): Promise<TargetStatus>;
  noteCredentials(target: TargetId, note: CredentialNote): Promise<void>;
  /** @returns false when it was not paused */
  resumeTarget(target: TargetId): Promise<boolean>;
  /** Tries the target from where the worker runs, with the worker's credentials and network. */
  testTarget(connection: Connection): Promise<TargetReport>;
  /** Everything about one user or group, looked at from where the worker runs; null if there is none of that id. Changes nothing. */
  inspect(request: InspectionRequest): Promise<ResourceInspection | null>;
  /** What users or groups of one connection would be in another's target, looked at from where the worker runs. Changes nothing. */
  match(request: MatchRequest): Promise<MatchAnswer>;
  readonly recentRecords: RecentRecords;
  /** Wakes the driver of runs, which comes by itself each minute. */
  startReconcile(): Promise<void>;
  /** Ships what was logged; called once at the end. */
  close(): Promise<void>;
}

/** How the command line talks to the person: answers, and secrets that don't show. */
export interface Terminal {
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** One secret from standard input: the whole input when it is piped, else a prompt without echo. */
  readSecret(prompt: string): Promise<string>;
  /** A document: the file of this name, or all of standard input without one. */
  readDocument(file: string | undefined): Promise<string>;
  writeDocument(file: string, text: string): Promise<void>;
  /** A line that the next one takes the place of; an empty one is the last. Nothing where nobody looks. */
  readonly showProgress?: (line: string) => void;
  /** Lets the person change a text in their editor. */
  edit(text: string): Promise<EditedDocument>;
}

/** What a person made of a text in their editor. */
export interface EditedDocument {
  readonly text: string;
  /** Where it is until it is discarded. */
  readonly file: string;
  discard(): Promise<void>;
}
