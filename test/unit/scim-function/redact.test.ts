import { describe, expect, it } from 'vitest';
import { redact } from '../../../functions/scim/log/redact.ts';

describe('redact', () => {
  it.each([
    [{ password: 'p' }, { password: '[redacted]' }],
    [{ nested: [{ clientSecret: { deep: 'p' } }] }, { nested: [{ clientSecret: '[redacted]' }] }],
    [
      { 'urn:x:password': 'p', access_token: 'p', apiKey: 'p' },
      { 'urn:x:password': '[redacted]', access_token: '[redacted]', apiKey: '[redacted]' },
    ],
    [
      { op: 'add', path: 'password', value: 'p' },
      { op: 'add', path: 'password', value: '[redacted]' },
    ],
    [{ filter: 'password eq "p"' }, { filter: '[redacted]' }],
    [{ value: '{"secret":"p"}' }, { value: '[redacted]' }],
    [
      { op: 'replace', path: 'title', value: 'Boss' },
      { op: 'replace', path: 'title', value: 'Boss' },
    ],
    ['text', 'text'],
    [null, null],
  ])('%j becomes %j', (value, expected) => {
    const before = JSON.stringify(value);
    expect(redact(value)).toEqual(expected);
    expect(JSON.stringify(value)).toBe(before);
  });

  it('leaves only the size of what is too long for a log line', () => {
    expect(redact({ members: 'x'.repeat(100_000) })).toEqual({ omitted: expect.stringMatching(/^1000\d\d characters$/) });
  });
});
