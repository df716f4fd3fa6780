import { describe, expect, it } from 'vitest';
import { failureOfAnswer } from '../../../shared/targets/data-center/failure.ts';
import { failureWithoutAnswer, retryAfterMsOf } from '../../../shared/targets/http/call-failure.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

describe('Retry-After (RFC 9110 §10.2.3)', () => {
  it.each([
    ['0', undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    [undefined, undefined],
    ['30', 30_000],
    [' 1.5 ', 1_500],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
    ['Sun, 22 Nov 2026 11:59:00 GMT', undefined],
  ])('%j is %j ms', (value, expected) => {
    expect(retryAfterMsOf(value, now)).toBe(expected);
  });
});

describe('the failure that a status stands for', () => {
  const codeOf = (status: number) =>
    failureOfAnswer({ status, body: '', location: '', loginReason: undefined, retryAfter: undefined }, now, (text) => text).code;

  it.each([
    [400, 'bad-request'],
    [401, 'refused'],
    [402, 'no-seat'],
    [403, 'refused'],
    [404, 'not-found'],
    [405, 'unsupported'],
    [408, 'request-timeout'],
    [409, 'conflict'],
    [415, 'bad-request'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [501, 'server-error'],
    [502, 'no-answer'],
    [503, 'unavailable'],
    [504, 'no-answer'],
    [302, 'unexpected-answer'],
    [304, 'unexpected-answer'],
  ])('%i is %s', (status, code) => {
    expect(codeOf(status)).toBe(code);
  });

  it('is a CAPTCHA only when Seraph denies the authentication', () => {
    const answer = { status: 401, body: '', location: '', retryAfter: undefined };
    const said = (text: string) => text;
    expect(failureOfAnswer({ ...answer, loginReason: 'AUTHENTICATED_FAILED' }, now, said).code).toBe('refused');
    expect(failureOfAnswer({ ...answer, loginReason: 'AUTHENTICATION_DENIED' }, now, said)).toMatchObject({
      code: 'captcha',
      loginReason: 'AUTHENTICATION_DENIED',
    });
  });

  it('quotes no web page', () => {
    const answer = { status: 500, body: '<html>a stack trace</html>', location: '', loginReason: undefined, retryAfter: undefined };
    expect(failureOfAnswer(answer, now, (text) => text).message).toBe('Confluence failed. (HTTP 500)');
  });
});

describe('the failure of a call without an answer', () => {
  const because = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

  it.each([
    ['ECONNREFUSED', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unreachable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unreachable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable'],
    ['ECONNRESET', 'no-answer'],
    ['UND_ERR_SOCKET', 'no-answer'],
    ['UND_ERR_HEADERS_TIMEOUT', 'no-answer'],
    ['SOMETHING_NEW', 'no-answer'],
  ])('%s is %s', (code, expected) => {
    expect(failureWithoutAnswer(because(code), 'wiki.example.com').code).toBe(expected);
  });

  it('points to the CA bundle when a certificate is not trusted', () => {
    expect(failureWithoutAnswer(because('DEPTH_ZERO_SELF_SIGNED_CERT'), 'wiki.example.com').message).toContain('CA certificate');
  });
});
