import { Response, fetch as undiciFetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../../shared/targets/target.ts';
import {
  type AtlassianSimulator,
  type AtlassianSimulatorOptions,
  startAtlassianSimulator,
} from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';
import { scriptedFetch } from './scripted-fetch.ts';

const PEOPLE = ['ann@example.com', 'bob@example.com', 'cid@example.com'];

let simulator: AtlassianSimulator;
async function organization(options: AtlassianSimulatorOptions = {}): Promise<AtlassianSimulator> {
  await simulator?.close();
  simulator = await startAtlassianSimulator({ guard: false, ...options });
  simulator.seed({
    accounts: PEOPLE.map((email) => ({ email })),
    groups: ['confluence-users', 'jira-users'],
    grantsConfluence: ['confluence-users'],
    members: { 'confluence-users': PEOPLE },
  });
  return simulator;
}
beforeEach(async () => void (await organization()));
afterEach(() => simulator.close());

async function problems(target: Target): Promise<string[]> {
  return (await target.test()).findings.filter(({ ok }) => !ok).map(({ text }) => text);
}
type UnderTest = NonNullable<Parameters<typeof cloudOrganizationUnderTest>[1]>;
const under = (options: UnderTest = {}) => cloudOrganizationUnderTest(simulator.url, options).target;

describe('target test of an organisation', () => {
  it('finds nothing wrong, changes nothing, and says what can’t be and why', async () => {
    const before = [simulator.accounts(), simulator.groups()];
    const { findings, capabilities, limits, serviceAccount } = await under().test();
    expect(findings.map(({ ok }) => ok)).not.toContain(false);
    expect(findings.map(({ text }) => text)).toContain('The group confluence-users grants Confluence.');
    expect(serviceAccount).toBe('an API key of the Atlassian organisation Simulated');
    const missing = Object.entries(capabilities).flatMap(([name, can]) => (can ? [] : [name]));
    expect(Object.keys(limits ?? {}).sort()).toEqual(missing.sort());
    expect([simulator.accounts(), simulator.groups()]).toEqual(before);
  });

  it.each([
    ['a wrong or expired key', { credentials: { kind: 'api-key', token: 'wrong' } }, /has expired/],
    ['an organisation that is not there', { address: { organization: 'org-2' } }, /no organisation org-2/],
    ['a directory that is not there', { address: { directory: 'dir-2' } }, /no directory dir-2.*dir-native/],
    ['no access group', { settings: { accessGroups: [] } }, /nobody gets Confluence but by pushed groups.*accessGroups/],
    ['an access group that is not there', { settings: { accessGroups: ['wiki'] } }, /no group wiki/],
    ['an access group that grants nothing', { settings: { accessGroups: ['jira-users'] } }, /jira-users does not grant Confluence/],
  ] satisfies [string, UnderTest, RegExp][])('%s', async (_, options, words) => {
    const found = await problems(under(options));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  it.each([
    ['read:directories:admin', /directories can't be read.*read:directories:admin/],
    ['read:users:admin', /may not search people/],
    ['read:groups:admin', /may not search groups.*read:groups:admin/],
    ['write:groups:admin', /may not change members of groups/],
    ['write:users:admin', /can't be invited/],
  ])('a key without the scope %s', async (scope, words) => {
    await organization({ missingScopes: [scope] });
    const [first] = await problems(under({ address: { directory: 'dir-native' } }));
    expect(first).toMatch(words);
    expect(first).toContain('without scopes');
  });

  it('no paid plan', async () => {
    const fetch = scriptedFetch(({ path }) => {
      if (path.endsWith('/invite')) return { status: 402, body: { errors: [{ title: 'Payment Required' }] } };
      if (path === '/admin/v1/orgs/org-1') return { status: 200, body: { data: { id: 'org-1' } } };
      return { status: 200, body: { data: [{ directoryId: 'd', id: 'g', name: 'confluence-users', resourceOwner: 'confluence' }] } };
    });
    expect(await problems(under({ fetch }))).toEqual([expect.stringMatching(/can't be invited.*paid plan/)]);
  });

  it('an access group that comes from an identity provider, and one that grants more than Confluence', async () => {
    const answers = (group: object, roles: readonly object[]) =>
      scriptedFetch(({ path }) => {
        if (path.endsWith('/groups/search')) return { status: 200, body: { data: [{ id: 'g', name: 'confluence-users', ...group }] } };
        if (path.includes('/role-assignments')) return { status: 200, body: { data: roles } };
        if (path === '/admin/v1/orgs/org-1') return { status: 200, body: { data: { id: 'org-1' } } };
        if (path.includes('/directories?')) return { status: 200, body: { data: [{ directoryId: 'd' }] } };
        return path.endsWith('/users/search') ? { status: 200, body: { data: [] } } : { status: 400 };
      });
    expect(await problems(under({ fetch: answers({ externalSynced: true }, []) }))).toEqual([expect.stringMatching(/synchronised/)]);
    const roles = [{ resourceId: 'ari:cloud:confluence::site/1' }, { resourceId: 'ari:cloud:jira-software::site/1' }];
    const { findings } = await under({ fetch: answers({}, roles) }).test();
    expect(findings.at(-1)).toEqual({ ok: true, text: expect.stringMatching(/and jira-software: who is deactivated loses that too/) });
  });
});

describe('the cross-check with Confluence itself (REST API v1)', () => {
  const credentials = { kind: 'api-key', token: 'local', site: { email: 'admin@example.com', token: 'local' } } as const;
  const crossChecked = (options: UnderTest = {}) => under({ credentials, address: { site: simulator.url }, ...options });
  const wiki = () => simulator.requests().filter(({ path }) => path.startsWith('/wiki'));

  it('says that both see the same members, page by page', async () => {
    const { findings } = await crossChecked().test();
    expect(findings.at(-1)).toMatchObject({ ok: true, text: expect.stringContaining('the same 3 members') });
    expect(wiki().every(({ method }) => method === 'GET')).toBe(true);
  });

  it('leaves out who is suspended: Confluence does not list them', async () => {
    await under({ settings: { onDisable: 'suspend' } }).disableAccount('ann@example.com');
    expect((await crossChecked().test()).findings.at(-1)).toMatchObject({ ok: true, text: expect.stringContaining('the same 2 members') });
  });

  it('names who only one of them sees', async () => {
    const fetch: typeof undiciFetch = async (url, init) => {
      if (!String(url).includes('membersByGroupId')) return undiciFetch(url, init);
      const isFirst = String(url).includes('start=0');
      return Response.json({ results: isFirst ? [{ accountId: 'x-1' }, { accountId: null }] : [] });
    };
    const last = (await crossChecked({ fetch }).test()).findings.at(-1);
    expect(last?.ok).toBe(false);
    expect(last?.text).toMatch(
      /3 that it does not see \(ann@example.com, bob@example.com, cid@example.com\), and 1 that only it sees \(x-1\)/,
    );
  });

  it('a list that gives the same page for ever ends', async () => {
    let pages = 0;
    const fetch: typeof undiciFetch = async (url, init) => {
      if (!String(url).includes('membersByGroupId')) return undiciFetch(url, init);
      pages += 1;
      return pages > 9 ? new Response('', { status: 500 }) : Response.json({ results: [{ accountId: 'x-1' }] });
    };
    expect((await crossChecked({ fetch }).test()).findings.at(-1)?.text).toContain('1 that only it sees (x-1)');
    expect(pages).toBe(2);
  });

  it('an unknown group is not taken for one without members: it is asked for first', async () => {
    simulator.fault({ match: '/wiki/rest/api/group/by-id', status: 404 });
    expect(await problems(crossChecked())).toEqual([expect.stringMatching(/does not know the group confluence-users/)]);
    expect(wiki().some(({ path }) => path.includes('membersByGroupId'))).toBe(false);
  });

  it('a refused token of the site is a finding of its own, and the token is not repeated', async () => {
    const site = { email: 'admin@example.com', token: 'wrong-token' };
    const [found = ''] = await problems(crossChecked({ credentials: { ...credentials, site } }));
    expect(found).toMatch(/can't be asked about the group confluence-users/);
    expect(found).toMatch(/site administrator/);
    expect(found).not.toContain('wrong-token');
  });

  it.each([
    ['no site is known', { credentials }],
    ['no token of the site is', { address: { site: 'http://127.0.0.1:9' } }],
  ])('is left out where %s', async (_, options) => {
    expect(await problems(under(options))).toEqual([]);
    expect(wiki()).toEqual([]);
  });
});
