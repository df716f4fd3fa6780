import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlassianSimulator, type AtlassianSimulatorOptions, startAtlassianSimulator } from './atlassian-simulator.ts';
import { type CallOptions, call, type PatchOperation, patchOp, person } from './callers.ts';

interface User {
  readonly id: string;
  readonly active: boolean;
  readonly displayName?: string;
  readonly emails: readonly { readonly value: string }[];
  readonly groups: readonly { readonly value: string; readonly display: string }[];
  readonly 'urn:scim:schemas:extension:atlassian-external:1.0': { readonly atlassianAccountId: string };
}
interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly members: readonly { readonly value: string }[];
}
interface List {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: readonly { readonly id: string; readonly userName?: string; readonly displayName?: string }[];
}

describe('the simulated User Provisioning API', () => {
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

  const directory = (method: string, path: string, options?: CallOptions) =>
    call(simulator.url, method, `/scim/directory/dir-scim${path}`, options);
  const filtered = async (path: string, filter: string) =>
    (await directory('GET', `${path}?filter=${encodeURIComponent(filter)}`)).json<List>();
  async function made<T extends User | Group>(path: '/Users' | '/Groups', body: unknown): Promise<T> {
    const answer = await directory('POST', path, { body });
    expect(answer.status).toBe(201);
    return answer.json<T>();
  }

  describe('the login', () => {
    it.each([
      ['no key', {}, '', 401],
      ['a wrong key', {}, 'Bearer other', 401],
      ['the key of the organisation, if it is another', { organizationKey: 'org' }, 'Bearer org', 401],
      ['no Guard', { guard: false }, 'Bearer local', 404],
      ['the right key', {}, 'Bearer local', 200],
    ])('with %s', async (_, options, authorization, status) => {
      await restart(options);
      expect((await directory('GET', '/Users', { headers: { authorization } })).status).toBe(status);
    });

    it('does not know another directory', async () => {
      const answer = await call(simulator.url, 'GET', '/scim/directory/elsewhere/Users');
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({ status: '404', detail: expect.stringContaining('elsewhere') });
    });
  });

  describe('POST /Users', () => {
    it('makes an Atlassian account that the organisation manages, without Confluence', async () => {
      const user = await made<User>('/Users', person('jane', { name: { givenName: 'Jane', familyName: 'Doe' } }));
      expect(simulator.accounts()).toEqual([
        {
          accountId: user['urn:scim:schemas:extension:atlassian-external:1.0'].atlassianAccountId,
          email: 'jane@example.com',
          fullName: 'jane',
          managed: true,
          status: 'active',
          inDirectory: true,
          groups: [],
          hasConfluence: false,
        },
      ]);
    });

    it('links an account that has the e-mail address already, with its groups', async () => {
      simulator.seed({ accounts: [{ email: 'jane@example.com' }], groups: ['old'], members: { old: ['jane@example.com'] } });
      await made('/Users', person('jane', { displayName: 'Jane Doe' }));
      expect(simulator.accounts()).toMatchObject([{ email: 'jane@example.com', fullName: 'Jane Doe', groups: ['old'] }]);
    });

    it.each([
      ['the user name', person('jane', { emails: [{ value: 'other@example.com', primary: true }] }), 'userName[jane]'],
      ['the user name in other letters', person('Jane', { emails: [{ value: 'other@example.com', primary: true }] }), 'userName[Jane]'],
      ['the e-mail address', { ...person('jane'), userName: 'other' }, 'email[jane@example.com]'],
    ])('is 409 uniqueness when %s is there', async (_, body, words) => {
      await made('/Users', person('jane'));
      const answer = await directory('POST', '/Users', { body });
      expect(answer.status).toBe(409);
      expect(answer.json()).toMatchObject({ scimType: 'uniqueness', detail: `Resource [USER]: with ${words} already exists.` });
    });

    it.each([
      ['no user name', person('jane', { userName: undefined })],
      ['no e-mail address', person('jane', { emails: [] })],
      ['no primary e-mail address', person('jane', { emails: [{ value: 'jane@example.com' }] })],
      ['an e-mail address that is none', person('jane', { emails: [{ value: 'jane', primary: true }] })],
      ['active as a text', person('jane', { active: 'False' })],
    ])('is 400 with %s', async (_, body) => {
      expect((await directory('POST', '/Users', { body })).status).toBe(400);
    });

    it('is 400 for an e-mail address outside the verified domains, in words', async () => {
      const answer = await directory('POST', '/Users', {
        body: person('jane', { emails: [{ value: 'jane@elsewhere.org', primary: true }] }),
      });
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/domain elsewhere\.org .* not verified/) });
    });

    it('is 415 in another media type, and 400 without an object', async () => {
      expect((await directory('POST', '/Users', { body: person('jane'), headers: { 'content-type': 'text/plain' } })).status).toBe(415);
      expect((await directory('POST', '/Users', { body: [] })).status).toBe(400);
    });
  });

  describe('GET /Users', () => {
    it('finds by userName in any letters, by externalId in these only, and by nothing else', async () => {
      await made('/Users', person('jane', { externalId: 'E1' }));
      await made('/Users', person('john'));
      expect((await filtered('/Users', 'userName eq "JANE"')).Resources).toMatchObject([{ userName: 'jane' }]);
      expect((await filtered('/Users', 'externalId eq "E1"')).Resources).toMatchObject([{ userName: 'jane' }]);
      expect((await filtered('/Users', 'externalId eq "e1"')).totalResults).toBe(0);
      for (const filter of ['emails eq "jane@example.com"', 'userName eq "a" or userName eq "b"', 'userName sw "j"', 'userName pr']) {
        const answer = await directory('GET', `/Users?filter=${encodeURIComponent(filter)}`);
        expect({ filter, status: answer.status }).toEqual({ filter, status: 400 });
        expect(answer.json()).toMatchObject({ scimType: 'invalidFilter' });
      }
    });

    it('pages from startIndex, at most so many as a page has', async () => {
      await restart({ maxPageSize: 2 });
      for (const name of ['a', 'b', 'c']) await made('/Users', person(name));
      const first = (await directory('GET', '/Users?count=100')).json<List>();
      expect(first).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 2, Resources: [{ userName: 'a' }, { userName: 'b' }] });
      const last = (await directory('GET', '/Users?startIndex=3')).json<List>();
      expect(last).toMatchObject({ totalResults: 3, startIndex: 3, itemsPerPage: 1, Resources: [{ userName: 'c' }] });
      expect((await directory('GET', '/Users?count=all')).status).toBe(400);
    });

    it('shows what is asked for, and not both lists at once', async () => {
      const { id } = await made<User>('/Users', person('jane'));
      expect(Object.keys((await directory('GET', `/Users/${id}?attributes=userName`)).json<User>())).toEqual(['schemas', 'id', 'userName']);
      expect((await directory('GET', `/Users/${id}?excludedAttributes=groups`)).json()).not.toHaveProperty('groups');
      expect((await directory('GET', '/Users?attributes=a&excludedAttributes=b')).status).toBe(400);
    });
  });

  describe('PUT and PATCH /Users/{id}', () => {
    it('PUT clears what it does not name', async () => {
      const { id } = await made<User>('/Users', person('jane', { title: 'Boss', active: false }));
      const put = await directory('PUT', `/Users/${id}`, { body: person('jane') });
      expect(put.status).toBe(200);
      expect(put.json()).not.toHaveProperty('title');
      expect(put.json()).toMatchObject({ active: true });
    });

    it('PATCH changes what it names, with a path or without', async () => {
      const { id } = await made<User>('/Users', person('jane', { title: 'Boss' }));
      const off = await directory('PATCH', `/Users/${id}`, { body: patchOp({ op: 'replace', path: 'active', value: false }) });
      expect(off.json()).toMatchObject({ active: false, title: 'Boss' });
      expect(simulator.accounts()).toMatchObject([{ status: 'inactive', hasConfluence: false }]);

      const emails = [{ value: 'roe@mail.example', primary: true }];
      const value = { active: true, displayName: 'Jane Roe', emails };
      expect((await directory('PATCH', `/Users/${id}`, { body: patchOp({ op: 'Replace', value }) })).status).toBe(200);
      expect(simulator.accounts()).toMatchObject([{ status: 'active', fullName: 'Jane Roe', email: 'roe@mail.example' }]);
    });

    it('PATCH knows the primary address by its type, and parts of a name', async () => {
      const { id } = await made<User>('/Users', person('jane', { displayName: undefined, name: { givenName: 'Jane', familyName: 'Doe' } }));
      const body = patchOp(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'roe@example.com' },
        { op: 'replace', path: 'name.familyName', value: 'Roe' },
      );
      expect((await directory('PATCH', `/Users/${id}`, { body })).status).toBe(200);
      expect(simulator.accounts()).toMatchObject([{ email: 'roe@example.com', fullName: 'Jane Roe' }]);
    });

    it.each([
      [{ op: 'replace', path: 'shoeSize', value: 1 }, 'invalidPath'],
      [{ op: 'replace', path: 'id', value: 'x' }, 'mutability'],
      [{ op: 'replace', path: 'emails[type eq "home"].value', value: 'x@example.com' }, 'noTarget'],
      [{ op: 'remove', path: 'userName' }, 'invalidValue'],
      [{ op: 'shout', path: 'title' }, 'invalidSyntax'],
    ])('PATCH refuses %j as %s', async (operation, scimType) => {
      const { id } = await made<User>('/Users', person('jane'));
      const answer = await directory('PATCH', `/Users/${id}`, { body: patchOp(operation) });
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ scimType });
    });

    it("takes no other person's user name or e-mail address, and none outside the verified domains", async () => {
      await made('/Users', person('john'));
      const { id } = await made<User>('/Users', person('jane'));
      const statusOf = async (value: unknown) =>
        (await directory('PATCH', `/Users/${id}`, { body: patchOp({ op: 'replace', value }) })).status;
      expect(await statusOf({ userName: 'john' })).toBe(409);
      expect(await statusOf({ emails: [{ value: 'John@example.com', primary: true }] })).toBe(409);
      expect(await statusOf({ emails: [{ value: 'jane@elsewhere.org', primary: true }] })).toBe(400);
      expect(await statusOf({ userName: 'jane', emails: [{ value: 'jane@example.com', primary: true }] })).toBe(200);
    });
  });

  it('DELETE /Users/{id} destroys the record, takes it out of the groups of the directory and deactivates the account', async () => {
    simulator.seed({ accounts: [{ email: 'jane@example.com' }], groups: ['own'], members: { own: ['jane@example.com'] } });
    const { id } = await made<User>('/Users', person('jane'));
    await made('/Groups', { displayName: 'pushed', members: [{ value: id }] });
    expect((await directory('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await directory('GET', `/Users/${id}`)).status).toBe(404);
    expect((await directory('DELETE', `/Users/${id}`)).status).toBe(404);
    expect(simulator.scimUsers()).toEqual([]);
    expect(simulator.accounts()).toMatchObject([{ email: 'jane@example.com', status: 'inactive', groups: ['own'] }]);

    await made('/Users', person('jane'));
    expect(simulator.accounts()).toMatchObject([{ email: 'jane@example.com', status: 'active', groups: ['own'] }]);
  });

  describe('groups', () => {
    it('are found by displayName, with all their members in the body', async () => {
      const { id } = await made<User>('/Users', person('jane'));
      const group = await made<Group>('/Groups', { displayName: 'Engineering', members: [{ value: id }] });
      expect((await filtered('/Groups', 'displayName eq "engineering"')).Resources).toMatchObject([
        { id: group.id, members: [{ value: id }] },
      ]);
      expect((await directory('GET', `/Groups?filter=${encodeURIComponent('id eq "1"')}`)).status).toBe(400);
      expect((await directory('GET', `/Users/${id}`)).json()).toMatchObject({ groups: [{ value: group.id, display: 'Engineering' }] });
    });

    it('are 409 uniqueness when any group of the organisation has the name', async () => {
      simulator.seed({ groups: ['confluence-users'] });
      for (const displayName of ['confluence-users', 'Confluence-Users']) {
        const answer = await directory('POST', '/Groups', { body: { displayName } });
        expect(answer.status).toBe(409);
        expect(answer.json()).toMatchObject({
          scimType: 'uniqueness',
          detail: `Resource [GROUP]: with displayName[${displayName}] already exists.`,
        });
      }
      expect((await filtered('/Groups', 'displayName eq "confluence-users"')).totalResults).toBe(0);
    });

    it('keep their name', async () => {
      const { id } = await made<Group>('/Groups', { displayName: 'old' });
      for (const body of [
        patchOp({ op: 'replace', path: 'displayName', value: 'new' }),
        patchOp({ op: 'replace', value: { id, displayName: 'new' } }),
      ]) {
        const answer = await directory('PATCH', `/Groups/${id}`, { body });
        expect(answer.status).toBe(400);
        expect(answer.json()).toMatchObject({ scimType: 'mutability' });
      }
      expect((await directory('PUT', `/Groups/${id}`, { body: { displayName: 'new', members: [] } })).status).toBe(400);
      expect((await directory('PUT', `/Groups/${id}`, { body: { displayName: 'old', members: [] } })).status).toBe(200);
      expect(simulator.groups()).toMatchObject([{ name: 'old' }]);
    });

    it('take and lose members by id, as often as asked', async () => {
      const jane = await made<User>('/Users', person('jane'));
      const john = await made<User>('/Users', person('john'));
      const { id } = await made<Group>('/Groups', { displayName: 'engineering' });
      const membersAfter = async (operation: PatchOperation) => {
        const answer = await directory('PATCH', `/Groups/${id}`, { body: patchOp(operation) });
        expect(answer.status).toBe(200);
        return answer.json<Group>().members.map(({ value }) => (value === jane.id ? 'jane' : 'john'));
      };
      const both = [{ value: jane.id }, { value: john.id }];
      expect(await membersAfter({ op: 'add', path: 'members', value: both })).toEqual(['jane', 'john']);
      expect(await membersAfter({ op: 'add', path: 'members', value: both })).toEqual(['jane', 'john']);
      expect(await membersAfter({ op: 'remove', path: `members[value eq "${jane.id}"]` })).toEqual(['john']);
      expect(await membersAfter({ op: 'remove', path: `members[value eq "${jane.id}"]` })).toEqual(['john']);
      expect(await membersAfter({ op: 'remove', path: 'members', value: [{ value: john.id }] })).toEqual([]);
      expect(await membersAfter({ op: 'replace', path: 'members', value: both })).toEqual(['jane', 'john']);
      expect(await membersAfter({ op: 'remove', path: 'members' })).toEqual([]);
    });

    it('know no member that is nobody: 404 by PATCH, 400 by PUT and POST', async () => {
      const { id } = await made<Group>('/Groups', { displayName: 'engineering' });
      const members = [{ value: 'nobody' }];
      expect((await directory('PATCH', `/Groups/${id}`, { body: patchOp({ op: 'add', path: 'members', value: members }) })).status).toBe(
        404,
      );
      expect(
        (await directory('PATCH', `/Groups/${id}`, { body: patchOp({ op: 'remove', path: 'members[value eq "nobody"]' }) })).status,
      ).toBe(404);
      expect((await directory('PUT', `/Groups/${id}`, { body: { displayName: 'engineering', members } })).status).toBe(400);
      expect((await directory('POST', '/Groups', { body: { displayName: 'other', members } })).status).toBe(400);
      expect(simulator.groups()).toMatchObject([{ name: 'engineering', members: [] }]);
    });

    it('give Confluence to their active members if an administrator has said so, whether before or after', async () => {
      simulator.seed({ grantsConfluence: ['confluence-users'] });
      const { id } = await made<User>('/Users', person('jane'));
      const group = await made<Group>('/Groups', { displayName: 'Confluence-Users', members: [{ value: id }] });
      expect(simulator.accounts()).toMatchObject([{ hasConfluence: true }]);
      await directory('PATCH', `/Users/${id}`, { body: patchOp({ op: 'replace', path: 'active', value: false }) });
      expect(simulator.accounts()).toMatchObject([{ hasConfluence: false }]);
      expect((await directory('DELETE', `/Groups/${group.id}`)).status).toBe(204);
      expect((await directory('DELETE', `/Groups/${group.id}`)).status).toBe(404);
      expect(simulator.groups()).toEqual([]);
    });

    it('give Confluence past its user limit: the directory does not count seats', async () => {
      await restart({ seats: 0 });
      simulator.seed({ grantsConfluence: ['confluence-users'] });
      const { id } = await made<User>('/Users', person('jane'));
      await made('/Groups', { displayName: 'confluence-users', members: [{ value: id }] });
      expect(simulator.accounts()).toMatchObject([{ hasConfluence: true }]);
    });

    it('of the organisation itself are none of the directory', async () => {
      simulator.seed({ groups: ['own'] });
      const [own] = simulator.groups();
      expect((await directory('GET', `/Groups/${own?.id}`)).status).toBe(404);
      expect((await directory('GET', '/Groups')).json()).toMatchObject({ totalResults: 0 });
    });
  });

  it('knows what was made only when it has settled, but takes its name at once', async () => {
    const clock = { now: 1_000_000 };
    await restart({ settlesWithinMs: 5_000, now: () => clock.now });
    simulator.seed({ groups: ['own'] });
    const { id } = await made<User>('/Users', person('jane'));
    const group = await made<Group>('/Groups', { displayName: 'engineering' });
    const seen = async () => ({
      byFilter: (await filtered('/Users', 'userName eq "jane"')).totalResults,
      byId: (await directory('GET', `/Users/${id}`)).status,
      change: (await directory('PATCH', `/Users/${id}`, { body: patchOp({ op: 'replace', path: 'active', value: true }) })).status,
      again: (await directory('POST', '/Users', { body: person('jane') })).status,
      group: (await filtered('/Groups', 'displayName eq "engineering"')).totalResults,
      member: (await directory('PATCH', `/Groups/${group.id}`, { body: patchOp({ op: 'add', path: 'members', value: [{ value: id }] }) }))
        .status,
    });
    clock.now += 4_999;
    expect(await seen()).toEqual({ byFilter: 0, byId: 404, change: 404, again: 409, group: 0, member: 404 });
    clock.now += 1;
    expect(await seen()).toEqual({ byFilter: 1, byId: 200, change: 200, again: 409, group: 1, member: 200 });
  });

  it('says what it can do', async () => {
    expect((await directory('GET', '/ServiceProviderConfig')).json()).toMatchObject({
      patch: { supported: true },
      sort: { supported: false },
    });
    expect((await directory('GET', '/Bulk')).status).toBe(404);
    expect((await directory('DELETE', '/Users')).status).toBe(405);
  });
});
