import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { keyExpiry } from '../../../shared/targets/cloud-organization/key-expiry.ts';
import type { RestClient } from '../../../shared/targets/http/rest-client.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
interface Key {
  readonly label?: string | null;
  readonly expiresAt?: string | null;
}

/** An organisation with these keys, a page an array. */
function organisation(...pages: (readonly Key[])[]) {
  const asked: unknown[] = [];
  const client: RestClient = {
    async call<T>(
      endpoint: object,
      { names, query }: { names?: object; query?: Readonly<Record<string, string | number>> },
      answer: z.ZodType<T>,
    ) {
      asked.push({ ...endpoint, names, query });
      const at = Number(String(query?.['cursor'] ?? 'p0').slice(1));
      // One link is a bare cursor, the others are URLs.
      const next = at + 1 < pages.length ? (at === 0 ? 'p1' : `https://api.atlassian.com/x?cursor=p${at + 1}`) : null;
      return answer.parse({ data: pages[at], links: { self: 'x', next } });
    },
  };
  return { asked, expiry: (name?: string) => keyExpiry(client, { organization: 'org-1', name, timeoutMs: 1_000, now }) };
}

describe('GET /admin/api-access/v1/orgs/{orgId}/api-keys', () => {
  const ours = { label: 'scim', expiresAt: '2027-11-01T00:00:00Z' };
  const other = { label: 'backup', expiresAt: '2027-01-01T00:00:00.000Z' };

  it('tells the end of the key of that name, on whichever page it is', async () => {
    const { expiry, asked } = organisation([other], [other], [ours]);
    expect(await expiry('scim')).toBe('2027-11-01T00:00:00.000Z');
    expect(asked).toEqual([
      { method: 'GET', path: '/admin/api-access/v1/orgs/{orgId}/api-keys', names: { orgId: 'org-1' }, query: { pageSize: 100 } },
      expect.objectContaining({ query: { pageSize: 100, cursor: 'p1' } }),
      expect.objectContaining({ query: { pageSize: 100, cursor: 'p2' } }),
    ]);
  });

  it('without a name tells that of the only key, and nothing where there are several', async () => {
    expect(await organisation([ours]).expiry()).toBe('2027-11-01T00:00:00.000Z');
    expect(await organisation([ours, other]).expiry()).toBeUndefined();
    expect(await organisation([]).expiry()).toBeUndefined();
  });

  it('leaves out what has ended already, and takes the first end of two keys of one name', async () => {
    const old = { label: 'scim', expiresAt: '2026-11-01T00:00:00Z' };
    expect(await organisation([old, ours]).expiry()).toBe('2027-11-01T00:00:00.000Z');
    expect(await organisation([ours, { ...ours, expiresAt: '2027-06-01T00:00:00Z' }]).expiry('scim')).toBe('2027-06-01T00:00:00.000Z');
  });

  it('tells nothing of a key without a date, or of a name that no key has', async () => {
    expect(
      await organisation([{ label: 'scim', expiresAt: null }, { label: 'scim' }, { label: 'scim', expiresAt: 'soon' }]).expiry('scim'),
    ).toBeUndefined();
    expect(await organisation([ours]).expiry('SCIM 2')).toBeUndefined();
  });
});
