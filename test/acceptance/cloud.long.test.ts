import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entra, type IdentityProvider, okta } from './identity-providers.ts';
import { eventually, RunningStack, run } from './running-stack.ts';
import { PATCH_OP } from './scim-client.ts';

/** Grants Confluence in the simulated organisation of both kinds. */
const ACCESS_GROUP = 'confluence-users';

/** What people and groups become in the organisation of a running stack. Every provider has people of its own. */
function world(stack: () => RunningStack, { name }: IdentityProvider) {
  const email = (person: string) => `${person}.${name.split(' ')[0]?.toLowerCase()}@example.com`;
  return {
    email,
    becomes: (person: string, expected: object) =>
      eventually(async () => expect(await stack().organization.account(email(person))).toMatchObject(expected)),
    membersBecome: (group: string, ...people: string[]) =>
      eventually(async () => expect((await stack().organization.group(group))?.members).toEqual(people.map(email))),
    unsupportedOf: (id: string) =>
      stack()
        .log()
        .filter(({ kind, subject }) => kind === 'change.unsupported' && (subject as { id?: string } | undefined)?.id === id),
    hasGroup: async (group: string) => (await stack().organization.group(group)) !== undefined,
  };
}

describe('npm start TARGET=cloud-guard', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ TARGET: 'cloud-guard' });
  }, 60_000);
  afterAll(() => stack.remove());

  describe.each([okta, entra])('as $name', (idp) => {
    const { email, becomes, membersBecome, hasGroup } = world(() => stack, idp);
    let ada: string;
    let grace: string;
    let access: string;
    let writers: string;

    it('a person comes into the directory, and into Confluence by a pushed group', async () => {
      ada = await idp.admit(stack.scim, email('ada'));
      grace = await idp.admit(stack.scim, email('grace'));
      await becomes('ada', { status: 'active', fullName: expect.stringMatching(/^ada.* Tester$/), hasConfluence: false });
      access = await idp.pushGroup(stack.scim, ACCESS_GROUP, [ada, grace]);
      await becomes('ada', { hasConfluence: true, groups: [ACCESS_GROUP] });
      writers = await idp.pushGroup(stack.scim, 'Writers', [ada, grace]);
      await membersBecome('writers', 'ada', 'grace');
      expect(await stack.organization.scimUsers()).toContainEqual(
        expect.objectContaining({ userName: email('ada'), email: email('ada'), active: true }),
      );
    });

    it('a changed name follows', async () => {
      await idp.changeName(stack.scim, ada, 'Augusta', 'King');
      await becomes('ada', { fullName: 'Augusta King', hasConfluence: true });
    });

    it('who is deactivated is deactivated there, and who is activated again has everything back', async () => {
      await idp.setActive(stack.scim, ada, false);
      await becomes('ada', { status: 'inactive', hasConfluence: false });
      await idp.setActive(stack.scim, ada, true);
      await becomes('ada', { status: 'active', hasConfluence: true, groups: [ACCESS_GROUP, 'writers'] });
    });

    it('a renamed group is a new one, with the members; the old one is gone', async () => {
      await idp.renameGroup(stack.scim, writers, 'Authors');
      await membersBecome('authors', 'ada', 'grace');
      await eventually(async () => expect(await hasGroup('writers')).toBe(false));
    });

    it('who leaves a group is out of it, and a deleted group is empty', async () => {
      await idp.takeOut(stack.scim, access, grace);
      await becomes('grace', { status: 'active', hasConfluence: false });
      await membersBecome(ACCESS_GROUP, 'ada');
      await idp.deleteGroup(stack.scim, writers);
      await membersBecome('authors');
    });

    it('whose assignment is taken back is deactivated, and the record stays', async () => {
      await idp.remove(stack.scim, ada);
      await becomes('ada', { status: 'inactive', hasConfluence: false });
      await idp.deleteGroup(stack.scim, access);
      await stack.settled();
      expect(await stack.organization.scimUsers()).toContainEqual(expect.objectContaining({ userName: email('ada'), active: false }));
      const requests = await stack.organization.requests();
      expect(requests.filter(({ method, path }) => method === 'DELETE' && path.includes('/Users/'))).toEqual([]);
    });
  });

  it('the administration works on it, by its exit codes', async () => {
    const { email, becomes } = world(() => stack, okta);
    const record = (await stack.organization.scimUsers()).find(({ userName }) => userName === email('grace'));
    const Operations = [{ op: 'replace', path: 'active', value: false }];
    await administration(stack, email('grace'), () =>
      stack.organization.call('PATCH', `/scim/directory/dir-scim/Users/${record?.id}`, { schemas: [PATCH_OP], Operations }),
    );
    await becomes('grace', { status: 'active' });
  });
});

