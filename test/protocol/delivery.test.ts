import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import { NameTaken, RevisionConflict, type StoredGroup, TooManyLayers } from '../../shared/directory/directory.ts';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import { ScimError } from '../../shared/scim/errors.ts';
import { apiGatewayEvent, ERROR, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
let client: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
});
beforeEach(() => {
  service.queue.sent.length = 0;
  service.queue.failure = undefined;
});
afterAll(() => service.close());

describe('the change sent after a commit (DESIGN §2, invariant 1)', () => {
  it('points at the resource: ids, revision and correlation id, nothing personal', async () => {
    const reply = await client.post('/Users', { schemas: [USER], userName: 'send@example.com', displayName: 'Secretive Person' });
    expect(service.queue.sent).toHaveLength(1);
    const [{ messageGroup, change } = { messageGroup: '', change: undefined }] = service.queue.sent;
    expect(change).toEqual({
      v: 1,
      connection: client.connection.id,
      resource: { type: 'user', id: reply.json['id'] },
      revision: 1,
      correlationId: reply.headers['x-correlation-id'],
      reason: 'change',
    });
    expect(messageGroup).toMatch(/^[A-Za-z0-9]{1,128}$/);
    expect(JSON.stringify(service.queue.sent)).not.toMatch(/send@|Secretive/);
  });

  it('is sent for each write that changes something, and names the members of a small change', async () => {
    const user = await client.newUser('each@example.com');
    const group = await client.newGroup('Each');
    service.queue.sent.length = 0;
    await client.patch(`/Users/${user}`, [{ op: 'replace', path: 'active', value: false }]);
    await client.put(`/Users/${user}`, { schemas: [USER], userName: 'each2@example.com' });
    await client.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: user }] }]);
    await client.delete(`/Groups/${group}`);
    await client.delete(`/Users/${user}`);
    expect(service.queue.sent.map(({ change }) => `${change.resource.type} ${change.revision}`)).toEqual([
      'user 2',
      'user 3',
      'group 2',
      'group 3',
      'user 4',
    ]);
    expect(service.queue.sent[2]?.change.members).toEqual([user]);
  });

  it('a send that fails is logged, and the answer is still 2xx', async () => {
    service.queue.failure = new Error('the queue is out', { cause: new Error('socket hang up') });
    const created = await client.post('/Users', { schemas: [USER], userName: 'unsent@example.com' });
    expect(created.status).toBe(201);
    const path = `/Users/${created.json['id']}`;
    expect((await client.patch(path, [{ op: 'replace', path: 'active', value: false }])).status).toBe(200);
    expect((await client.delete(path)).status).toBe(204);
    const failures = service.records('change.send-failed');
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatchObject({
      connection: client.connection.id,
      correlationId: created.headers['x-correlation-id'],
      subject: { type: 'user', id: created.json['id'] },
      error: 'Error: the queue is out ← Error: socket hang up',
    });
  });

  it('is not sent for a request that is refused', async () => {
    await client.post('/Users', { schemas: [USER], userName: '' });
    await client.get('/Users');
    expect(service.queue.sent).toEqual([]);
  });
});

