import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFLUENCE_ENDPOINTS, ENDPOINTS } from '../../../shared/targets/cloud-organization/endpoints.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';
import { collect } from './collect.ts';
import { endpointOf, labelOf } from './endpoint-of.ts';
import { failureOf } from './failure-of.ts';
import { startRecordingProxy } from './recording-proxy.ts';
import { type ScriptedAnswer, type ScriptedRequest, scriptedFetch } from './scripted-fetch.ts';

const JANE = 'jane@example.com';
const profile = { fullName: 'Jane Doe', email: JANE };
const GROUP = { id: 'g-1', name: 'confluence-users' };
const page = (...data: unknown[]) => ({ status: 200, body: { data, links: { next: null } } });

let simulator: AtlassianSimulator;
beforeEach(async () => {
  simulator = await startAtlassianSimulator({ guard: false });
  simulator.seed({ groups: ['confluence-users'], grantsConfluence: ['confluence-users'] });
});
afterEach(() => simulator.close());

/** An adapter on answers that nobody simulates. */
function scripted(answer: (request: ScriptedRequest) => ScriptedAnswer | undefined, options = {}) {
  const requests: ScriptedRequest[] = [];
  const fetch = scriptedFetch((request) => {
    requests.push(request);
    return answer(request) ?? answerOfAnyOrganization(request);
  });
  const address = { directory: 'dir-1' };
  return { requests, ...cloudOrganizationUnderTest('https://api.example.com', { fetch, address, sleep: async () => {}, ...options }) };
}
function answerOfAnyOrganization({ path }: ScriptedRequest): ScriptedAnswer {
  if (path.endsWith('/groups/search')) return page(GROUP);
  if (path.endsWith('/users/search')) return page();
  return { status: 204 };
}

