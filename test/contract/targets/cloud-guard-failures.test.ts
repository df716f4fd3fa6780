import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutOfTime } from '../../../shared/provisioning/work.ts';
import { ProvisioningError } from '../../../shared/targets/target.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { collect } from './collect.ts';
import { scriptedFetch } from './scripted-fetch.ts';

const jane = { fullName: 'Jane Doe', email: 'jane@example.com' };

async function failureOf(call: Promise<unknown>): Promise<ProvisioningError> {
  const error = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(error instanceof ProvisioningError)) throw new Error(`expected a ProvisioningError, got ${String(error)}`);
  return error;
}

let simulator: AtlassianSimulator;
beforeEach(async () => {
  simulator = await startAtlassianSimulator();
});
afterEach(() => simulator.close());
const posts = () => simulator.requests().filter(({ method }) => method === 'POST');

describe("Guard's adapter: calls without an answer", () => {
  it("a connection lost after sending is 'no-answer', has taken effect, and is not sent again", async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    simulator.fault({ match: '^POST', dropConnection: true });
    expect(await failureOf(target.createAccount('jane', jane))).toMatchObject({ code: 'no-answer' });
    expect(simulator.scimUsers().map(({ userName }) => userName)).toEqual(['jane']);
    expect(posts()).toHaveLength(1);
  });

  it("a refused connection is 'unreachable': it can't have landed", async () => {
    const other = await startAtlassianSimulator();
    await other.close();
    expect(await failureOf(cloudGuardUnderTest(other.url).target.disableAccount('jane'))).toMatchObject({ code: 'unreachable' });
  });

  it('waiting for turns takes none of that time: at a low rate every call of a verb is made', async () => {
    await cloudGuardUnderTest(simulator.url).target.createAccount('jane', jane);
    const clock = { now: 0 };
    const beforeCall = async () => {
      clock.now += 60_000;
    };
    await cloudGuardUnderTest(simulator.url, { now: () => clock.now, beforeCall }).target.disableAccount('jane');
    expect(simulator.scimUsers()).toMatchObject([{ userName: 'jane', active: false }]);
  });

  it('all calls of a verb end within its time: what is left of it is the time-out of the last', async () => {
    await cloudGuardUnderTest(simulator.url).target.createAccount('jane', jane);
    const clock = { now: 0 };
    const { target, calls } = cloudGuardUnderTest(simulator.url, {
      now: () => clock.now,
      fetch: async (...request) => {
        clock.now += 9_800;
        return fetch(...request);
      },
    });
    expect(await failureOf(target.disableAccount('jane'))).toMatchObject({ code: 'request-timeout' });
    expect(calls.map(({ method }) => method)).toEqual(['GET']);
    expect(simulator.scimUsers()).toMatchObject([{ userName: 'jane', active: true }]);
    // What was found out is not found out again.
    clock.now += 1;
    await target.disableAccount('jane');
    expect(calls.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  });
});

