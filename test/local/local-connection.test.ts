import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbMoves } from '../../shared/directory/dynamodb-moves.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import type { CredentialStore, Credentials } from '../../shared/targets/credentials.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';
import { type TargetAddress, targetIdOf } from '../../shared/targets/target-address.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { type LocalConnectionOptions, mustBeOfKind, OtherConfluence, openLocalConnection } from './local-connection.ts';
import type { LocalTarget } from './local-target.ts';

const URL_BEFORE = 'http://127.0.0.1:3001';
const token = (value: string) => ({ kind: 'personal-access-token', token: value }) as const;
const confluence = (baseUrl: string, login = token('one')): LocalTarget => ({ address: { kind: 'data-center', baseUrl }, login });
const SIMULATOR: LocalTarget = { ...confluence(URL_BEFORE, token('local')), simulatedAt: [URL_BEFORE] };
const SCIM: LocalTarget = {
  address: { kind: 'cloud-guard', baseUrl: URL_BEFORE, directory: 'dir-scim' },
  login: { kind: 'api-key', token: 'local' },
  simulatedAt: [URL_BEFORE],
};
const ORGANIZATION: LocalTarget = {
  address: { kind: 'cloud-organization', baseUrl: 'https://api.atlassian.com', organization: 'org-1' },
  login: { kind: 'api-key', token: 'key' },
  accessGroups: ['confluence-users'],
};

let engine: EmbeddedDynamoDb;
let secrets: Map<string, Credentials>;
let writes: number;
let options: LocalConnectionOptions;

beforeEach(async () => {
  engine = await startEmbeddedDynamoDb();
  secrets = new Map();
  writes = 0;
  const credentials: CredentialStore = {
    async read(target) {
      const found = secrets.get(target);
      if (!found) throw new ProvisioningError('no-credentials', 'none');
      return { credentials: found, version: '1' };
    },
    async write(target, value) {
      writes++;
      secrets.set(target, value);
      return { version: '1' };
    },
  };
  const connections = dynamoDbConnections(new DynamoDbTable(engine.client, engine.tableName));
  options = { connections, credentials, target: SIMULATOR, now: () => new Date(), newId: randomUUID };
});
afterEach(() => engine.close());

describe('the connection of the local stack', () => {
  const authenticate = (token: string) => options.connections.authenticate(createHash('sha256').update(token).digest('hex'), new Date());

  it('is made once, with a generated token that is told once and never stored', async () => {
    const first = await openLocalConnection(options);
    const second = await openLocalConnection(options);
    expect(second).toEqual({ connection: first.connection });
    expect(first.newToken).toMatch(/^[\w-]{43}$/);
    expect((await authenticate(String(first.newToken)))?.connection.id).toBe(first.connection.id);
    expect(first.connection).toMatchObject({ name: 'local', state: 'active', settings: { users: { linking: 'never' } } });
    expect(JSON.stringify(engine.contents().items)).not.toContain(first.newToken);
    expect([...secrets.values()]).toEqual([{ kind: 'personal-access-token', token: 'local' }]);
    expect(writes).toBe(1);
  });

  it('makes a given token valid, beside those that are', async () => {
    const { newToken = '' } = await openLocalConnection(options);
    expect(await openLocalConnection({ ...options, scimToken: 'given' })).not.toHaveProperty('newToken');
    await openLocalConnection({ ...options, scimToken: 'given' });
    expect(await authenticate('given')).toBeDefined();
    expect(await authenticate(newToken)).toBeDefined();
    const { connection } = await openLocalConnection(options);
    expect(await options.connections.listTokens(connection.id)).toHaveLength(2);
  });

  it('makes no token once it is moved: those that it had open the other connection', async () => {
    const { connection } = await openLocalConnection({ ...options, scimToken: 'given' });
    const target: TargetAddress = { kind: 'cloud-guard', baseUrl: 'https://api.atlassian.com', directory: 'dir-scim' };
    const other = { ...connection, id: randomUUID() as ConnectionId, name: 'cloud', target: { ...target, id: targetIdOf(target) } };
    const to = await options.connections.create(other);
    const moves = dynamoDbMoves(new DynamoDbTable(engine.client, engine.tableName));
    await moves.beginCopy(connection, to);
    await moves.hold(connection, 'switch');
    await moves.handOver(connection, to, await options.connections.listTokens(connection.id), 'switch');
    for (const again of [options, { ...options, scimToken: 'given' }])
      expect(await openLocalConnection(again)).toEqual({ connection: expect.objectContaining({ name: 'local', copyOf: to.id }) });
    expect(await options.connections.listTokens(connection.id)).toEqual([]);
    expect((await authenticate('given'))?.connection.id).toBe(to.id);
  });

  it('has the limit of requests that is given, also when it was there already; without one it keeps its own', async () => {
    const { connection } = await openLocalConnection({ ...options, requestsPerSecond: 500 });
    expect(connection.settings.requestsPerSecond).toBe(500);
    expect(connection.settings.brake.atLeast).toBe(5);
    await openLocalConnection({ ...options, requestsPerSecond: 700, brakeAtLeast: 50 });
    await openLocalConnection(options);
    expect((await options.connections.get(connection.id))?.settings).toMatchObject({ requestsPerSecond: 700, brake: { atLeast: 50 } });
  });

  it('follows the simulator to another port and keeps the identity of the target', async () => {
    const { connection } = await openLocalConnection(options);
    const url = 'http://127.0.0.1:4001';
    const moved = { ...options, target: { ...confluence(url, token('local')), simulatedAt: [URL_BEFORE, url] } };
    const after = await openLocalConnection(moved);
    expect(after.connection).toEqual({ ...connection, target: { ...connection.target, baseUrl: url } });
    expect(await options.connections.get(connection.id)).toEqual(after.connection);
  });

  it('refuses a state that belongs to another Confluence', async () => {
    await openLocalConnection(options);
    await expect(openLocalConnection({ ...options, target: confluence('https://wiki.example.com') })).rejects.toThrow(OtherConfluence);
  });

  it('takes a new login for a real Confluence', async () => {
    const baseUrl = 'https://wiki.example.com';
    await openLocalConnection({ ...options, target: confluence(baseUrl) });
    await openLocalConnection({ ...options, target: confluence(baseUrl) });
    await openLocalConnection({ ...options, target: confluence(baseUrl, token('two')) });
    expect([...secrets.values()]).toEqual([token('two')]);
    expect(writes).toBe(2);
  });
});