describe('an invitation', () => {
  const invited = { id: 'a-1', email: JANE };
  const result = (status: string, statusReason: string | null = null) => ({
    data: [{ ...invited, results: [{ groupAssignmentResult: [{ group: 'g-1', status, statusReason }] }] }],
  });
  /** Who is found from the invitation on. */
  const invitationAnswered = (answer: ScriptedAnswer, isFoundThen: boolean) => {
    let isInvited = false;
    return scripted(({ path }) => {
      if (path.endsWith('/users/invite')) {
        isInvited = true;
        return answer;
      }
      return path.endsWith('/users/search') && isInvited && isFoundThen ? page({ accountId: 'a-1', email: JANE }) : undefined;
    });
  };

  it('goes to one address, without a mail, into the access groups', async () => {
    const { target, requests } = invitationAnswered({ status: 200, body: result('INVITED') }, true);
    expect(await target.createAccount(JANE, profile)).toEqual({ key: 'a-1' });
    const body = { emails: [JANE], sendNotification: false, additionalGroups: ['g-1'] };
    expect(requests.find(({ path }) => path.endsWith('/invite'))).toMatchObject({ body });
  });

  it.each([
    ['206, and the account is there: what is missing is given by itself', { status: 206, body: result('ERROR', 'try again') }],
    ['202 without content', { status: 202 }],
    ['200 that tells nothing', { status: 200, body: {} }],
  ])('%s', async (_, answer) => {
    const { target, requests } = invitationAnswered(answer, true);
    expect(await target.createAccount(JANE, profile)).toEqual({ key: 'a-1' });
    expect(requests.at(-1)).toMatchObject({ method: 'POST', body: { accountId: 'a-1' } });
  });

  it.each([
    ['206 for want of a seat', { status: 206, body: result('ERROR', 'License limit exceeded') }, 'no-seat', 'License limit'],
    ['206 for another reason', { status: 206, body: result('ERROR', 'Group is synced') }, 'bad-request', 'Group is synced'],
    ['402', { status: 402, body: { errors: [{ title: 'Payment Required', detail: 'no paid subscription' }] } }, 'no-seat', 'paid plan'],
    ['409', { status: 409, body: { message: 'over the limit' } }, 'no-seat', 'seat'],
    ['202, and the account is not shown yet', { status: 202 }, 'settling', 'does not show'],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 'rate-limited', 'limits the rate'],
  ])('%s', async (_, answer, code, words) => {
    const failure = await failureOf(invitationAnswered(answer, false).target.createAccount(JANE, profile));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
    if (code === 'rate-limited') expect(failure.retryAfterMs).toBe(7_000);
  });

  it('is not believed to have made an account of the id that it tells: only what a search finds is remembered', async () => {
    const keys = new Map<string, string>();
    let isInvited = false;
    const { target } = scripted(
      ({ path }) => {
        isInvited ||= path.endsWith('/invite');
        if (path.endsWith('/invite')) return { status: 200, body: { data: [{ id: 'invitation-1', email: JANE }] } };
        return path.endsWith('/users/search') && isInvited ? page({ accountId: 'a-1', email: JANE }) : undefined;
      },
      { keys },
    );
    await target.createAccount(JANE, profile);
    expect(keys.get(JANE)).toBe('a-1');
  });

  it('of who shows up late: found as our own, and not twice in the organisation', async () => {
    const clock = { now: Date.now() };
    const late = await startAtlassianSimulator({ settlesWithinMs: 60_000, now: () => clock.now });
    try {
      late.seed({ groups: ['confluence-users'], grantsConfluence: ['confluence-users'] });
      const { target } = cloudOrganizationUnderTest(late.url, { now: () => clock.now });
      expect(await failureOf(target.createAccount(JANE, profile))).toMatchObject({ code: 'settling' });
      expect(await failureOf(target.createAccount(JANE, profile))).toMatchObject({ code: 'settling' });
      clock.now += 60_000;
      expect(await target.findAccount(JANE)).toMatchObject({ name: JANE, active: true });
      expect(late.accounts()).toHaveLength(1);
    } finally {
      await late.close();
    }
  });

  it('of a managed account that is in no directory is no conflict', async () => {
    const outside = { accountId: 'a-1', email: JANE, status: 'not_invited', membershipStatus: 'no_membership' };
    const { target, requests } = scripted(({ path }) => (path.endsWith('/users/search') ? page(outside) : undefined));
    expect(await target.findAccount(JANE)).toBeUndefined();
    await failureOf(target.createAccount(JANE, profile));
    expect(requests.some(({ path }) => path.endsWith('/invite'))).toBe(true);
  });
});

