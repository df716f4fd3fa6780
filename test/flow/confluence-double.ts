import { illegalAccountName, illegalGroupName } from '../../shared/targets/data-center/illegal-name.ts';
import type { ObservedCall } from '../../shared/targets/http/observed-call.ts';
import {
  type Account,
  type ProvisioningCode,
  ProvisioningError,
  type Target,
  type TargetCapabilities,
} from '../../shared/targets/target.ts';

/** One call as the test sees it: "disableAccount ann", "addMember staff ann". */
export interface HeldCall {
  readonly call: string;
  /** The call takes effect now and is answered. */
  proceed(): void;
  /** The caller gets this answer now; the call has had no effect. */
  lie(answer: unknown): void;
  /** The caller gets this failure now; the call has had no effect. */
  fail(code: ProvisioningCode): void;
  /** The caller gets no answer now; the call takes effect when `land` is called, or never. */
  timeOut(): void;
  land(): void;
}

interface Rule {
  readonly match: RegExp;
  readonly code?: ProvisioningCode;
  readonly retryAfterMs?: number;
  readonly lie?: unknown;
  readonly onHeld?: (call: HeldCall) => void;
  readonly before?: () => void;
  times: number;
}

/** A Confluence in memory that implements the port, with gates: calls can be held, fail, be answered falsely, or land late. */
export class ConfluenceDouble {
  readonly accounts = new Map<string, { fullName: string; email?: string; active: boolean }>();
  readonly groups = new Map<string, Set<string>>();
  readonly calls: string[] = [];
  readonly capabilities: { -readonly [name in keyof TargetCapabilities]: boolean } = {
    createAccount: true,
    updateProfile: true,
    changeStatus: true,
    deleteAccount: true,
    createGroup: true,
    deleteGroup: true,
    changeMembers: true,
    findByEmail: false,
    countSeats: true,
    tellSeatLimit: false,
    renameAccount: false,
    renameGroup: false,
  };
  /** As a Cloud's: how long a change may stay unseen. */
  settlesWithinMs = 0;
  groupsAreProvisioned = false;
  /** Groups in which somebody is of whom no name is told. */
  readonly withUnnamed = new Set<string>();
  /** `name key`, of the accounts that the product found and took. */
  readonly remembered: string[] = [];
  readonly forgotten: string[] = [];
  seatLimit: number | undefined;
  /** Refused logins in a row: three lock the service account. */
  refusedInARow = 0;
  mostRefusedInARow = 0;
  inFlight = 0;
  mostInFlight = 0;
  /** When set, every call is held and handed over, except those that a rule matches. */
  gate: ((call: HeldCall) => void) | undefined;
  readonly #rules: Rule[] = [];

