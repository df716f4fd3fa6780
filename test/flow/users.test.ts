import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const account = (name: string) => world.confluence.accounts.get(name);

describe('DELIVERY §1 one lock: the message group', () => {
  it('makes no call under another group than the bound account’s, and sends the change on', async () => {
    const ann = await world.createUser('ann');
    await world.updateUser(ann, { userName: 'zoe' });
    // The first message runs under "ann": by then the name would be "zoe".
    await world.deliver(world.queue.messages[0]);
    expect(world.confluence.writes).toEqual([]);
    expect(world.queue.messages.map(({ change }) => change.reason)).toEqual(['change', 'forwarded']);
    await world.settle();
    expect([...world.confluence.accounts.keys()]).toEqual(['zoe']);
  });

  it('keeps the message of a call without an answer as it is: not acknowledged, its visibility not shortened', async () => {
    await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const delivery = world.deliver();
    (await held).timeOut();
    await delivery;
    expect(world.queue.messages).toHaveLength(1);
    expect(world.queue.messages[0]?.visibleAt).toBe(world.clock.now + VISIBILITY_MS);
  });

  it('asks again soon when a look had no answer: it can’t land late', async () => {
    await world.createUser('ann');
    world.confluence.fail(/^findAccount/, 'no-answer');
    await world.deliver();
    expect((world.queue.messages[0]?.visibleAt ?? 0) - world.clock.now).toBeLessThan(10_000);
  });

  it('lets the message of an answered failure come back sooner', async () => {
    await world.createUser('ann');
    world.confluence.fail(/^createAccount/, 'server-error');
    await world.deliver();
    const waits = (world.queue.messages[0]?.visibleAt ?? 0) - world.clock.now;
    expect(waits).toBeGreaterThanOrEqual(1_000);
    expect(waits).toBeLessThan(10_000);
    await world.pass(waits);
    expect(account('ann')?.active).toBe(true);
  });

  it('acknowledges an answered failure at the fifth receive and leaves the marker to the sweep', async () => {
    const ann = await world.createUser('ann');
    world.confluence.fail(/^createAccount/, 'server-error', 5);
    for (let receives = 0; receives < 5; receives++) await world.pass(60_000);
    expect(world.queue.messages).toEqual([]);
    expect(await world.user(ann)).toHaveProperty('marker', 'pending');
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(true);
  });

  it('starts no call without time for its own time-out before the deadline', async () => {
    await world.createUser('ann');
    await world.settle();
    await world.createUser('bob');
    world.confluence.calls.length = 0;
    world.remaining.ms = 5_500;
    await world.deliver();
    expect(world.confluence.calls).toEqual([]);
    expect(world.queue.messages.map(({ change }) => change.reason)).toEqual(['continuation']);
    world.remaining.ms = 60_000;
    await world.settle();
    expect(account('bob')?.active).toBe(true);
  });
});

describe('DELIVERY §2.2 bound before the first call', () => {
  it('created, renamed, deleted while the first worker is slow: the account is not left active', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount ann/);
    const slow = world.deliver();
    const create = await held;
    await world.updateUser(ann, { userName: 'zoe' });
    await world.deleteUser(ann);
    // Both later changes go to the bound account's group, which is in flight: nobody else may act.
    expect(world.queue.receivable()).toEqual([]);
    create.proceed();
    await slow;
    await world.settle();
    expect([...world.confluence.accounts]).toEqual([['ann', expect.objectContaining({ active: false })]]);
  });

  it('created, renamed, deleted, and the first worker’s call lands after its time-out: the account is not left active', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount ann/);
    const slow = world.deliver();
    const create = await held;
    await world.updateUser(ann, { userName: 'zoe' });
    await world.deleteUser(ann);
    create.timeOut();
    await slow;
    await world.settle();
    create.land();
    expect(account('ann')?.active).toBe(true);
    await world.pass(VISIBILITY_MS);
    expect([...world.confluence.accounts]).toEqual([['ann', expect.objectContaining({ active: false })]]);
  });

  it('writes owner and binding before the call that creates', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann' });
    expect(await world.user(ann)).not.toHaveProperty('boundAt');
    expect(await world.delivery.resources.owner(world.connection.target.id, 'user', 'ann')).toMatchObject({ id: ann, creating: true });
    create.proceed();
    await slow;
    expect(await world.delivery.resources.owner(world.connection.target.id, 'user', 'ann')).toMatchObject({ id: ann, creating: false });
  });

  it('starts again from the newest state when the user has changed since it was read', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^findAccount/);
    const slow = world.deliver();
    const find = await held;
    await world.updateUser(ann, { active: false });
    find.proceed();
    await slow;
    await world.settle();
    expect(world.confluence.writes).toEqual([]);
  });
});

