import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProvisioningError } from '../../../shared/targets/target.ts';
import { type ConfluenceSimulator, startConfluenceSimulator } from '../../simulators/confluence/confluence-simulator.ts';
import { selfSignedCertificate } from './certificate.ts';
import { dataCenterUnderTest } from './data-center-under-test.ts';

const jane = { fullName: 'Jane Doe', email: 'jane@example.com' };

async function failureOf(call: Promise<unknown>): Promise<ProvisioningError> {
  const error = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(error instanceof ProvisioningError)) throw new Error(`expected a ProvisioningError, got ${String(error)}`);
  return error;
}

describe('Data Center adapter: calls without an answer', () => {
  let simulator: ConfluenceSimulator;
  beforeEach(async () => {
    simulator = await startConfluenceSimulator();
  });
  afterEach(() => simulator.close());

  it("a call past its time-out is 'no-answer', and may land later", async () => {
    const { target, calls } = dataCenterUnderTest(simulator.url, { callTimeoutMs: 1_000 });
    await target.capabilities();
    const asked = calls.length;
    simulator.fault({ match: '^POST', delayMs: 1_500 });
    expect(await failureOf(target.createAccount('jane', jane))).toMatchObject({ code: 'no-answer', status: undefined });
    expect(simulator.users().map(({ username }) => username)).toEqual(['admin']);
    expect(calls).toHaveLength(asked + 1);
    expect(calls[asked]).toMatchObject({ method: 'POST', outcome: 'no-answer' });
    expect(calls[asked]).not.toHaveProperty('status');
    while (simulator.users().length < 2) await sleep(20);
    expect(simulator.requests()).toHaveLength(asked + 1);
  });

  it("a connection lost after sending is 'no-answer', has taken effect, and is not sent again", async () => {
    const { target } = dataCenterUnderTest(simulator.url);
    simulator.fault({ match: '^POST', dropConnection: true });
    expect(await failureOf(target.createAccount('jane', jane))).toMatchObject({ code: 'no-answer' });
    expect(simulator.users().map(({ username }) => username)).toEqual(['admin', 'jane']);
    expect(simulator.requests().filter(({ method }) => method === 'POST')).toMatchObject([{ status: 0 }]);
  });

  it("a refused connection and an unknown host are 'unreachable': they can't have landed", async () => {
    const { url } = simulator;
    await simulator.close();
    expect(await failureOf(dataCenterUnderTest(url).target.disableAccount('jane'))).toMatchObject({ code: 'unreachable' });
    const unknown = dataCenterUnderTest('http://confluence.invalid').target;
    expect(await failureOf(unknown.disableAccount('jane'))).toMatchObject({ code: 'unreachable' });
  });

  it("a long task that outlasts the time is 'no-answer'", async () => {
    await dataCenterUnderTest(simulator.url).target.createAccount('jane', jane);
    const { target } = dataCenterUnderTest(simulator.url, { callTimeoutMs: 50 });
    expect(await failureOf(target.deleteAccount('jane'))).toMatchObject({ code: 'no-answer' });
  });

  it('a long task that Confluence has forgotten is done when the account is gone', async () => {
    const { target } = dataCenterUnderTest(simulator.url);
    await target.createAccount('jane', jane);
    simulator.fault({ match: 'longtask', delayMs: 0, status: 404, times: 1 });
    expect(await failureOf(target.deleteAccount('jane'))).toMatchObject({ code: 'no-answer' });
    while (simulator.users().length > 1) await sleep(20);
    expect(await failureOf(target.deleteAccount('jane'))).toMatchObject({ code: 'not-found', status: 404 });
  });
});

