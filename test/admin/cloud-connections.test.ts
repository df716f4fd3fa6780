import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { startAdmin } from './admin-under-test.ts';

let world: Awaited<ReturnType<typeof startAdmin>>;
beforeEach(async () => {
  world = await startAdmin();
});
afterEach(() => world.close());

const API = 'https://api.atlassian.com';
const guard = 'connection create okta --cloud-guard dir-1 --link never';
const organization = 'connection create okta --cloud-organization org-1 --link user-name';

describe('connection create, for Atlassian Cloud with Guard', () => {
  it('names the directory, moves groups where others rename them, and protects the administrators’ groups', async () => {
    const target = { kind: 'cloud-guard', baseUrl: API, directory: 'dir-1' } as const;
    expect((await world.admin(`${guard} --json`)).json()).toMatchObject({
      target: { ...target, id: targetIdOf(target) },
      settings: {
        users: { userName: { source: 'userName' }, groupsOnDeactivate: { do: 'keep' } },
        groups: { onRename: 'move' },
        protected: { groups: ['org-admins', 'site-admins', 'administrators'] },
      },
    });
  });

  it('says what comes next, and is shown as what it is', async () => {
    const created = await world.admin(guard);
    expect(created).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('credentials set okta with the API key of the directory'),
    });
    expect(created.text).toContain('Note: users.linking: is about entries of the directory alone');
    for (const shown of [created, await world.admin('connection show okta'), await world.admin('connection list')])
      expect(shown.text).toContain('Atlassian directory dir-1');
  });

  it('asks in the words of a directory whether entries may be taken over', async () => {
    const asked = await world.admin(guard.replace(' --link never', ''));
    expect(asked).toMatchObject({ code: EXIT.usage, error: expect.stringContaining('Atlassian does so itself') });
  });
});

describe('connection create, for Atlassian Cloud without Guard', () => {
  it('names accounts by their e-mail address, and takes the groups of who is deactivated', async () => {
    const target = { kind: 'cloud-organization', baseUrl: API, organization: 'org-1' } as const;
    expect((await world.admin(`${organization} --access-groups Confluence-Users-acme,guests --json`)).json()).toMatchObject({
      target: { ...target, id: targetIdOf(target) },
      settings: {
        users: { linking: 'user-name', update: false, userName: { source: 'email' }, groupsOnDeactivate: { do: 'remove' } },
        groups: { onRename: 'keep' },
        target: { organization: { accessGroups: ['Confluence-Users-acme', 'guests'], onDisable: 'leave-groups' } },
      },
    });
  });

  it('says that the groups which grant Confluence are missing, and what they are usually called on that site', async () => {
    const created = await world.admin(`${organization} --site https://acme.atlassian.net/wiki/`);
    expect(created.text).toContain('target.organization.accessGroups: is empty');
    expect(created.text).toContain('accessGroups=["confluence-users-acme"]');
    expect(created.text).toContain('NONE: nobody gets Confluence');
    expect((await world.admin('connection show okta --json')).json()).toMatchObject({
      target: { site: 'https://acme.atlassian.net' },
      settings: { protected: { groups: expect.arrayContaining(['confluence-admins-acme']) } },
    });
    const named = await world.admin('connection update okta --access-groups confluence-users-acme');
    expect(named.text).not.toContain('is empty');
    expect(named.text).toContain('confluence-users-acme');
  });

  it('keeps what is protected by hand beside what is protected for such a target', async () => {
    expect((await world.admin(`${organization} --protect-groups ops --json`)).json()).toMatchObject({
      settings: { protected: { groups: ['ops', 'org-admins', 'site-admins', 'administrators'] } },
    });
  });

  it('leaves the settings of a file as they are, and says what would be the default', async () => {
    world.files.set('base.json', JSON.stringify({ version: 2, users: { linking: 'never' } }));
    const created = await world.admin(`${organization.replace(' --link user-name', '')} --directory dir-2 --settings base.json`);
    for (const setting of ['users.userName.source', 'users.groupsOnDeactivate.do', 'target.organization.accessGroups', 'protected.groups'])
      expect(created.text).toContain(`Note: ${setting}: `);
    expect((await world.admin('connection show okta --json')).json()).toMatchObject({
      target: { directory: 'dir-2' },
      settings: { users: { userName: { source: 'userName' } }, protected: { groups: [] } },
    });
  });
});

