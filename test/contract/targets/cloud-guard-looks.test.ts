import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudGuardTargetOptions } from '../../../shared/targets/cloud-guard/cloud-guard-target.ts';
import type { EmailMemory } from '../../../shared/targets/cloud-guard/email-index.ts';
import { idMemory } from '../../../shared/targets/id-memory.ts';
import { ProvisioningError, type Target } from '../../../shared/targets/target.ts';
import { type AtlassianSimulator, startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudGuardUnderTest } from './cloud-guard-under-test.ts';
import { collect } from './collect.ts';
import { type ScriptedRequest, scriptedFetch } from './scripted-fetch.ts';

const jane = { fullName: 'Jane Doe', email: 'jane@example.com' };
const names = (count: number) => Array.from({ length: count }, (_, index) => `user${String(index).padStart(3, '0')}`);

/** What was sent since it was asked last, without the directory's path. */
function sentTo(simulator: AtlassianSimulator): () => string[] {
  let seen = 0;
  return () => {
    const all = simulator.requests();
    const fresh = all.slice(seen).map(({ method, path }) => `${method} ${path.replace('/scim/directory/dir-scim', '')}`);
    seen = all.length;
    return fresh;
  };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: unknown) => (error instanceof ProvisioningError ? error.code : String(error)),
  );
}

describe("Guard's adapter: ids that are remembered", () => {
  let simulator: AtlassianSimulator;
  let target: Target;
  /** Another process: it remembers nothing of what the first has made. */
  let other: Target;
  beforeEach(async () => {
    simulator = await startAtlassianSimulator();
    target = cloudGuardUnderTest(simulator.url).target;
    other = cloudGuardUnderTest(simulator.url).target;
    await target.createAccount('jane', jane);
    await target.createGroup('staff');
  });
  afterEach(() => simulator.close());

  it('save the look before a change', async () => {
    const sent = sentTo(simulator);
    sent();
    await target.disableAccount('jane');
    await target.addMember('staff', 'jane');
    expect(sent().map((call) => call.split(' ')[0])).toEqual(['PATCH', 'PATCH']);
    await other.disableAccount('jane');
    await other.disableAccount('jane');
    expect(sent().map((call) => call.split(' ')[0])).toEqual(['GET', 'PATCH', 'PATCH']);
  });

  it('are looked up anew, once, when the account or the group was made again', async () => {
    await other.deleteAccount('jane');
    await other.createAccount('jane', { ...jane, email: 'doe@example.com' });
    await target.disableAccount('jane');
    expect(simulator.scimUsers()).toMatchObject([{ userName: 'jane', active: false }]);

    await other.deleteAccount('jane');
    await other.createAccount('jane', { ...jane, email: 'roe@example.com' });
    await other.deleteGroup('staff');
    await other.createGroup('staff');
    await target.addMember('staff', 'jane');
    expect(await collect(target.members('staff'))).toEqual(['jane']);
    await other.deleteGroup('staff');
    await other.createGroup('staff');
    await target.deleteGroup('staff');
    expect(simulator.groups()).toEqual([]);
  });

  it("are forgotten when nobody has them any more, and it is 'not-found' after one more look", async () => {
    await other.deleteAccount('jane');
    await other.deleteGroup('staff');
    const sent = sentTo(simulator);
    sent();
    expect(await codeOf(target.disableAccount('jane'))).toBe('not-found');
    expect(sent().map((call) => call.split(' ')[0])).toEqual(['PATCH', 'GET']);
    expect(await codeOf(target.disableAccount('jane'))).toBe('not-found');
    expect(sent().map((call) => call.split(' ')[0])).toEqual(['GET']);
    expect(await codeOf(target.removeMember('staff', 'jane'))).toBe('not-found');
    expect(await target.groupExists('staff')).toBe(false);
    expect(await target.findAccount('jane')).toBeUndefined();
  });

  it('find what filters do not know yet', async () => {
    const filters = scriptedFetch(({ method, path }) => {
      if (path.endsWith('/Users/u1')) return { status: 200, body: { id: 'u1', userName: 'jane' } };
      if (path.endsWith('/Groups/g1')) return { status: 200, body: { id: 'g1', displayName: 'staff' } };
      if (method === 'GET') return { status: 200, body: { totalResults: 0 } };
      return { status: 201, body: path.endsWith('/Users') ? { id: 'u1', userName: 'jane' } : { id: 'g1', displayName: 'staff' } };
    });
    const maker = cloudGuardUnderTest(simulator.url, { fetch: filters }).target;
    expect(await maker.findAccount('jane')).toBeUndefined();
    await maker.createAccount('jane', jane);
    await maker.createGroup('staff');
    expect(await maker.findAccount('jane')).toMatchObject({ name: 'jane', key: 'u1', active: true });
    expect(await maker.groupExists('staff')).toBe(true);
  });

  it('are those of one directory', async () => {
    const memory = idMemory();
    await cloudGuardUnderTest(simulator.url, { memory }).target.findAccount('jane');
    const elsewhere = await startAtlassianSimulator({ scimDirectory: 'dir-2' });
    try {
      const away = cloudGuardUnderTest(elsewhere.url, { memory, directory: 'dir-2' }).target;
      expect(await codeOf(away.disableAccount('jane'))).toBe('not-found');
      expect(elsewhere.requests().map(({ method }) => method)).toEqual(['GET']);
    } finally {
      await elsewhere.close();
    }
  });
});

