import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlassianSimulator, type AtlassianSimulatorOptions, startAtlassianSimulator } from './atlassian-simulator.ts';
import { type CallOptions, call, patchOp, person } from './callers.ts';

describe('the simulated Atlassian organisation', () => {
  let simulator: AtlassianSimulator;
  async function start(options?: AtlassianSimulatorOptions) {
    simulator = await startAtlassianSimulator(options);
  }
  beforeEach(() => start());
  afterEach(() => simulator.close());
  async function restart(options: AtlassianSimulatorOptions) {
    await simulator.close();
    await start(options);
  }
  const USERS = '/scim/directory/dir-scim/Users';

  it('shows its accounts, groups, SCIM users and requests without a login', async () => {
    await call(simulator.url, 'POST', USERS, { body: person('jane') });
    const open = async (what: string) =>
      (await call(simulator.url, 'GET', `/simulator/${what}`, { headers: { authorization: '' } })).json();
    expect(await open('accounts')).toMatchObject([{ email: 'jane@example.com' }]);
    expect(await open('groups')).toEqual([]);
    expect(await open('scim-users')).toMatchObject([{ userName: 'jane', email: 'jane@example.com', fullName: 'jane', active: true }]);
    expect(await open('requests')).toEqual([{ at: expect.any(String), method: 'POST', path: USERS, status: 201 }]);
    expect((await call(simulator.url, 'GET', '/elsewhere')).status).toBe(404);
  });

  it('is one: what the directory pushes is there for the organisation, as synchronised', async () => {
    const { id } = (await call(simulator.url, 'POST', USERS, { body: person('jane') })).json<{ id: string }>();
    await call(simulator.url, 'POST', '/scim/directory/dir-scim/Groups', { body: { displayName: 'pushed', members: [{ value: id }] } });
    const searched = await call(simulator.url, 'POST', '/admin/v2/orgs/org-1/directories/dir-native/users/search', {
      body: { emails: ['jane@example.com'], expand: ['groups'] },
    });
    expect(searched.json()).toMatchObject({ data: [{ claimStatus: 'managed', managementSource: 'synced', groups: [{ name: 'pushed' }] }] });
  });

  it('lets a person change their e-mail address, which frees the old one', async () => {
    simulator.seed({ accounts: [{ email: 'jane@example.com', fullName: 'Jane' }] });
    simulator.changeEmail('jane@example.com', 'doe@elsewhere.org');
    expect(simulator.accounts()).toMatchObject([{ email: 'doe@elsewhere.org', fullName: 'Jane', managed: false }]);
    await call(simulator.url, 'POST', USERS, { body: person('jane') });
    expect(simulator.accounts()).toHaveLength(2);
    expect(() => simulator.changeEmail('doe@elsewhere.org', 'Jane@example.com')).toThrow(TypeError);
    simulator.seed({ accounts: [{ email: 'Jane@example.com', fullName: 'Another' }] });
    expect(simulator.accounts().map(({ fullName }) => fullName)).toEqual(['Jane', 'jane']);
  });

  it.each([
    [USERS, { detail: 'injected fault', status: '503' }],
    ['/admin/v1/orgs/org-1', { errors: [{ detail: 'injected fault' }] }],
    ['/wiki/rest/api/group', { statusCode: 503, message: 'injected fault' }],
  ])('injects faults into %s in its own shape, as often as asked', async (path, body) => {
    await call(simulator.url, 'POST', '/simulator/faults', { body: { match: `^GET ${path}`, status: 503, retryAfterSeconds: 3 } });
    const answer = await call(simulator.url, 'GET', path);
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '3' });
    expect(answer.json()).toMatchObject(body);
    expect((await call(simulator.url, 'GET', path)).status).not.toBe(503);
  });

  it('drops the connection after it has done what was asked', async () => {
    simulator.fault({ match: '^POST', dropConnection: true });
    await expect(call(simulator.url, 'POST', USERS, { body: person('jane') })).rejects.toThrow();
    expect(simulator.scimUsers()).toMatchObject([{ userName: 'jane' }]);
    expect(simulator.requests()).toMatchObject([{ method: 'POST', status: 0 }]);
    simulator.fault({ match: '^POST' });
    simulator.clearFaults();
    expect((await call(simulator.url, 'POST', '/simulator/faults', { body: { sometimes: true } })).status).toBe(400);
  });

  it('is 429 to what comes too often, with how long to wait', async () => {
    const clock = { now: 1_000_000 };
    await restart({ rateLimit: { limit: 2, fillRate: 1, intervalSeconds: 10 }, now: () => clock.now });
    const get = () => call(simulator.url, 'GET', USERS);
    expect((await get()).headers.get('x-ratelimit-remaining')).toBe('1');
    expect((await get()).headers.get('retry-after')).toBeNull();
    const limited = await get();
    expect({ status: limited.status, wait: limited.headers.get('retry-after') }).toEqual({ status: 429, wait: '10' });
    clock.now += 10_000;
    expect((await get()).status).toBe(200);
  });
});

