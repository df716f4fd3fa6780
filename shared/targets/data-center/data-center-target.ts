import { randomBytes } from 'node:crypto';
import { type HttpClientOptions, httpClient } from '../http/http-client.ts';
import { restClient } from '../http/rest-client.ts';
import { ProvisioningError, type Target } from '../target.ts';
import { type Abilities, type AbilityMemory, probeAbilities, REMEMBERED_MS } from './abilities.ts';
import { findAccount, findAccountsByEmail, readServiceAccount } from './accounts.ts';
import { Group, Person } from './answers.ts';
import { countSeats } from './count-seats.ts';
import { ENDPOINTS } from './endpoints.ts';
import { failureOfAnswer } from './failure.ts';
import { illegalAccountName, illegalGroupName } from './illegal-name.ts';
import { readEmail, readIsActive, rpcClient } from './json-rpc.ts';
import { jsonRpcWrites } from './json-rpc-writes.ts';
import { allOf } from './pages.ts';
import { restWrites } from './rest-writes.ts';
import { testTarget } from './test-target.ts';
import { writesByVersion } from './writes-by-version.ts';

export interface DataCenterTargetOptions extends HttpClientOptions {
  /** Set by hand, as `8.5`; absent: the instance is asked. */
  readonly version?: string | undefined;
  /** Shared by the targets of a process, so that an instance is not asked for each change. Default: this object's own. */
  readonly memory?: AbilityMemory;
  /** For new accounts. Default: 256 random bits in 43 characters and four that satisfy password policies. */
  readonly newPassword?: () => string;
}

const GROUP_PAGE = 200;

/**
 * A Confluence Server or Data Center from 6.0 on: by its REST API, and by JSON-RPC what its version has no other way for
 * (routes-by-version.ts).
 *
 * Each method is one request, but for the lists, `test`, `capabilities` and `seats`; `deleteAccount` waits for its long task within
 * `callTimeoutMs`, and JSON-RPC is followed by a look where it does not plainly confirm (within another `callTimeoutMs`). No change is
 * repeated here. An unknown account or group is thrown as 'not-found'. What the instance can do is asked once and remembered: before the
 * first call, `capabilities` should be, which takes the time for it.
 */
export function dataCenterTarget(options: DataCenterTargetOptions): Target {
  const { now, callTimeoutMs, version } = options;
  const http = httpClient(options);
  const client = restClient(http, (answer, redact) => failureOfAnswer(answer, now(), redact));
  const rpc = rpcClient(http, now);
  const newPassword = options.newPassword ?? randomPassword;
  const memory: AbilityMemory = options.memory ?? new Map();
  const remembered = `${options.targetId} ${version ?? ''}`;

  /** Once known it stays, for this object: nothing is asked in the middle of a change. */
  let known: Promise<Abilities> | undefined;
  function remember(abilities: Promise<Abilities>): Promise<Abilities> {
    known = abilities;
    memory.set(remembered, { abilities, until: now() + REMEMBERED_MS });
    abilities.catch(() => {
      if (known === abilities) known = undefined;
      if (memory.get(remembered)?.abilities === abilities) memory.delete(remembered);
    });
    return abilities;
  }
  const ask = () => remember(probeAbilities(client, rpc, { ...(version !== undefined && { version }), timeoutMs: callTimeoutMs / 2 }));
  function abilities(): Promise<Abilities> {
    const kept = memory.get(remembered);
    known ??= kept !== undefined && now() < kept.until ? kept.abilities : ask();
    return known;
  }

  /** Looks after a call of JSON-RPC, all of them together within about one time-out. */
  const lookMs = callTimeoutMs / 4;
  const brief: typeof client = { call: (endpoint, request, answer) => client.call(endpoint, { timeoutMs: lookMs, ...request }, answer) };
  const byRpc = {
    isActive: (name: string) => readIsActive(rpc, name, lookMs),
    email: (name: string) => readEmail(rpc, name, lookMs),
  };
  const find = async (name: string) =>
    (await abilities()).routes.tellStatus === 'rest' ? findAccount(client, name) : findAccount(brief, name, byRpc);
  const groupExists = async (through: typeof client, name: string): Promise<boolean> => {
    try {
      await through.call(ENDPOINTS.group, { names: { groupName: name } }, Group);
      return true;
    } catch (error) {
      if (error instanceof ProvisioningError && error.code === 'not-found') return false;
      throw error;
    }
  };
  async function* groupsOf(through: typeof client, account: string): AsyncGenerator<string, void, undefined> {
    const request = { query: { username: account } };
    for await (const { name } of allOf(through, ENDPOINTS.groupsOfUser, request, Group, GROUP_PAGE)) yield name;
  }
  const looks = {
    account: find,
    groupExists: (name: string) => groupExists(brief, name),
    async isMember(group: string, account: string) {
      const wanted = group.toLowerCase();
      for await (const name of groupsOf(brief, account)) if (name.toLowerCase() === wanted) return true;
      return false;
    },
  };

  const writes = writesByVersion({
    abilities,
    remember: (next) => void remember(Promise.resolve(next)),
    rest: restWrites(client, { newPassword, now, callTimeoutMs }),
    jsonRpc: jsonRpcWrites(rpc, looks, newPassword),
    accountExists: async (name) => (await findAccount(client, name)) !== undefined,
  });

  return {
    ...writes,
    serviceAccount: () => readServiceAccount(client),
    capabilities: async () => (await abilities()).capabilities,
    settlesWithinMs: 0,
    illegalAccountName,
    illegalGroupName,
    // Confluence finds an account by the name that this product knows: nothing is kept.
    rememberAccount: () => Promise.resolve(),
    forgetAccount: () => Promise.resolve(),
    test: () => testTarget({ client, rpc, timeoutMs: callTimeoutMs / 2 }, ask),
    findAccount: find,

    async findAccountsByEmail(email) {
      if (!(await abilities()).capabilities.findByEmail) {
        throw new ProvisioningError('unsupported', 'Before Confluence 9.3 accounts can be found by user name only.');
      }
      return findAccountsByEmail(client, email);
    },

    groupExists: (name) => groupExists(client, name),
    async *members(group, start = 0) {
      const request = { names: { groupName: group }, start };
      for await (const person of allOf(client, ENDPOINTS.groupMembers, request, Person, GROUP_PAGE)) {
        if (person.username !== undefined) yield person.username;
      }
    },
    groupsOf: (account) => groupsOf(client, account),

    async seats() {
      if (!(await abilities()).capabilities.countSeats) return {};
      return countSeats(client, { now, withinMs: 2 * callTimeoutMs });
    },
  };
}

function randomPassword(): string {
  return `${randomBytes(32).toString('base64url')}aA1!`;
}