describe("Guard's adapter: the key and the directory", () => {
  it.each([
    ['a wrong key', { key: 'wrong' }, 401, 'has expired'],
    ['a directory that is not there', { directory: 'dir-gone' }, 404, 'The directory is not there'],
  ])('%s is a refused login, asked about as DESIGN §4 does', async (_, options, status, words) => {
    const { target } = cloudGuardUnderTest(simulator.url, options);
    for (const call of [
      () => target.findAccount('jane'),
      () => target.disableAccount('jane'),
      () => target.groupExists('staff'),
      () => target.createGroup('staff'),
      () => target.createAccount('jane', jane),
      () => target.findAccountsByEmail('jane@example.com'),
      () => collect(target.members('staff')),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: 'refused', status });
    }
    const failure = await failureOf(target.serviceAccount());
    expect(failure).toMatchObject({ code: 'login-refused', status });
    expect(failure.message).toContain(words);
  });

  it('a key that the directory does not take is told from one that Atlassian does not know', async () => {
    const fetch = scriptedFetch(() => ({ status: 403, body: { error: 'Forbidden', traceId: '1' } }));
    const failure = await failureOf(cloudGuardUnderTest(simulator.url, { fetch }).target.serviceAccount());
    expect(failure).toMatchObject({ code: 'login-refused', status: 403 });
    expect(failure.message).toContain('not one for this directory');
  });

  it('a subscription to Guard that has ended is no directory in which nobody is', async () => {
    const lapsed = await startAtlassianSimulator({ guard: false });
    try {
      const { target } = cloudGuardUnderTest(lapsed.url);
      expect(await failureOf(target.findAccount('jane'))).toMatchObject({ code: 'refused' });
      const report = await target.test();
      expect(report.findings).toMatchObject([{ ok: false }]);
      expect(report.findings[0]?.text).toContain('subscription to Guard ends');
      expect(report.findings[0]?.text).toMatch(/\(HTTP 404: [^)]*\)$/);
      expect(report.findings[0]?.text).not.toContain('account or group');
      expect(Object.values(report.capabilities)).not.toContain(true);
    } finally {
      await lapsed.close();
    }
  });

  it('reports a refused key after one attempt, and what to do', async () => {
    const report = await cloudGuardUnderTest(simulator.url, { key: 'wrong' }).target.test();
    expect(report.findings).toMatchObject([{ ok: false }]);
    expect(report.findings[0]?.text).toContain('credentials set');
    expect(simulator.requests()).toHaveLength(1);
  });

  it('says in its report what is in the directory, what nobody can ask for, and why it can not what it can not', async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    await target.createAccount('jane', jane);
    const { findings, limits, capabilities } = await target.test();
    const text = findings.map((finding) => finding.text).join('\n');
    for (const words of ['1 users and 0 groups', 'domain', 'linked by Atlassian', 'all of Atlassian']) expect(text).toContain(words);
    const missing = Object.entries(capabilities).flatMap(([name, can]) => (can ? [] : [name]));
    expect(Object.keys(limits ?? {}).sort()).toEqual(missing.sort());
  });
});

describe("Guard's adapter: answers without success", () => {
  it.each([
    [400, { detail: 'members is no array', scimType: 'invalidValue' }, 'bad-request', 'members is no array'],
    [400, { message: 'the users referenced do not exist' }, 'bad-request', 'the users referenced'],
    [401, { error: 'Unauthorized' }, 'refused', "does not accept the directory's API key"],
    [402, {}, 'no-seat', 'plan'],
    [403, { error: 'Forbidden' }, 'refused', 'does not permit'],
    [408, {}, 'request-timeout', 'gave up'],
    [413, {}, 'bad-request', 'more than'],
    [429, { message: 'slow down' }, 'rate-limited', 'slow down'],
    [500, { detail: 'Internal error. You can retry calls.' }, 'server-error', 'may be tried again'],
    [502, 'bad gateway', 'no-answer', 'may still take effect'],
    [503, {}, 'unavailable', 'not available'],
    [504, {}, 'no-answer', 'may still take effect'],
    [302, {}, 'unexpected-answer', 'another address'],
    [200, '<html>Log in</html>', 'unexpected-answer', 'Not JSON'],
    [200, { Resources: [{ id: 1 }], totalResults: 1 }, 'unexpected-answer', 'not known'],
  ])('%i %j is taken for what it is', async (status, body, code, words) => {
    const { target } = cloudGuardUnderTest(simulator.url, { fetch: scriptedFetch(() => ({ status, body })) });
    const failure = await failureOf(target.groupExists('staff'));
    expect(failure).toMatchObject({ code, status });
    expect(failure.message).toContain(words);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'x-ratelimit-reset': '2026-11-22T10:00:30Z', 'x-ratelimit-remaining': '0' }, 30_000],
    [{ 'retry-after': '7', 'x-ratelimit-reset': '2026-11-22T10:00:30Z' }, 7_000],
    // Some of Atlassian's services count in other units: a number says nothing.
    [{ 'x-ratelimit-reset': '1795341600' }, undefined],
    [{}, undefined],
  ])('429 with %j tells how long to wait', async (headers, retryAfterMs) => {
    const fetch = scriptedFetch(() => ({ status: 429, body: {}, headers }));
    const { target, calls } = cloudGuardUnderTest(simulator.url, { fetch, now: () => Date.parse('2026-11-22T10:00:00Z') });
    expect(await failureOf(target.groupExists('staff'))).toMatchObject({ code: 'rate-limited', retryAfterMs });
    expect(calls[0]?.retryAfterMs).toBe(retryAfterMs);
  });

  it('has neither the key in a message nor in an observed call, not even when Atlassian echoes it', async () => {
    const key = 'a-key-that-must-not-be-seen';
    const fetch = scriptedFetch(({ headers }) => ({ status: 400, body: { detail: `no: ${headers['authorization']}` } }));
    const { target, calls } = cloudGuardUnderTest(simulator.url, { key, fetch });
    const failure = await failureOf(target.createAccount('jane', jane));
    expect(failure.message).toContain('***');
    expect(JSON.stringify([calls, failure.message, failure.stack, failure])).not.toContain(key);
  });
});

