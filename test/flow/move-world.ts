import { randomUUID } from 'node:crypto';
import type { Administration, Terminal } from '../../functions/admin/administration.ts';
import { commands } from '../../functions/admin/commands.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import { scimStore } from '../../functions/scim/compose.ts';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import type { WorkerDependencies } from '../../functions/worker/dependencies.ts';
import { matchResources } from '../../functions/worker/match-resources.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';
import { type TargetAddress, targetIdOf } from '../../shared/targets/target-address.ts';
import { addToken, ScimClient } from '../protocol/scim-client.ts';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import { ConfluenceDouble } from './confluence-double.ts';
import { SWEEP_AFTER_SECONDS, startWorld, type World } from './harness.ts';

/** A tenant on Data Center, the cloud it moves to, and the command line. The connection `first` of the world is the one that moves. */
export interface MoveWorld extends World {
  readonly cloud: ConfluenceDouble;
  /** The connection to the cloud, in dry run and linking by e-mail unless the settings say something else. */
  readonly cloudConnection: Connection;
  /** The identity provider: it knows its token and nothing else. */
  readonly idp: ScimClient;
  /** What happens before requests are refused, and while the command line waits. */
  beforeHold: () => Promise<void>;
  whileWaiting: (ms: number) => Promise<void>;
  readonly files: Map<string, string>;
  /** Users and groups of a connection as its identity provider sees them, in order of creation. */
  seenBy(connection: Connection): Promise<readonly object[]>;
  now(connection: Connection): Promise<Connection>;
  addConnection(name: string, settings?: SettingsChange): Promise<Connection>;
  admin(...argv: readonly string[]): Promise<{ code: number; text: string; error: string; json(): Record<string, unknown> }>;
}

const CLOUD: TargetAddress = {
  kind: 'cloud-organization',
  baseUrl: 'https://api.example.com',
  organization: 'org-1',
};

/** Where it moves to: the double unless another target is given. */
interface Destination {
  readonly address?: TargetAddress;
  readonly targetOf?: WorkerDependencies['targetOf'];
}

export async function startMoveWorld(
  settings: SettingsChange = {},
  { address = CLOUD, ...destination }: Destination = {},
): Promise<MoveWorld> {
  const cloud = new ConfluenceDouble();
  cloud.capabilities.findByEmail = true;
  const old = new ConfluenceDouble();
  const targetOf: WorkerDependencies['targetOf'] = (connection, ...hooks) => {
    if (connection.target.kind === 'data-center') return old.target(...hooks);
    return destination.targetOf?.(connection, ...hooks) ?? cloud.target(...hooks);
  };
  const base = await startWorld({ targetOf, nightly: false });
  const now = () => new Date(base.clock.now);
  const inDirectory = directoryAdministration(base.table, now);

  async function addConnection(name: string, change: SettingsChange = {}): Promise<Connection> {
    return base.connections.create({
      id: randomUUID() as ConnectionId,
      name,
      state: 'active',
      created: now().toISOString(),
      target: { ...address, id: targetIdOf(address) },
      settings: settingsOf({ apply: 'dry-run', users: { linking: 'email' }, brake: { enabled: false } }, change),
    });
  }
  const cloudConnection = await addConnection('cloud', settings);
  const store = scimStore(base.table, SWEEP_AFTER_SECONDS);
  const handle = scimFunction({ ...store, queue: base.queue, log: { write: () => {} }, now, newId: randomUUID });
  const token = await addToken(base.connections, base.connection.id, 365 * 86_400_000);

  const credentials = {
    read: () =>
      base.secret.credentials
        ? Promise.resolve({ credentials: base.secret.credentials, version: base.secret.version })
        : Promise.reject(new ProvisioningError('no-credentials', 'There are no credentials.')),
  };
  const sleep = async (ms: number) => {
    base.clock.now += ms;
    await world.whileWaiting(ms);
  };
  const log = { write: (record: World['log'][number]) => void base.log.push(record) };
  const lookers = {
    ...inDirectory,
    delivery: base.delivery,
    credentials,
    targetOf,
    log,
    now,
    sleep,
    random: () => 0.5,
    callTimeoutMs: 5_000,
  };
  const context = { getRemainingTimeInMillis: () => base.remaining.ms };
  const administration = {
    caller: 'arn:aws:iam::123456789012:user/pat',
    ...inDirectory,
    moves: {
      ...inDirectory.moves,
      hold: async (connection: Connection, by: string) => {
        await world.beforeHold();
        await inDirectory.moves.hold(connection, by);
      },
    },
    queue: base.queue,
    log,
    now,
    sleep,
    newId: randomUUID,
    match: (match: Parameters<Administration['match']>[0]) => matchResources(lookers, context, { match }, randomUUID()),
    close: () => Promise.resolve(),
  } as unknown as Administration;
  const files = new Map<string, string>();

  const world: MoveWorld = {
    ...base,
    confluence: old,
    cloud,
    cloudConnection,
    idp: new ScimClient(handle, base.connection, token),
    beforeHold: () => Promise.resolve(),
    whileWaiting: () => Promise.resolve(),
    files,
    addConnection,
    async now({ id }) {
      const found = await base.connections.get(id);
      if (!found) throw new Error(`no connection ${id}`);
      return found;
    },
    async seenBy(connection) {
      const seen: object[] = [];
      for await (const { id, revision, created, lastModified, attributes } of base.directory.users.listing.find(connection, { by: 'all' }))
        seen.push({ id, revision, created, lastModified, attributes });
      for await (const { id } of base.directory.groups.listing.find(connection, { by: 'all' })) {
        const read = await base.directory.groups.readWithMembers(connection, id);
        if (!read) continue;
        const { revision, created, lastModified, attributes } = read.group;
        seen.push({ id, revision, created, lastModified, attributes, members: [...read.members].sort() });
      }
      return seen;
    },
    async admin(...argv) {
      const [out, err]: [string[], string[]] = [[], []];
      const terminal = {
        interactive: false,
        writeDocument: (file: string, text: string) => Promise.resolve(void files.set(file, text)),
      } as unknown as Terminal;
      const output = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
      const code = await runCommand(argv, commands, () => Promise.resolve(administration), terminal, output);
      const text = out.join('\n');
      return { code, text, error: err.join('\n'), json: () => JSON.parse(text) };
    },
  };
  return world;
}
