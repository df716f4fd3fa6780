import { describe, expect, it } from 'vitest';
import { composeScim } from '../../functions/scim/compose.ts';
import { inBatches } from '../../functions/scim/in-batches.ts';
import { redact } from '../../functions/scim/redact.ts';
import { retryConflicts } from '../../functions/scim/retry-conflicts.ts';
import { RevisionConflict } from '../../shared/directory/directory.ts';

describe('composeScim', () => {
  it('names every variable that is missing', () => {
    expect(() => composeScim({})).toThrow(/TABLE_NAME[\s\S]*QUEUE_URL/);
  });

  it('builds the dependencies once from the environment, without a call', () => {
    const dependencies = composeScim({ TABLE_NAME: 'table', QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q.fifo' });
    expect(dependencies.newId()).not.toBe(dependencies.newId());
    expect(dependencies.now()).toBeInstanceOf(Date);
  });
});

describe('retryConflicts', () => {
  it('runs the attempt until it is not in conflict', async () => {
    let attempts = 0;
    const result = await retryConflicts(async () => {
      if (++attempts < 4) throw new RevisionConflict();
      return 'done';
    });
    expect([result, attempts]).toEqual(['done', 4]);
  });

  it('is 503 with Retry-After when the conflict stays', async () => {
    const attempt = retryConflicts(async () => {
      throw new RevisionConflict();
    }, 30);
    await expect(attempt).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } });
  });

  it('leaves every other error alone, at once', async () => {
    let attempts = 0;
    const attempt = retryConflicts(async () => {
      attempts++;
      throw new TypeError('other');
    });
    await expect(attempt).rejects.toThrow(TypeError);
    expect(attempts).toBe(1);
  });
});

describe('inBatches', () => {
  it.each([
    [0, []],
    [1, [[0]]],
    [3, [[0, 1, 2]]],
    [7, [[0, 1, 2], [3, 4, 5], [6]]],
  ])('gives %j items in threes, the last as they are left', async (count, expected) => {
    const batches: number[][] = [];
    for await (const batch of inBatches(Array(count).keys(), 3)) batches.push(batch);
    expect(batches).toEqual(expected);
  });
});

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