describe("Guard's adapter: what exists already", () => {
  it('a domain that is not verified is parked with what to do', async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    const failure = await failureOf(target.createAccount('jane', { ...jane, email: 'jane@elsewhere.example' }));
    expect(failure).toMatchObject({ code: 'bad-request', status: 400 });
    expect(failure.message).toContain('Settings, Domains');
  });

  it("an e-mail address of another record is 'taken', and whose it is", async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    await target.createAccount('jane', jane);
    const failure = await failureOf(cloudGuardUnderTest(simulator.url).target.createAccount('janet', jane));
    expect(failure).toMatchObject({ code: 'taken', status: 409 });
    expect(failure.message).toContain('for its user jane,');
    expect(posts()).toHaveLength(2);
  });

  it("has no e-mail address in a refusal's words, which are logged and shown", async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    simulator.seed({ accounts: [{ email: 'roe@example.com' }] });
    await target.createAccount('jane', jane);
    for (const refused of [
      () => target.createAccount('janet', { ...jane, email: 'Jane@example.com' }),
      () => target.createAccount('john', { ...jane, email: 'john@elsewhere.example' }),
      () => target.updateAccount('jane', { email: 'Roe@example.com' }),
    ])
      expect((await failureOf(refused())).message).toMatch(/^[^@]*\*\*\*[^@]*$/);
  });

  it("what no look finds is 'taken'", async () => {
    const slow = await startAtlassianSimulator({ settlesWithinMs: 600_000 });
    try {
      await cloudGuardUnderTest(slow.url).target.createAccount('jane', jane);
      const failure = await failureOf(cloudGuardUnderTest(slow.url).target.createAccount('jane', jane));
      expect(failure).toMatchObject({ code: 'taken', status: 409 });
      expect(failure.message).toContain('the directory does not show it');
    } finally {
      await slow.close();
    }
  });

  it("a look that fails leaves it at 'conflict'", async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    await target.createAccount('jane', jane);
    simulator.fault({ match: '^GET', status: 503 });
    expect(await failureOf(target.createAccount('jane', jane))).toMatchObject({ code: 'conflict', status: 409 });
    await target.createGroup('staff');
    simulator.fault({ match: '^GET', status: 503 });
    expect(await failureOf(target.createGroup('staff'))).toMatchObject({ code: 'conflict', status: 409 });
  });

  it('so does a look whose turn comes too late for the worker: the binding of what is not ours is given back (DELIVERY §2.3)', async () => {
    await cloudGuardUnderTest(simulator.url).target.createAccount('jane', jane);
    await cloudGuardUnderTest(simulator.url).target.createGroup('staff');
    const turns: string[] = [];
    const beforeCall = async () => {
      turns.push('taken');
      if (turns.length % 2 === 0) throw new OutOfTime('the turn of the next call comes too late');
    };
    const { target } = cloudGuardUnderTest(simulator.url, { beforeCall });
    expect(await failureOf(target.createAccount('jane', jane))).toMatchObject({ code: 'conflict', status: 409 });
    expect(await failureOf(target.createGroup('staff'))).toMatchObject({ code: 'conflict', status: 409 });
    expect(turns).toHaveLength(4);
  });

  it("an address that another account has is 'taken' when an account is to get it", async () => {
    const { target } = cloudGuardUnderTest(simulator.url);
    simulator.seed({ accounts: [{ email: 'roe@example.com' }] });
    await target.createAccount('jane', jane);
    const failure = await failureOf(target.updateAccount('jane', { fullName: 'Jane Roe', email: 'roe@example.com' }));
    expect(failure).toMatchObject({ code: 'taken', status: 409 });
    expect(failure.message).toContain('another Atlassian account has the new one');
  });

  it("a group of the organisation itself is 'taken', with what to do", async () => {
    simulator.seed({ groups: ['confluence-users'] });
    const { target } = cloudGuardUnderTest(simulator.url);
    const failure = await failureOf(target.createGroup('confluence-users'));
    expect(failure).toMatchObject({ code: 'taken', status: 409 });
    expect(failure.message).toContain('groups.rename');
    expect(await target.groupExists('confluence-users')).toBe(false);
  });

  it('links, by what Atlassian does, an account that has the address of a new user', async () => {
    simulator.seed({ accounts: [{ email: 'jane@example.com', fullName: 'J.' }] });
    await cloudGuardUnderTest(simulator.url).target.createAccount('jane', jane);
    expect(simulator.accounts()).toMatchObject([{ email: 'jane@example.com', fullName: 'Jane Doe' }]);
  });
});

