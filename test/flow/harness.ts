import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { reconcileFunction } from '../../functions/reconcile/reconcile-function.ts';
import { type SweepFunction, sweepFunction } from '../../functions/sweep/sweep-function.ts';
import type { WorkerDependencies } from '../../functions/worker/dependencies.ts';
import { type WorkerFunction, workerFunction } from '../../functions/worker/worker-function.ts';
import { commit } from '../../shared/directory/commit.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import type { Committed, Directory } from '../../shared/directory/directory.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import type { Write } from '../../shared/directory/dynamodb-expression.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from '../../shared/directory/ids.ts';
import type { GroupItem, MemberItem, UserItem } from '../../shared/directory/items.ts';
import { keys } from '../../shared/directory/keys.ts';
import { clearedParked, markerOfRequest, pendingMarker } from '../../shared/directory/marker.ts';
import { listLayer, writeLayer } from '../../shared/directory/members/large-change.ts';
import { changeResource } from '../../shared/directory/resource-write.ts';
import { dynamoDbRuns } from '../../shared/directory/runs/dynamodb-runs.ts';
import type { Counts, NewRun, Run, RunResult, Runs } from '../../shared/directory/runs.ts';
import { messageGroupFor } from '../../shared/directory/target-name.ts';
import type { LogRecord } from '../../shared/log/records.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import type { Credentials } from '../../shared/targets/credentials.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';
import { type TargetAddress, targetIdOf } from '../../shared/targets/target-address.ts';
import { type TargetParts, targetsOf } from '../../shared/targets/target-of.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import { ConfluenceDouble } from './confluence-double.ts';
import { FifoQueue, type Message } from './fifo-queue.ts';

export const BASE_URL = 'https://confluence.example.com';
export const SWEEP_AFTER_SECONDS = 120;
export const RESEND_AFTER_MS = 300_000;
export const WORLD_BEGINS = Date.parse('2026-11-02T08:00:00.000Z');
const CALL_TIMEOUT_MS = 5_000;
/** In UTC; worlds begin at 8. */
export const NIGHTLY_HOUR = 2;

export interface WorldOptions {
  /** False: no run of Synchronize begins by itself, however far the clock goes. */
  readonly nightly?: boolean;
  readonly settings?: SettingsChange;
  readonly credentials?: Credentials;
  /** How long the function lives. */
  readonly functionMs?: number;
  readonly sliceMs?: number;
  /** A Confluence of its own in place of the double. */
  readonly targetOf?: WorkerDependencies['targetOf'];
  /** Where the target of the connections is. Without `targetOf` the product's own adapter calls it. Default: the double's address. */
  readonly address?: TargetAddress;
  /** What the product's own adapter sends its requests by. */
  readonly fetch?: TargetParts['fetch'];
  /** Shared with what simulates the target. Default: one of the world's own. */
  readonly clock?: { now: number };
}

/**
 * The product without HTTP: the real store on the embedded engine, the real worker and sweep, and between them a queue and a
 * Confluence that do nothing by themselves. The clock stands still unless the test moves it.
 */
export interface World {
  readonly clock: { now: number };
  readonly confluence: ConfluenceDouble;
  readonly queue: FifoQueue;
  readonly directory: Directory;
  readonly connections: Connections;
  readonly delivery: Delivery;
  readonly table: DynamoDbTable;
  /** What the table speaks through: for measuring it. */
  readonly client: DynamoDBClient;
  readonly connection: Connection;
  readonly log: LogRecord[];
  readonly secret: { version: string; credentials: Credentials | undefined };
  readonly worker: WorkerFunction;
  /** What `worker` works with. */
  readonly workerDependencies: WorkerDependencies;
  /** The same function in another instance: it remembers nothing that `worker` does. */
  anotherWorker(): WorkerFunction;
  readonly sweep: SweepFunction;
  readonly runs: Runs;
  readonly remaining: { ms: number };
  connect(name: string, settings?: SettingsChange): Promise<Connection>;

  /** Users that are pending, with ids that begin with eight zeros where access is taken away. */
  seedMarkers(count: number, marker: { now: Date; dueAt: Date; removal: boolean }): Promise<void>;
  /** Users with accounts, as the worker leaves them: quicker than one request each. */
  seedUsers(count: number): Promise<UserId[]>;
  createUser(userName: string, more?: ScimObject, options?: RequestOptions): Promise<UserId>;
  updateUser(id: UserId, change: ScimObject, options?: RequestOptions): Promise<void>;
  deleteUser(id: UserId, options?: RequestOptions): Promise<void>;
  createGroup(displayName: string, members?: readonly UserId[], options?: RequestOptions): Promise<GroupId>;
  renameGroup(id: GroupId, displayName: string, options?: RequestOptions): Promise<void>;
  changeMembers(id: GroupId, change: MemberRequest, options?: RequestOptions): Promise<void>;
  /** A replace as a large one is written, with a layer, at any size. */
  replaceByLayer(id: GroupId, members: readonly UserId[], options?: RequestOptions): Promise<void>;
  deleteGroup(id: GroupId, options?: RequestOptions): Promise<void>;