describe('connection create, where the target is not said as it must be', () => {
  it.each([
    ['', '--confluence https://wiki.example.com, --cloud-guard DIRECTORY_ID or --cloud-organization ORGANISATION_ID'],
    [' --cloud-guard d --cloud-organization o', 'Only one is possible'],
    [' --confluence https://wiki.example.com --cloud-guard d', 'Only one is possible'],
    [' --confluence https://wiki.example.com --api https://api.example.com', '--api goes with --cloud-organization and --cloud-guard'],
    [' --cloud-guard d --directory e', '--directory goes with --cloud-organization'],
    [' --cloud-guard d --site https://acme.atlassian.net', '--site goes with --cloud-organization'],
    [' --cloud-guard ../d', '--cloud-guard: copy the id as Atlassian shows it'],
    [' --cloud-guard https://api.atlassian.com/scim/directory/d', 'what stands in it after /scim/directory/'],
    [' --confluence https://acme.atlassian.net/wiki', 'is Atlassian Cloud: write --cloud-guard DIRECTORY_ID or --cloud-organization'],
    [' --confluence https://api.atlassian.com/scim/directory/d', 'is Atlassian Cloud'],
    [' --cloud-organization o --access-groups Confluence-Administrators', 'is an administrators’ group'],
    [' --cloud-organization o?', '--cloud-organization: copy the id'],
    [' --cloud-organization o --directory a/b', '--directory: copy the id'],
    [' --cloud-organization o --site acme', '--site acme is no web address'],
    [' --cloud-guard d --api http://api.example.com', 'would send the API key in the clear'],
    [' --cloud-guard d --api http://localhost.example.com', 'would send the API key in the clear'],
    [' --cloud-organization o --site http://acme.atlassian.net', 'would send the API key in the clear'],
  ])('refuses "%s"', async (target, expected) => {
    const refused = await world.admin(`connection create okta${target} --link never`);
    expect(refused).toMatchObject({ code: EXIT.usage, error: expect.stringContaining(expected) });
    expect((await world.admin('connection list --json')).json()).toEqual([]);
  });

  it('puts nobody into an administrators’ group of the organisation for access', async () => {
    const refused = await world.admin(`${organization} --access-groups staff,site-admins`);
    expect(refused).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('"site-admins" is in protected.groups') });
    expect((await world.admin('connection list --json')).json()).toEqual([]);
  });

  it('takes a simulated organisation on this machine, and another https address with a note where the key goes', async () => {
    expect((await world.admin(`${guard} --api http://127.0.0.1:3001/ --json`)).json()).toMatchObject({
      target: { baseUrl: 'http://127.0.0.1:3001' },
    });
    const elsewhere = await world.admin(`${guard.replace('okta', 'gov')} --api https://api.atlassian.example`);
    expect(elsewhere.text).toContain('the API key is sent to https://api.atlassian.example, not to https://api.atlassian.com');
  });
});

describe('the settings of a connection to Atlassian Cloud', () => {
  it('edit, diff and import warn of what does not fit such a target, once it is changed', async () => {
    await world.admin(`${organization} --access-groups staff`);
    const edited = await world.admin('settings edit okta --set users.userName.source=userName');
    expect(edited).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('Note: users.userName.source: an account of an Atlassian'),
    });
    expect((await world.admin('settings diff okta --set target.version=8.5')).text).toContain('Atlassian Cloud has no version');
    world.files.set('base.json', JSON.stringify({ version: 2, users: { linking: 'never' } }));
    expect((await world.admin('settings import okta --file base.json --yes')).text).toContain('target.organization.accessGroups: is empty');
    expect((await world.admin('settings restore okta 1')).text).not.toContain('is empty');
  });

  it('say of an access group that is dropped that its members stay in it, whatever becomes of them', async () => {
    await world.admin(`${organization} --access-groups staff,guests`);
    expect((await world.admin('connection update okta --access-groups Staff')).text).toContain('Whoever is in guests stays there');
    const replaced = await world.admin('settings edit okta --set target.organization.accessGroups=["wiki"]');
    expect(replaced.text).toContain('Whoever is in Staff stays there, and keeps Confluence by it after a deactivation too');
    expect((await world.admin('settings edit okta --set target.organization.accessGroups=["wiki","x"]')).text).not.toContain('stays there');
  });

  it('validate warns of them when it is told what the file is for', async () => {
    world.files.set('base.json', JSON.stringify({ version: 2, users: { linking: 'email' } }));
    expect((await world.admin('settings validate --file base.json')).text).toBe('The settings are in order.');
    const validated = await world.admin('settings validate --file base.json --kind cloud-guard');
    expect(validated).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('Note: groups.onRename: a group of an Atlassian directory'),
    });
    expect(await world.admin('settings validate --file base.json --kind cloud')).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining('data-center, cloud-guard, cloud-organization'),
    });
  });
});