describe("Guard's adapter: adding a member", () => {
  /** A directory whose user may have another id by now, and which answers 400 to an id that is nobody's. */
  function answering(current: { id?: string }) {
    const fetch = scriptedFetch(({ method, path, body }) => {
      const list = (...Resources: unknown[]) => ({ status: 200, body: { totalResults: Resources.length, Resources } });
      if (path.includes('/Groups?')) return list({ id: 'g1', displayName: 'staff' });
      if (path.includes('/Users?')) return current.id === undefined ? list() : list({ id: current.id, userName: 'jane' });
      if (method === 'GET')
        return path.endsWith(`/${current.id}`) ? { status: 200, body: { id: current.id, userName: 'jane' } } : { status: 404 };
      if (path.includes('/Users/') || JSON.stringify(body).includes(`"${current.id}"`)) return { status: 200, body: {} };
      return { status: 400, body: { message: 'Bad request, the users referenced do not exist.' } };
    });
    return cloudGuardUnderTest(simulator.url, { fetch });
  }

  it('whose remembered id belongs to nobody any more is looked up, also where the directory calls that a bad request', async () => {
    const current: { id?: string } = { id: 'u1' };
    const { target, calls } = answering(current);
    await target.disableAccount('jane');
    current.id = 'u2';
    await target.addMember('staff', 'jane');
    expect(calls.at(-1)).toMatchObject({ method: 'PATCH', outcome: 'ok' });
    delete current.id;
    expect(await failureOf(target.addMember('staff', 'jane'))).toMatchObject({ code: 'not-found' });
  });

  it("who is there all the same is a 'bad-request', in Atlassian's words", async () => {
    const fetch = scriptedFetch(({ method, path }) => {
      if (method === 'PATCH') return { status: 400, body: { detail: 'A group can have up to 35000 members.' } };
      const found = path.includes('/Users') ? { id: 'u1', userName: 'jane' } : { id: 'g1', displayName: 'staff' };
      return { status: 200, body: path.includes('?') ? { totalResults: 1, Resources: [found] } : found };
    });
    const failure = await failureOf(cloudGuardUnderTest(simulator.url, { fetch }).target.addMember('staff', 'jane'));
    expect(failure).toMatchObject({ code: 'bad-request', status: 400 });
    expect(failure.message).toContain('35000');
  });
});