describe('DELIVERY §2.3 a 409 to a create', () => {
  it('an account made by hand between the look and the create is not taken for our own', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    world.confluence.accounts.set('ann', { fullName: 'Somebody else', active: true });
    create.proceed();
    await slow;
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'foreign' });
    expect(await world.user(ann)).not.toHaveProperty('boundName');
    expect(await world.delivery.resources.owner(world.connection.target.id, 'user', 'ann')).toBeUndefined();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')).toEqual({ fullName: 'Somebody else', active: true });
  });

  it('is linked where the connection allows it', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'user-name' } } });
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    world.confluence.accounts.set('ann', { fullName: 'ann', active: false });
    create.proceed();
    await slow;
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
    expect(account('ann')?.active).toBe(true);
  });

  it('a linked account is remembered by its key before anything is called, that of somebody else never', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { linking: 'user-name' } } });
    world.confluence.accounts.set('ann', { fullName: 'ann', active: false });
    const held = world.confluence.hold(/^enableAccount/);
    await world.createUser('ann');
    const linking = world.deliver();
    const enable = await held;
    expect(world.confluence.remembered).toEqual(['ann key-ann']);
    enable.proceed();
    await linking;

    const second = await world.connect('second', { users: { linking: 'never' } });
    world.confluence.accounts.set('bob', { fullName: 'bob', active: true });
    await world.createUser('bob', {}, { connection: second });
    await world.settle();
    expect(world.confluence.remembered).toEqual(['ann key-ann']);
  });

  it('after a create without an answer that did land, the account is our own', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    create.timeOut();
    await slow;
    create.land();
    await world.pass(VISIBILITY_MS);
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
    expect(world.confluence.calls.filter((call) => call === 'createAccount ann')).toHaveLength(1);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('a create that lands while it is tried again is our own', async () => {
    const ann = await world.createUser('ann');
    const first = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await first;
    create.timeOut();
    await slow;
    const second = world.confluence.hold(/^createAccount/);
    world.clock.now += VISIBILITY_MS;
    const again = world.deliver();
    const repeated = await second;
    create.land();
    repeated.proceed();
    await again;
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
  });

  it('an account made by hand parks, untouched, where linking is not allowed', async () => {
    world.confluence.accounts.set('ann', { fullName: 'Somebody else', active: true });
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'foreign' });
    expect(world.records('change.parked')).toMatchObject([{ code: 'foreign', correlationId: 'request-1' }]);
    await world.deleteUser(ann);
    await world.settle();
    expect(world.confluence.writes).toEqual([]);
  });

  it('gives the name back when the create is refused for good', async () => {
    world.confluence.fail(/^createAccount ann/, 'bad-request');
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'bad-request' });
    await world.updateUser(ann, { userName: 'zoe' });
    await world.settle();
    expect([...world.confluence.accounts.keys()]).toEqual(['zoe']);
    expect(await world.user(ann)).not.toHaveProperty('parkedCode');
  });
});

describe('DELIVERY §2.4 a 404 is not believed once', () => {
  it('a false 404 to the look does not save an account from being disabled', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.lie(/^findAccount/, undefined);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('a false 404 to the call does not either', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^disableAccount/, 'not-found');
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('a false 404 while the user is renamed keeps the binding: no second account, and the first is still disabled', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.lie(/^findAccount/, undefined);
    await world.updateUser(ann, { userName: 'zoe' });
    await world.settle();
    expect([...world.confluence.accounts.keys()]).toEqual(['ann']);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('a missing account is made again under its bound name, and gets its groups back', async () => {
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    world.confluence.accounts.delete('ann');
    world.confluence.groups.get('staff')?.delete('ann');
    await world.updateUser(ann, { userName: 'zoe' });
    await world.settle();
    expect([...world.confluence.accounts.keys()]).toEqual(['ann']);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('the same plan ending in 404 twice parks', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^updateAccount/, 'not-found', 2);
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'not-found' });
  });

  it('an account that is gone for good ends the plan of who is not wanted any more', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.accounts.delete('ann');
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });
});

describe('DELIVERY §2.5 removals come first in a plan', () => {
  it('a profile that Confluence refuses does not hold up the disable', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    world.confluence.fail(/^updateAccount/, 'bad-request');
    await world.updateUser(ann, { active: false, displayName: 'Refused' });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'bad-request' });
  });

  it('Entra’s soft delete, which renames and deactivates at once, disables the bound account', async () => {
    const ann = await world.createUser('ann@corp.example');
    await world.settle();
    await world.updateUser(ann, { userName: '0123456789abcdef0123456789abcdefann@corp.example', active: false });
    await world.settle();
    expect([...world.confluence.accounts]).toEqual([['ann@corp.example', expect.objectContaining({ active: false })]]);
    expect(world.records('change.unsupported')).toMatchObject([{ what: expect.stringContaining('rename of account ann@corp.example') }]);
    expect(world.records('change.parked')).toEqual([]);
  });
});

