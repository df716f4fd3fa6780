import { OutOfTime } from '../../shared/provisioning/work.ts';
import { ProvisioningError, type Target } from '../../shared/targets/target.ts';

/**
 * How many time-outs a call may last at most; most are one request. JSON-RPC is followed by looks where it does not plainly confirm,
 * which together take one more. Probing what an instance can do may last four: it only reads, and is done once in ten minutes.
 */
const TIMEOUTS: Partial<Record<keyof Target, number>> = {
  findAccountsByEmail: 4,
  createAccount: 2,
  updateAccount: 4,
  enableAccount: 2,
  disableAccount: 2,
  deleteAccount: 2,
  createGroup: 2,
  deleteGroup: 2,
  addMember: 2,
  removeMember: 2,
  seats: 2,
};

export interface Guard {
  /** Milliseconds until the function's deadline. */
  readonly remainingMs: () => number;
  readonly callTimeoutMs: number;
  /** Told of each call that the target answered well. */
  readonly answered: () => Promise<void>;
  /** A 401 or 403: which of the two it was, as 'login-refused' or 'not-permitted' (DESIGN §4). */
  readonly ask: (refused: ProvisioningError) => Promise<ProvisioningError>;
}

const READS: ReadonlySet<keyof Target> = new Set<keyof Target>([
  'capabilities',
  'findAccount',
  'findAccountsByEmail',
  'groupExists',
  'members',
  'hasUnnamedMembers',
  'groupsOf',
  'seats',
]);

/** A question without an answer can't land late: it may be asked again soon. */
export function withoutEffect(error: unknown): unknown {
  if (!(error instanceof ProvisioningError) || error.code !== 'no-answer') return error;
  return new ProvisioningError('unavailable', error.message, { cause: error });
}

/** What a call may still need after its own time-out: writing down what it did. */
export const RESERVE_MS = 1_000;

/**
 * What the longest call may need, in milliseconds. A function that has less than this left after a slice would never start such a
 * call: each message would be continued by the next, for ever.
 */
export function longestCallMs(callTimeoutMs: number): number {
  return Math.max(...Object.values(TIMEOUTS)) * callTimeoutMs + RESERVE_MS;
}

/**
 * The target, on two conditions. DELIVERY §1: "no call starts without time for its own time-out before the function's deadline"
 * (throws OutOfTime). DESIGN §4: a refusal is not passed on before the worker knows whether the login or the call was refused.
 */
export function guardedTarget(target: Target, guard: Guard): Target {
  const hasTime = (verb: keyof Target) => guard.remainingMs() >= (TIMEOUTS[verb] ?? 1) * guard.callTimeoutMs + RESERVE_MS;

  /** Known before anything is called, so that no probe takes its time from a change. */
  let known = false;
  const once = async <T>(verb: keyof Target, call: () => Promise<T>): Promise<T> => {
    if (!known && verb !== 'capabilities') {
      await once('capabilities', () => target.capabilities());
      known = true;
    }
    if (!hasTime(verb)) throw new OutOfTime(`no time left for ${verb}`);
    try {
      const answer = await call();
      // What the adapter remembers of an instance is no answer of it.
      if (verb !== 'capabilities') await guard.answered();
      return answer;
    } catch (error) {
      if (error instanceof ProvisioningError && error.code === 'refused') throw await guard.ask(error);
      throw READS.has(verb) ? withoutEffect(error) : error;
    }
  };
  async function* each(verb: 'members' | 'groupsOf', calls: AsyncIterable<string>): AsyncGenerator<string> {
    const names = calls[Symbol.asyncIterator]();
    for (;;) {
      const next = await once(verb, () => names.next());
      if (next.done) return;
      yield next.value;
    }
  }

  return {
    settlesWithinMs: target.settlesWithinMs,
    groupsAreProvisioned: target.groupsAreProvisioned === true,
    ...(target.takesOverByEmail && { takesOverByEmail: true }),
    illegalAccountName: (name) => target.illegalAccountName(name),
    illegalGroupName: (name) => target.illegalGroupName(name),
    rememberAccount: (name, key) => target.rememberAccount(name, key),
    forgetAccount: (name) => target.forgetAccount(name),
    // This is the question itself.
    serviceAccount: () => target.serviceAccount(),
    capabilities: () => once('capabilities', () => target.capabilities()),
    test: () => target.test(),
    findAccount: (name) => once('findAccount', () => target.findAccount(name)),
    findAccountsByEmail: (email) => once('findAccountsByEmail', () => target.findAccountsByEmail(email)),
    createAccount: (name, profile) => once('createAccount', () => target.createAccount(name, profile)),
    updateAccount: (name, profile) => once('updateAccount', () => target.updateAccount(name, profile)),
    enableAccount: (name) => once('enableAccount', () => target.enableAccount(name)),
    disableAccount: (name) => once('disableAccount', () => target.disableAccount(name)),
    deleteAccount: (name) => once('deleteAccount', () => target.deleteAccount(name)),
    groupExists: (name) => once('groupExists', () => target.groupExists(name)),
    createGroup: (name) => once('createGroup', () => target.createGroup(name)),
    deleteGroup: (name) => once('deleteGroup', () => target.deleteGroup(name)),
    members: (group, start) => each('members', target.members(group, start)),
    hasUnnamedMembers: (group) => once('hasUnnamedMembers', async () => (await target.hasUnnamedMembers?.(group)) === true),
    groupsOf: (account) => each('groupsOf', target.groupsOf(account)),
    addMember: (group, account) => once('addMember', () => target.addMember(group, account)),
    removeMember: (group, account) => once('removeMember', () => target.removeMember(group, account)),
    seats: () => once('seats', () => target.seats()),
  };
}