describe('npm start TARGET=cloud-organization', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ TARGET: 'cloud-organization' });
  }, 60_000);
  afterAll(() => stack.remove());

  describe.each([okta, entra])('as $name', (idp) => {
    const { email, becomes, membersBecome, unsupportedOf, hasGroup } = world(() => stack, idp);
    let ada: string;
    let grace: string;
    let writers: string;

    it('a person is invited into the group that grants Confluence, and comes into pushed groups', async () => {
      ada = await idp.admit(stack.scim, email('ada'));
      grace = await idp.admit(stack.scim, email('grace'));
      await becomes('ada', { status: 'active', hasConfluence: true, groups: [ACCESS_GROUP] });
      writers = await idp.pushGroup(stack.scim, 'Writers', [ada, grace]);
      await membersBecome('writers', 'ada', 'grace');
    });

    it('a changed name stays its owner’s, and nothing waits for it', async () => {
      await idp.changeName(stack.scim, ada, 'Augusta', 'King');
      expect(await stack.settled()).toMatchObject({ parked: 0, state: 'open' });
      expect(unsupportedOf(ada)).toEqual([]);
      await becomes('ada', { hasConfluence: true });
    });

    it('who is deactivated is out of Confluence and of the pushed groups, not suspended; activated again, back in all', async () => {
      await idp.setActive(stack.scim, ada, false);
      await becomes('ada', { status: 'active', hasConfluence: false, groups: [] });
      await idp.setActive(stack.scim, ada, true);
      await becomes('ada', { status: 'active', hasConfluence: true, groups: [ACCESS_GROUP, 'writers'] });
      expect((await stack.organization.requests()).filter(({ path }) => path.endsWith('/suspend'))).toEqual([]);
    });

    it('a renamed group keeps its name: the log says so', async () => {
      await idp.renameGroup(stack.scim, writers, 'Authors');
      await eventually(() => expect(unsupportedOf(writers)).not.toEqual([]));
      expect([await hasGroup('authors'), await hasGroup('writers')]).toEqual([false, true]);
      await membersBecome('writers', 'ada', 'grace');
    });

    it('who leaves a group is out of it and keeps Confluence; a deleted group is empty', async () => {
      await idp.takeOut(stack.scim, writers, grace);
      await becomes('grace', { hasConfluence: true, groups: [ACCESS_GROUP] });
      await idp.deleteGroup(stack.scim, writers);
      await membersBecome('writers');
    });

    it('whose assignment is taken back has no Confluence any more, and stays in the organisation', async () => {
      await idp.remove(stack.scim, ada);
      await becomes('ada', { status: 'active', hasConfluence: false, groups: [] });
      await stack.settled();
      const requests = await stack.organization.requests();
      expect(requests.filter(({ method, path }) => method === 'DELETE' && !path.includes('/memberships/'))).toEqual([]);
    });
  });

  it('parks a group of the name of one that grants Confluence: status says that a person is needed', async () => {
    const { email, becomes } = world(() => stack, okta);
    const access = await stack.scim.createGroup(ACCESS_GROUP);
    await eventually(async () => {
      const parked = await stack.adminJson<{ id: string; code: string }[]>(['parked', 'list', 'local']);
      expect(parked).toMatchObject([{ id: access, code: 'protected' }]);
    });
    expect((await stack.admin(['status'])).code).toBe(4);
    await okta.deleteGroup(stack.scim, access);
    await eventually(async () => expect(await stack.adminJson(['parked', 'list', 'local'])).toEqual([]));
    expect((await stack.organization.group(ACCESS_GROUP))?.members).toContain(email('grace'));
    await becomes('grace', { hasConfluence: true });
  });

  it('the administration works on it, by its exit codes', async () => {
    const { email, becomes } = world(() => stack, okta);
    const { accountId } = (await stack.organization.account(email('grace'))) ?? {};
    const group = await stack.organization.group(ACCESS_GROUP);
    const membership = `/admin/v2/orgs/org-1/directories/dir-native/groups/${group?.id}/memberships/${accountId}`;
    await administration(stack, email('grace'), () => stack.organization.call('DELETE', membership));
    await becomes('grace', { hasConfluence: true });
  });

  it('refuses a state directory of another kind in one sentence, and leaves it as it is', async () => {
    await stack.stop();
    const other = run('stack', { env: { TARGET: 'cloud-guard', PORT: '0', STATE_DIR: stack.stateDir } });
    expect(await other.ended).toBe(1);
    expect(other.err().trim()).toBe(
      'This state directory is for TARGET=cloud-organization: it provisions into Atlassian organisation org-1. Set STATE_DIR to another directory for TARGET=cloud-guard.',
    );
    await stack.start();
    expect(await stack.organization.accounts()).not.toEqual([]);
    expect(await stack.admin(['status'])).toMatchObject({ code: 0 });
  });

  it('another stack provisions into it as into a real one, and starts no simulator then', async () => {
    const env = { TARGET: 'cloud-organization', ATLASSIAN_API: stack.organization.url, ATLASSIAN_KEY: 'local', ORGANIZATION_ID: 'org-1' };
    const second = await RunningStack.start({ ...env, ACCESS_GROUPS: ACCESS_GROUP });
    try {
      await expect(fetch(`${second.organization.url}/simulator/accounts`)).rejects.toThrow(TypeError);
      await second.scim.createUser({ userName: 'elsewhere@example.com' });
      await eventually(async () =>
        expect(await stack.organization.account('elsewhere@example.com')).toMatchObject({ hasConfluence: true }),
      );
    } finally {
      await second.remove();
    }
  });
});

/** What an administrator does first, by exit codes: nothing needs a person, and what was done by hand is repaired. */
async function administration(stack: RunningStack, userName: string, doByHand: () => Promise<unknown>): Promise<void> {
  await stack.settled();
  expect(await stack.admin(['status'])).toMatchObject({ code: 0, out: expect.stringContaining('Atlassian ') });
  expect(await stack.admin(['target', 'test', 'local'])).toMatchObject({ code: 0, out: expect.not.stringContaining('PROBLEM') });
  const inspect = ['inspect', 'user', userName, '--connection', 'local'];
  expect(await stack.adminJson(inspect)).toMatchObject({ differences: [], outlook: { is: 'nothing' } });

  await doByHand();
  expect(await stack.adminJson(inspect)).not.toMatchObject({ differences: [] });
  expect(await stack.adminJson(['sync', 'local'])).toMatchObject({ run: { state: 'finished', counts: { enabled: 1 } } });
  expect(await stack.adminJson(inspect)).toMatchObject({ differences: [] });
  expect(await stack.admin(['sync', 'local'])).toMatchObject({ code: 0 });
}