describe('DELIVERY §2.6 clearing is conditional on what was read', () => {
  it('a change that comes while the worker is at it is not lost', async () => {
    const ann = await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    // The bell of the second change is lost; only the failed clear can tell.
    await world.updateUser(ann, { active: false }, { sends: false });
    create.proceed();
    await slow;
    expect(world.queue.messages.map(({ change }) => change.reason)).toEqual(['again']);
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });

  it('a failed clear sets a new token, so that another worker’s clear fails too', async () => {
    const ann = await world.createUser('ann');
    const read = await world.user(ann);
    if (!read) throw new Error('no user');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    await world.updateUser(ann, { active: false }, { sends: false });
    const between = await world.user(ann);
    create.proceed();
    await slow;
    const after = await world.user(ann);
    expect(after?.markerToken).not.toBe(between?.markerToken);
    if (!between) throw new Error('no user');
    expect(await world.delivery.resources.clear(between)).toBe(false);
    expect(await world.delivery.resources.park(between, { code: 'conflict', reason: 'no' })).toBe(false);
  });

  it('a disable that lands after its time-out, when the person is active again, does not stay', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    const held = world.confluence.hold(/^disableAccount/);
    const slow = world.deliver();
    const disable = await held;
    disable.timeOut();
    await slow;
    await world.updateUser(ann, { active: true });
    // The group is blocked as long as the call may land.
    expect(world.queue.receivable()).toEqual([]);
    disable.land();
    await world.pass(VISIBILITY_MS);
    expect(account('ann')?.active).toBe(true);
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });
});

describe('DELIVERY §2.7 owned by another live resource', () => {
  it('two connections on one Confluence: the second parks, and gets the account when the first gives it up', async () => {
    const second = await world.connect('second');
    const first = await world.createUser('ann');
    await world.settle();
    const theirs = await world.createUser('ann', {}, { connection: second });
    await world.settle();
    expect(await world.user(theirs, second)).toMatchObject({ parkedCode: 'owned' });
    await world.updateUser(theirs, { active: false }, { connection: second });
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    await world.updateUser(theirs, { active: true }, { connection: second });
    await world.settle();

    await world.deleteUser(first);
    await world.settle();
    expect(await world.user(theirs, second)).toMatchObject({ boundName: 'ann' });
    expect(await world.user(theirs, second)).not.toHaveProperty('parkedCode');
    expect(account('ann')?.active).toBe(true);
  });

  it('does not park for an owner that was deleted a moment ago', async () => {
    const second = await world.connect('second');
    const first = await world.createUser('ann');
    await world.settle();
    const theirs = await world.createUser('ann', {}, { connection: second });
    const held = world.confluence.hold(/^findAccount/);
    const slow = world.deliver();
    const find = await held;
    await world.deleteUser(first);
    find.proceed();
    await slow;
    await world.settle();
    expect(await world.user(theirs, second)).toMatchObject({ boundName: 'ann' });
    expect(account('ann')?.active).toBe(true);
  });

  it('parking checks in its transaction that the owner is still live', async () => {
    const second = await world.connect('second');
    const first = await world.createUser('ann');
    await world.settle();
    const theirs = await world.createUser('ann', {}, { connection: second });
    const item = await world.user(theirs, second);
    const owner = await world.delivery.resources.owner(world.connection.target.id, 'user', 'ann');
    if (!item || !owner) throw new Error('not there');
    expect(owner.live).toBe(true);
    await world.deleteUser(first);
    expect(await world.delivery.resources.parkOwned(item, 'ann', owner, { code: 'owned', reason: 'test' })).toBe(false);
    expect(await world.user(theirs, second)).not.toHaveProperty('parkedCode');
  });

  it('wakes who waited when a fresh create turns out not to be ours', async () => {
    const second = await world.connect('second', { users: { linking: 'user-name' } });
    await world.createUser('ann');
    const held = world.confluence.hold(/^createAccount/);
    const slow = world.deliver();
    const create = await held;
    const theirs = await world.createUser('ann', {}, { connection: second });
    const item = await world.user(theirs, second);
    const owner = await world.delivery.resources.owner(world.connection.target.id, 'user', 'ann');
    if (!item || !owner) throw new Error('not there');
    expect(await world.delivery.resources.parkOwned(item, 'ann', owner, { code: 'owned', reason: 'test' })).toBe(true);
    world.confluence.accounts.set('ann', { fullName: 'ann', active: true });
    create.proceed();
    await slow;
    await world.settle();
    expect(await world.user(theirs, second)).toMatchObject({ boundName: 'ann' });
    expect(await world.user(theirs, second)).not.toHaveProperty('parkedCode');
  });
});

