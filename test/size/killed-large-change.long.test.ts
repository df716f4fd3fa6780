import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { GROUP, PATCH_OP, type ScimClient, type ScimService, startScimService } from '../protocol/scim-client.ts';
import type { DyingRequest } from './dying-request.ts';
import { seedUsers } from './seed-users.ts';

const MANY = 80_000;
const FEW = 60;

describe('PUT and PATCH with 80,000 members by a process that is killed (invariant 6)', () => {
  let directory: string;
  let client: ScimClient;
  let users: UserId[];
  let group: GroupId;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'scim-killed-large-change-'));
    await opened(async (service, table) => {
      client = await service.connect();
      users = await seedUsers(table, client.connection, MANY + FEW);
      group = (await client.newGroup('Everybody', users.slice(MANY))) as GroupId;
    });
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** The store as the next process finds it. */
  async function opened<T>(work: (service: ScimService, table: DynamoDbTable) => Promise<T>): Promise<T> {
    const engine = await startEmbeddedDynamoDb({ directory });
    const service = await startScimService({ engine });
    try {
      return await work(service, new DynamoDbTable(engine.client, engine.tableName));
    } finally {
      await service.close();
    }
  }

  async function request(how: Pick<DyingRequest, 'method' | 'body' | 'at'>): Promise<string | number | null> {
    const file = join(directory, 'request.json');
    writeFileSync(file, JSON.stringify({ directory, token: client.token, path: `/Groups/${group}`, ...how } satisfies DyingRequest));
    const script = fileURLToPath(new URL('dying-request.ts', import.meta.url));
    const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    return signal ?? printed;
  }

  /** What every reader sees: the members, the ETag, and the groups of one of the few and of one of the many. */
  const seen = () =>
    opened(async ({ directory: store }) => {
      const whole = await store.groups.readWithMembers(client.connection, group);
      const groupsOf = async (user = '' as UserId) => (await store.users.groupsOf(client.connection, [user])).get(user)?.length;
      const [ofFew, ofMany] = [await groupsOf(users[MANY]), await groupsOf(users[0])];
      return { revision: whole?.group.revision, members: whole?.members, ofFew, ofMany };
    });
  const value = (from: number, to: number) => users.slice(from, to).map((id) => ({ value: id, type: 'User' }));
  const put = () => ({ method: 'PUT', body: { schemas: [GROUP], displayName: 'Everybody', members: value(0, MANY) } });
  const patch = () => ({
    method: 'PATCH',
    body: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: value(0, MANY) }] },
  });

  it.each([
    ['PUT', 'in the middle of its chunks', put, 250],
    ['PATCH', 'before its transaction', patch, 'before-transaction'],
  ] as const)('%s killed %s has changed nothing', async (_method, _when, made, at) => {
    expect(await request({ ...made(), at })).toBe('SIGKILL');
    expect(await seen()).toEqual({ revision: 1, members: users.slice(MANY).sort(), ofFew: 1, ofMany: 0 });
  });

  it('PATCH killed after its transaction is there whole, and so is the PUT that is answered afterwards, in the 29 s there are', async () => {
    expect(await request({ ...patch(), at: 'after-transaction' })).toBe('SIGKILL');
    expect(await seen()).toEqual({ revision: 2, members: [...users].sort(), ofFew: 1, ofMany: 1 });
    expect(await request(put())).toBe('200');
    expect(await seen()).toEqual({ revision: 3, members: users.slice(0, MANY).sort(), ofFew: 0, ofMany: 1 });
  });
});