describe("Guard's adapter: taking a member out", () => {
  const USER = { id: 'u1', userName: 'jane', active: true };
  const group = (...members: string[]) => ({ id: 'g1', displayName: 'staff', members: members.map((value) => ({ value, type: 'User' })) });

  /** A directory with one user and one group that answers a PATCH as given, and has these members afterwards. */
  function answering(patch: { status: number; body: unknown }, members: readonly string[]) {
    const sent: unknown[] = [];
    const fetch = scriptedFetch(({ method, path, body }) => {
      if (method === 'PATCH') {
        sent.push(body);
        return patch;
      }
      if (path.endsWith('/Groups/g1')) return { status: 200, body: group(...members) };
      const found = path.includes('/Users') ? USER : group(...members);
      return { status: 200, body: { totalResults: 1, Resources: [found] } };
    });
    return { target: cloudGuardUnderTest(simulator.url, { fetch }).target, sent };
  }
  const removal = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'remove', path: 'members[value eq "u1"]' }],
  };

  it('names the one member in the path: a path without filter would take all of them out', async () => {
    const { target, sent } = answering({ status: 200, body: group('u2') }, []);
    await target.removeMember('staff', 'jane');
    expect(sent).toEqual([removal]);
  });

  it('is not believed where the answer shows the member still there', async () => {
    const { target, sent } = answering({ status: 200, body: group('u1', 'u2') }, ['u1', 'u2']);
    expect(await failureOf(target.removeMember('staff', 'jane'))).toMatchObject({ code: 'unexpected-answer' });
    expect(sent).toEqual([removal]);
  });

  it('of who is none is done, also where the directory calls that a bad request', async () => {
    const noTarget = { status: 400, body: { scimType: 'noTarget', detail: 'no such member' } };
    await answering(noTarget, ['u2']).target.removeMember('staff', 'jane');
    expect(await failureOf(answering(noTarget, ['u1']).target.removeMember('staff', 'jane'))).toMatchObject({ code: 'bad-request' });
  });

  it.each([200, 204, 400])(
    "whose remembered id is nobody's any more is looked up, also where the directory answers %i to it",
    async (status) => {
      const current = { id: 'u1' };
      const members = new Set<string>();
      const fetch = scriptedFetch(({ method, path, body }) => {
        const user = { id: current.id, userName: 'jane' };
        const staff = group(...members);
        if (method === 'PATCH' && path.includes('/Groups/')) {
          const [, id = ''] = /value eq ."([^"\\]*)/.exec(JSON.stringify(body)) ?? [];
          const had = members.delete(id);
          return had || status === 200 ? { status: 200, body: group(...members) } : { status, body: status === 400 ? {} : undefined };
        }
        if (path.includes('?')) return { status: 200, body: { totalResults: 1, Resources: [path.includes('/Users') ? user : staff] } };
        if (path.includes('/Groups/')) return { status: 200, body: staff };
        return path.endsWith(`/${current.id}`) ? { status: 200, body: user } : { status: 404 };
      });
      const { target, calls } = cloudGuardUnderTest(simulator.url, { fetch });
      members.add('u1');
      await target.removeMember('staff', 'jane');
      expect([...members]).toEqual([]);
      // Deleted and made anew by another process, and a member again.
      current.id = 'u2';
      members.add('u2');
      await target.removeMember('staff', 'jane');
      expect([...members]).toEqual([]);
      expect(calls.length).toBeLessThanOrEqual(7);
    },
  );

  it('does not happen to somebody else whose record had the name when it was seen', async () => {
    const user = { id: 'u1', userName: 'temp' };
    const fetch = scriptedFetch(({ path }) => {
      if (path.endsWith('/Users/u1')) return { status: 200, body: user };
      const found = [path.includes('/Users') ? user : group('u1')].filter(({ id }) => id !== 'u1' || path.includes(`"${user.userName}"`));
      return { status: 200, body: { totalResults: found.length, Resources: found } };
    });
    const { target, calls } = cloudGuardUnderTest(simulator.url, { fetch });
    expect(await target.findAccount('temp')).toMatchObject({ key: 'u1' });
    user.userName = 'jane';
    expect(await failureOf(target.removeMember('staff', 'temp'))).toMatchObject({ code: 'not-found' });
    expect(calls.map(({ method }) => method)).not.toContain('PATCH');
  });

  it('is done by an answer without content too', async () => {
    await answering({ status: 204, body: undefined }, []).target.removeMember('staff', 'jane');
  });
});

describe("Guard's adapter: a change of status that the answer denies", () => {
  const answering = (active: boolean) =>
    scriptedFetch(({ method }) => {
      const record = { id: 'u-1', userName: 'jane', active };
      return { status: 200, body: method === 'PATCH' ? record : { totalResults: 1, Resources: [record] } };
    });

  it("a disable after which the user is active still is 'unexpected-answer', and is not taken for done", async () => {
    const { target } = cloudGuardUnderTest(simulator.url, { fetch: answering(true) });
    expect(await failureOf(target.disableAccount('jane'))).toMatchObject({ code: 'unexpected-answer' });
    await target.enableAccount('jane');
  });

  it('an enable after which the user is inactive still, too', async () => {
    const { target } = cloudGuardUnderTest(simulator.url, { fetch: answering(false) });
    expect(await failureOf(target.enableAccount('jane'))).toMatchObject({ code: 'unexpected-answer' });
    await target.disableAccount('jane');
  });
});