describe('DELIVERY §2.8 tombstones', () => {
  it('a late disable after the person was created again does not hurt', async () => {
    const first = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(first);
    const held = world.confluence.hold(/^disableAccount/);
    const slow = world.deliver();
    const disable = await held;
    disable.timeOut();
    await slow;
    const again = await world.createUser('ann');
    expect(world.queue.receivable()).toEqual([]);
    disable.land();
    await world.pass(VISIBILITY_MS);
    expect(account('ann')?.active).toBe(true);
    expect(await world.user(again)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
  });

  it('a tombstone whose account has another owner makes no call', async () => {
    const first = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(first, { sends: false });
    await world.createUser('ann');
    await world.settle();
    world.confluence.calls.length = 0;
    await world.untilQuiet();
    expect(world.confluence.calls).toEqual([]);
    expect(account('ann')?.active).toBe(true);
  });

  it('the owner item outlives the tombstone: the account is taken over without a linking rule', async () => {
    const first = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(first);
    await world.settle();
    world.clock.now += 3_600_001;
    await world.sweep();
    await world.settle();
    expect(await world.user(first)).toBeUndefined();
    const again = await world.createUser('ann');
    await world.settle();
    expect(await world.user(again)).toMatchObject({ boundName: 'ann' });
    expect(account('ann')?.active).toBe(true);
  });

  it('is not purged before an hour, also when nothing names the user', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone' });
    expect(await world.user(ann)).not.toHaveProperty('marker');
    await world.untilPassed(59);
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone' });
    await world.untilPassed(2);
    expect(await world.user(ann)).toBeUndefined();
  });

  it('is not purged while a layer names the user', async () => {
    const users = await world.seedUsers(60);
    const [first] = users;
    if (!first) throw new Error('nobody');
    const staff = await world.createGroup('staff', users, { sends: false });
    await world.delivery.targets.pause(world.connection.target.id, { code: 'captcha', reason: 'test' });
    await world.deleteUser(first);
    world.clock.now += 3_600_001;
    const tombstone = await world.user(first);
    if (!tombstone) throw new Error('no tombstone');
    expect((await world.group(staff))?.layers).toHaveLength(1);
    expect(await world.delivery.tombstones.userDone(tombstone)).toBe(false);
    await world.changeMembers(staff, { replaces: true, add: [] });
    expect(await world.delivery.tombstones.userDone(tombstone)).toBe(true);
  });

  it('is not purged before an hour, nor while a membership is left', async () => {
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    world.confluence.fail(/^removeMember/, 'server-error', 100);
    await world.deleteUser(ann);
    await world.settle();
    world.clock.now += 3_500_000;
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone' });
    world.clock.now += 200_000;
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone' });
    world.confluence.heal();
    await world.untilQuiet();
    world.clock.now += 600_000;
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toBeUndefined();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
  });

  it('deletes the account where the connection says so, disabled first', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { onDelete: 'delete' } } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    expect(world.confluence.writes.slice(-2)).toEqual(['disableAccount ann', 'deleteAccount ann']);
    expect(account('ann')).toBeUndefined();
  });
});

describe('DELIVERY §2.9 memberships wait for their user', () => {
  it('a membership waits for its user and becomes pending when the account is made', async () => {
    const ann = await world.createUser('ann', { active: false });
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
    expect(world.records('change.waiting')).toHaveLength(1);
    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
  });

  it('does not clear the user’s own marker before the last membership is woken', async () => {
    const ann = await world.createUser('ann', { active: false });
    const groups: string[] = [];
    for (const name of ['one', 'two', 'three']) groups.push(await world.createGroup(name, [ann]));
    await world.settle();
    // The slice is over before the first is woken.
    world.confluence.slow(/^createAccount/, () => {
      world.clock.now += 25_000;
    });
    await world.updateUser(ann, { active: true });
    await world.deliver();
    expect(await world.user(ann)).toHaveProperty('marker', 'pending');
    expect(world.queue.messages.map(({ change }) => change.reason)).toEqual(['continuation']);
    await world.settle();
    for (const name of ['one', 'two', 'three']) expect(world.confluence.member(name, 'ann')).toBe(true);
    expect(groups).toHaveLength(3);
  });

  it('the sweep does not send what waits', async () => {
    const ann = await world.createUser('ann', { active: false });
    await world.createGroup('staff', [ann]);
    await world.settle();
    world.clock.now += 600_000;
    await world.sweep();
    expect(world.queue.messages).toEqual([]);
  });

  it('a worker that dies after the account was recorded leaves the memberships to be woken', async () => {
    const ann = await world.createUser('ann', { active: false });
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.updateUser(ann, { active: true });
    // The send of the woken membership fails: the message comes back, the user's own marker is still there.
    world.queue.failNextSends = 1;
    await world.deliver();
    expect(await world.user(ann)).toHaveProperty('marker', 'pending');
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });
});