describe('the simulated groups of Confluence Cloud', () => {
  let simulator: AtlassianSimulator;
  beforeEach(async () => {
    simulator = await startAtlassianSimulator({ site: { email: 'boss@example.com', token: 'secret' } });
    const emails = ['a@example.com', 'b@example.com', 'c@example.com'];
    simulator.seed({ accounts: emails.map((email) => ({ email })), groups: ['engineering', 'Sales'], members: { engineering: emails } });
  });
  afterEach(() => simulator.close());
  const site = (path: string, options: CallOptions = { headers: { authorization: `Basic ${btoa('boss@example.com:secret')}` } }) =>
    call(simulator.url, 'GET', `/wiki/rest/api${path}`, options);
  const idOf = (name: string) => simulator.groups().find((group) => group.name === name)?.id ?? '';

  it("are told to the site's administrator only", async () => {
    expect((await site('/group', {})).status).toBe(401);
    expect((await site('/group')).json()).toMatchObject({ results: [{ name: 'Sales', type: 'group' }, { name: 'engineering' }], size: 2 });
  });

  it('are found by id, by name and by a part of the name', async () => {
    expect((await site(`/group/by-id?id=${idOf('engineering')}`)).json()).toMatchObject({ name: 'engineering' });
    expect((await site('/group/by-id?id=none')).status).toBe(404);
    expect((await site('/group/by-name?name=sales')).json()).toMatchObject({ name: 'Sales', id: idOf('Sales') });
    expect((await site('/group/picker?query=SAL')).json()).toMatchObject({ results: [{ name: 'Sales' }] });
    expect((await site('/group/picker')).status).toBe(400);
  });

  it('page through their members without e-mail addresses, at most 200', async () => {
    const path = `/group/${idOf('engineering')}/membersByGroupId`;
    const first = (await site(`${path}?limit=2`)).json<{ results: object[]; _links: { next?: string } }>();
    expect(first.results).toEqual([
      expect.objectContaining({ type: 'known', accountId: expect.any(String), email: '' }),
      expect.objectContaining({ displayName: 'b@example.com' }),
    ]);
    expect((await site((first._links.next ?? '').replace('/rest/api', ''))).json()).toMatchObject({
      results: [{ displayName: 'c@example.com' }],
    });
    expect((await site(`${path}?limit=201`)).status).toBe(400);
  });

  it('leave out who is suspended or deactivated, and answer for a group that there is not with an empty page', async () => {
    const [first, second] = simulator.accounts();
    await call(simulator.url, 'POST', `/admin/v2/orgs/org-1/directories/dir-native/users/${first?.accountId}/suspend`, { body: {} });
    const { id } = (await call(simulator.url, 'POST', '/scim/directory/dir-scim/Users', { body: person('b') })).json<{ id: string }>();
    const off = patchOp({ op: 'replace', path: 'active', value: false });
    await call(simulator.url, 'PATCH', `/scim/directory/dir-scim/Users/${id}`, { body: off });
    expect(simulator.accounts().find(({ accountId }) => accountId === second?.accountId)).toMatchObject({ status: 'inactive' });
    expect((await site(`/group/${idOf('engineering')}/membersByGroupId`)).json()).toMatchObject({
      results: [{ displayName: 'c@example.com' }],
    });
    const unknown = await site('/group/none/membersByGroupId');
    expect({ status: unknown.status, ...unknown.json<object>() }).toMatchObject({ status: 200, results: [], size: 0 });
  });
});

describe('npm run atlassian-simulator', () => {
  let stateDir: string;
  const processes: ChildProcess[] = [];
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'atlassian-simulator-'));
  });
  afterEach(() => {
    for (const child of processes.splice(0)) child.kill('SIGKILL');
    rmSync(stateDir, { recursive: true });
  });

  async function run(environment: Record<string, string> = {}): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts')], {
      env: { ...process.env, PORT: '0', STATE_DIR: stateDir, ...environment },
    });
    processes.push(child);
    let output = '';
    for await (const chunk of child.stdout ?? []) {
      output += String(chunk);
      if (output.includes('\n')) break;
    }
    return { child, url: /http:\/\/\S+?(?=,)/.exec(output)?.[0] ?? '' };
  }

  it('goes on where it was when it is killed with -9, also in the middle of a line', async () => {
    const first = await run({ GUARD: 'off' });
    expect((await call(first.url, 'GET', '/scim/directory/dir-scim/Users')).status).toBe(404);
    const groups = (await call(first.url, 'GET', '/simulator/groups')).json<{ id: string }[]>();
    const body = { emails: ['jane@example.com'], additionalGroups: groups.map(({ id }) => id) };
    await call(first.url, 'POST', '/admin/v2/orgs/org-1/users/invite', { body });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    appendFileSync(join(stateDir, 'atlassian-simulator.jsonl'), '{"op":"group-gone","id');

    const second = await run();
    await call(second.url, 'POST', '/scim/directory/dir-scim/Users', { body: person('jane', { displayName: 'Jane Doe' }) });
    expect((await call(second.url, 'GET', '/simulator/accounts')).json()).toMatchObject([
      { email: 'jane@example.com', fullName: 'Jane Doe', groups: ['confluence-users'], hasConfluence: true },
    ]);
    second.child.kill('SIGINT');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });
});