describe('the connection of the local stack, to Atlassian Cloud', () => {
  it('has the defaults of its kind, and logs in with the key', async () => {
    const { connection } = await openLocalConnection({ ...options, target: SCIM });
    expect(connection).toMatchObject({ target: SCIM.address, settings: { groups: { onRename: 'move' } } });
    expect([...secrets.values()]).toEqual([{ kind: 'api-key', token: 'local' }]);
  });

  it('has the groups that grant Confluence, at the first start; later what an administrator makes of them', async () => {
    const { connection } = await openLocalConnection({ ...options, target: ORGANIZATION });
    expect(connection.settings).toMatchObject({
      users: { userName: { source: 'email' }, linking: 'never' },
      target: { organization: { accessGroups: ['confluence-users'] } },
    });
    const again = await openLocalConnection({ ...options, target: { ...ORGANIZATION, accessGroups: ['others'] } });
    expect(again.connection).toEqual(connection);
  });

  it('follows the simulated organisation to another port', async () => {
    const { connection } = await openLocalConnection({ ...options, target: SCIM });
    const baseUrl = 'http://127.0.0.1:4001';
    const target: LocalTarget = { ...SCIM, address: { ...SCIM.address, baseUrl }, simulatedAt: [URL_BEFORE, baseUrl] };
    expect((await openLocalConnection({ ...options, target })).connection.target).toEqual({ ...connection.target, baseUrl });
  });

  it('learns the site of an organisation that is the same', async () => {
    const { connection } = await openLocalConnection({ ...options, target: ORGANIZATION });
    const site = 'https://acme.atlassian.net';
    const target = { ...ORGANIZATION, address: { ...ORGANIZATION.address, site } as TargetAddress };
    const after = await openLocalConnection({ ...options, target });
    expect(after.connection).toEqual({ ...connection, target: { ...connection.target, site } });
    expect(await options.connections.get(connection.id)).toEqual(after.connection);
  });

  it('refuses a state that is of another kind, or of another directory or organisation', async () => {
    await openLocalConnection({ ...options, target: ORGANIZATION });
    await expect(openLocalConnection({ ...options, target: SCIM })).rejects.toThrow(
      'for TARGET=cloud-organization: it provisions into Atlassian organisation org-1. Set STATE_DIR to another directory for TARGET=cloud-guard',
    );
    const directory = { ...ORGANIZATION.address, directory: 'd-2' } as TargetAddress;
    await expect(openLocalConnection({ ...options, target: { ...ORGANIZATION, address: directory } })).rejects.toThrow(
      'organisation org-1 at https://api.atlassian.com, not Atlassian organisation org-1, directory d-2 at',
    );
    await expect(mustBeOfKind(options.connections, 'data-center')).rejects.toThrow(OtherConfluence);
    await expect(mustBeOfKind(options.connections, 'cloud-organization')).resolves.toBeUndefined();
  });
});
