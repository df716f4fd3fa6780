import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testTargetOf } from '../../functions/worker/test-target.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import type { Credentials } from '../../shared/targets/credentials.ts';
import { ProvisioningError, type Target } from '../../shared/targets/target.ts';
import { ATLASSIAN_API, type TargetAddress } from '../../shared/targets/target-address.ts';
import { ConfluenceDouble } from './confluence-double.ts';
import { startWorld, type World } from './harness.ts';

const DAY_MS = 86_400_000;
const KEY = 'the-key-of-the-test';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const finished = () => world.records('sweep.finished').at(-1);
const warnings = () => world.records('credentials.expiring');
const target = () => world.connection.target.id;
const state = () => world.delivery.targets.read(target());
const inDays = (days: number) => new Date(world.clock.now + days * DAY_MS).toISOString();
function store(version: string, credentials: Credentials) {
  Object.assign(world.secret, { version, credentials });
}
const storeKey = (version: string, expires?: string) =>
  store(version, { kind: 'api-key', token: KEY, ...(expires !== undefined && { expires }) });

describe('the sweep and a login that ends', () => {
  it('says in how many days, and nothing more, until 30 days before', async () => {
    storeKey('2', inDays(31));
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: 31 });
    expect(warnings()).toEqual([]);
  });

  it('warns once a day from 30 days before, in words', async () => {
    storeKey('2', inDays(30));
    for (let minute = 0; minute < 3; minute++) {
      await world.sweep();
      world.clock.now += 60_000;
    }
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatchObject({
      connection: world.connection.id,
      target: target(),
      days: 30,
      text: expect.stringMatching(/^The API key for \S+ expires on 2026-12-02, in 30 days\..*credentials set first\.$/),
    });
    world.clock.now += DAY_MS;
    await world.sweep();
    expect(warnings().map(({ days }) => days)).toEqual([30, 28]);
  });

  it('says plainly that it has ended, and counts below zero', async () => {
    storeKey('2', inDays(-2));
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: -2 });
    expect(warnings()).toMatchObject([{ days: -2, text: expect.stringContaining('expired on 2026-10-31, 2 days ago') }]);
  });

  it('sees a secret that was changed by other means within the hour, and is quiet again', async () => {
    storeKey('2', inDays(3));
    await world.sweep();
    storeKey('3', inDays(300));
    world.clock.now += 59 * 60_000;
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: 2 });
    world.clock.now += 60_000;
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: 299 });
    expect(warnings()).toHaveLength(1);
  });

  it('keeps a date that was told later on for this version of the secret, and no other', async () => {
    storeKey('2');
    await world.sweep();
    expect(finished()).not.toHaveProperty('credentialsExpireInDays');
    await world.delivery.targets.noteCredentials(target(), { kind: 'api-key', version: '2', expires: inDays(100) });
    world.clock.now += 2 * 3_600_000;
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: 99 });
    storeKey('3');
    world.clock.now += 3_600_000;
    await world.sweep();
    expect(finished()).not.toHaveProperty('credentialsExpireInDays');
  });

  it('asks the target once a day for the date of an API key that nobody has told', async () => {
    await world.close();
    const asked: (string | undefined)[] = [];
    let end: string | undefined;
    const double = new ConfluenceDouble();
    const loginExpires = async (name?: string) => {
      asked.push(name);
      return end;
    };
    world = await startWorld({ targetOf: (_connection, ...hooks) => ({ ...double.target(...hooks), loginExpires }) });
    store('2', { kind: 'api-key', token: KEY, name: 'provisioning' });
    await world.delivery.targets.pause(target(), { code: 'captcha', reason: 'test' });
    await world.sweep();
    expect(asked).toEqual([]);
    await world.delivery.targets.resume(target());
    world.clock.now += 3_600_000;
    await world.sweep();
    world.clock.now += 60_000;
    await world.sweep();
    expect(asked).toEqual(['provisioning']);
    expect(finished()).not.toHaveProperty('credentialsExpireInDays');
    end = inDays(20);
    for (let hour = 1; hour <= 23; hour++) {
      world.clock.now += 3_600_000;
      await world.sweep();
    }
    expect(asked).toHaveLength(1);
    world.clock.now += 3_600_000;
    await world.sweep();
    world.clock.now += 2 * DAY_MS;
    await world.sweep();
    expect(asked).toHaveLength(2);
    expect(warnings().map(({ days }) => days)).toEqual([19, 17]);
  });

  it('leaves disabled connections alone', async () => {
    storeKey('2', inDays(3));
    await world.connections.update({ ...world.connection, state: 'disabled' });
    await world.sweep();
    expect(finished()).not.toHaveProperty('credentialsExpireInDays');
    expect(warnings()).toEqual([]);
  });

  it('goes by what it knew while the secret can’t be read', async () => {
    storeKey('2', inDays(20));
    await world.sweep();
    Object.assign(world.secret, { credentials: undefined });
    world.clock.now += 2 * 3_600_000;
    await world.sweep();
    expect(finished()).toMatchObject({ credentialsExpireInDays: 19 });
  });
});

