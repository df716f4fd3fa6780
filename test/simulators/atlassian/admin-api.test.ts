import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlassianSimulator, type AtlassianSimulatorOptions, startAtlassianSimulator } from './atlassian-simulator.ts';
import { type Answered, type CallOptions, call, person } from './callers.ts';

interface Page<T> {
  readonly data: readonly T[];
  readonly links: { readonly next: string | null };
}
interface User {
  readonly accountId: string;
  readonly email: string;
  readonly status: string;
  readonly groups?: readonly { readonly name: string }[];
}
interface Group {
  readonly id: string;
  readonly name: string;
}
interface Invited {
  readonly data: readonly { readonly id: string; readonly results: readonly { readonly groupAssignmentResult: readonly object[] }[] }[];
}

const ACCESS = 'confluence-users';

describe('the simulated Organizations API', () => {
  let simulator: AtlassianSimulator;
  async function start(options: AtlassianSimulatorOptions = {}) {
    simulator = await startAtlassianSimulator(options);
    simulator.seed({ groups: [ACCESS], grantsConfluence: [ACCESS] });
  }
  beforeEach(() => start());
  afterEach(() => simulator.close());
  async function restart(options: AtlassianSimulatorOptions) {
    await simulator.close();
    await start(options);
  }

  const organization = (method: string, path: string, options?: CallOptions) =>
    call(simulator.url, method, `/admin/v2/orgs/org-1${path}`, options);
  const directory = (method: string, path: string, body?: unknown) =>
    organization(method, `/directories/dir-native${path}`, body === undefined ? {} : { body });
  const searched = async <T>(what: 'users' | 'groups', body: unknown) => (await directory('POST', `/${what}/search`, body)).json<Page<T>>();
  const invite = (body: unknown) => organization('POST', '/users/invite', { body });
  const groupId = (name: string) => simulator.groups().find((group) => group.name === name)?.id ?? '';
  async function invited(email: string, ...groups: string[]): Promise<string> {
    const answer = await invite({ emails: [email], additionalGroups: groups.map(groupId) });
    expect(answer.status).toBe(200);
    return answer.json<Invited>().data[0]?.id ?? '';
  }
  const codeOf = (answer: Answered) => answer.json<{ errors: { code: string }[] }>().errors[0]?.code;
  const accountOf = (email: string) => simulator.accounts().find((account) => account.email === email);

  describe('the login', () => {
    it('is the key of the organisation, not that of a directory', async () => {
      await restart({ organizationKey: 'org', directoryKey: 'dir' });
      expect((await organization('GET', '/directories', { headers: { authorization: 'Bearer dir' } })).status).toBe(401);
      expect((await organization('GET', '/directories', { headers: { authorization: 'Bearer org' } })).status).toBe(200);
    });

    it('is 403 for a call whose scope the key lacks, in words, and for no other', async () => {
      await restart({ missingScopes: ['write:groups:admin'] });
      const refused = await directory('POST', '/groups', { name: 'engineering' });
      expect(refused.status).toBe(403);
      expect(refused.json()).toMatchObject({
        errors: [{ code: 'ADMIN-UAM-403-1', detail: expect.stringContaining('write:groups:admin') }],
      });
      expect((await searched<Group>('groups', {})).data).toHaveLength(1);
    });
  });

  it('tells the organisation of the key when it is asked for it, lists none, and knows no other', async () => {
    expect((await call(simulator.url, 'GET', '/admin/v1/orgs/org-1')).json()).toMatchObject({ data: { id: 'org-1', type: 'orgs' } });
    expect((await call(simulator.url, 'GET', '/admin/v1/orgs')).json()).toMatchObject({ data: [] });
    const other = await call(simulator.url, 'GET', '/admin/v1/orgs/org-2');
    expect(other.status).toBe(404);
    expect(other.json()).toMatchObject({ message: 'TCS validation failed' });
  });

  it('tells its directories, its Confluence with the seats, and until when its keys are good', async () => {
    await restart({ seats: 10, keyExpires: '2027-01-31T00:00:00.000Z' });
    await invited('jane@example.com', ACCESS);
    expect((await organization('GET', '/directories')).json()).toMatchObject({ data: [{ directoryId: 'dir-native' }] });
    expect((await organization('POST', '/workspaces', { body: {} })).json()).toMatchObject({
      data: [{ attributes: { typeKey: 'confluence', usage: 1, capacity: 10 } }],
    });
    expect((await call(simulator.url, 'GET', '/admin/api-access/v1/orgs/org-1/api-keys')).json()).toMatchObject({
      data: [{ expiresAt: '2027-01-31T00:00:00.000Z' }],
    });
  });

  describe('POST /users/invite', () => {
    it('makes an account, in the directory and the groups', async () => {
      const answer = await invite({ emails: ['jane@elsewhere.org'], additionalGroups: [groupId(ACCESS)], sendNotification: false });
      expect(answer.status).toBe(200);
      expect(answer.json()).toMatchObject({
        data: [{ email: 'jane@elsewhere.org', results: [{ groupAssignmentResult: [{ group: groupId(ACCESS), status: 'INVITED' }] }] }],
      });
      expect(accountOf('jane@elsewhere.org')).toMatchObject({ managed: false, status: 'active', groups: [ACCESS], hasConfluence: true });
    });

    it('takes who is there already, whatever the letters of the address', async () => {
      const id = await invited('jane@example.com');
      expect(await invited('Jane@Example.com', ACCESS)).toBe(id);
      expect(simulator.accounts()).toMatchObject([{ email: 'jane@example.com', groups: [ACCESS] }]);
    });

    it('is 206 with the reason where a group is none or is synchronised, and does the rest', async () => {
      await call(simulator.url, 'POST', '/scim/directory/dir-scim/Groups', { body: { displayName: 'pushed' } });
      const answer = await invite({ emails: ['jane@example.com'], additionalGroups: ['none', groupId('pushed'), groupId(ACCESS)] });
      expect(answer.status).toBe(206);
      expect(answer.json<Invited>().data[0]?.results[0]?.groupAssignmentResult).toEqual([
        { group: 'none', status: 'ERROR', statusReason: 'Group not found' },
        { group: groupId('pushed'), status: 'ERROR', statusReason: expect.any(String) },
        { group: groupId(ACCESS), status: 'INVITED', statusReason: null },
      ]);
      expect(accountOf('jane@example.com')).toMatchObject({ groups: [ACCESS] });
    });

    it('is 206 for an account that the SCIM directory has deactivated', async () => {
      await call(simulator.url, 'POST', '/scim/directory/dir-scim/Users', { body: person('jane', { active: false }) });
      expect((await invite({ emails: ['jane@example.com'], additionalGroups: [groupId(ACCESS)] })).status).toBe(206);
      expect(accountOf('jane@example.com')).toMatchObject({ status: 'inactive', groups: [] });
    });

    it('is 402 without a paid plan', async () => {
      await restart({ paid: false });
      expect(codeOf(await invite({ emails: ['jane@example.com'] }))).toBe('ADMIN-UAM-402-1');
      expect(simulator.accounts()).toEqual([]);
    });

    it('is 409 when no seat is left, for groups that grant Confluence only', async () => {
      await restart({ seats: 1 });
      await invited('jane@example.com', ACCESS);
      const refused = await invite({ emails: ['john@example.com'], additionalGroups: [groupId(ACCESS)] });
      expect({ status: refused.status, code: codeOf(refused) }).toEqual({ status: 409, code: 'ADMIN-UAM-409-3' });
      expect(accountOf('john@example.com')).toBeUndefined();
      await invited('jane@example.com', ACCESS);
      await invited('john@example.com');
    });

    it.each([{ emails: [] }, { emails: ['jane'] }, { emails: ['jane@example.com'], groups: [] }, {}])('is 400 for %j', async (body) => {
      expect((await invite(body)).status).toBe(400);
    });
  });

  describe('POST /users/search', () => {
    it('finds by exact e-mail addresses in any letters, with the groups when they are asked for', async () => {
      await invited('jane@example.com', ACCESS);
      await invited('jane@example.com.au');
      const { data } = await searched<User>('users', { emails: ['JANE@example.com'], expand: ['groups'] });
      expect(data).toMatchObject([
        { email: 'jane@example.com', status: 'active', accountStatus: 'active', membershipStatus: 'active', groups: [{ name: ACCESS }] },
      ]);
      expect((await searched<User>('users', { emails: ['jane@example.com'] })).data[0]).not.toHaveProperty('groups');
      expect((await searched<User>('users', { searchTerm: 'jane@example.com' })).data).toHaveLength(2);
      expect((await directory('POST', '/users/search', { emails: [], searchTerm: 'x' })).status).toBe(400);
      expect((await directory('POST', '/users/search', { email: 'jane@example.com' })).status).toBe(400);
    });

    it('finds the members of a group, and pages by a cursor that is good for nothing else', async () => {
      for (const name of ['a', 'b', 'c']) await invited(`${name}@example.com`, ACCESS);
      await invited('d@example.com');
      const body = { groupIds: [groupId(ACCESS)], limit: 2 };
      const first = await searched<User>('users', body);
      expect(first.data.map(({ email }) => email)).toEqual(['a@example.com', 'b@example.com']);
      const last = await searched<User>('users', { cursor: first.links.next, groupIds: ['is not looked at'] });
      expect(last.data.map(({ email }) => email)).toEqual(['c@example.com']);
      expect(last.links.next).toBeNull();
      expect((await directory('POST', '/users/search', { cursor: '2' })).status).toBe(400);
      expect((await directory('POST', '/users/search', { limit: 101 })).status).toBe(400);
      expect((await searched<User>('users', { ...body, directoryIds: ['dir-native'] })).data).toHaveLength(2);
      expect((await searched<User>('users', { ...body, directoryIds: ['dir-other'] })).data).toEqual([]);
    });
  });

  describe('suspend and restore', () => {
    it('take an object as a body, or are 415', async () => {
      const id = await invited('jane@example.com', ACCESS);
      expect((await directory('POST', `/users/${id}/suspend`)).status).toBe(415);
      expect(accountOf('jane@example.com')).toMatchObject({ status: 'active' });
      for (let times = 0; times < 2; times += 1) expect((await directory('POST', `/users/${id}/suspend`, {})).status).toBe(204);
      expect(accountOf('jane@example.com')).toMatchObject({ status: 'suspended', groups: [ACCESS], hasConfluence: false });
      expect((await directory('POST', `/users/${id}/restore`)).status).toBe(415);
      for (let times = 0; times < 2; times += 1) expect((await directory('POST', `/users/${id}/restore`, {})).status).toBe(204);
      expect(accountOf('jane@example.com')).toMatchObject({ status: 'active', hasConfluence: true });
    });

    it('free a seat and need one', async () => {
      await restart({ seats: 1 });
      const id = await invited('jane@example.com', ACCESS);
      await directory('POST', `/users/${id}/suspend`, {});
      await invited('john@example.com', ACCESS);
      expect(codeOf(await directory('POST', `/users/${id}/restore`, {}))).toBe('ADMIN-UAM-409-3');
    });

    it('are refused for an administrator of the organisation', async () => {
      await restart({ admins: ['boss@example.com'] });
      const id = await invited('boss@example.com');
      expect(codeOf(await directory('POST', `/users/${id}/suspend`, {}))).toBe('ADMIN-UAM-400-1');
    });

    it('know nobody who is not in the directory', async () => {
      expect(codeOf(await directory('POST', '/users/nobody/suspend', {}))).toBe('ADMIN-UAM-404-1');
    });
  });

  describe('DELETE /users/{accountId}', () => {
    it('is queued: done later, out of the directory and its groups', async () => {
      const clock = { now: 1_000_000 };
      await restart({ settlesWithinMs: 5_000, now: () => clock.now });
      const id = await invited('jane@example.com');
      clock.now += 5_000;
      expect((await directory('POST', `/groups/${groupId(ACCESS)}/memberships`, { accountId: id })).status).toBe(204);
      expect((await directory('DELETE', `/users/${id}`)).status).toBe(202);
      expect((await directory('GET', `/users/${id}`)).status).toBe(200);
      clock.now += 5_000;
      expect((await directory('GET', `/users/${id}`)).status).toBe(404);
      expect(accountOf('jane@example.com')).toMatchObject({ inDirectory: false, groups: [], hasConfluence: false });
      await invited('jane@example.com');
      expect(accountOf('jane@example.com')).toMatchObject({ inDirectory: true, groups: [] });
    });

    it('leaves a managed account, which a search of all directories still finds', async () => {
      const ids = [await invited('jane@example.com'), await invited('john@elsewhere.org')];
      for (const id of ids) await directory('DELETE', `/users/${id}`);
      expect((await searched<User>('users', {})).data).toEqual([]);
      const everywhere = (await organization('POST', '/directories/-/users/search', { body: {} })).json<Page<User>>().data;
      expect(everywhere).toMatchObject([{ email: 'jane@example.com', status: 'not_invited', membershipStatus: 'no_membership' }]);
    });
  });

  describe('groups', () => {
    it('are made without an answer, found by exact name in any letters, and told by id', async () => {
      const made = await directory('POST', '/groups', { name: 'Engineering', description: 'who builds' });
      expect({ status: made.status, text: made.text }).toEqual({ status: 201, text: '' });
      expect((await searched<Group>('groups', { groupNames: ['engineering'] })).data).toMatchObject([
        { id: groupId('Engineering'), name: 'Engineering', directoryId: 'dir-native', externalSynced: false },
      ]);
      expect((await searched<Group>('groups', { groupNames: ['engineer'] })).data).toEqual([]);
      expect((await searched<Group>('groups', { searchTerm: 'engineer' })).data).toHaveLength(1);
      expect((await directory('POST', '/groups/search', { groupNames: ['a'], groupIds: ['b'] })).status).toBe(400);
      expect((await directory('GET', `/groups/${groupId('Engineering')}`)).json()).toMatchObject({ data: { name: 'Engineering' } });
      expect(codeOf(await directory('GET', '/groups/none'))).toBe('ADMIN-UAM-404-3');
    });

    it('are 409 when any group of the organisation has the name', async () => {
      await call(simulator.url, 'POST', '/scim/directory/dir-scim/Groups', { body: { displayName: 'pushed' } });
      expect(codeOf(await directory('POST', '/groups', { name: 'Pushed' }))).toBe('ADMIN-UAM-409-2');
      expect(codeOf(await directory('POST', '/groups', { name: ACCESS }))).toBe('ADMIN-UAM-409-2');
    });

    it('take and lose members, as often as asked', async () => {
      const id = await invited('jane@example.com');
      const memberships = `/groups/${groupId(ACCESS)}/memberships`;
      for (let times = 0; times < 2; times += 1) expect((await directory('POST', memberships, { accountId: id })).status).toBe(204);
      expect(accountOf('jane@example.com')).toMatchObject({ groups: [ACCESS], hasConfluence: true });
      for (let times = 0; times < 2; times += 1) expect((await directory('DELETE', `${memberships}/${id}`)).status).toBe(204);
      expect(accountOf('jane@example.com')).toMatchObject({ groups: [], hasConfluence: false });
      expect(codeOf(await directory('POST', memberships, { accountId: 'nobody' }))).toBe('ADMIN-UAM-404-1');
      expect(codeOf(await directory('POST', '/groups/none/memberships', { accountId: id }))).toBe('ADMIN-UAM-404-3');
    });

    it('that grant Confluence take nobody new when no seat is left', async () => {
      await restart({ seats: 1 });
      await invited('jane@example.com', ACCESS);
      const accountId = await invited('john@example.com');
      expect(codeOf(await directory('POST', `/groups/${groupId(ACCESS)}/memberships`, { accountId }))).toBe('ADMIN-UAM-409-3');
    });

    it('that are synchronised are left to their identity provider', async () => {
      await call(simulator.url, 'POST', '/scim/directory/dir-scim/Groups', { body: { displayName: 'pushed' } });
      const accountId = await invited('jane@example.com');
      const path = `/groups/${groupId('pushed')}`;
      expect((await directory('GET', path)).json()).toMatchObject({ data: { externalSynced: true, managedBy: 'external' } });
      for (const answer of [
        await directory('POST', `${path}/memberships`, { accountId }),
        await directory('DELETE', `${path}/memberships/${accountId}`),
        await directory('DELETE', path),
      ]) {
        expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 403, code: 'ADMIN-UAM-403-1' });
      }
    });

    it('are deleted with their memberships', async () => {
      await invited('jane@example.com', ACCESS);
      expect((await directory('DELETE', `/groups/${groupId(ACCESS)}`)).status).toBe(204);
      expect(accountOf('jane@example.com')).toMatchObject({ groups: [] });
      expect(codeOf(await directory('DELETE', '/groups/none'))).toBe('ADMIN-UAM-404-3');
    });

    it('say which roles they give', async () => {
      await directory('POST', '/groups', { name: 'engineering' });
      const rolesOf = async (name: string) =>
        (await directory('GET', `/groups/${groupId(name)}/role-assignments`)).json<Page<object>>().data;
      expect(await rolesOf(ACCESS)).toMatchObject([{ resourceOwner: 'confluence', roles: ['atlassian/user'] }]);
      expect(await rolesOf('engineering')).toEqual([]);
    });
  });

  it('knows what was made only when it has settled, but takes its name at once', async () => {
    const clock = { now: 1_000_000 };
    await restart({ settlesWithinMs: 5_000, now: () => clock.now });
    const accountId = await invited('jane@example.com');
    await directory('POST', '/groups', { name: 'engineering' });
    const seen = async () => ({
      byEmail: (await searched<User>('users', { emails: ['jane@example.com'] })).data.length,
      byId: (await directory('GET', `/users/${accountId}`)).status,
      member: (await directory('POST', `/groups/${groupId(ACCESS)}/memberships`, { accountId })).status,
      group: (await searched<Group>('groups', { groupNames: ['engineering'] })).data.length,
      again: (await directory('POST', '/groups', { name: 'engineering' })).status,
    });
    expect(await seen()).toEqual({ byEmail: 0, byId: 404, member: 404, group: 0, again: 409 });
    clock.now += 5_000;
    expect(await seen()).toEqual({ byEmail: 1, byId: 200, member: 204, group: 1, again: 409 });
  });

  it('is changed in one directory: all of them, -, can only be read, and another is not known', async () => {
    const body = { name: 'engineering' };
    expect((await organization('POST', '/directories/-/groups', { body })).status).toBe(404);
    expect((await organization('POST', '/directories/elsewhere/groups', { body })).status).toBe(404);
    expect((await organization('POST', '/directories/-/groups/search', { body: {} })).status).toBe(200);
    expect((await organization('PUT', '/directories/dir-native/groups', { body })).status).toBe(405);
  });
});
