import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfluenceSimulator, type ConfluenceSimulatorOptions, startConfluenceSimulator } from './confluence-simulator.ts';

const jane = { userName: 'jane', fullName: 'Jane Doe', email: 'jane@example.com', password: 'a long password' };

async function call(
  url: string,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; json: () => unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: { authorization: 'Bearer local', 'content-type': 'application/json', ...options.headers },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: () => JSON.parse(text) };
}

describe('the simulated Confluence', () => {
  let simulator: ConfluenceSimulator;
  let url: string;
  async function start(options?: ConfluenceSimulatorOptions) {
    simulator = await startConfluenceSimulator(options);
    url = simulator.url;
  }
  beforeEach(() => start());
  afterEach(() => simulator.close());
  async function restart(options: ConfluenceSimulatorOptions) {
    await simulator.close();
    await start(options);
  }

  it('shows its users, groups and requests without a login', async () => {
    await call(url, 'POST', '/rest/api/admin/user', { body: jane });
    await call(url, 'PUT', '/rest/api/user/jane/group/confluence-users');
    const open = { headers: { authorization: '' } };
    expect((await call(url, 'GET', '/simulator/users', open)).json()).toContainEqual({
      username: 'jane',
      fullName: 'Jane Doe',
      email: 'jane@example.com',
      active: true,
      groups: ['confluence-users'],
    });
    expect((await call(url, 'GET', '/simulator/groups', open)).json()).toEqual([
      { name: 'confluence-administrators', members: ['admin'] },
      { name: 'confluence-users', members: ['admin', 'jane'] },
    ]);
    expect((await call(url, 'GET', '/simulator/requests', open)).json()).toEqual([
      { at: expect.any(String), method: 'POST', path: '/rest/api/admin/user', status: 201 },
      { at: expect.any(String), method: 'PUT', path: '/rest/api/user/jane/group/confluence-users', status: 204 },
    ]);
  });

  it.each([
    [{ userName: 'Jane' }, 400],
    [{ userName: 'jane+x' }, 400],
    [{ userName: 'jane doe' }, 400],
    [{ userName: 'anonymous' }, 400],
    [{ fullName: 'Jane <x>' }, 400],
    [{ email: 'nowhere' }, 400],
    [{ password: undefined }, 400],
    [{ notifyViaEmail: true }, 400],
    [{ password: undefined, notifyViaEmail: true }, 201],
    [{ userName: 'admin' }, 409],
  ])('answers a new user with %j by %i', async (change, status) => {
    expect((await call(url, 'POST', '/rest/api/admin/user', { body: { ...jane, ...change } })).status).toBe(status);
  });

  it('has no seat left when the licence is used up', async () => {
    await restart({ seats: 1 });
    expect((await call(url, 'POST', '/rest/api/admin/user', { body: jane })).status).toBe(402);
  });

  it('refuses encoded slashes and backslashes in a path', async () => {
    expect((await call(url, 'GET', '/rest/api/group/a%2Fb')).status).toBe(400);
    expect((await call(url, 'GET', '/rest/api/group/a%5Cb')).status).toBe(400);
  });

  it.each([
    ['8.1', 'PUT', '/rest/api/admin/user/admin/disable', 404],
    ['8.1', 'GET', '/rest/api/admin/group', 404],
    ['8.2', 'GET', '/rest/api/admin/group', 405],
    ['7.9', 'GET', '/rest/api/user?username=admin', 200],
    ['7.8', 'GET', '/rest/api/user?username=admin', 401],
    ['7.9', 'GET', '/rest/applinks/1.0/manifest', 200],
    ['8.3', 'POST', '/rest/api/admin/user', 404],
    ['8.3', 'GET', '/rest/api/user/list', 404],
    ['8.4', 'GET', '/rest/api/user/list', 200],
    ['9.2', 'GET', '/rest/api/admin/users/list/active', 404],
    ['9.3', 'GET', '/rest/api/admin/users/list/active', 200],
    ['9.3', 'PUT', '/rest/api/admin/user/admin', 405],
    ['9.4', 'PUT', '/rest/api/admin/user/admin', 204],
    ['9.4', 'GET', '/rest/api/server-information', 404],
    ['10.0', 'GET', '/rest/api/server-information', 200],
  ])('%s answers %s %s by %i', async (version, method, path, status) => {
    await restart({ version });
    const body = method === 'GET' ? {} : { body: { fullName: 'Somebody' } };
    expect((await call(url, method, path, body)).status).toBe(status);
  });

  it('answers JSON-RPC with its habits: errors in a 200, an empty reply of addUser, false for what was not to be done', async () => {
    await restart({ version: '7.13' });
    const rpc = async (method: string, ...parameters: unknown[]) => {
      const response = await fetch(`${url}/rpc/json-rpc/confluenceservice-v2/${method}`, {
        method: 'POST',
        headers: { authorization: 'Bearer local', 'content-type': 'application/json' },
        body: JSON.stringify(parameters),
      });
      return `${response.status} ${await response.text()}`;
    };
    const user = { name: 'jane', fullname: 'Jane Doe', email: 'jane@example.com' };
    expect(await rpc('addUser', user, 'a long password')).toBe('200 ');
    expect(await rpc('addUser', user, 'a long password')).toMatch(/^200 \{"error":.*AlreadyExistsException/);
    expect(await rpc('addUser', user)).toMatch(/^200 \{"error":/);
    expect(await rpc('deactivateUser', 'jane')).toBe('200 true');
    expect(await rpc('deactivateUser', 'jane')).toBe('200 false');
    expect(await rpc('isActiveUser', 'jane')).toBe('200 false');
    expect(await rpc('deactivateUser', 'nobody')).toMatch(/^200 com\.atlassian.*does not exist/);
    expect((await call(url, 'GET', '/rest/api/user?username=jane&expand=status')).json()).not.toHaveProperty('status');

    await call(url, 'POST', '/simulator/switches', { body: { secureSessions: true } });
    expect(await rpc('reactivateUser', 'jane')).toMatch(/^200 \{"error":.*WebSudoRequiredException/);
    expect(await rpc('isActiveUser', 'jane')).toBe('200 false');
    simulator.turn({ remoteApi: false });
    expect(await rpc('isActiveUser', 'jane')).toMatch(/^403 <!doctype html>/);
    expect((await call(url, 'POST', '/simulator/switches', { body: { everything: true } })).status).toBe(400);
  });

  it('asks for no secure administrator session before 7.7', async () => {
    await restart({ version: '7.6', secureSessions: true, basic: { username: 'svc', password: 'right' } });
    const headers = { authorization: `Basic ${btoa('svc:right')}` };
    const answer = await call(url, 'POST', '/rpc/json-rpc/confluenceservice-v2/addGroup', { headers, body: ['new'] });
    expect(answer.json()).toBe(true);
  });

  it('tells e-mail addresses in the list of active users only', async () => {
    expect((await call(url, 'GET', '/rest/api/user?username=admin&expand=status')).json()).not.toHaveProperty('email');
    expect((await call(url, 'GET', '/rest/api/admin/users/list/active')).json()).toMatchObject({
      results: [{ email: 'admin@example.com' }],
    });
  });

  it('pages, with the next link while there is more', async () => {
    const first = (await call(url, 'GET', '/rest/api/group?limit=1')).json();
    expect(first).toMatchObject({ start: 0, limit: 1, size: 1, results: [{ name: 'confluence-administrators' }] });
    const { _links } = first as { _links: { next: string } };
    const last = (await call(url, 'GET', _links.next)).json();
    expect(last).toMatchObject({ start: 1, size: 1, results: [{ name: 'confluence-users' }] });
    expect(last).not.toHaveProperty('_links.next');
  });

  it('deletes a user by a long task that goes on as it is looked at', async () => {
    await call(url, 'POST', '/rest/api/admin/user', { body: jane });
    const deletion = await call(url, 'DELETE', '/rest/api/admin/user/jane');
    expect(deletion.status).toBe(202);
    const { id } = deletion.json() as { id: string };
    expect((await call(url, 'GET', '/rest/api/user?username=jane')).status).toBe(200);
    expect((await call(url, 'GET', `/rest/api/longtask/${id}`)).json()).toMatchObject({ percentageComplete: 50, successful: false });
    expect((await call(url, 'GET', `/rest/api/longtask/${id}`)).json()).toMatchObject({ percentageComplete: 100, successful: true });
    expect((await call(url, 'GET', '/rest/api/user?username=jane')).status).toBe(404);
  });

  it('keeps the last administrators and their right to administer', async () => {
    expect((await call(url, 'DELETE', '/rest/api/admin/group/confluence-administrators')).status).toBe(400);
    await restart({ basic: { username: 'svc', password: 'right' } });
    await call(url, 'DELETE', '/rest/api/user/svc/group/confluence-administrators');
    const headers = { authorization: `Basic ${btoa('svc:right')}` };
    expect((await call(url, 'PUT', '/rest/api/admin/user/admin/disable', { headers })).status).toBe(403);
    expect((await call(url, 'GET', '/rest/api/user/current', { headers })).json()).toMatchObject({ username: 'svc' });
  });

  it('answers 429 with the headers of a rate limit', async () => {
    await call(url, 'POST', '/simulator/faults', { body: { status: 429, retryAfterSeconds: 3, times: 1 } });
    const limited = await call(url, 'GET', '/rest/api/user/current');
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toBe('3');
    for (const name of ['limit', 'remaining', 'interval-seconds', 'fillrate'])
      expect(limited.headers.has(`x-ratelimit-${name}`)).toBe(true);
    expect((await call(url, 'GET', '/rest/api/user/current')).status).toBe(200);
  });

  it('injects faults by method and path, as often as asked, until they are taken away', async () => {
    await call(url, 'POST', '/simulator/faults', { body: { match: '^PUT /rest/api/admin/user/[^/]+/disable$', status: 503, times: 2 } });
    expect((await call(url, 'PUT', '/rest/api/admin/user/admin/enable')).status).toBe(204);
    expect((await call(url, 'PUT', '/rest/api/admin/user/admin/disable')).status).toBe(503);
    await call(url, 'DELETE', '/simulator/faults');
    expect(simulator.users()[0]?.active).toBe(true);
    expect((await call(url, 'PUT', '/rest/api/admin/user/admin/enable')).status).toBe(204);
  });

  it('drops the connection after it has done what was asked', async () => {
    simulator.fault({ match: '^POST', dropConnection: true });
    await expect(call(url, 'POST', '/rest/api/admin/user', { body: jane })).rejects.toThrow();
    expect(simulator.users().map(({ username }) => username)).toEqual(['admin', 'jane']);
    expect(simulator.requests()).toMatchObject([{ method: 'POST', status: 0 }]);
  });

  it('says what is wrong with a fault', async () => {
    const answer = await call(url, 'POST', '/simulator/faults', { body: { match: '(', sometimes: true } });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      message: expect.stringMatching(/sometimes[\s\S]*regular expression|regular expression[\s\S]*sometimes/),
    });
  });
});

describe('npm run confluence-simulator', () => {
  let stateDir: string;
  const processes: ChildProcess[] = [];
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'confluence-simulator-'));
  });
  afterEach(() => {
    for (const child of processes.splice(0)) child.kill('SIGKILL');
    rmSync(stateDir, { recursive: true });
  });

  /** Resolves with the base URL when it is ready, or with what it wrote and its exit code. */
  async function run(port = 0): Promise<{ child: ChildProcess; url: string; output: string; exitCode: number | null }> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts')], {
      env: { ...process.env, PORT: String(port), STATE_DIR: stateDir },
    });
    processes.push(child);
    let output = '';
    const exited = once(child, 'exit');
    await new Promise<void>((resolve) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.startsWith('ready')) resolve();
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      exited.then(() => resolve());
    });
    return { child, url: /http:\/\/\S+?(?=,)/.exec(output)?.[0] ?? '', output, exitCode: child.exitCode };
  }

  it('goes on where it was when it is killed with -9, also in the middle of a line', async () => {
    const first = await run();
    await call(first.url, 'POST', '/rest/api/admin/user', { body: jane });
    await call(first.url, 'POST', '/rest/api/admin/group', { body: { name: 'engineering', type: 'group' } });
    await call(first.url, 'PUT', '/rest/api/user/jane/group/engineering');
    await call(first.url, 'PUT', '/rest/api/admin/user/jane/disable');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    appendFileSync(join(stateDir, 'confluence-simulator.jsonl'), '{"op":"user-gone","userna');

    const second = await run();
    expect((await call(second.url, 'GET', '/simulator/users')).json()).toContainEqual({
      username: 'jane',
      fullName: 'Jane Doe',
      email: 'jane@example.com',
      active: false,
      groups: ['engineering'],
    });
  });

  it('says that its port is taken and exits with 1', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = taken.address() as { port: number };
      const { exitCode, output } = await run(port);
      expect(exitCode).toBe(1);
      expect(output).toContain(`Port ${port} is taken`);
    } finally {
      taken.close();
    }
  });

  it('ends cleanly on Ctrl-C', async () => {
    const { child } = await run();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