describe('Data Center adapter: refusals', () => {
  const basic = { username: 'svc-scim', password: 'correct horse' };
  let simulator: ConfluenceSimulator;
  beforeEach(async () => {
    simulator = await startConfluenceSimulator({ basic, seats: 3 });
  });
  afterEach(() => simulator.close());

  it('429 tells how long to wait, 0 tells nothing', async () => {
    const { target, calls } = dataCenterUnderTest(simulator.url);
    simulator.fault({ status: 429, retryAfterSeconds: 7 });
    expect(await failureOf(target.findAccount('jane'))).toMatchObject({ code: 'rate-limited', status: 429, retryAfterMs: 7_000 });
    expect(calls[0]).toMatchObject({ status: 429, outcome: 'rate-limited', retryAfterMs: 7_000 });
    simulator.fault({ status: 429, retryAfterSeconds: 0 });
    expect(await failureOf(target.findAccount('jane'))).toMatchObject({ code: 'rate-limited', retryAfterMs: undefined });
  });

  it("no seat left is 'no-seat'", async () => {
    const { target } = dataCenterUnderTest(simulator.url);
    await target.createAccount('jane', jane);
    expect(await failureOf(target.createAccount('john', { ...jane, email: 'john@example.com' }))).toMatchObject({
      code: 'no-seat',
      status: 402,
    });
  });

  it("what Confluence's rules forbid is 'bad-request', in Confluence's words", async () => {
    const failure = await failureOf(dataCenterUnderTest(simulator.url).target.createAccount('jane', { ...jane, fullName: 'Jane <Doe>' }));
    expect(failure).toMatchObject({ code: 'bad-request', status: 400 });
    expect(failure.message).toContain('fullName');
  });

  it('wrong credentials are a refused login, asked about as DESIGN §4 does, and a CAPTCHA after three', async () => {
    const { target, calls } = dataCenterUnderTest(simulator.url, { credentials: { kind: 'basic', ...basic, password: 'wrong' } });
    expect(await failureOf(target.disableAccount('jane'))).toMatchObject({
      code: 'refused',
      status: 401,
      loginReason: 'AUTHENTICATED_FAILED',
    });
    expect(await failureOf(target.serviceAccount())).toMatchObject({ code: 'login-refused', loginReason: 'AUTHENTICATED_FAILED' });
    await failureOf(target.serviceAccount());
    expect(await failureOf(target.serviceAccount())).toMatchObject({ code: 'captcha', loginReason: 'AUTHENTICATION_DENIED' });
    expect(calls.at(-1)).toMatchObject({ outcome: 'captcha', loginReason: 'AUTHENTICATION_DENIED' });

    const right = dataCenterUnderTest(simulator.url, { credentials: { kind: 'basic', ...basic } }).target;
    expect(await failureOf(right.serviceAccount())).toMatchObject({ code: 'captcha' });
    simulator.clearCaptcha(basic.username);
    expect(await right.serviceAccount()).toBe('svc-scim');
  });

  it('a login that is fine and a call that is not permitted are told apart', async () => {
    const { target: admin } = dataCenterUnderTest(simulator.url, { newPassword: () => 'known to this test' });
    await admin.createAccount('jane', jane);
    const { target } = dataCenterUnderTest(simulator.url, {
      credentials: { kind: 'basic', username: 'jane', password: 'known to this test' },
    });
    expect(await failureOf(target.disableAccount('admin'))).toMatchObject({ code: 'refused', status: 403 });
    expect(await target.serviceAccount()).toBe('jane');

    const report = await target.test();
    expect(report.findings.map(({ ok }) => ok)).toEqual([true, false]);
    expect(report.findings[1]?.text).toContain('System Administrator');
  });

  it('reports a refused login after one attempt', async () => {
    const { target } = dataCenterUnderTest(simulator.url, { credentials: { kind: 'personal-access-token', token: 'expired-token' } });
    const report = await target.test();
    expect(report).toMatchObject({ findings: [{ ok: false }], capabilities: { updateProfile: false, findByEmail: false } });
    expect(report.findings[0]?.text).toContain('credentials set');
    expect(simulator.requests()).toHaveLength(1);
  });

  it("an update that the version turns out not to have is 'unsupported' and is not tried again", async () => {
    const simulated = await startConfluenceSimulator({ version: '9.3', tellsVersion: false });
    try {
      const { target } = dataCenterUnderTest(simulated.url);
      await target.createAccount('jane', jane);
      expect(await target.capabilities()).toMatchObject({ updateProfile: true });
      expect(await failureOf(target.updateAccount('jane', { fullName: 'Roe' }))).toMatchObject({ code: 'unsupported' });
      expect(await target.capabilities()).toMatchObject({ updateProfile: false });
      await failureOf(target.updateAccount('jane', { fullName: 'Roe' }));
      expect(simulated.requests().filter(({ method }) => method === 'PUT')).toHaveLength(1);
    } finally {
      await simulated.close();
    }
  });

  it("an update of an account that is not there is 'not-found'", async () => {
    const { target } = dataCenterUnderTest(simulator.url);
    expect(await failureOf(target.updateAccount('nobody', { fullName: 'Roe' }))).toMatchObject({ code: 'not-found' });
    expect(await target.capabilities()).toMatchObject({ updateProfile: true });
  });

  it('asks what the instance can do once', async () => {
    const { target } = dataCenterUnderTest(simulator.url);
    await target.capabilities();
    const asked = simulator.requests().length;
    await target.capabilities();
    expect(simulator.requests()).toHaveLength(asked);
  });
});

