import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, RunningStack, refusedLoginsInARow } from './running-stack.ts';

const MINUTES = 60_000;

describe('Confluence in trouble', () => {
  let stack: RunningStack;
  beforeEach(async () => {
    stack = await RunningStack.start({ LATE_CALL_SECONDS: '2' });
  });
  afterEach(() => stack.remove());

  /** Four people, one of whom leaves, and a group of two of them: changes of every kind. */
  async function liveThrough(trouble: () => Promise<void>): Promise<void> {
    const leaver = await stack.scim.createUser({ userName: 'leaver' });
    const stayer = await stack.scim.createUser({ userName: 'stayer' });
    const group = await stack.scim.createGroup('team', [leaver, stayer]);
    await eventually(async () => expect(await stack.members('team')).toEqual(['leaver', 'stayer']), MINUTES);

    await trouble();
    const newcomer = await stack.scim.createUser({ userName: 'newcomer' });
    expect((await stack.scim.patch(`/Users/${leaver}`, { op: 'Replace', path: 'active', value: 'False' })).status).toBe(200);
    const operations = [
      { op: 'remove', path: `members[value eq "${leaver}"]` },
      { op: 'add', path: 'members', value: [{ value: newcomer }] },
    ];
    expect((await stack.scim.patch(`/Groups/${group}`, ...operations)).status).toBe(204);
    const brief = await stack.scim.createUser({ userName: 'brief' });
    expect((await stack.scim.send('DELETE', `/Users/${brief}`)).status).toBe(204);
  }

  const rightState = () =>
    eventually(async () => {
      expect(await stack.account('leaver')).toMatchObject({ active: false, groups: [] });
      expect(await stack.account('stayer')).toMatchObject({ active: true, groups: ['team'] });
      expect(await stack.account('newcomer')).toMatchObject({ active: true, groups: ['team'] });
      expect((await stack.account('brief'))?.active ?? false).toBe(false);
    }, 4 * MINUTES);

  it('503 for a minute', async () => {
    await liveThrough(() => stack.confluence.fault({ status: 503, times: 1_000_000 }));
    await sleep(MINUTES);
    const during = (await stack.confluence.requests()).filter(({ status }) => status === 503);
    await stack.confluence.noFaults();
    await rightState();
    // It was called again and again, but not hammered.
    expect(during.length).toBeGreaterThan(5);
    expect(during.length).toBeLessThan(300);
    await stack.settled(MINUTES);
  });

  it('ten 503 to ten changes at once, then one 401, without a second refused login', async () => {
    await stack.confluence.fault({ status: 503, times: 10 });
    const names = Array.from({ length: 10 }, (_, i) => `after.503.${i}`);
    await Promise.all(names.map((userName) => stack.scim.createUser({ userName })));
    await eventually(async () => {
      const active = (await stack.confluence.users()).filter((account) => account.active).map(({ username }) => username);
      expect(active).toEqual(expect.arrayContaining(names));
    });
    expect((await stack.confluence.requests()).filter(({ status }) => status === 503)).toHaveLength(10);
    await stack.confluence.fault({ match: 'POST /rest/api/admin/user$', status: 401, times: 1 });
    await stack.scim.createUser({ userName: 'after.401@example.com' });
    await eventually(async () => expect(await stack.account('after.401@example.com')).toMatchObject({ active: true }));
    expect(refusedLoginsInARow(await stack.confluence.requests())).toBe(1);
    expect((await stack.adminJson<{ state: string }[]>(['status']))[0]).toMatchObject({ state: 'open', parked: 0 });
  });

  it('429 with Retry-After, which is waited for', async () => {
    const path = '/rest/api/admin/user';
    await liveThrough(() => stack.confluence.fault({ match: `POST ${path}$`, status: 429, retryAfterSeconds: 5, times: 1 }));
    await rightState();
    const creations = (await stack.confluence.requests()).filter((request) => request.method === 'POST' && request.path === path);
    const limited = creations.findIndex(({ status }) => status === 429);
    const again = creations.slice(limited + 1).find(({ status }) => status === 201);
    expect(Date.parse(again?.at ?? '') - Date.parse(creations[limited]?.at ?? '')).toBeGreaterThan(0);
    expect(stack.log()).toContainEqual(expect.objectContaining({ kind: 'confluence.request', status: 429, retryAfterMs: 5_000 }));
  });

  it('500 to a few calls', async () => {
    await liveThrough(() => stack.confluence.fault({ match: '^(PUT|POST|DELETE)', status: 500, times: 5 }));
    await rightState();
  });

  it('connections dropped after the call was performed, and before', async () => {
    await liveThrough(async () => {
      await stack.confluence.fault({ match: '^POST', dropConnection: true, times: 1 });
      await stack.confluence.fault({ match: '^PUT .*/disable', dropConnection: true, times: 1 });
      await stack.confluence.fault({ match: '^(PUT|DELETE) .*/group', dropConnection: true, status: 500, times: 2 });
    });
    await rightState();
    expect((await stack.confluence.users()).filter(({ username }) => username === 'newcomer')).toHaveLength(1);
  });

  it('answers later than the call’s time-out, and calls that land after it', async () => {
    await liveThrough(() => stack.confluence.fault({ match: '^(PUT|POST|DELETE)', delayMs: 4_500, times: 3 }));
    await rightState();
    // A disable that lands late must not outlive the enable after it.
    const { json } = await stack.scim.send('GET', `/Users?filter=${encodeURIComponent('userName eq "stayer"')}`);
    const [stayer] = json['Resources'] as { id: string }[];
    await stack.confluence.fault({ match: '/disable$', delayMs: 4_500, times: 1 });
    await stack.scim.patch(`/Users/${stayer?.id}`, { op: 'replace', value: { active: false } });
    await eventually(async () => {
      const calls = stack.log().filter(({ kind, path }) => kind === 'confluence.request' && String(path).endsWith('/stayer/disable'));
      expect(calls).toHaveLength(1);
    });
    await stack.scim.patch(`/Users/${stayer?.id}`, { op: 'replace', value: { active: true } });
    await stack.settled(2 * MINUTES);
    await sleep(5_000);
    expect(await stack.account('stayer')).toMatchObject({ active: true });
  });

  it('401 once: the call is asked about and made again', async () => {
    await liveThrough(() => stack.confluence.fault({ match: '^(PUT|POST|DELETE)', status: 401, times: 1 }));
    await rightState();
    expect(refusedLoginsInARow(await stack.confluence.requests())).toBe(1);
    expect((await stack.admin(['status'])).code).toBe(0);
  });

  it('401 for good: paused at once, nothing lost, opened by an administrator', async () => {
    await liveThrough(() => stack.confluence.fault({ status: 401, times: 1_000_000 }));
    const status = await eventually(async () => {
      const [target] = await stack.adminJson<{ state: string; code?: string }[]>(['status']);
      expect(target).toMatchObject({ state: 'paused' });
      return target;
    });
    expect(status).toMatchObject({ code: 'login-refused' });
    await sleep(10_000);
    // A token's calls run in parallel: at most one of each of the four workers is under way, and one of them asks.
    expect(refusedLoginsInARow(await stack.confluence.requests())).toBeLessThanOrEqual(5);
    expect((await stack.admin(['status'])).code).toBe(4);
    expect((await stack.admin(['target', 'test', 'local'])).code).toBe(4);
    await stack.confluence.noFaults();
    expect((await stack.admin(['target', 'test', 'local'])).code).toBe(0);
    expect((await stack.admin(['target', 'resume', 'local'])).code).toBe(0);
    await rightState();
    expect((await stack.admin(['status'])).code).toBe(0);
  });

  it('a wrong password is tried twice, never a third time, and the right one works without a CAPTCHA', async () => {
    const password = 'The-Right-Password-1';
    const account = { userName: 'svc', fullName: 'Service', email: 'svc@example.com', password };
    expect((await stack.confluence.call('POST', '/rest/api/admin/user', account)).status).toBe(201);
    expect((await stack.confluence.call('PUT', '/rest/api/user/svc/group/confluence-administrators')).status).toBe(204);
    const login = (secret: string) => stack.admin(['credentials', 'set', 'local', '--username', 'svc'], `${secret}\n`);
    expect((await login(password)).code).toBe(0);
    await liveThrough(async () => {
      expect((await login('The-Wrong-Password')).code).toBe(0);
    });
    await eventually(async () => expect((await stack.adminJson<{ state: string }[]>(['status']))[0]?.state).toBe('paused'));
    await sleep(10_000);
    const refused = (await stack.confluence.requests()).filter(({ status }) => status === 401);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(3);

    expect((await login(password)).code).toBe(0);
    await rightState();
    expect((await stack.confluence.requests()).filter(({ status }) => status === 401)).toHaveLength(refused.length);
    expect((await stack.admin(['status'])).code).toBe(0);
  });

  it('402, no seat left: parked where an administrator sees it, and tried again when asked', async () => {
    await stack.confluence.fault({ match: 'POST /rest/api/admin/user$', status: 402, times: 1_000_000 });
    const id = await stack.scim.createUser({ userName: 'seatless' });
    const [parked] = await eventually(async () => {
      const list = await stack.adminJson<{ id: string; code: string }[]>(['parked', 'list']);
      expect(list).toHaveLength(1);
      return list;
    });
    expect(parked).toMatchObject({ id, code: 'no-seat' });
    const table = await stack.admin(['parked', 'list']);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/seatless.*no-seat/);
    expect((await stack.admin(['status'])).code).toBe(4);
    expect(await stack.account('seatless')).toBeUndefined();
    // Once is enough: what is parked is not tried again by itself.
    expect((await stack.confluence.requests()).filter(({ status }) => status === 402)).toHaveLength(1);

    await stack.confluence.noFaults();
    expect((await stack.admin(['parked', 'retry', id])).code).toBe(0);
    await eventually(async () => expect(await stack.account('seatless')).toMatchObject({ active: true }));
    await eventually(async () => expect((await stack.admin(['parked', 'list'])).out).toContain('Nothing is parked'));
    expect((await stack.admin(['parked', 'retry', id])).code).toBe(1);
  });
});
