/** What one setting made of a name or a person: `inspect` shows them in order, the request log names the last. */
export interface Step {
  /** Its place in the settings document: `users.userName.stripDomain`. */
  readonly setting: string;
  /** What it was given and what it gave back, in words: "jane@corp.example becomes jane". */
  readonly says: string;
}

/** Nothing is to be made of it: `skip` is said in the log and ends there, `park` waits for an administrator. */
export interface NotNamed {
  readonly is: 'skip' | 'park';
  /** A sentence for the administrator: which setting, what to do. */
  readonly reason: string;
  readonly steps: readonly Step[];
}
