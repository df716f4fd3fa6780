import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const state = () => world.delivery.targets.read(world.connection.target.id);

describe('DESIGN §4 three refused logins lock the service account', () => {
  it('a 401 to a call, and the login is fine: tried once more, then done', async () => {
    const ann = await world.createUser('ann');
    world.confluence.fail(/^createAccount/, 'refused');
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
    expect(await world.user(ann)).not.toHaveProperty('marker');
    expect(await state()).toMatchObject({ state: 'open' });
  });

  it('a call that is not permitted parks at the second refusal', async () => {
    const ann = await world.createUser('ann');
    world.confluence.fail(/^createAccount/, 'refused', 2);
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'not-permitted' });
    expect(world.confluence.mostRefusedInARow).toBe(1);
  });

  it('a refused login pauses the target after one question', async () => {
    await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^(?!serviceAccount)/, 'refused', 100);
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    for (const name of ['bob', 'carl', 'dora']) await world.createUser(name);
    await world.settle();
    await world.untilPassed(60);
    expect(await state()).toMatchObject({ state: 'paused', code: 'login-refused' });
    expect(world.confluence.mostRefusedInARow).toBe(2);
    expect(world.queue.messages).toEqual([]);
    expect(world.records('target.paused')).toHaveLength(1);
  });

  it('a new version of the secret opens it again, and everything is sent again', async () => {
    await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^(?!serviceAccount)/, 'refused', 100);
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    for (const name of ['bob', 'carl']) await world.createUser(name);
    await world.settle();
    world.confluence.heal();
    await world.untilPassed(5);
    expect(await state()).toMatchObject({ state: 'paused' });
    world.secret.version = '2';
    await world.sweep();
    await world.settle();
    expect([...world.confluence.accounts.keys()].sort()).toEqual(['ann', 'bob', 'carl']);
    expect(world.records('target.resumed')).toMatchObject([{ by: 'a new version of the secret' }]);
  });

  it('a worker that still holds the refused secret does not log in with it', async () => {
    await world.createUser('ann');
    await world.settle();
    await world.delivery.targets.pause(world.connection.target.id, { code: 'login-refused', reason: 'test', secretVersion: '1' });
    await world.delivery.targets.resume(world.connection.target.id, '1');
    world.confluence.calls.length = 0;
    await world.createUser('bob');
    await world.deliver();
    expect(world.confluence.calls).toEqual([]);
    expect(world.queue.messages).toHaveLength(1);
    world.secret.version = '2';
    await world.pass(60_000);
    expect(world.confluence.accounts.get('bob')?.active).toBe(true);
  });

  it('a new secret is tried with one login before any change', async () => {
    await world.createUser('ann');
    await world.settle();
    world.secret.version = '2';
    world.confluence.calls.length = 0;
    world.confluence.fail(/^serviceAccount/, 'login-refused');
    await world.createUser('bob');
    await world.settle();
    expect(world.confluence.calls).toEqual(['serviceAccount']);
    expect(await state()).toMatchObject({ state: 'paused', code: 'login-refused', secretVersion: '2' });
  });

  it('a CAPTCHA pauses at once, without another login, and is never probed', async () => {
    await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/./, 'captcha', 100);
    world.confluence.calls.length = 0;
    await world.createUser('bob');
    await world.settle();
    await world.untilPassed(60);
    expect(world.confluence.calls).toEqual(['findAccount bob']);
    expect(await state()).toMatchObject({ state: 'paused', code: 'captcha' });
    world.confluence.heal();
    await world.delivery.targets.resume(world.connection.target.id);
    await world.sweep();
    await world.settle();
    expect(world.confluence.accounts.get('bob')?.active).toBe(true);
  });

  it('with basic authentication one call at a time is in flight', async () => {
    await world.close();
    world = await startWorld({ credentials: { kind: 'basic', username: 'service', password: 'a password of the test' } });
    for (const name of ['ann', 'bob', 'carl']) await world.createUser(name);
    const held = world.confluence.hold(/^findAccount ann/);
    const [first, second] = world.queue.receivable();
    const one = world.deliver(first);
    const find = await held;
    await world.deliver(second);
    expect(world.confluence.calls.filter((call) => call.startsWith('findAccount'))).toEqual(['findAccount ann']);
    find.proceed();
    await one;
    await world.settle();
    expect(world.confluence.mostInFlight).toBe(1);
    expect(world.confluence.accounts.size).toBe(3);
  });

  it('with a personal access token calls may run in parallel', async () => {
    await world.createUser('zoe');
    await world.settle();
    for (const name of ['ann', 'bob']) await world.createUser(name);
    const held = world.confluence.hold(/^createAccount ann/);
    const [first, second] = world.queue.receivable();
    const one = world.deliver(first);
    const create = await held;
    await world.deliver(second);
    expect(world.confluence.accounts.has('bob')).toBe(true);
    create.proceed();
    await one;
  });
});