  /** Starts one delivery: the head of the first group that may be received, or of the message given. */
  deliver(message?: Message, by?: WorkerFunction): Promise<void>;
  /** Delivers until nothing may be received. */
  settle(): Promise<void>;
  /** Moves the clock, then settles. */
  pass(ms: number): Promise<void>;
  /** So many minutes, the sweep in each, and what it sends. */
  untilPassed(minutes: number): Promise<void>;
  /** A minute, the sweep, and what it sends; as often as it takes until nothing is pending. */
  untilQuiet(): Promise<void>;

  /** One minute of the driver of runs; while it pauses, what it has sent is delivered. */
  reconcile(): Promise<void>;
  /** A run of Synchronize, or what `run` says, to its end, and what waits then. */
  synchronize(run?: Partial<NewRun>): Promise<Synchronized>;

  user(id: UserId, connection?: Connection): Promise<UserItem | undefined>;
  group(id: GroupId, connection?: Connection): Promise<GroupItem | undefined>;
  member(group: GroupId, user: UserId, connection?: Connection): Promise<MemberItem | undefined>;
  records<Kind extends LogRecord['kind']>(kind: Kind): Extract<LogRecord, { kind: Kind }>[];
  close(): Promise<void>;
}

/** What a run has found. */
export interface Synchronized {
  readonly run: Run;
  readonly counts: Counts;
  readonly results: readonly RunResult[];
}

export interface RequestOptions {
  readonly connection?: Connection;
  /** False: the process dies after the commit and before the send. */
  readonly sends?: boolean;
}

export interface MemberRequest {
  readonly add?: readonly UserId[];
  readonly remove?: readonly UserId[];
  readonly replaces?: boolean;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const engine = await startEmbeddedDynamoDb();
  const table = new DynamoDbTable(engine.client, engine.tableName);
  const clock = options.clock ?? { now: WORLD_BEGINS };
  const address: TargetAddress = options.address ?? { kind: 'data-center', baseUrl: BASE_URL };
  const now = () => new Date(clock.now);
  const remaining = { ms: options.functionMs ?? 60_000 };
  const confluence = new ConfluenceDouble();
  const queue = new FifoQueue(() => clock.now);
  const connections = dynamoDbConnections(table);
  const directory = dynamoDbDirectory(table, { sweepAfterSeconds: SWEEP_AFTER_SECONDS, newId: randomUUID });
  const delivery = dynamoDbDelivery(table, { sweepAfterSeconds: SWEEP_AFTER_SECONDS, now });
  const log: LogRecord[] = [];
  const secret: World['secret'] = {
    version: '1',
    credentials: options.credentials ?? { kind: 'personal-access-token', token: 'a-token-of-the-test' },
  };
  const credentials = {
    async read() {
      if (!secret.credentials) throw new ProvisioningError('no-credentials', 'There are no credentials.');
      return { credentials: secret.credentials, version: secret.version };
    },
    write: () => Promise.reject(new TypeError('a test sets the secret itself')),
  };
  const runs = dynamoDbRuns(table, now);
  /** The targets of one process. */
  const ofProcess = (): WorkerDependencies['targetOf'] => {
    if (options.targetOf) return options.targetOf;
    const accountKeys = dynamoDbAccountKeys(table);
    const sender = options.fetch ? { fetch: options.fetch } : {};
    if (options.address) return targetsOf({ credentials, accountKeys, callTimeoutMs: CALL_TIMEOUT_MS, now: () => clock.now, ...sender });
    return (_connection, ...hooks) => confluence.target(...hooks);
  };
  const dependencies = {
    delivery,
    runs,
    connections,
    queue,
    credentials,
    targetOf: ofProcess(),
    log: { write: (record: LogRecord) => void log.push(record) },
    now,
  };
  const workerDependencies = {
    ...dependencies,
    changeVisibility: queue.changeVisibility,
    random: () => 0.5,
    sleep: async (ms: number) => {
      clock.now += ms;
    },
    callTimeoutMs: CALL_TIMEOUT_MS,
    sliceMs: options.sliceMs ?? 20_000,
  };
  const anotherWorker = () => workerFunction({ ...workerDependencies, targetOf: ofProcess() });
  const worker = anotherWorker();
  const sweep = sweepFunction({ ...dependencies, parked: dynamoDbOverview(table), sweepAfterSeconds: SWEEP_AFTER_SECONDS });

