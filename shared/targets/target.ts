/**
 * The target port: provisioning verbs, no HTTP. Each kind of Confluence is an adapter that says what it can do.
 * Every call has a time-out. Repeats are harmless: adding a member who is one, disabling who is disabled, are successes.
 * Every method may throw ProvisioningError.
 */
export interface Account {
  readonly name: string;
  /** The target's own stable key. */
  readonly key: string;
  readonly fullName: string;
  /** Absent where the version does not tell it. */
  readonly email?: string;
  /** True as long as it has any of the access that enabling gives and disabling takes. */
  readonly active: boolean;
  /** It is active, but has only a part of that access: enabling it gives the rest. */
  readonly isPartial?: true;
}

export interface AccountProfile {
  readonly fullName: string;
  readonly email: string;
}

/** What this instance can do now, whichever way: what its version has and nobody switched off. */
export interface TargetCapabilities {
  readonly createAccount: boolean;
  /** Change a full name or an e-mail address of an existing account. */
  readonly updateProfile: boolean;
  /** Enable and disable. */
  readonly changeStatus: boolean;
  readonly deleteAccount: boolean;
  readonly createGroup: boolean;
  readonly deleteGroup: boolean;
  readonly changeMembers: boolean;
  readonly findByEmail: boolean;
  /** seats().used is told. */
  readonly countSeats: boolean;
  /** seats().limit is told. */
  readonly tellSeatLimit: boolean;
  readonly renameAccount: boolean;
  readonly renameGroup: boolean;
}

/** Of an instance that could not be asked. */
export const NO_CAPABILITIES: TargetCapabilities = {
  createAccount: false,
  updateProfile: false,
  changeStatus: false,
  deleteAccount: false,
  createGroup: false,
  deleteGroup: false,
  changeMembers: false,
  findByEmail: false,
  countSeats: false,
  tellSeatLimit: false,
  renameAccount: false,
  renameGroup: false,
};

/** What `target test` prints: each finding a sentence, and what to do. */
export interface TargetReport {
  readonly version?: string;
  readonly serviceAccount?: string;
  readonly capabilities: TargetCapabilities;
  /** By which of the target's interfaces it does what it can do; absent where it could not be found out. */
  readonly routes?: Readonly<Record<string, string>>;
  /** Why it can't do what it can't do: a sentence for each capability that is false. Absent where that could not be found out, or `routes` say it. */
  readonly limits?: Readonly<Partial<Record<keyof TargetCapabilities, string>>>;
  readonly findings: readonly { readonly ok: boolean; readonly text: string }[];
}

export interface Target {
  /**
   * How long after a change, in milliseconds, other calls may still not know of it; 0 where each call sees all before it. A plan that
   * would be parked for what may come by itself is tried again for so long.
   */
  readonly settlesWithinMs: number;
  /** Every group that it knows was provisioned, none is made there by hand: a group that was renamed may be deleted whoever made it. */
  readonly groupsAreProvisioned?: boolean;
  /**
   * `createAccount` takes over an account that has the e-mail address already, unasked and without a word: there an address stands for its
   * account as much as the name does, when it comes to who is protected.
   */
  readonly takesOverByEmail?: true;
  /** Why no account may be made of this name, as a sentence for the administrator; undefined when one may. Asks nobody. */
  illegalAccountName(name: string): string | undefined;
  illegalGroupName(name: string): string | undefined;
  /**
   * The account this product works as, by one authenticated call; the adapter caches nothing. Where a key belongs to nobody's account: what
   * the key is for, in words that are no account's name.
   */
  serviceAccount(): Promise<string>;
  /**
   * When the login ends, ISO 8601, UTC; only of adapters whose target tells it. Undefined where it can't be found. `name`: what the key is
   * called there.
   */
  loginExpires?(name?: string): Promise<string | undefined>;
  capabilities(): Promise<TargetCapabilities>;
  test(): Promise<TargetReport>;