describe('Data Center adapter: what stands in front of Confluence', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function answering(status: number, headers: Record<string, string>, body: string): Promise<string> {
    const answering = createServer((_, response) => response.writeHead(status, headers).end(body));
    server = answering;
    await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(answering.address() as AddressInfo).port}`;
  }

  it.each([
    ['a redirect to the login page', 302, { location: '/login.action?os_destination=%2Frest' }, '', 'refused'],
    ['a redirect to the secure administrator session', 302, { location: '/authenticate.action' }, '', 'secure-session'],
    ['a redirect to another address', 301, { location: 'https://wiki.example.com/rest' }, '', 'unexpected-answer'],
    ['a login page with status 200', 200, { 'content-type': 'text/html' }, '<html>Log in</html>', 'unexpected-answer'],
    ['a refusal for want of websudo', 401, {}, '{"message":"WebSudoRequiredException"}', 'secure-session'],
    ['read-only mode', 405, {}, '{"reason":"READ_ONLY","message":"Read-only mode is enabled"}', 'read-only'],
    ['a maintenance page', 503, {}, 'This instance is read-only during maintenance', 'read-only'],
    ['an overload', 503, {}, 'busy', 'unavailable'],
    ['a read-only user directory', 403, {}, '{"message":"Cannot update group: directory LDAP does not allow updates"}', 'not-permitted'],
    ['a proxy without upstream', 502, {}, '<html>Bad gateway</html>', 'no-answer'],
  ])('takes %s for what it is', async (_, status, headers, body, code) => {
    const { target } = dataCenterUnderTest(await answering(status, headers as Record<string, string>, body));
    expect(await failureOf(target.disableAccount('jane'))).toMatchObject({ code, status });
  });

  it('takes an anonymous answer for a refused login', async () => {
    const { target } = dataCenterUnderTest(await answering(200, {}, '{"type":"anonymous","displayName":"Anonymous"}'));
    expect(await failureOf(target.serviceAccount())).toMatchObject({ code: 'login-refused' });
  });

  it('does not take somebody without status for active or disabled', async () => {
    const { target } = dataCenterUnderTest(
      await answering(200, {}, '{"type":"known","username":"jane","userKey":"1","displayName":"Jane"}'),
    );
    expect(await failureOf(target.findAccount('jane'))).toMatchObject({ code: 'unexpected-answer' });
  });

  it('does not find somebody whom no directory has any more', async () => {
    const { target } = dataCenterUnderTest(
      await answering(200, {}, '{"type":"unknown","username":"jane","userKey":"1","displayName":"jane"}'),
    );
    expect(await target.findAccount('jane')).toBeUndefined();
  });
});

describe('Data Center adapter: secrets', () => {
  it.each([
    { kind: 'personal-access-token', token: 'a-token-that-must-not-be-seen' } as const,
    { kind: 'basic', username: 'svc-scim', password: 'a-password-that-must-not-be-seen' } as const,
  ])(
    '$kind: neither login nor new password is in an observed call or an error, not even when Confluence echoes it',
    async (credentials) => {
      const newPassword = 'n3w-password-that-must-not-be-seen';
      const authorization =
        credentials.kind === 'basic'
          ? Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
          : credentials.token;
      const secrets = [newPassword, authorization, credentials.kind === 'basic' ? credentials.password : credentials.token];
      const echo = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => response.writeHead(400).end(JSON.stringify({ message: `no: ${request.headers.authorization} ${body}` })));
      });
      await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
      try {
        const baseUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
        const { target, calls } = dataCenterUnderTest(baseUrl, { credentials, newPassword: () => newPassword });
        const failure = await failureOf(target.createAccount('jane', jane));
        expect(failure.message).toContain('***');
        const seen = JSON.stringify([calls, failure.message, failure.stack, failure]);
        for (const secret of secrets) expect(seen).not.toContain(secret);
        expect(Object.keys(calls[0] ?? {}).sort()).toEqual(['attempt', 'durationMs', 'method', 'outcome', 'path', 'status']);
      } finally {
        echo.close();
      }
    },
  );

  it('gives each account a long password of its own, of all kinds of characters', async () => {
    const passwords: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (body.includes('password')) passwords.push(JSON.parse(body).password);
        response.writeHead(201).end('{"userKey":"1"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { target } = dataCenterUnderTest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      for (const name of ['a', 'b', 'c']) await target.createAccount(name, jane);
      expect(new Set(passwords).size).toBe(3);
      for (const password of passwords) {
        expect(password.length).toBeGreaterThanOrEqual(40);
        for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-z\d]/i]) expect(password).toMatch(kind);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('Data Center adapter: a private certificate authority', () => {
  it('is trusted when it is given, and named as the reason when it is not', async () => {
    const { cert, key } = selfSignedCertificate();
    const server = createTlsServer({ cert, key }, (_, response) => response.end('{"type":"known","username":"svc-scim"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const failure = await failureOf(dataCenterUnderTest(baseUrl).target.serviceAccount());
      expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('CA certificate') });
      expect(await dataCenterUnderTest(baseUrl, { ca: cert }).target.serviceAccount()).toBe('svc-scim');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