  async function connect(name: string, settings: SettingsChange = {}): Promise<Connection> {
    return connections.create({
      id: randomUUID() as ConnectionId,
      name,
      state: 'active',
      created: now().toISOString(),
      target: { ...address, id: targetIdOf(address) },
      // The brake would stop tests of something else that take access from many; those of the brake switch it on.
      settings: settingsOf({ brake: { enabled: false }, ...options.settings }, settings),
    });
  }
  const first = await connect('first');

  let requests = 0;
  const context = (request: RequestOptions) => ({
    connection: request.connection ?? first,
    correlationId: `request-${++requests}`,
    now: now(),
  });
  async function send(
    type: 'user' | 'group',
    committed: Committed<{ id: string; revision: number }>,
    { correlationId, connection }: ReturnType<typeof context>,
    { sends = true }: RequestOptions,
  ): Promise<void> {
    if (!committed.changed || !sends) return;
    const resource = { type, id: committed.resource.id } as { type: 'user'; id: UserId } | { type: 'group'; id: GroupId };
    await queue.send(committed.messageGroup, {
      v: 1,
      connection: connection.id,
      resource,
      revision: committed.resource.revision,
      correlationId,
      ...(committed.members && { members: [...committed.members] }),
      reason: 'change',
    });
  }
  const storedGroup = async (id: GroupId, request: RequestOptions) => {
    const group = await directory.groups.read(request.connection ?? first, id);
    if (!group) throw new Error(`no group ${id}`);
    return group;
  };
  const storedUser = async (id: UserId, request: RequestOptions) => {
    const user = await directory.users.read(request.connection ?? first, id);
    if (!user) throw new Error(`no user ${id}`);
    return user;
  };

  async function deliver(message = queue.receivable()[0], by = worker): Promise<void> {
    if (!message) throw new Error('nothing can be received');
    const event = queue.receive([message]);
    queue.settle([message], await by(event, { getRemainingTimeInMillis: () => remaining.ms }));
  }
  async function settle(): Promise<void> {
    for (let deliveries = 0; queue.receivable().length > 0; deliveries++) {
      if (deliveries > 2_000) throw new Error('the queue never empties');
      await deliver();
    }
  }
  async function pass(ms: number): Promise<void> {
    clock.now += ms;
    await settle();
  }

  const drive = reconcileFunction({
    ...dependencies,
    directory,
    newId: randomUUID,
    sleep: async (ms) => {
      clock.now += ms;
      await settle();
    },
    resendAfterMs: RESEND_AFTER_MS,
    ...(options.nightly !== false && { nightlyHour: NIGHTLY_HOUR }),
  });
  async function reconcile(): Promise<void> {
    const endsAt = clock.now + 60_000;
    await drive({ getRemainingTimeInMillis: () => Math.max(0, endsAt - clock.now) });
  }
  async function synchronize(given: Partial<NewRun> = {}): Promise<Synchronized> {
    const started = now().toISOString();
    const common = { connection: first.id, kind: 'synchronize', dryRun: false, scope: { of: 'all' }, expected: 0, by: 'the test' } as const;
    const newRun: NewRun = { id: randomUUID(), ...common, started, ...given };
    await runs.create(newRun);
    for (let minutes = 0; minutes < 60; minutes++) {
      await reconcile();
      const run = await runs.get(newRun.connection, newRun.id);
      if (!run || run.state === 'working') continue;
      await settle();
      const results: RunResult[] = [];
      for await (const result of runs.results(run)) results.push(result);
      return { run, counts: (await runs.progress(run)).counts, results };
    }
    throw new Error('the run never ends');
  }