describe("Guard's adapter: names in another case (RFC 7643 §4.1.1: userName is not case-sensitive)", () => {
  /** A directory with one user, Jane.Doe@Example.com, and a filter that minds capitals. */
  function strict(options: Partial<CloudGuardTargetOptions> = {}): Target {
    const record = {
      id: 'u1',
      userName: 'Jane.Doe@Example.com',
      emails: [{ value: 'Jane.Doe@example.com', primary: true }],
      active: false,
    };
    const fetch = scriptedFetch(({ method, path }) => {
      if (method === 'POST') return { status: 409, body: { detail: 'Resource [USER]: with userName already exists.' } };
      if (path.endsWith('/Users/u1')) return { status: 200, body: record };
      const isIt = !path.includes('filter=') || path.includes(`"${record.userName}"`);
      return { status: 200, body: { totalResults: isIt ? 1 : 0, Resources: isIt ? [record] : [] } };
    });
    return cloudGuardUnderTest('http://127.0.0.1:1', { ...options, fetch }).target;
  }

  it('the account comes spelt as the directory has it', async () => {
    const simulator = await startAtlassianSimulator();
    try {
      await cloudGuardUnderTest(simulator.url).target.createAccount('Jane', jane);
      expect(await cloudGuardUnderTest(simulator.url).target.findAccount('jane')).toMatchObject({ name: 'Jane' });
    } finally {
      await simulator.close();
    }
  });

  it("where filters mind capitals, what the filter does not find is 'conflict' by its e-mail address, and found from then on", async () => {
    const target = strict();
    expect(await target.findAccount('jane.doe@example.com')).toBeUndefined();
    const made = target.createAccount('jane.doe@example.com', { fullName: 'Jane', email: 'jane.doe@example.com' });
    expect(await codeOf(made)).toBe('conflict');
    expect(await target.findAccount('jane.doe@example.com')).toMatchObject({ name: 'Jane.Doe@Example.com', key: 'u1', active: false });
  });

  it('a filter that finds somebody else is not believed', async () => {
    const fetch = scriptedFetch(() => ({ status: 200, body: { totalResults: 1, Resources: [{ id: 'u2', userName: 'john' }] } }));
    expect(await cloudGuardUnderTest('http://127.0.0.1:1', { fetch }).target.findAccount('jane')).toBeUndefined();
  });
});