describe('answers that are not documented', () => {
  const found = { accountId: 'a-1', email: JANE, name: 'Jane' };
  const findsJane = (isMember: boolean) => (request: ScriptedRequest) => {
    if (request.path.endsWith('/users/search')) return page(found);
    return request.path.endsWith('/groups/search') && 'accountIds' in (request.body as object) && !isMember ? page() : undefined;
  };

  it.each([
    ['409 to adding who is a member: done', 'addMember', 409, true, 'done'],
    ['409 to adding who is none', 'addMember', 409, false, 'conflict'],
    ['404 to removing who is no member: done', 'removeMember', 404, false, 'done'],
    ['404 to removing who is one', 'removeMember', 404, true, 'not-found'],
  ] as const)('%s', async (_, verb, status, isMember, outcome) => {
    const { target } = scripted((request) => (request.path.includes('/memberships') ? { status } : findsJane(isMember)(request)));
    const call = target[verb]('confluence-users', JANE);
    if (outcome === 'done') await call;
    else expect(await failureOf(call)).toMatchObject({ code: outcome });
  });

  it('an access group that is not among the groups told with an account is asked for: they may not be all', async () => {
    const { target } = scripted((request) =>
      request.path.endsWith('/users/search') ? page({ ...found, groups: [{ name: 'jira-users' }] }) : undefined,
    );
    expect(await target.findAccount(JANE)).toMatchObject({ active: true });
  });

  it.each(['https://api.example.com/admin/v2/x?cursor=second', '/admin/v2/x?limit=100&cursor=second', '?cursor=second', 'second'])(
    'a cursor told as %s, and a list that goes round in circles, end',
    async (next) => {
      const { target, requests } = scripted((request) => {
        if (!request.path.endsWith('/users/search')) return undefined;
        const { cursor } = request.body as { cursor?: string };
        const data = [{ accountId: cursor ?? 'first', email: `${cursor ?? 'first'}@example.com` }];
        return { status: 200, body: { data, links: { next } } };
      });
      expect(await collect(target.members('confluence-users'))).toEqual(['first@example.com', 'second@example.com']);
      expect(requests.filter(({ path }) => path.endsWith('/users/search'))).toHaveLength(2);
    },
  );

  it('of a group: whom no name is told of is left out, and is not nobody', async () => {
    const nameless = { accountId: 'a-9' };
    for (const [members, named, is] of [
      [[nameless], [], true],
      [[{ accountId: 'a-1', email: JANE }, nameless], [JANE], true],
      [[{ accountId: 'a-1', email: JANE }], [JANE], false],
      [[], [], false],
    ] as const) {
      const { target } = scripted(({ path }) => (path.endsWith('/users/search') ? page(...members) : undefined));
      expect(await collect(target.members('confluence-users'))).toEqual(named);
      expect(await target.hasUnnamedMembers?.('confluence-users')).toBe(is);
    }
  });

  it('a deactivated account is activated by nobody here', async () => {
    const { target, requests } = scripted(({ path }) =>
      path.endsWith('/users/search') ? page({ ...found, accountStatus: 'inactive', status: 'deactivated' }) : undefined,
    );
    expect(await failureOf(target.enableAccount(JANE))).toMatchObject({ code: 'bad-request' });
    expect(requests.some(({ path }) => path.endsWith('/restore'))).toBe(false);
  });

  it("a removal that is queued is waited for, and 'no-answer' when it outlasts the time", async () => {
    const clock = { now: 0 };
    let looks = 0;
    const answer = (gone: number) => (request: ScriptedRequest) => {
      if (request.method === 'DELETE') return { status: 202 };
      if (!request.path.endsWith('/users/search')) return undefined;
      looks += 1;
      return looks > gone ? page() : page(found);
    };
    const sleep = async (ms: number) => {
      clock.now += ms;
    };
    const options = { now: () => clock.now, sleep };
    await scripted(answer(3), options).target.deleteAccount(JANE);
    expect(await failureOf(scripted(answer(Number.POSITIVE_INFINITY), options).target.deleteAccount(JANE))).toMatchObject({
      code: 'no-answer',
    });
  });
});

describe('the key and the organisation', () => {
  it.each([
    ['a wrong key', { credentials: { kind: 'api-key', token: 'wrong' } }, 401, 'has expired'],
    ['an organisation that is not there', { address: { organization: 'org-2' } }, 404, 'org-2'],
  ] as const)("%s: every list is 'refused', and the question of the worker is 'login-refused'", async (_, options, status, words) => {
    const { target } = cloudOrganizationUnderTest(simulator.url, options);
    expect(await failureOf(target.findAccount(JANE))).toMatchObject({ code: 'refused', status });
    expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code: 'refused', status });
    const failure = await failureOf(target.serviceAccount());
    expect(failure).toMatchObject({ code: 'login-refused', status });
    expect(failure.message).toContain(words);
  });

  it("a directory that is not there: 'refused', while the key is good; nobody is done with for that", async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url, { address: { directory: 'dir-2' } });
    expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code: 'refused', status: 404 });
    expect(await target.serviceAccount()).toContain('API key of the Atlassian organisation');
  });

  it('a key whose scopes leave out the question is still a key', async () => {
    const { target } = scripted(({ path }) => (path === '/admin/v1/orgs/org-1' ? { status: 403 } : undefined));
    expect(await target.serviceAccount()).toBe('an API key of the Atlassian organisation org-1');
  });

  it('several directories, and none of them named: all are named in the failure', async () => {
    const answer = ({ path }: ScriptedRequest) =>
      path.includes('/directories?') ? page({ directoryId: 'd-1', name: 'One' }, { directoryId: 'd-2' }) : undefined;
    const failure = await failureOf(scripted(answer, { address: {} }).target.findAccount(JANE));
    expect(failure).toMatchObject({ code: 'bad-request' });
    expect(failure.message).toContain('d-1 (One), d-2');
  });

  it('no failure repeats the key, also where Atlassian does', async () => {
    const { target } = scripted(() => ({ status: 400, body: { errors: [{ detail: 'bad key secret-key-1' }] } }), {
      credentials: { kind: 'api-key', token: 'secret-key-1' },
    });
    expect((await failureOf(target.createGroup('a'))).message).not.toContain('secret-key-1');
  });
});