describe('writes that meet (invariant 5)', () => {
  it('two PATCHes of one user at once are both in', async () => {
    const id = await client.newUser('meet@example.com');
    const replies = await Promise.all([
      client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Boss' }]),
      client.patch(`/Users/${id}`, [{ op: 'replace', path: 'nickName', value: 'B' }]),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect((await client.get(`/Users/${id}`)).json).toMatchObject({ title: 'Boss', nickName: 'B' });
  });

  it('ten clients that each add ten members to one group at once lose none', async () => {
    const users = await Promise.all(Array.from({ length: 100 }, (_, i) => client.newUser(`parallel-${i}@example.com`)));
    const group = await client.newGroup('Parallel');
    const adders = Array.from({ length: 10 }, async (_, i) => {
      for (const value of users.slice(i * 10, i * 10 + 10)) {
        const { status } = await client.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value }] }]);
        expect(status).toBe(204);
      }
    });
    await Promise.all(adders);
    expect(await client.memberIds(group)).toEqual([...users].sort());
  });

  it('adds and removes of different members at once are all in', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, (_, i) => client.newUser(`mixed-${i}@example.com`)));
    const group = await client.newGroup('Mixed', users.slice(0, 6));
    await Promise.all(
      users.map((id, i) =>
        client.patch(`/Groups/${group}`, [
          i < 6 ? { op: 'remove', path: `members[value eq "${id}"]` } : { op: 'add', path: 'members', value: [{ value: id }] },
        ]),
      ),
    );
    expect(await client.memberIds(group)).toEqual(users.slice(6).sort());
  });

  it('of two POSTs of one person at once one is created and the other told', async () => {
    const post = () => client.post('/Users', { schemas: [USER], userName: 'race@example.com' });
    const statuses = (await Promise.all([post(), post(), post()])).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409]);
  });

  it('of two writes with If-Match of one version one gets 412', async () => {
    const id = await client.newUser('ifmatch@example.com');
    const { headers } = await client.get(`/Users/${id}`);
    const patch = (value: string) =>
      client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value }], { headers: { 'if-match': String(headers['etag']) } });
    expect((await Promise.all([patch('a'), patch('b')])).map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('what the store may throw', () => {
  const withUserError = (error: Error) => {
    const fail = async () => {
      throw error;
    };
    const directory = { ...service.directory, users: { ...service.directory.users, create: fail, read: fail } };
    return service.clientWith(client, { directory });
  };
  const post = (error: Error) => withUserError(error).post('/Users', { schemas: [USER], userName: 'error@example.com' });

  it('a conflict is tried again from the read, and applied to what is there then', async () => {
    const id = await client.newUser('again@example.com');
    let conflicts = 0;
    const { users } = service.directory;
    const update: typeof users.update = async (context, read, attributes) => {
      if (conflicts++ < 3) {
        await users.update(context, read, { ...read.attributes, nickName: `other ${conflicts}` });
        throw new RevisionConflict();
      }
      return users.update(context, read, attributes);
    };
    const contended = service.clientWith(client, { directory: { ...service.directory, users: { ...users, update } } });
    const { status, json } = await contended.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Boss' }]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ title: 'Boss', nickName: 'other 3' });
  });

  it('a resource deleted by the write between is 404', async () => {
    const id = await client.newUser('gone@example.com');
    const { users } = service.directory;
    const update: typeof users.update = async (context, read) => {
      await users.delete(context, read);
      throw new RevisionConflict();
    };
    const contended = service.clientWith(client, { directory: { ...service.directory, users: { ...users, update } } });
    expect((await contended.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }])).status).toBe(404);
  });

  it('rule 67: a busy store is 503 with Retry-After', async () => {
    const { status, headers, json } = await post(new DirectoryBusy('throttled'));
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(json).toMatchObject({ schemas: [ERROR], status: '503' });
  });

  it('a group with too many large changes on their way is 503 with Retry-After', async () => {
    const group = await client.newGroup('Layers');
    const update = async (): Promise<never> => {
      throw new TooManyLayers();
    };
    const directory = { ...service.directory, groups: { ...service.directory.groups, update } };
    const { status, headers } = await service
      .clientWith(client, { directory })
      .patch(`/Groups/${group}`, [{ op: 'replace', path: 'members', value: [] }]);
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('a taken name is 409 uniqueness', async () => {
    expect((await post(new NameTaken('userName'))).json).toMatchObject({ status: '409', scimType: 'uniqueness' });
  });

  it('what was foreseen is no error of ours: it leaves no error record', async () => {
    const before = service.records('error').length;
    for (const error of [new DirectoryBusy('throttled'), new NameTaken('userName'), new TooManyLayers(), new ScimError(413, 'too large')]) {
      expect((await post(error)).status).toBeLessThan(504);
    }
    await client.get('/Users?filter=nothing');
    expect(service.records('error')).toHaveLength(before);
  });

  it('anything else is a bare 500: the text goes to the log under the correlation id, not to the client', async () => {
    const { status, headers, json, text } = await post(new Error('secret internals', { cause: new TypeError('deep cause') }));
    expect(status).toBe(500);
    const correlationId = headers['x-correlation-id'];
    expect(json).toEqual({ schemas: [ERROR], status: '500', detail: expect.stringContaining(String(correlationId)) });
    expect(text).not.toMatch(/secret|deep/);
    const [record] = service.records('error').filter((each) => each['correlationId'] === correlationId);
    expect(record).toMatchObject({ connection: client.connection.id, where: 'functions/scim' });
    expect(record?.['error']).toMatchObject([
      { name: 'Error', message: 'secret internals' },
      { name: 'TypeError', message: 'deep cause' },
    ]);
  });

  it('T25: a store that does not answer is 503 before Lambda ends the function, and the log has the request', async () => {
    const never = () => new Promise<never>(() => {});
    const directory = { ...service.directory, users: { ...service.directory.users, read: never } };
    const handle = scimFunction({ ...service.dependencies, directory });
    const path = '/Users/00000000-0000-4000-8000-000000000000';
    const event = apiGatewayEvent('GET', path, { headers: { authorization: `Bearer ${client.token}` } });
    const { statusCode, headers } = await handle(event, { getRemainingTimeInMillis: () => 530 } as Context);
    expect(statusCode).toBe(503);
    expect(headers).toMatchObject({ 'Retry-After': '5', 'X-Correlation-Id': event.requestContext.requestId });
    expect(service.records('scim.request').at(-1)).toMatchObject({ status: 503, correlationId: event.requestContext.requestId });
  });

  it('members that can not be read after the write do not turn it into an error', async () => {
    const user = await client.newUser('written@example.com');
    for (const [error, statusOfGet] of [[new DirectoryBusy('keeps changing'), 503] as const, [new Error('unforeseen'), 500] as const]) {
      const failing = async (): Promise<{ group: StoredGroup; members: never[] }> => {
        throw error;
      };
      const directory = { ...service.directory, groups: { ...service.directory.groups, readWithMembers: failing } };
      const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: error.message, members: [{ value: user }] };
      const { status, headers, json } = await service.clientWith(client, { directory }).post('/Groups', body);
      expect(status).toBe(201);
      expect(json).not.toHaveProperty('members');
      expect(await client.memberIds(String(json['id']))).toEqual([user]);
      const logged = service.records('error').filter(({ correlationId }) => correlationId === headers['x-correlation-id']);
      expect(logged).toHaveLength(statusOfGet === 500 ? 1 : 0);
      expect((await service.clientWith(client, { directory }).get(`/Groups/${json['id']}`)).status).toBe(statusOfGet);
    }
  });

  it('a group whose members are too many for one reply is refused on GET with the way out, and written all the same', async () => {
    const members = Array.from({ length: 60_000 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
    const id = await client.newGroup('Huge');
    const { groups } = service.directory;
    let read = 0;
    const readWithMembers: typeof groups.readWithMembers = async (connection, group) => {
      read++;
      const header = await groups.read(connection, group);
      return header && { group: header, members: members as never[] };
    };
    const huge = service.clientWith(client, { directory: { ...service.directory, groups: { ...groups, readWithMembers } } });
    for (const path of [`/Groups/${id}`, '/Groups?filter=displayName+eq+"Huge"']) {
      const { status, json } = await huge.get(path);
      expect(status).toBe(400);
      expect(json).toMatchObject({ scimType: 'tooMany', detail: expect.stringContaining('excludedAttributes=members') });
    }
    // A list gives up with the first groups that are too large together: the others' members are not read.
    for (let i = 0; i < 6; i++) await client.newGroup(`Large ${i}`);
    read = 0;
    expect((await huge.get('/Groups')).status).toBe(400);
    expect(read).toBe(2);
    const put = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Huge 2' };
    const { status, json } = await huge.put(`/Groups/${id}`, put);
    expect(status).toBe(200);
    expect(json).toMatchObject({ displayName: 'Huge 2' });
    expect(json).not.toHaveProperty('members');
    expect((await huge.get(`/Groups/${id}?excludedAttributes=members`)).status).toBe(200);
  });
});