describe("Guard's adapter: userNames of members", () => {
  let simulator: AtlassianSimulator;
  beforeEach(async () => {
    simulator = await startAtlassianSimulator({ maxPageSize: 6 });
    const { target } = cloudGuardUnderTest(simulator.url);
    await target.createGroup('staff');
    for (const name of names(24)) await target.createAccount(name, { fullName: name, email: `${name}@example.com` });
  });
  afterEach(() => simulator.close());

  const addAll = async (count: number) => {
    const { target } = cloudGuardUnderTest(simulator.url);
    for (const name of names(count)) await target.addMember('staff', name);
  };

  it('of many are read by pages of the whole list', async () => {
    await addAll(24);
    const sent = sentTo(simulator);
    sent();
    const { target } = cloudGuardUnderTest(simulator.url);
    expect((await collect(target.members('staff'))).sort()).toEqual(names(24));
    // The filter, the group, and four pages at most.
    expect(sent().length).toBeLessThanOrEqual(6);
    expect((await collect(target.members('staff'))).sort()).toEqual(names(24));
    expect(sent()).toHaveLength(1);
  });

  it('of few are read one by one', async () => {
    await addAll(2);
    const sent = sentTo(simulator);
    sent();
    expect((await collect(cloudGuardUnderTest(simulator.url).target.members('staff'))).sort()).toEqual(names(2));
    expect(sent().filter((call) => /^GET \/Users\/[^?]+$/.test(call)).length).toBeLessThanOrEqual(2);
    expect(sent().filter((call) => call.includes('startIndex')).length).toBeLessThanOrEqual(1);
  });

  it('come in the same order each time, from any position', async () => {
    await addAll(12);
    const all = await collect(cloudGuardUnderTest(simulator.url).target.members('staff'));
    expect(await collect(cloudGuardUnderTest(simulator.url).target.members('staff', 7))).toEqual(all.slice(7));
  });

  it('of many are learnt once, however many slices of a worker it takes', async () => {
    const clock = { now: 0 };
    const asked: string[] = [];
    const records = names(600).map((userName, index) => ({ id: `u${900 - index}`, userName }));
    const group = { id: 'g1', displayName: 'staff', members: records.map(({ id }) => ({ value: id, type: 'User' })) };
    const fetch = scriptedFetch(({ path }) => {
      clock.now += 1_000;
      if (path.includes('/Groups')) return { status: 200, body: path.includes('?') ? { totalResults: 1, Resources: [group] } : group };
      const start = Number(/startIndex=(\d+)/.exec(path)?.[1] ?? 0) - 1;
      asked.push(start < 0 ? 'one' : `page ${start / 10}`);
      if (start < 0) return { status: 200, body: records.find(({ id }) => path.endsWith(id)) };
      return { status: 200, body: { totalResults: records.length, Resources: records.slice(start, start + 10) } };
    });
    const memory = idMemory();
    const seen: string[] = [];
    for (let slices = 0; seen.length < records.length && slices < 20; slices += 1) {
      const began = clock.now;
      const slice = cloudGuardUnderTest('http://127.0.0.1:1', { fetch, memory, callTimeoutMs: 10_000, now: () => clock.now });
      for await (const name of slice.target.members('staff', seen.length)) {
        seen.push(name);
        if (clock.now - began >= 20_000) break;
      }
    }
    expect(seen).toEqual(names(600).reverse());
    const pages = asked.filter((call) => call !== 'one');
    expect(pages.length).toBe(new Set(pages).size);
    // Who is left when fewer are unknown than the list has pages is read one by one.
    expect(asked.length - pages.length).toBeLessThan(60);
  });

  it('leave out who is deleted meanwhile, and groups', async () => {
    const group = {
      id: 'g1',
      displayName: 'staff',
      members: [{ value: 'u1', type: 'User' }, { value: 'gone' }, { value: 'g2', type: 'Group' }],
    };
    const fetch = scriptedFetch(({ path }) => {
      if (path.endsWith('/Users/u1')) return { status: 200, body: { id: 'u1', userName: 'jane' } };
      if (path.includes('/Users')) return { status: path.includes('?') ? 200 : 404, body: { totalResults: 0 } };
      return { status: 200, body: path.includes('?') ? { totalResults: 1, Resources: [group] } : group };
    });
    expect(await collect(cloudGuardUnderTest(simulator.url, { fetch }).target.members('staff'))).toEqual(['jane']);
  });
});

