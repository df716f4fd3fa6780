import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from './running-stack.ts';
import { oktaUser, PATCH_OP } from './scim-client.ts';

describe('npm start, from the identity provider to Confluence', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start();
  }, 60_000);
  afterAll(() => stack.remove());

  it('says ready and the SCIM base URL in its last line', () => {
    const lines = stack.running.out().trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(new RegExp(`^ready\\b.*http://[^/ ]+:${stack.port}/scim/v2`));
    expect(stack.running.err()).toBe('');
  });

  it('prints a request that works when it is pasted into a shell', async () => {
    const printed = /^ *curl (?:.*\\\n)*.*$/m.exec(stack.running.out())?.[0] ?? '';
    const { stdout } = await promisify(execFile)('sh', ['-c', `${printed} --silent`], {
      env: { PATH: process.env['PATH'], SCIM_TOKEN: 'scim-token-of-the-acceptance-tests' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ userName: 'ada', meta: { resourceType: 'User' } });
    await eventually(async () => expect(await stack.account('ada')).toMatchObject({ fullName: 'Ada Lovelace', active: true }));
  });

  it('creates the person of Okta’s request in Confluence, once', async () => {
    const answer = await stack.scim.send('POST', '/Users', oktaUser({ userName: 'Isaac.Brock@example.com' }), {
      'user-agent': 'Okta SCIM Client 1.0.0',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${stack.scim.url}/Users/${answer.json['id']}`);
    expect(answer.json).not.toHaveProperty('password');
    const account = await eventually(async () => {
      const found = await stack.account('isaac.brock@example.com');
      expect(found).toBeDefined();
      return found;
    });
    expect(account).toEqual({
      username: 'isaac.brock@example.com',
      fullName: 'Isaac.Brock Tester',
      email: 'Isaac.Brock@example.com',
      active: true,
      groups: [],
    });
    const creations = (await stack.confluence.requests()).filter(
      ({ method, path, status }) => method === 'POST' && path === '/rest/api/admin/user' && status === 201,
    );
    // The person of the pasted request, and this one.
    expect(creations).toHaveLength(2);
    expect((await stack.scim.send('POST', '/Users', oktaUser({ userName: 'isaac.brock@EXAMPLE.com' }))).json).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    });
  });

  it('disables and enables by Entra’s PATCH, and carries a changed name over', async () => {
    const id = await stack.scim.createUser({ userName: 'entra@example.com' });
    await eventually(async () => expect(await stack.account('entra@example.com')).toMatchObject({ active: true }));
    const disabled = await stack.scim.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
    expect(disabled).toMatchObject({ status: 200, json: { active: false } });
    await eventually(async () => expect(await stack.account('entra@example.com')).toMatchObject({ active: false }));
    await stack.scim.patch(`/Users/${id}`, { op: 'Add', path: 'active', value: 'True' });
    await stack.scim.patch(`/Users/${id}`, { op: 'Replace', path: 'displayName', value: 'Entra Renamed' });
    await eventually(async () =>
      expect(await stack.account('entra@example.com')).toMatchObject({ active: true, fullName: 'Entra Renamed' }),
    );
  });

  it('makes a group with its members; adds, removes and replaces; empties it when it is deleted', async () => {
    const [one, two, three] = await Promise.all(
      ['one', 'two', 'three'].map((name) => stack.scim.createUser({ userName: `${name}@example.com` })),
    );
    const group = await stack.scim.createGroup('Group Of Three', [one ?? '', two ?? '']);
    const become = (...names: string[]) =>
      eventually(async () => expect(await stack.members('group of three')).toEqual(names.map((name) => `${name}@example.com`).sort()));
    await become('one', 'two');
    const path = `/Groups/${group}`;
    const patch = async (...operations: unknown[]) => expect((await stack.scim.patch(path, ...operations)).status).toBe(204);
    await patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: three }] });
    await become('one', 'two', 'three');
    await patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: one }] });
    await become('two', 'three');
    await patch({ op: 'remove', path: `members[value eq "${two}"]` }, { op: 'add', path: 'members', value: [{ value: one }] });
    await become('one', 'three');
    await patch({ op: 'replace', path: 'members', value: [{ value: two, display: 'two' }] });
    await become('two');
    await patch({ op: 'replace', path: 'members', value: [] });
    await become();
    await patch({ op: 'add', path: 'members', value: [{ value: one }, { value: two }] });
    await become('one', 'two');

    expect((await stack.scim.send('DELETE', `/Users/${one}`)).status).toBe(204);
    await become('two');
    await eventually(async () => expect(await stack.account('one@example.com')).toMatchObject({ active: false, groups: [] }));
    expect((await stack.scim.send('DELETE', path)).status).toBe(204);
    await become();
    expect((await stack.scim.send('GET', path)).status).toBe(404);
  });

  it('carries what one Bulk request creates to Confluence: a group, and the people it refers to by bulkId', async () => {
    const person = (bulkId: string) => ({ method: 'POST', path: '/Users', bulkId, data: oktaUser({ userName: `${bulkId}@example.com` }) });
    const members = ['bulk1', 'bulk2'].map((bulkId) => ({ value: `bulkId:${bulkId}` }));
    const { status, json } = await stack.scim.send('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Groups', bulkId: 'all', data: { displayName: 'Bulk Of Two', members } },
        person('bulk1'),
        person('bulk2'),
      ],
    });
    expect([status, json['Operations']]).toMatchObject([200, [{ status: '201' }, { status: '201' }, { status: '201' }]]);
    await eventually(async () => expect(await stack.members('bulk of two')).toEqual(['bulk1@example.com', 'bulk2@example.com']));
  });

  it('keeps all members that five clients add to one group at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => stack.scim.createUser({ userName: `crowd${i}` })));
    const group = await stack.scim.createGroup('Crowd');
    const clients = Array.from({ length: 5 }, async (_, client) => {
      for (const value of ids.slice(client * 4, client * 4 + 4)) {
        const { status } = await stack.scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] });
        expect(status).toBe(204);
      }
    });
    await Promise.all(clients);
    expect((await stack.scim.members(group)).sort()).toEqual([...ids].sort());
    await eventually(async () => expect(await stack.members('crowd')).toHaveLength(20));
  });

  it('tells the story of a request under one correlation id, to each call to Confluence', async () => {
    const answer = await stack.scim.send('POST', '/Users', oktaUser({ userName: 'story@example.com' }));
    await eventually(async () => expect(await stack.account('story@example.com')).toBeDefined());
    const subject = { type: 'user', id: answer.json['id'] };
    const lines = await eventually(() => {
      const about = stack.log().filter((line) => (line['subject'] as { id?: string } | undefined)?.id === subject.id);
      expect(about.map(({ kind }) => kind)).toContain('change.applied');
      return about;
    });
    expect(lines[0]).toMatchObject({ kind: 'scim.request', method: 'POST', path: '/scim/v2/Users', status: 201, subject });
    expect(new Set(lines.map(({ correlationId }) => correlationId))).toEqual(new Set([answer.headers.get('x-correlation-id')]));
    const calls = lines.filter(({ kind }) => kind === 'confluence.request').map(({ method, path }) => `${method} ${path}`);
    const seen = (await stack.confluence.requests()).map(({ method, path }) => `${method} ${path}`);
    expect(calls).toContain('POST /rest/api/admin/user');
    for (const call of calls) expect(seen).toContain(call);
    // Nothing reaches Confluence that the log does not know.
    const logged = stack.log().filter(({ kind }) => kind === 'confluence.request');
    expect(logged).toHaveLength(seen.length);
  });

  it('answers 401 to a wrong token and 400 to what is no SCIM, without a stack trace', async () => {
    const wrong = await stack.scim.send('GET', '/Users', undefined, { authorization: 'Bearer wrong' });
    expect(wrong).toMatchObject({ status: 401, json: { status: '401' } });
    const broken = await stack.scim.send('PATCH', '/Users/unknown', { schemas: [PATCH_OP], Operations: [{ op: 'jump' }] });
    expect([400, 404]).toContain(broken.status);
    expect(JSON.stringify(broken.json)).not.toMatch(/\bat .*\.ts:/);
  });

  it('logs no error of its own in all of this', () => {
    expect(stack.log().filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(readFileSync(join(stack.stateDir, 'request-log.jsonl'), 'utf8').endsWith('\n')).toBe(true);
  });

  it('ends cleanly at Ctrl-C', async () => {
    expect(await stack.stop('SIGINT')).toBe(0);
    expect(stack.running.err()).toBe('');
  });
});