describe('the time of a verb', () => {
  it.each([
    ['findAccount', 1],
    ['members', 1],
    ['groupsOf', 1],
    ['addMember', 2],
    ['disableAccount', 2],
    ['enableAccount', 2],
    ['createAccount', 2],
  ] as const)('%s: all its calls together end within what the worker keeps for it', async (verb, timeouts) => {
    const clock = { now: 0 };
    let last = 0;
    const answer = (request: ScriptedRequest) => {
      last = clock.now;
      clock.now += 600;
      if (request.path.includes('/directories?')) return page({ directoryId: 'd-1' });
      if (request.path.includes('/memberships')) return { status: 404 };
      return request.path.endsWith('/users/search') && verb !== 'createAccount' ? page({ accountId: 'a-1', email: JANE }) : undefined;
    };
    const { target, requests } = scripted(answer, { now: () => clock.now, callTimeoutMs: 1_000, address: {} });
    const call = {
      findAccount: () => target.findAccount(JANE),
      members: () => collect(target.members('confluence-users')),
      groupsOf: () => collect(target.groupsOf(JANE)),
      addMember: () => target.addMember('confluence-users', JANE),
      disableAccount: () => target.disableAccount(JANE),
      enableAccount: () => target.enableAccount(JANE),
      createAccount: () => target.createAccount(JANE, profile),
    }[verb];
    await call().catch((error: unknown) =>
      expect(error).toMatchObject({ code: expect.stringMatching(/request-timeout|not-found|settling/) }),
    );
    expect(requests.length).toBeGreaterThan(0);
    expect(last).toBeLessThanOrEqual(timeouts * 1_000);
  });
});

describe('the requests of the adapter', () => {
  it('are every endpoint of its tables, each POST with JSON, and no e-mail address in a path, which is logged', async () => {
    const proxy = await startRecordingProxy(simulator.url);
    try {
      const credentials = { kind: 'api-key', token: 'local', site: { email: 'admin@example.com', token: 'local' } } as const;
      const { target } = cloudOrganizationUnderTest(proxy.url, { credentials, address: { site: proxy.url } });
      await target.test();
      await target.createAccount(JANE, profile);
      await target.createGroup('engineering');
      await target.addMember('engineering', JANE);
      await target.removeMember('engineering', JANE);
      await target.deleteGroup('engineering');
      const suspending = cloudOrganizationUnderTest(proxy.url, { settings: { onDisable: 'suspend' } }).target;
      await suspending.disableAccount(JANE);
      await suspending.enableAccount(JANE);
      await target.deleteAccount(JANE);

      const endpoints = { ...ENDPOINTS, ...CONFLUENCE_ENDPOINTS };
      const sent = new Set(proxy.recorded.map((request) => labelOf(endpointOf(endpoints, request))));
      expect([...sent].sort()).toEqual(Object.values(endpoints).map(labelOf).sort());
      for (const { method, path, query, headers, body } of proxy.recorded) {
        expect(`${path}?${query}`).not.toMatch(/@|%40/);
        expect(headers['authorization']).toMatch(path.startsWith('/wiki') ? /^Basic / : /^Bearer local$/);
        if (method !== 'POST') continue;
        // "an empty body gives 415"
        expect(headers['content-type']).toBe('application/json');
        expect(JSON.parse(body)).toBeTypeOf('object');
      }
      expect(simulator.requests().filter(({ status }) => status === 415)).toEqual([]);
    } finally {
      await proxy.close();
    }
  });
});