describe("Guard's adapter: accounts by e-mail address", () => {
  /** A directory of so many users, and what it was asked. */
  function directoryOf(count: number, change: (id: string) => string = (id) => `${id}@example.com`) {
    const asked: string[] = [];
    const clock = { now: 0 };
    const record = (id: string) => ({ id, userName: id, emails: [{ value: `${id}@Example.com`, primary: true }] });
    const fetch = scriptedFetch(({ path }: ScriptedRequest) => {
      const [, id] = /Users\/([^/?]+)$/.exec(path) ?? [];
      asked.push(id ?? `from ${/startIndex=(\d+)/.exec(path)?.[1]}`);
      clock.now += 1_000;
      if (id !== undefined) return { status: 200, body: { ...record(id), emails: [{ value: change(id) }] } };
      const start = Number(/startIndex=(\d+)/.exec(path)?.[1]) - 1;
      return {
        status: 200,
        body: {
          totalResults: count,
          Resources: names(count)
            .slice(start, start + 100)
            .map(record),
        },
      };
    });
    const emails: EmailMemory = new Map();
    const make = () => cloudGuardUnderTest('http://127.0.0.1:1', { fetch, emails, callTimeoutMs: 2_000, now: () => clock.now }).target;
    const sent = () => asked.splice(0);
    return { target: make(), make, sent, clock };
  }

  it('are found in one reading of the list, kept for five minutes for all targets of the process, and read anew', async () => {
    const { target, make, sent, clock } = directoryOf(250);
    expect(await target.findAccountsByEmail('User007@example.com')).toMatchObject([{ name: 'user007', key: 'user007' }]);
    expect(sent()).toEqual(['from 1', 'user007']);
    expect(await make().findAccountsByEmail('user230@example.com')).toMatchObject([{ name: 'user230' }]);
    expect(sent()).toEqual(['from 101', 'from 201', 'user230']);
    expect(await make().findAccountsByEmail('nobody@example.com')).toEqual([]);
    expect(sent()).toEqual([]);
    clock.now += 300_000;
    expect(await make().findAccountsByEmail('nobody@example.com')).toEqual([]);
    expect(sent()).toEqual(['from 1', 'from 101', 'from 201']);
  });

  it('have it still: who has another address by now is not found', async () => {
    const { target } = directoryOf(10, () => 'other@example.com');
    expect(await target.findAccountsByEmail('user007@example.com')).toEqual([]);
  });

  it("in a directory that can't be read within the time are 'settling', and the next attempt goes on from there", async () => {
    const { target, sent, clock } = directoryOf(950);
    await expect(target.findAccountsByEmail('user949@example.com')).rejects.toMatchObject({ code: 'settling', retryAfterMs: 1_000 });
    expect(sent()).toEqual(['from 1', 'from 101', 'from 201', 'from 301']);
    // The sweep comes after an hour at the latest.
    clock.now += 3_600_000;
    expect(await codeOf(target.findAccountsByEmail('user949@example.com'))).toBe('settling');
    expect(await target.findAccountsByEmail('user949@example.com')).toMatchObject([{ name: 'user949' }]);
    expect(sent()).toEqual(['from 401', 'from 501', 'from 601', 'from 701', 'from 801', 'from 901', 'user949']);
  });

  it('that could not be found again by name are left out', async () => {
    const record = { id: 'u1', userName: 'jane "jd" doe', emails: [{ value: 'jane@example.com' }] };
    const fetch = scriptedFetch(({ path }) => ({
      status: 200,
      body: path.includes('?') ? { totalResults: 1, Resources: [record] } : record,
    }));
    expect(await cloudGuardUnderTest('http://127.0.0.1:1', { fetch }).target.findAccountsByEmail('jane@example.com')).toEqual([]);
  });
});