describe('a login that is refused after its end', () => {
  const refuse = async () => {
    world.confluence.fail(/^(?!serviceAccount)/, 'refused', 100);
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    await world.createUser('ann');
    await world.settle();
  };

  it('pauses with the date in its reason', async () => {
    storeKey('2', inDays(-1));
    await refuse();
    expect(await state()).toMatchObject({
      state: 'paused',
      code: 'login-refused',
      secretVersion: '2',
      reason: expect.stringMatching(/The API key expired on 2026-11-01, 1 day ago: make a new one and store it with credentials set\.$/),
    });
    expect(JSON.stringify([await state(), world.log])).not.toContain(KEY);
  });

  it('says nothing of a date that has not come', async () => {
    storeKey('2', inDays(1));
    await refuse();
    expect((await state()).reason).not.toMatch(/expire/);
  });

  it('is told by a probe too', async () => {
    storeKey('2', inDays(-1));
    await world.delivery.targets.pause(target(), { code: 'unavailable', reason: 'test' });
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    await world.sweep();
    expect(await state()).toMatchObject({ code: 'login-refused', reason: expect.stringContaining('expired on 2026-11-01') });
  });
});

describe('target test', () => {
  const cloud = { kind: 'cloud-organization', baseUrl: ATLASSIAN_API, organization: 'organisation-1' } as const;
  const finding = async (loginExpires?: NonNullable<Target['loginExpires']>, address: TargetAddress = cloud) => {
    const deps = {
      connections: { get: async () => ({ ...world.connection, target: { ...address, id: target() } }) },
      delivery: world.delivery,
      credentials: {
        read: async () => {
          if (!world.secret.credentials) throw new Error('not in this test');
          return { credentials: world.secret.credentials, version: world.secret.version };
        },
      },
      targetOf: () => {
        const target = world.confluence.target(() => {});
        const test = async () => ({ capabilities: await target.capabilities(), findings: [] });
        return { ...target, test, ...(loginExpires && { loginExpires }) };
      },
      log: jsonLinesLog(
        () => {},
        () => new Date(world.clock.now),
      ),
      now: () => new Date(world.clock.now),
    };
    return (await testTargetOf(deps, { targetTest: world.connection.id }, 'test')).findings;
  };

  it.each([
    [200, { ok: true, text: 'The API key expires on 2027-05-21, in 200 days.' }],
    [30, { ok: false, text: 'The API key expires on 2026-12-02, in 30 days. Make a new one, and store it with credentials set.' }],
    [-1, { ok: false, text: 'The API key expired on 2026-11-01, 1 day ago. Make a new one, and store it with credentials set.' }],
  ])('%i days before the end', async (days, expected) => {
    storeKey('2', inDays(days));
    expect(await finding()).toEqual([expected]);
  });

  it('asks the target for a date that nobody has told, and keeps it', async () => {
    store('2', { kind: 'api-key', token: KEY, name: 'provisioning' });
    expect(await finding(async (name) => (name === 'provisioning' ? inDays(40) : undefined))).toEqual([
      { ok: true, text: 'The API key expires on 2026-12-12, in 40 days, as Atlassian says.' },
    ]);
    expect((await state()).credentials).toMatchObject({ version: '2', name: 'provisioning', expires: inDays(40) });
    const later = async () => inDays(9);
    expect(await finding(later)).toEqual([{ ok: true, text: 'The API key expires on 2026-12-12, in 40 days.' }]);
  });

  it('goes by nothing where the target may not be asked', async () => {
    storeKey('2');
    const refused = () => Promise.reject(new ProvisioningError('refused', 'The key has no scope for it.'));
    expect(await finding(refused)).toMatchObject([{ ok: true, text: expect.stringContaining('nobody is warned') }]);
    expect((await state()).credentials).toEqual({ kind: 'api-key', version: '2', asked: inDays(0) });
  });

  it('says that the login is of another kind than the target takes', async () => {
    store('2', { kind: 'basic', username: 'svc', password: 'hunter2-hunter2' });
    expect(await finding()).toEqual([
      {
        ok: false,
        text: 'What is stored as login is of another kind (password): Atlassian organisation organisation-1 takes an API key. Store it with credentials set.',
      },
    ]);
    storeKey('3', inDays(200));
    expect(await finding(undefined, world.connection.target)).toMatchObject([
      { ok: false, text: expect.stringContaining('takes a personal access token') },
    ]);
  });

  it('says that nobody is warned where the date of an API key is not known, and is silent on a password', async () => {
    storeKey('2');
    expect(await finding()).toMatchObject([{ ok: true, text: expect.stringContaining('nobody is warned') }]);
    store('3', { kind: 'basic', username: 'svc', password: 'hunter2-hunter2' });
    expect(await finding(undefined, world.connection.target)).toEqual([]);
  });
});
