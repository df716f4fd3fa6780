import { describe, expect, it } from 'vitest';
import { daysUntil, describeExpiry, isExpiring, noteOf } from '../../../shared/targets/credential-note.ts';

const now = new Date('2026-11-22T10:00:00.000Z');

describe('how long a login still works', () => {
  it.each([
    ['2027-11-01T00:00:00.000Z', 343, 'expires on 2027-11-01, in 343 days'],
    ['2026-12-23T09:59:59.999Z', 30, 'expires on 2026-12-23, in 30 days'],
    ['2026-11-24T09:59:59.999Z', 1, 'expires on 2026-11-24, in 1 day'],
    ['2026-11-23T09:59:59.999Z', 0, 'expires at 2026-11-23 09:59 UTC, within a day'],
    ['2026-11-22T10:00:00.000Z', 0, 'expires at 2026-11-22 10:00 UTC, within a day'],
    ['2026-11-22T09:59:59.999Z', -1, 'expired on 2026-11-22, less than a day ago'],
    ['2026-11-20T10:00:00.000Z', -2, 'expired on 2026-11-20, 2 days ago'],
  ])('%s: %i days', (expires, days, words) => {
    expect(daysUntil(expires, now)).toBe(days);
    expect(describeExpiry(expires, now)).toBe(words);
  });

  it('is short from 30 days before', () => {
    expect(isExpiring('2026-12-23T10:00:00.000Z', now)).toBe(false);
    expect(isExpiring('2026-12-23T09:59:59.999Z', now)).toBe(true);
    expect(isExpiring('2020-01-01T00:00:00.000Z', now)).toBe(true);
  });
});

describe('what may be known of a login', () => {
  const site = { email: 'jane@acme.example', token: 'the-site-token' };
  const expires = '2027-11-01T00:00:00.000Z';

  it('is kind, version and date, and that there is a second login; no secret', () => {
    const note = noteOf({ kind: 'api-key', token: 'the-key', expires, site }, '1');
    expect(note).toEqual({ kind: 'api-key', version: '1', expires, site: true });
    expect(noteOf({ kind: 'basic', username: 'svc', password: 'hunter2' }, '1')).toEqual({ kind: 'basic', version: '1' });
    expect(noteOf({ kind: 'personal-access-token', token: 'the-token', expires }, '1')).toEqual({
      kind: 'personal-access-token',
      version: '1',
      expires,
    });
  });

  it('keeps the date that was told later for the same version, and forgets it with a new one', () => {
    const later = { kind: 'api-key', version: '1', expires: '2027-03-01T00:00:00.000Z' } as const;
    expect(noteOf({ kind: 'api-key', token: 'the-key', expires }, '1', later)).toEqual(later);
    expect(noteOf({ kind: 'api-key', token: 'the-key', expires }, '2', later)).toMatchObject({ version: '2', expires });
    expect(noteOf({ kind: 'api-key', token: 'the-key' }, '2', later)).toEqual({ kind: 'api-key', version: '2' });
  });
});
