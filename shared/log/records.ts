/**
 * The records of the request log: one JSON line each, all functions in one log group, one correlation id from the IdP's request
 * to each Confluence call. `summary` detail holds ids and user names and no other personal data. No secrets, ever.
 */
interface Common {
  readonly correlationId: string;
  readonly connection?: string;
}
/** What the record is about. `name` is the user name or group name. */
export interface Subject {
  readonly type: 'user' | 'group' | 'membership';
  readonly id: string;
  readonly name?: string;
  /** Memberships: the member's id. */
  readonly member?: string;
}

/** Whom a request is about. There is no id yet when a create is refused. */
export type RequestSubject = Omit<Subject, 'id'> & { readonly id?: string };

export type LogRecord = Common &
  (
    | {
        readonly kind: 'scim.request';
        readonly method: string;
        readonly path: string;
        readonly status: number;
        readonly durationMs: number;
        readonly scimType?: string;
        readonly detail?: string;
        /** Each tolerance used, once, however often and wherever it was: what is counted. */
        readonly toleranceIds?: readonly string[];
        /** Each tolerance used and where, e.g. ["T2 active"]; the first 50 places. */
        readonly tolerances?: readonly string[];
        readonly tolerated?: number;
        readonly client?: string;
        readonly subject?: RequestSubject;
        readonly revision?: number;
        /** For an operation of a Bulk request, which has a record of its own: its place among the Operations, from 0. */
        readonly bulk?: { readonly index: number; readonly bulkId?: string };
        /** With full detail: redacted bodies. */
        readonly request?: unknown;
        readonly response?: unknown;
      }
    | { readonly kind: 'change.send-failed'; readonly subject: Subject; readonly error: string }
    | {
        readonly kind: 'change.planned';
        readonly subject: Subject;
        readonly revision: number;
        readonly actions: readonly string[];
        readonly target: string;
        readonly reason: string;
        /** Nothing of it is done: the connection, or the run of Synchronize, is a dry run. */
        readonly dryRun?: true;
      }
    | {
        readonly kind: 'confluence.request';
        readonly target: string;
        readonly method: string;
        readonly path: string;
        /** Absent when there was no answer. */
        readonly status?: number;
        readonly outcome: string;
        readonly durationMs: number;
        readonly attempt: number;
        readonly retryAfterMs?: number;
        readonly loginReason?: string;
        /** The target's rate limit, when it is nearly used up. */
        readonly rate?: { readonly remaining: number; readonly limit: number; readonly intervalSeconds: number; readonly fillRate: number };
        readonly subject?: Subject;
      }
    | {
        readonly kind: 'change.applied';
        readonly subject: Subject;
        readonly revision: number;
        readonly target: string;
        readonly pendingMs: number;
        readonly note?: string;
      }
    | { readonly kind: 'change.parked'; readonly subject: Subject; readonly code: string; readonly reason: string; readonly target: string }
    | { readonly kind: 'change.unsupported'; readonly subject: Subject; readonly what: string; readonly target: string }
    | {
        readonly kind: 'change.retried';
        readonly subject: Subject;
        readonly code: string;
        readonly reason: string;
        readonly target: string;
        readonly receives: number;
        readonly nextMs?: number;
      }
    | {
        readonly kind: 'change.resent';
        readonly subject: Subject;
        readonly target: string;
        readonly attempts: number;
        readonly pendingMs: number;
      }
    /** The brake keeps it from being applied until an administrator decides. */
    | { readonly kind: 'change.held'; readonly subject: Subject; readonly actions: readonly string[]; readonly target: string }
    /** More accounts than `limit` of `users` were to lose access within an hour: everything of the kind is held from now on. */
    | {
        readonly kind: 'brake.engaged';
        readonly target: string;
        readonly limit: number;
        readonly users: number;
        readonly subject: Subject;
      }
    /** The seat guard has refused somebody, and nobody since the last seat became free. */
    | {
        readonly kind: 'seats.full';
        readonly target: string;
        readonly used: number;
        readonly limit: number;
        readonly subject?: Subject;
      }
    /** A setting says that nothing is to be done. */
    | { readonly kind: 'change.skipped'; readonly subject: Subject; readonly reason: string; readonly target: string }
    | { readonly kind: 'change.waiting'; readonly subject: Subject; readonly reason: string; readonly target: string }
    | { readonly kind: 'target.paused'; readonly target: string; readonly code: string; readonly reason: string }
    | { readonly kind: 'target.resumed'; readonly target: string; readonly by: string }
    | {
        readonly kind: 'sweep.finished';
        readonly sent: number;
        readonly pending: number;
        readonly oldestPendingMs: number;
        readonly pausedTargets: number;
        /** Connections whose brake is on. */
        readonly engagedBrakes?: number;
        /** Targets where somebody was refused a seat and none has become free since. */
        readonly fullTargets?: number;
        readonly heldBack?: string;
        /** What connections in dry run keep back: not pending, and never late. Counted up to a bound a connection. */
        readonly heldByDryRun?: number;
        /** Days until the first token of a live connection expires that has no later one beside it. */
        readonly tokenExpiresInDays?: number;
        /** Days until the first login to the target of a live connection ends, as far as that is known; negative once one has. */
        readonly credentialsExpireInDays?: number;
      }
    /** One per target and day, from 30 days before its login ends. */
    | {
        readonly kind: 'credentials.expiring';
        readonly target: string;
        readonly expires: string;
        readonly days: number;
        readonly text: string;
      }
    /** One per connection and sweep, for the alarm on a silent IdP. */
    | { readonly kind: 'connection.silent'; readonly hours: number }
    | { readonly kind: 'reconcile.drift'; readonly subject: Subject; readonly drift: string }
    | {
        readonly kind: 'reconcile.finished';
        readonly run: string;
        readonly of: 'synchronize' | 'preview' | 'settings';
        readonly dryRun?: true;
        readonly resources: number;
        readonly durationMs: number;
        readonly counts: Readonly<Record<string, number>>;
      }
    /** One a minute while a run is older than a day, for the alarm. */
    | { readonly kind: 'reconcile.late'; readonly run: string; readonly hours: number }
    | {
        readonly kind: 'admin.action';
        readonly caller: string;
        readonly action: string;
        readonly arguments: Readonly<Record<string, unknown>>;
        readonly outcome: string;
      }
    | {
        readonly kind: 'error';
        readonly where: string;
        readonly error: readonly { readonly name: string; readonly message: string; readonly stack?: string }[];
      }
  );
