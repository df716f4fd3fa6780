import { describe, expect, it } from 'vitest';
import { ProvisioningError } from '../../../shared/targets/target.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { scriptedFetch } from './scripted-fetch.ts';

/** The most that Atlassian's directories hold (CONFLUENCE §1d). */
const USERS = 150_000;
const MEMBERS = 35_000;

const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const name = (index: number) => `user${index}@example.com`;

/** A directory of that size, and how often it was asked for what. */
function largeDirectory() {
  const asked = { pages: 0, groups: 0, users: 0 };
  const group = {
    id: 'g1',
    displayName: 'everybody',
    members: Array.from({ length: MEMBERS }, (_, index) => ({ value: id(index * 4), type: 'User' })),
  };
  const record = (index: number) => ({ id: id(index), userName: name(index), emails: [{ value: name(index), primary: true }] });
  const fetch = scriptedFetch(({ path }) => {
    if (path.includes('/Groups')) {
      asked.groups += 1;
      return { status: 200, body: path.includes('?') ? { totalResults: 1, Resources: [group] } : group };
    }
    const [, one] = /Users\/.*-(\d+)$/.exec(path) ?? [];
    if (one !== undefined) {
      asked.users += 1;
      return { status: 200, body: record(Number(one)) };
    }
    asked.pages += 1;
    const start = Number(/startIndex=(\d+)/.exec(path)?.[1]) - 1;
    const length = Math.max(0, Math.min(100, USERS - start));
    return { status: 200, body: { totalResults: USERS, Resources: Array.from({ length }, (_, index) => record(start + index)) } };
  });
  return { fetch, asked };
}

describe("Guard's adapter in the largest directory that there is", () => {
  it('names the members of the largest group by no more calls than the list of users has pages, and from then on by one', async () => {
    const { fetch, asked } = largeDirectory();
    const { target } = cloudGuardUnderTest('http://127.0.0.1:1', { fetch, callTimeoutMs: 60_000 });
    let seen = 0;
    for await (const member of target.members('everybody')) {
      expect(member).toBe(name(seen * 4));
      seen += 1;
    }
    expect(seen).toBe(MEMBERS);
    expect(asked.pages + asked.users).toBeLessThanOrEqual(USERS / 100 + 1);
    asked.pages = asked.users = asked.groups = 0;
    let rest = 0;
    for await (const _ of target.members('everybody', 20_000)) rest += 1;
    expect(rest).toBe(MEMBERS - 20_000);
    expect(asked).toEqual({ pages: 0, users: 0, groups: 1 });
  });

  it('finds an e-mail address at its end in slices of a worker, each of which goes on where the last ended', async () => {
    const { fetch, asked } = largeDirectory();
    const clock = { now: 0 };
    const { target } = cloudGuardUnderTest('http://127.0.0.1:1', {
      fetch,
      callTimeoutMs: 10_000,
      now: () => clock.now,
      beforeCall: async () => {
        clock.now += 300;
      },
    });
    let attempts = 1;
    for (; ; attempts += 1) {
      const found = await target.findAccountsByEmail(name(USERS - 1)).catch((error: unknown) => {
        if (error instanceof ProvisioningError && error.code === 'settling') return undefined;
        throw error;
      });
      if (found === undefined) continue;
      expect(found).toMatchObject([{ name: name(USERS - 1), key: id(USERS - 1) }]);
      break;
    }
    // 20 s of each attempt are for pages, at 0.3 s each.
    expect(attempts).toBe(Math.ceil(USERS / 100 / Math.ceil(20_000 / 300)));
    expect(asked).toEqual({ pages: USERS / 100, users: 1, groups: 0 });
  });
});