  /** Calls that match are held at the door; gives the first when it arrives. */
  hold(match: RegExp): Promise<HeldCall> {
    return new Promise((resolve) => this.#rules.push({ match, times: 1, onHeld: resolve }));
  }

  /** Calls that match fail without effect. */
  fail(match: RegExp, code: ProvisioningCode, times = 1, retryAfterMs?: number): void {
    this.#rules.push({ match, code, times, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  }

  /** Calls that match are answered with `lie`, without effect. */
  lie(match: RegExp, lie: unknown, times = 1): void {
    this.#rules.push({ match, lie, times });
  }

  /** Before calls that match take effect, `before` runs: it moves the clock, or does what someone else does meanwhile. */
  slow(match: RegExp, before: () => void): void {
    this.#rules.push({ match, before, times: Number.POSITIVE_INFINITY });
  }

  heal(): void {
    this.#rules.length = 0;
  }

  /** Changes only; reads left out. */
  get writes(): string[] {
    return this.calls.filter((call) => !/^(findAccount|findAccountsByEmail|groupExists|serviceAccount|capabilities|seats)\b/.test(call));
  }

  member(group: string, account: string): boolean {
    return this.groups.get(group)?.has(account) === true;
  }

  target(observe: (call: ObservedCall) => void, beforeCall?: () => Promise<void>): Target {
    const call = async <T>(verb: string, names: readonly string[], effect: () => T): Promise<T> => {
      const text = [verb, ...names].join(' ');
      await beforeCall?.();
      this.calls.push(text);
      this.inFlight += 1;
      this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
      let outcome: ObservedCall['outcome'] = 'ok';
      let retryAfterMs: number | undefined;
      try {
        return await this.#answer(text, effect);
      } catch (error) {
        if (error instanceof ProvisioningError) ({ code: outcome, retryAfterMs } = error);
        throw error;
      } finally {
        this.inFlight -= 1;
        const refused = outcome === 'refused' || outcome === 'login-refused' || outcome === 'captcha';
        this.refusedInARow = refused ? this.refusedInARow + 1 : 0;
        this.mostRefusedInARow = Math.max(this.mostRefusedInARow, this.refusedInARow);
        observe({
          method: verb,
          path: names.join('/'),
          outcome,
          durationMs: 1,
          attempt: 1,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        });
      }
    };
    const account = (name: string) => this.accounts.get(name) ?? fail('not-found', `no account ${name}`);
    const group = (name: string) => this.groups.get(name) ?? fail('not-found', `no group ${name}`);
    const toAccount = (name: string): Account | undefined => {
      const found = this.accounts.get(name);
      return found && { name, key: `key-${name}`, fullName: found.fullName, active: found.active };
    };
    return {
      settlesWithinMs: this.settlesWithinMs,
      groupsAreProvisioned: this.groupsAreProvisioned,
      illegalAccountName,
      illegalGroupName,
      rememberAccount: (name, key) => {
        this.remembered.push(`${name} ${key}`);
        return Promise.resolve();
      },
      forgetAccount: (name) => {
        this.forgotten.push(name);
        return Promise.resolve();
      },
      serviceAccount: () => call('serviceAccount', [], () => 'service'),
      capabilities: () => Promise.resolve(this.capabilities),
      test: () => Promise.resolve({ capabilities: this.capabilities, findings: [] }),
      findAccount: (name) => call('findAccount', [name], () => toAccount(name)),
      findAccountsByEmail: (email) =>
        call('findAccountsByEmail', [email], () =>
          [...this.accounts].flatMap(([name, found]) => (found.email === email ? [toAccount(name) as Account] : [])),
        ),
      createAccount: (name, profile) =>
        call('createAccount', [name], () => {
          if (this.accounts.has(name)) fail('conflict', `${name} exists`);
          this.accounts.set(name, { ...profile, active: true });
          return { key: `key-${name}` };
        }),
      updateAccount: (name, profile) =>
        call('updateAccount', [name], () => {
          if (!this.capabilities.updateProfile) fail('unsupported', 'no update of profiles');
          Object.assign(account(name), profile);
        }),
      enableAccount: (name) =>
        call('enableAccount', [name], () => {
          account(name).active = true;
        }),
      disableAccount: (name) =>
        call('disableAccount', [name], () => {
          account(name).active = false;
        }),
      deleteAccount: (name) =>
        call('deleteAccount', [name], () => {
          account(name);
          this.accounts.delete(name);
          for (const members of this.groups.values()) members.delete(name);
        }),
      groupExists: (name) => call('groupExists', [name], () => this.groups.has(name)),
      createGroup: (name) =>
        call('createGroup', [name], () => {
          if (this.groups.has(name)) fail('conflict', `${name} exists`);
          this.groups.set(name, new Set());
        }),
      deleteGroup: (name) =>
        call('deleteGroup', [name], () => {
          group(name);
          this.groups.delete(name);
        }),
      hasUnnamedMembers: (name) => Promise.resolve(this.withUnnamed.has(name)),
      async *members(name, start = 0) {
        yield* [...group(name)].slice(start);
      },
      groupsOf: (name) => membershipsOf(this.groups, name),
      addMember: (name, member) =>
        call('addMember', [name, member], () => {
          account(member);
          group(name).add(member);
        }),
      removeMember: (name, member) =>
        call('removeMember', [name, member], () => {
          account(member);
          group(name).delete(member);
        }),
      seats: () =>
        call('seats', [], () => ({
          used: [...this.accounts.values()].filter(({ active }) => active).length,
          ...(this.seatLimit !== undefined && { limit: this.seatLimit }),
        })),
    };
  }

  async #answer<T>(text: string, effect: () => T): Promise<T> {
    const rule = this.#rules.find(({ match, times }) => times > 0 && match.test(text));
    if (!rule && this.gate) return held(text, effect, this.gate);
    if (!rule) return effect();
    rule.times -= 1;
    rule.before?.();
    if (rule.before) return effect();
    if (rule.code !== undefined) throw new ProvisioningError(rule.code, `${text} fails as the test says`, rule);
    return rule.onHeld ? held(text, effect, rule.onHeld) : (rule.lie as T);
  }
}

function held<T>(text: string, effect: () => T, hand: (call: HeldCall) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    hand({
      call: text,
      proceed() {
        try {
          resolve(effect());
        } catch (error) {
          reject(error);
        }
      },
      lie: (answer) => resolve(answer as T),
      fail: (code) => reject(new ProvisioningError(code, `${text} fails as the test says`)),
      timeOut: () => reject(new ProvisioningError('no-answer', `${text} was not answered`)),
      land() {
        try {
          effect();
        } catch {
          // Nobody hears the answer of a call that lands late.
        }
      },
    });
  });
}

function fail(code: ProvisioningCode, message: string): never {
  throw new ProvisioningError(code, message);
}

async function* membershipsOf(groups: ReadonlyMap<string, ReadonlySet<string>>, account: string): AsyncGenerator<string> {
  for (const [name, members] of groups) if (members.has(account)) yield name;
}