describe('DESIGN §4 pause', () => {
  it.each(['secure-session', 'read-only'] as const)('%s pauses, and the next change tries it after ten minutes', async (code) => {
    await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^createAccount/, code);
    await world.createUser('bob');
    await world.settle();
    expect(await state()).toMatchObject({ state: 'paused', code });
    await world.untilPassed(9);
    expect(await state()).toMatchObject({ state: 'paused' });
    await world.untilPassed(2);
    expect(world.confluence.accounts.get('bob')?.active).toBe(true);
  });

  it('a missing secret pauses until there is one', async () => {
    const credentials = world.secret.credentials;
    world.secret.credentials = undefined;
    await world.createUser('ann');
    await world.settle();
    expect(await state()).toMatchObject({ state: 'paused', code: 'no-credentials' });
    expect(world.confluence.calls).toEqual([]);
    world.secret.credentials = credentials;
    await world.untilPassed(1);
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });

  it('an outage of a minute does not pause: the changes are retried and arrive', async () => {
    await world.createUser('ann');
    world.confluence.fail(/./, 'unavailable', 3);
    await world.settle();
    for (let i = 0; i < 6; i++) await world.pass(15_000);
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
    expect(world.records('target.paused')).toEqual([]);
    expect(await state()).toMatchObject({ failures: 0 });
  });

  it('a long outage pauses; the sweep asks each minute and opens it when it answers', async () => {
    await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/./, 'unavailable', 10_000);
    for (const name of ['bob', 'carl']) await world.createUser(name);
    await world.untilPassed(12);
    expect(await state()).toMatchObject({ state: 'paused', code: 'unavailable' });
    world.confluence.calls.length = 0;
    await world.untilPassed(3);
    expect(world.confluence.calls).toEqual(['serviceAccount', 'serviceAccount', 'serviceAccount']);
    world.confluence.heal();
    await world.untilPassed(1);
    expect(await state()).toMatchObject({ state: 'open' });
    expect([...world.confluence.accounts.keys()].sort()).toEqual(['ann', 'bob', 'carl']);
  });

  it('a login that is refused after an outage is not asked for again', async () => {
    await world.createUser('ann');
    await world.settle();
    await world.delivery.targets.pause(world.connection.target.id, { code: 'unavailable', reason: 'test', secretVersion: '1' });
    world.confluence.fail(/^serviceAccount/, 'login-refused', 100);
    world.confluence.calls.length = 0;
    await world.untilPassed(10);
    expect(world.confluence.calls).toEqual(['serviceAccount']);
    expect(await state()).toMatchObject({ state: 'paused', code: 'login-refused' });
  });

  it('large changes are expanded while the target is paused, so that the IdP is not refused its ninth', async () => {
    const users = await world.seedUsers(60);
    const staff = await world.createGroup('staff');
    await world.settle();
    await world.delivery.targets.pause(world.connection.target.id, { code: 'captcha', reason: 'test' });
    world.confluence.calls.length = 0;
    for (let i = 0; i < 5; i++) {
      await world.changeMembers(staff, { add: users });
      await world.changeMembers(staff, { remove: users });
      await world.settle();
    }
    expect((await world.group(staff))?.layers).toEqual([]);
    expect(world.confluence.calls).toEqual([]);
  });

  it('messages of a paused target are acknowledged and the markers stay', async () => {
    await world.delivery.targets.pause(world.connection.target.id, { code: 'captcha', reason: 'test' });
    const ann = await world.createUser('ann');
    await world.settle();
    expect(world.queue.messages).toEqual([]);
    expect(world.confluence.calls).toEqual([]);
    expect(await world.user(ann)).toHaveProperty('marker', 'pending');
  });
});

