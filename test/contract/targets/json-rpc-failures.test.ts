import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ProvisioningError } from '../../../shared/targets/target.ts';
import { startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { credentialsFor, dataCenterUnderTest } from './data-center-under-test.ts';
import { BASIC } from './expectations.ts';

const jane = { fullName: 'Jane Doe', email: 'jane@example.com' };
const person = { type: 'known', username: 'jane', userKey: '1', displayName: 'Jane Doe' };

async function failureOf(call: Promise<unknown>): Promise<ProvisioningError> {
  const error = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(error instanceof ProvisioningError)) throw new Error(`expected a ProvisioningError, got ${String(error)}`);
  return error;
}

describe("JSON-RPC's habits", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** A Confluence 7.13 that knows jane, active, and answers every method of JSON-RPC but reads in this way. */
  async function answering(
    reply: (request: { method: string; authorization: string; body: string }) => {
      status?: number;
      headers?: Record<string, string>;
      body: string;
    },
  ) {
    const methods: string[] = [];
    const answering = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const method = request.url?.split('/').at(-1) ?? '';
        if (request.method === 'GET') return response.end(JSON.stringify(person));
        if (method === 'isActiveUser') return response.end('true');
        if (method === 'getUserByName') return response.end(JSON.stringify({ name: 'jane', email: jane.email }));
        if (method === 'getServerInfo') return response.end('{"majorVersion":7,"minorVersion":13}');
        methods.push(method);
        const { status = 200, headers = {}, body: text } = reply({ method, authorization: request.headers.authorization ?? '', body });
        return response.writeHead(status, headers).end(text);
      });
    });
    server = answering;
    await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(answering.address() as AddressInfo).port}`, methods };
  }
  const exception = (name: string, words = '') =>
    JSON.stringify({ error: { code: 500, message: `com.atlassian.confluence.rpc.${name}: ${words}` } });

  it.each([
    ['an error that asks for websudo', 200, exception('WebSudoRequiredException'), 'secure-session'],
    ['a page that asks for websudo', 200, '<html>WebSudoRequiredException</html>', 'secure-session'],
    ['websudo with status 403', 403, exception('WebSudoRequiredException'), 'secure-session'],
    ['an exception as a string', 200, '"com.atlassian.confluence.rpc.NotPermittedException: no"', 'refused'],
    ['an invalid session', 200, exception('InvalidSessionException'), 'refused'],
    ['a page that forbids', 403, '<html>Forbidden</html>', 'remote-api-off'],
    ['a page that is not found', 404, '<html>Not found</html>', 'remote-api-off'],
    ['a refused login', 401, '', 'refused'],
    ['a licence that is used up', 200, exception('RemoteException', 'You have exceeded the number of users of your license'), 'no-seat'],
    ['a read-only directory', 200, exception('RemoteException', 'the directory is read-only'), 'not-permitted'],
    ['a read-only instance', 200, exception('RemoteException', 'The site is in read only mode'), 'read-only'],
    ['a user that is not there', 200, 'com.atlassian.confluence.rpc.RemoteException: The user does not exist', 'not-found'],
    ['a method that is not there', 200, exception('RemoteException', 'No such method'), 'unsupported'],
    ['something it does not accept', 200, exception('RemoteException', 'IllegalArgumentException: name'), 'bad-request'],
    ['an error that says nothing', 200, '{"error":{}}', 'server-error'],
    ['an error with status 500', 500, '{"error":"boom"}', 'server-error'],
    ['false', 200, 'false', 'server-error'],
    ['an empty reply, where true is due', 200, '', 'server-error'],
    ['a login page', 200, '<html>Log in</html>', 'unexpected-answer'],
    ['too many requests', 429, '', 'rate-limited'],
    ['a proxy without upstream', 502, '<html>Bad gateway</html>', 'no-answer'],
    ['an overload', 503, 'busy', 'unavailable'],
  ])('takes %s for what it is', async (_, status, body, code) => {
    const { url, methods } = await answering(() => ({ status, body }));
    const { target, calls } = dataCenterUnderTest(url, { version: '7.13' });
    expect(await failureOf(target.disableAccount('jane'))).toMatchObject({ code });
    expect(methods).toEqual(['deactivateUser']);
    expect(calls.find(({ path }) => path.endsWith('/deactivateUser'))?.outcome).toBe(
      ['false', ''].includes(body) && status === 200 ? 'ok' : code,
    );
  });

  it('says what to switch off, and what to switch on', async () => {
    const sudo = await answering(() => ({ body: exception('WebSudoRequiredException') }));
    expect((await failureOf(dataCenterUnderTest(sudo.url, { version: '7.13' }).target.createGroup('new'))).message).toContain(
      'Switch "Secure administrator sessions" off',
    );
    server?.close();
    const off = await answering(() => ({ status: 403, body: '<html>Forbidden</html>' }));
    expect((await failureOf(dataCenterUnderTest(off.url, { version: '7.13' }).target.createGroup('new'))).message).toContain(
      'Switch on "Remote API (XML-RPC & SOAP)"',
    );
  });

  it('takes a CAPTCHA for one, whatever page comes with it', async () => {
    const { url } = await answering(() => ({
      status: 403,
      headers: { 'x-seraph-loginreason': 'AUTHENTICATION_DENIED' },
      body: '<html>Forbidden</html>',
    }));
    const failure = await failureOf(dataCenterUnderTest(url, { version: '7.13' }).target.disableAccount('jane'));
    expect(failure).toMatchObject({ code: 'captcha', loginReason: 'AUTHENTICATION_DENIED' });
  });

  it("an account that is there after an addUser that failed without a plain word is a 'conflict', never taken for its own", async () => {
    const { url } = await answering(() => ({ body: exception('RemoteException', 'something went wrong') }));
    expect(await failureOf(dataCenterUnderTest(url, { version: '7.13' }).target.createAccount('jane', jane))).toMatchObject({
      code: 'conflict',
    });
  });

  it('an empty reply of addUser is success, and the key is looked up', async () => {
    const { url, methods } = await answering(() => ({ body: '' }));
    expect(await dataCenterUnderTest(url, { version: '7.13' }).target.createAccount('jane', jane)).toEqual({ key: '1' });
    expect(methods).toEqual(['addUser']);
  });

  it.each([
    { kind: 'personal-access-token', token: 'a-token-that-must-not-be-seen' } as const,
    { kind: 'basic', username: 'svc-scim', password: 'a-password-that-must-not-be-seen' } as const,
  ])('$kind: neither login nor new password is in an observed call or an error, not even when it is echoed', async (credentials) => {
    const newPassword = 'n3w-password-that-must-not-be-seen';
    const { url } = await answering(({ authorization, body }) => ({
      body: exception('IllegalArgumentException', `${authorization} ${body}`),
    }));
    const { target, calls } = dataCenterUnderTest(url, { version: '7.13', credentials, newPassword: () => newPassword });
    const failure = await failureOf(target.createAccount('jane', jane));
    expect(failure.message).toContain('***');
    const login = credentials.kind === 'basic' ? credentials.password : credentials.token;
    const encoded = Buffer.from(`svc-scim:${login}`).toString('base64');
    const seen = JSON.stringify([calls, failure.message, failure.stack, failure, String(failure.cause)]);
    for (const secret of [newPassword, login, encoded]) expect(seen).not.toContain(secret);
    expect(calls.map(({ path }) => path)).toContain('/rpc/json-rpc/confluenceservice-v2/addUser');
  });
});

describe('target test, by version', () => {
  const problemsOf = async (options: Parameters<typeof startConfluenceSimulator>[0], version?: string) => {
    const simulator = await startConfluenceSimulator(options);
    try {
      const report = await dataCenterUnderTest(simulator.url, { ...credentialsFor(options ?? {}), version }).target.test();
      const before = simulator.users();
      expect(before).toEqual(simulator.users());
      return { report, problems: report.findings.filter(({ ok }) => !ok).map(({ text }) => text) };
    } finally {
      await simulator.close();
    }
  };

  it('finds nothing wrong with a 7.9 whose Remote API is on, and says by which interface it works', async () => {
    const { report, problems } = await problemsOf({ version: '7.9.3' });
    expect(problems).toEqual([]);
    expect(report).toMatchObject({
      version: '7.9.3',
      capabilities: { createAccount: true, updateProfile: true, changeMembers: true, findByEmail: false, countSeats: false },
      routes: { createAccount: 'json-rpc', disableAccount: 'json-rpc', findByEmail: 'none' },
    });
  });

  it.each([
    ['7.13 with secure administrator sessions', { version: '7.13', secureSessions: true }, 'Switch "Secure administrator sessions" off'],
    ['7.13 without Remote API', { version: '7.13', remoteApi: false }, 'Switch on "Remote API (XML-RPC & SOAP)"'],
    ['7.13 whose JSON-RPC takes no token', { version: '7.13', tokensForRpc: false }, 'store a user name and a password instead'],
    ['8.3 without Remote API', { version: '8.3', remoteApi: false }, 'creating accounts, and changed names and e-mail addresses, needs it'],
  ])('says of %s what to do', async (_, options, advice) => {
    const { problems } = await problemsOf(options);
    expect(problems).toEqual([expect.stringContaining(advice)]);
  });

  it('does not call it a problem that 8.5 changes no names without the Remote API, and says it', async () => {
    const { report, problems } = await problemsOf({ version: '8.5' });
    expect(problems).toEqual([]);
    expect(report.findings.map(({ text }) => text).join('\n')).toMatch(/JSON-RPC is off: changed names .* are logged and not applied/);
    expect(report.capabilities).toMatchObject({ createAccount: true, updateProfile: false });
  });

  it('says that before 7.9 there are no personal access tokens', async () => {
    const { problems } = await problemsOf({ version: '7.4' });
    expect(problems).toEqual([expect.stringContaining('from Confluence 7.9 on')]);
    const withPassword = await problemsOf({ version: '7.4', basic: BASIC });
    expect(withPassword.problems).toEqual([]);
  });

  it('says that a version set by hand is another than the real one', async () => {
    expect((await problemsOf({ version: '9.2' }, '8.5')).problems).toEqual([expect.stringContaining('but Confluence says that it is 9.2')]);
    expect((await problemsOf({ version: '9.2.4' }, '9.2')).problems).toEqual([]);
  });

  it.each(['6.15', '8.3', '9.2', '10.0'])('finds out that it is %s, whatever is hidden', async (version) => {
    const { report } = await problemsOf({ version, basic: BASIC, remoteApi: true });
    expect(report.version).toBe(version);
    const hidden = await problemsOf({ version, basic: BASIC, remoteApi: true, tellsVersion: false });
    expect(hidden.report.version).toMatch(new RegExp(`^${version}(\\.0)?$`));
  });

  it('goes on without a list that is forbidden, and stops at a 401, which may be a refused login', async () => {
    const simulator = await startConfluenceSimulator({ version: '9.4' });
    try {
      simulator.fault({ match: 'list/active', status: 403, times: 1 });
      expect(await dataCenterUnderTest(simulator.url).target.capabilities()).toMatchObject({ findByEmail: false, countSeats: false });
      simulator.fault({ match: 'list/active', status: 401, times: 1 });
      expect(await failureOf(dataCenterUnderTest(simulator.url).target.capabilities())).toMatchObject({ code: 'refused', status: 401 });
    } finally {
      await simulator.close();
    }
  });

  it.each(['7.13', undefined])('a login that is refused is tried once while it is found out (version set by hand: %s)', async (version) => {
    const simulator = await startConfluenceSimulator({ version: '7.13', basic: BASIC });
    try {
      const credentials = { kind: 'basic', ...BASIC, password: 'wrong' } as const;
      const { target } = dataCenterUnderTest(simulator.url, { credentials, version });
      expect(await failureOf(target.disableAccount('jane'))).toMatchObject({ code: 'refused', status: 401 });
      expect(simulator.requests()).toHaveLength(1);
    } finally {
      await simulator.close();
    }
  });

  it('a 401 to JSON-RPC is passed on to be asked about, where it is known to be on', async () => {
    const simulator = await startConfluenceSimulator({ version: '8.5', remoteApi: true });
    try {
      simulator.seed({ users: ['jane'] });
      const { target } = dataCenterUnderTest(simulator.url);
      await target.capabilities();
      simulator.fault({ match: 'editUser', status: 401, times: 1 });
      expect(await failureOf(target.updateAccount('jane', { fullName: 'Jane' }))).toMatchObject({ code: 'refused', status: 401 });
    } finally {
      await simulator.close();
    }
  });

  it('asks seven times at most, and only once, for all objects that share a memory', async () => {
    const simulator = await startConfluenceSimulator({ version: '7.13', tellsVersion: false, remoteApi: false });
    try {
      const memory = new Map();
      const first = await dataCenterUnderTest(simulator.url, { memory }).target.capabilities();
      expect(first).toMatchObject({ createAccount: false, changeStatus: false });
      const asked = simulator.requests().length;
      expect(asked).toBeLessThanOrEqual(7);
      await dataCenterUnderTest(simulator.url, { memory }).target.capabilities();
      expect(simulator.requests()).toHaveLength(asked);
      simulator.turn({ remoteApi: true });
      await dataCenterUnderTest(simulator.url, { memory, now: () => Date.now() + 700_000 }).target.capabilities();
      expect(simulator.requests().length).toBeGreaterThan(asked);
    } finally {
      await simulator.close();
    }
  });
});