  findAccount(name: string): Promise<Account | undefined>;
  /** Only where capabilities().findByEmail. */
  findAccountsByEmail(email: string): Promise<Account[]>;
  /** Never repeated by the adapter itself (DELIVERY §2.3): 409 is thrown as 'conflict'. */
  createAccount(name: string, profile: AccountProfile): Promise<{ key: string }>;
  /** Only where capabilities().updateProfile. */
  updateAccount(name: string, profile: Partial<AccountProfile>): Promise<void>;
  enableAccount(name: string): Promise<void>;
  /** A missing account is thrown as 'not-found'. */
  disableAccount(name: string): Promise<void>;
  /** Irreversible. Returns when the long task has ended. */
  deleteAccount(name: string): Promise<void>;

  /**
   * The account is this product's from now on: by this key it is found again, whatever becomes of its name in the target. Nothing is
   * called. An account that `createAccount` made is remembered by that.
   */
  rememberAccount(name: string, key: string): Promise<void>;
  /** The account is no longer this product's: what is kept to find it again goes. Nothing is called. */
  forgetAccount(name: string): Promise<void>;

  groupExists(name: string): Promise<boolean>;
  /** 409 is thrown as 'conflict'. */
  createGroup(name: string): Promise<void>;
  /** Irreversible; the restrictions that use the group go with it. A missing group is thrown as 'not-found'. */
  deleteGroup(name: string): Promise<void>;
  /** Account names, from the `start`-th on, 0-based: what is added or removed meanwhile may be missed or come twice. */
  members(group: string, start?: number): AsyncIterable<string>;
  /** True if somebody is in the group whom `members` leaves out, since the target tells no name of theirs. Absent where it names everybody. */
  hasUnnamedMembers?(group: string): Promise<boolean>;
  groupsOf(account: string): AsyncIterable<string>;
  addMember(group: string, account: string): Promise<void>;
  removeMember(group: string, account: string): Promise<void>;

  /** How many accounts count for the licence, and how many may; what this version does not tell is absent. Reads as much as it must. */
  seats(): Promise<SeatCount>;
}

export interface SeatCount {
  readonly used?: number;
  readonly limit?: number;
}

/** Why a call to the target, or a plan, could not be done. What to do then is in ../provisioning/dispositions.ts, never at the throw. */
export type ProvisioningCode =
  | 'rate-limited' // 429
  | 'request-timeout' // 408: answered
  | 'server-error' // 500
  | 'unavailable' // 503
  | 'no-answer' // time-out, connection lost after sending, 502, 504: the call may still land
  | 'unreachable' // connection refused, name not resolved: it can't have landed
  | 'bad-request' // 400
  | 'conflict' // 409: the name exists, and a look finds it
  | 'taken' // 409, and no look finds it: something outside what this product may see has the name or the e-mail address
  | 'settling' // may come by itself within settlesWithinMs: set by the worker
  | 'no-seat' // 402
  | 'not-found' // 404
  | 'refused' // 401 or 403: login refused or call not permitted, the worker asks which (DESIGN §4)
  | 'login-refused'
  | 'captcha' // X-Seraph-LoginReason: AUTHENTICATION_DENIED
  | 'not-permitted'
  | 'secure-session' // secure administrator session (websudo) stands in the way
  | 'remote-api-off' // JSON-RPC, the only way of this version, is switched off
  | 'read-only' // the instance is read-only
  | 'unexpected-answer' // an answer that the schema does not know
  | 'unsupported' // the adapter can't do this: never a park
  | 'no-credentials' // the secret is missing or unreadable
  | 'owned' // the account or group belongs to another live resource
  | 'foreign' // exists, and linking is not allowed
  | 'illegal-name' // the name can't be used in the target
  | 'protected'; // the account or group is protected

/** A change could not be applied. What becomes of it follows from the code, in one table (dispositions.ts), never from the place. */
export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  readonly code: ProvisioningCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly loginReason: string | undefined;

  /** `message` is a sentence for the administrator, without secrets. */
  constructor(
    code: ProvisioningCode,
    message: string,
    details: { status?: number; retryAfterMs?: number; loginReason?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.loginReason = details.loginReason;
  }
}