describe('DESIGN §4 park', () => {
  it('402, no seat left, parks; the next change tries again', async () => {
    const ann = await world.createUser('ann');
    world.confluence.fail(/^createAccount/, 'no-seat');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'no-seat', parkedReason: expect.any(String) });
    expect(world.records('change.parked')).toMatchObject([{ code: 'no-seat', subject: { type: 'user', id: ann, name: 'ann' } }]);
    await world.untilPassed(120);
    expect(world.confluence.writes).toEqual(['createAccount ann']);
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });

  it('a message that was sent before a park tries nothing again: only a marker does', async () => {
    const ann = await world.createUser('ann');
    // The sweep was quicker than the request's own message.
    for (const { group, change } of [...world.queue.messages]) await world.queue.send(group, { ...change, reason: 'sweep' });
    world.confluence.fail(/^createAccount/, 'no-seat');
    await world.settle();
    expect(world.confluence.writes).toEqual(['createAccount ann']);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'no-seat' });
  });

  it.each(['Jane Doe', 'jane+x@corp.example', "o'neil", 'a<b', 'anonymous'])(
    'the user name %s parks, without a call that changes',
    async (name) => {
      const user = await world.createUser(name, { emails: [{ value: 'x@example.com' }] });
      await world.settle();
      expect(await world.user(user)).toMatchObject({ parkedCode: 'illegal-name' });
      expect(world.confluence.writes).toEqual([]);
    },
  );

  it('a user without an e-mail address parks, and the reason says what to do', async () => {
    const user = await world.createUser('ann', { emails: [] });
    await world.settle();
    expect(await world.user(user)).toMatchObject({ parkedCode: 'bad-request', parkedReason: expect.stringContaining('emails') });
  });

  it('memberships of a parked user wait like those of a user without account', async () => {
    world.confluence.fail(/^createAccount/, 'no-seat');
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.settle();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('a profile that the version can’t update is told and stops nothing', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.capabilities.updateProfile = false;
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await world.settle();
    expect(world.records('change.unsupported')).toMatchObject([{ what: expect.stringContaining('fullName') }]);
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });
});

describe('DESIGN §4 linking', () => {
  it('by e-mail address: bound, sent on to the account’s own group, and enabled there', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'email' } } });
    world.confluence.capabilities.findByEmail = true;
    world.confluence.accounts.set('adoe', { fullName: 'ann', email: 'ann@example.com', active: false });
    const ann = await world.createUser('ann');
    await world.deliver();
    expect(world.confluence.writes).toEqual([]);
    expect(world.queue.messages.map(({ change }) => change.reason)).toEqual(['forwarded']);
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ boundName: 'adoe', appliedRevision: 1 });
    expect(world.confluence.accounts.get('adoe')?.active).toBe(true);
    await world.deleteUser(ann);
    await world.settle();
    expect(world.confluence.accounts.get('adoe')?.active).toBe(false);
  });

  it('by e-mail address: several accounts with it park', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'email' } } });
    world.confluence.capabilities.findByEmail = true;
    for (const name of ['one', 'two']) world.confluence.accounts.set(name, { fullName: name, email: 'ann@example.com', active: true });
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'conflict' });
    expect(world.confluence.writes).toEqual([]);
  });

  it('by e-mail address does not allow an account that only has the name', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'email' } } });
    world.confluence.accounts.set('ann', { fullName: 'Somebody else', email: 'other@example.com', active: true });
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'foreign' });
  });

  it('a group that exists is linked where accounts are', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'user-name' } } });
    world.confluence.groups.set('staff', new Set(['by-hand']));
    const ann = await world.createUser('ann');
    await world.createGroup('Staff', [ann]);
    await world.settle();
    expect([...(world.confluence.groups.get('staff') ?? [])]).toEqual(['by-hand', 'ann']);
  });
});