  return {
    clock,
    confluence,
    queue,
    directory,
    connections,
    delivery,
    runs,
    reconcile,
    synchronize,
    table,
    client: engine.client,
    connection: first,
    log,
    secret,
    worker,
    workerDependencies,
    anotherWorker,
    sweep,
    remaining,
    connect,

    async seedUsers(count) {
      const users: UserId[] = [];
      const at = now().toISOString();
      const { id: c, target } = first;
      for (let from = 0; from < count; from += 25) {
        const writes: Write[] = [];
        for (let i = from; i < Math.min(count, from + 25); i++) {
          const id = randomUUID() as UserId;
          const name = `user${String(i).padStart(3, '0')}`;
          const bound = { boundName: name, boundAt: at, appliedRevision: 1, appliedAt: at };
          const common = { v: 1, connection: c, target: target.id, state: 'live', revision: 1, created: at, lastModified: at };
          const resource = JSON.stringify({ userName: name, emails: [{ value: `${name}@example.com` }] });
          const owner = { v: 1, type: 'owner', name, ownerConnection: c, ownerType: 'user', ownerId: id };
          writes.push({ put: { ...keys.user(c, id), ...common, ...bound, type: 'user', id, userName: name, active: true, resource } });
          writes.push({ put: { ...keys.accountOwner(target.id, name), ...owner } });
          confluence.accounts.set(name, { fullName: name, email: `${name}@example.com`, active: true });
          users.push(id);
        }
        await table.transact(writes);
      }
      return users;
    },
    async seedMarkers(count, { now: at, dueAt, removal }) {
      for (let from = 0; from < count; from += 50) {
        const writes: Write[] = [];
        for (let i = from; i < Math.min(count, from + 50); i++) {
          const id = (removal ? `00000000${randomUUID().slice(8)}` : `1${randomUUID().slice(1)}`) as UserId;
          const key = keys.user(first.id, id);
          const target = first.target.id;
          const { set } = pendingMarker({ target, key, removal, now: at, dueAt, correlationId: id, messageGroup: id });
          writes.push({ put: { ...key, ...set, type: 'user', connection: first.id, target, id, revision: 1 } });
        }
        await table.transact(writes);
      }
    },
    async createUser(userName, more = {}, request = {}) {
      const at = context(request);
      const attributes = { userName, displayName: userName, emails: [{ value: `${userName}@example.com` }], active: true, ...more };
      const committed = await directory.users.create(at, attributes);
      await send('user', committed, at, request);
      return committed.resource.id;
    },
    async updateUser(id, change, request = {}) {
      const at = context(request);
      const user = await storedUser(id, request);
      await send('user', await directory.users.update(at, user, { ...user.attributes, ...change }), at, request);
    },
    async deleteUser(id, request = {}) {
      const at = context(request);
      await send('user', await directory.users.delete(at, await storedUser(id, request)), at, request);
    },
    async createGroup(displayName, members = [], request = {}) {
      const at = context(request);
      const committed = await directory.groups.create(at, { displayName }, new Set(members));
      await send('group', committed, at, request);
      return committed.resource.id;
    },
    async renameGroup(id, displayName, request = {}) {
      const at = context(request);
      await send('group', await directory.groups.update(at, await storedGroup(id, request), { displayName }), at, request);
    },
    async changeMembers(id, { add = [], remove = [], replaces = false }, request = {}) {
      const at = context(request);
      const group = await storedGroup(id, request);
      const change = { replaces, add: new Set(add), remove: new Set(remove) };
      await send('group', await directory.groups.update(at, group, group.attributes, change), at, request);
    },
    async replaceByLayer(id, members, request = {}) {
      const at = context(request);
      const header = await table.get<GroupItem>(keys.group(at.connection.id, id));
      if (!header) throw new Error(`no group ${id}`);
      const next = { ...header, revision: header.revision + 1 };
      const layer = await writeLayer(table, next, { id: randomUUID(), replaces: true, add: members, remove: [] }, at.now);
      const { set, steps } = listLayer(next, layer);
      const messageGroup = messageGroupFor(header);
      const marker = markerOfRequest(at, SWEEP_AFTER_SECONDS, { key: keys.group(at.connection.id, id), removal: true, messageGroup }).set;
      const change = { set: { revision: next.revision, hasMembers: true, ...set, ...marker }, remove: clearedParked };
      await commit(table, [changeResource(keys.group(at.connection.id, id), header, change), ...steps]);
      await send('group', { resource: next, changed: true, messageGroup }, at, request);
    },
    async deleteGroup(id, request = {}) {
      const at = context(request);
      await send('group', await directory.groups.delete(at, await storedGroup(id, request)), at, request);
    },

    deliver,
    settle,
    pass,
    async untilPassed(minutes) {
      for (let minute = 0; minute < minutes; minute++) {
        await settle();
        clock.now += 60_000;
        await sweep();
        await settle();
      }
    },
    async untilQuiet() {
      await settle();
      for (let minutes = 0; minutes < 400; minutes++) {
        const pending = [true, false].map((removal) => delivery.pending.of(first.target.id, removal, 100));
        if ((await Promise.all(pending)).flat().length === 0 && queue.messages.length === 0) return;
        clock.now += 60_000;
        await sweep();
        await settle();
      }
      throw new Error('something stays pending');
    },

    user: (id, connection = first) => table.get<UserItem>(keys.user(connection.id, id)),
    group: (id, connection = first) => table.get<GroupItem>(keys.group(connection.id, id)),
    member: (group, user, connection = first) => table.get<MemberItem>(keys.member(connection.id, group, user)),
    records: (kind) => log.filter((record): record is Extract<LogRecord, { kind: typeof kind }> => record.kind === kind),
    close: () => engine.close(),
  };
}
