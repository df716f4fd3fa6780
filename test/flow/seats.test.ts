import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../shared/directory/connection.ts';
import type { GroupId } from '../../shared/directory/ids.ts';
import { startWorld, type World, type WorldOptions } from './harness.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let world: World;
afterEach(() => world.close());

async function start(seats: NonNullable<WorldOptions['settings']>['seats'] = {}, more: WorldOptions['settings'] = {}): Promise<void> {
  world = await startWorld({ settings: { ...more, seats } });
}
const create = async (...names: string[]) => {
  const ids = [];
  for (const name of names) ids.push(await world.createUser(name));
  await world.settle();
  return ids;
};
const byHand = (name: string, active = true) => world.confluence.accounts.set(name, { fullName: name, active });
const active = () => [...world.confluence.accounts].flatMap(([name, account]) => (account.active ? [name] : [])).toSorted();
const members = (group: string) => [...(world.confluence.groups.get(group) ?? [])].toSorted();
const state = () => world.delivery.seats.read(world.connection.target.id);
const sweepAfter = async (ms: number) => {
  world.clock.now += ms;
  await world.sweep();
  await world.settle();
};

describe('seat guard: accounts', () => {
  it('stops before the limit without a call, and the creation is parked with what to do', async () => {
    await start({ limit: 2 });
    const [, , cid] = await create('ann', 'bob', 'cid');
    expect(active()).toEqual(['ann', 'bob']);
    expect(world.confluence.calls).not.toContain('createAccount cid');
    expect(await world.user(cid as never)).toMatchObject({ parkedCode: 'no-seat', parkedReason: expect.stringContaining('2 of 2 seats') });
  });

  it('counts the accounts that others have made', async () => {
    await start({ limit: 3 });
    byHand('admin');
    byHand('old', false);
    await create('ann', 'bob', 'cid');
    expect(active()).toEqual(['admin', 'ann', 'bob']);
  });

  it('goes by the limit that the target tells, where the settings have none', async () => {
    await start();
    world.confluence.seatLimit = 1;
    world.confluence.capabilities.tellSeatLimit = true;
    await create('ann', 'bob');
    expect(active()).toEqual(['ann']);
  });

  it('counts in the target once a day', async () => {
    await start({ limit: 10 });
    await create('ann', 'bob');
    expect(world.confluence.calls.filter((call) => call.startsWith('seats'))).toHaveLength(1);
    world.clock.now += DAY;
    await create('cid');
    expect(world.confluence.calls.filter((call) => call.startsWith('seats'))).toHaveLength(2);
  });

  it('has no limit where neither tells one, and then asks the target nothing', async () => {
    await start();
    await create('ann', 'bob', 'cid');
    expect(active()).toHaveLength(3);
    expect(world.confluence.calls.filter((call) => call.startsWith('seats'))).toEqual([]);
  });

  it('stops activations too, and never a removal', async () => {
    await start({ limit: 2 });
    const [ann] = await create('ann', 'bob');
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    await create('cid');
    await world.updateUser(ann as never, { active: true });
    await world.settle();
    expect(active()).toEqual(['bob', 'cid']);
    expect(await world.user(ann as never)).toMatchObject({ parkedCode: 'no-seat' });
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    expect(await world.user(ann as never)).not.toHaveProperty('parkedCode');
  });

  it('says once that the seats are full, until one was free', async () => {
    await start({ limit: 1 });
    const [ann] = await create('ann', 'bob', 'cid');
    expect(world.records('seats.full')).toMatchObject([{ used: 1, limit: 1, subject: { name: 'bob' } }]);
    await world.deleteUser(ann as never);
    await world.settle();
    await create('dan', 'eve');
    expect(world.records('seats.full')).toMatchObject([{}, { subject: { name: 'eve' } }]);
  });

  it('the last seat is given once, however many ask', async () => {
    await start({ limit: 1 });
    const { seats } = world.delivery;
    const target = world.connection.target.id;
    await seats.counted(target, { used: 0 }, (await seats.beginCount(target)) ?? 0);
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'a', 'b'].map((name) => seats.take(target, name, 2)));
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(2);
    expect(await state()).toMatchObject({ used: 2 });
  });

  it('a call that is repeated takes and frees one seat', async () => {
    await start({ limit: 5 });
    world.confluence.fail(/^createAccount/, 'server-error');
    const [ann] = await create('ann');
    await world.pass(10 * MINUTE);
    expect(await state()).toMatchObject({ used: 1 });
    world.confluence.fail(/^disableAccount/, 'unavailable');
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    await world.pass(10 * MINUTE);
    expect(active()).toEqual([]);
    expect(await state()).toMatchObject({ used: 0 });
  });

  it('402 from Confluence itself parks, and gives the seat back', async () => {
    await start({ limit: 5 });
    world.confluence.fail(/^createAccount/, 'no-seat');
    const [ann] = await create('ann');
    expect(await world.user(ann as never)).toMatchObject({ parkedCode: 'no-seat' });
    expect(await state()).toMatchObject({ used: 0 });
  });

  it('a target that can’t be asked is no obstacle', async () => {
    await start();
    world.confluence.fail(/^seats/, 'unavailable', 9);
    await create('ann');
    expect(active()).toEqual(['ann']);
  });

  it('where a count fails, the next is soon: accounts of others are not left out of it for a day', async () => {
    await start({ limit: 2 });
    byHand('admin');
    world.confluence.fail(/^seats/, 'unavailable');
    await create('ann');
    await world.pass(15 * MINUTE);
    await create('bob', 'cid');
    expect(active()).toEqual(['admin', 'ann']);
    expect(await state()).toMatchObject({ used: 2 });
  });

  it('a count that fails leaves the limit that the target told', async () => {
    await start();
    world.confluence.seatLimit = 1;
    world.confluence.capabilities.tellSeatLimit = true;
    await create('ann');
    world.clock.now += DAY;
    world.confluence.fail(/^seats/, 'server-error');
    await create('bob');
    expect(active()).toEqual(['ann']);
  });

  it('a creation that is refused gives back no seat that an earlier one, which was not answered, has taken', async () => {
    await start({ limit: 5 });
    await create('ann');
    const target = world.connection.target.id;
    await world.delivery.seats.take(target, 'bob', 5);
    world.confluence.fail(/^createAccount bob/, 'bad-request');
    await create('bob');
    expect(await state()).toMatchObject({ used: 2 });
  });

  it('where the target can’t tell how many are used, only those activated from then on count', async () => {
    await start({ limit: 2 });
    world.confluence.lie(/^seats/, {}, 9);
    byHand('admin');
    await create('ann', 'bob', 'cid');
    expect(active()).toEqual(['admin', 'ann', 'bob']);
  });
});

describe('seat guard: who was refused', () => {
  it('is tried again by the sweep after somebody was disabled, as many as there are seats', async () => {
    await start({ limit: 2 });
    const [ann] = await create('ann', 'bob', 'cid', 'dan');
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    await sweepAfter(MINUTE);
    await sweepAfter(MINUTE);
    expect(active()).toHaveLength(2);
    expect(active()).toContain('bob');
  });

  it('is tried again when somebody has freed a seat by hand, or bought more: the target is counted every fifteen minutes', async () => {
    await start({ limit: 2 });
    byHand('admin');
    await create('ann', 'bob', 'cid');
    expect(active()).toEqual(['admin', 'ann']);
    const sweeps = () => world.records('sweep.finished').at(-1);
    await sweepAfter(MINUTE);
    expect(sweeps()).toMatchObject({ fullTargets: 1 });
    byHand('admin', false);
    await sweepAfter(15 * MINUTE);
    await sweepAfter(MINUTE);
    expect(active()).toHaveLength(2);
    const read = (await world.connections.get(world.connection.id)) as Connection;
    const author = { by: 'pat', at: new Date(world.clock.now).toISOString() };
    await world.connections.changeSettings(read, { ...read.settings, seats: { limit: 9, licenceGroups: [] } }, author);
    await sweepAfter(16 * MINUTE);
    await sweepAfter(16 * MINUTE);
    await sweepAfter(MINUTE);
    expect(active()).toEqual(['ann', 'bob', 'cid']);
  });
});

describe('seat guard: several connections on one target', () => {
  it('who was refused under the lower limit keeps nobody of another connection waiting', async () => {
    await start({ limit: 1 });
    const connection = await world.connect('second', { seats: { limit: 3 } });
    await create('ann', 'bob');
    world.clock.now += MINUTE;
    const ids = [];
    for (const name of ['cid', 'dan', 'eve']) ids.push(await world.createUser(name, {}, { connection }));
    await world.settle();
    expect(active()).toEqual(['ann', 'cid', 'dan']);
    await world.updateUser(ids[1] as never, { active: false }, { connection });
    await world.settle();
    await sweepAfter(MINUTE);
    expect(active()).toEqual(['ann', 'cid', 'eve']);
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ fullTargets: 1 });
  });

  it('without a limit any more nothing is full', async () => {
    await start({ limit: 1 });
    await create('ann', 'bob');
    const read = (await world.connections.get(world.connection.id)) as Connection;
    const author = { by: 'pat', at: new Date(world.clock.now).toISOString() };
    await world.connections.changeSettings(read, { ...read.settings, seats: { licenceGroups: [] } }, author);
    for (let minute = 0; minute < 3; minute++) await sweepAfter(MINUTE);
    expect(active()).toEqual(['ann', 'bob']);
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ fullTargets: 0 });
  });
});

describe('seat guard: licence groups', () => {
  let staff: GroupId;
  const licensed = async (limit: number, ...more: string[]) => {
    await start({ limit, licenceGroups: ['staff', ...more] });
    staff = await world.createGroup('Staff');
    await world.settle();
  };

  it('an account alone takes no seat, becoming a member does', async () => {
    await licensed(1);
    const [ann, bob] = await create('ann', 'bob');
    expect(active()).toEqual(['ann', 'bob']);
    await world.changeMembers(staff, { add: [ann as never] });
    await world.settle();
    await world.changeMembers(staff, { add: [bob as never] });
    await world.settle();
    expect(members('staff')).toEqual(['ann']);
    expect(world.records('change.retried')).toMatchObject([{ code: 'no-seat', subject: { type: 'membership' } }]);
    expect(world.records('seats.full')).toHaveLength(1);
  });

  it('the membership goes on by itself once somebody has left', async () => {
    await licensed(1);
    const [ann, bob] = await create('ann', 'bob');
    await world.changeMembers(staff, { add: [ann as never] });
    await world.settle();
    await world.changeMembers(staff, { add: [bob as never] });
    await world.settle();
    await world.changeMembers(staff, { remove: [ann as never] });
    await world.untilPassed(5);
    expect(members('staff')).toEqual(['bob']);
  });

  it('members are counted once, whoever put them there, and never more than there are active accounts', async () => {
    await start({ limit: 4, licenceGroups: ['staff', 'guests', 'not-there'] }, { users: { linking: 'user-name' } });
    for (const name of ['v', 'w', 'x', 'y']) byHand(name, name > 'w');
    world.confluence.groups.set('staff', new Set(['v', 'w', 'x', 'y']));
    world.confluence.groups.set('guests', new Set(['x', 'Y']));
    const ids = await create('ann', 'bob');
    await world.createGroup('Staff', ids);
    await world.settle();
    // Six memberships of four people, two of whom are active; ann and bob, active and no members yet, are taken for the other two.
    expect(await state()).toMatchObject({ used: 4 });
    expect(members('staff')).toEqual(['v', 'w', 'x', 'y']);
    byHand('y', false);
    await sweepAfter(16 * MINUTE);
    expect(members('staff')).toHaveLength(5);
  });

  it('enabling an account takes the seats of its groups again', async () => {
    await licensed(1);
    const [ann, bob] = await create('ann', 'bob');
    await world.changeMembers(staff, { add: [ann as never] });
    await world.settle();
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    await world.changeMembers(staff, { add: [bob as never] });
    await world.settle();
    expect(members('staff')).toEqual(['ann', 'bob']);
    await world.updateUser(ann as never, { active: true });
    await world.settle();
    expect(active()).toEqual(['bob']);
    expect(await world.user(ann as never)).toMatchObject({ parkedCode: 'no-seat' });
  });

  it('an account outside the groups has no seat to give back, neither when it is disabled nor when it could not be made', async () => {
    await licensed(2);
    const [ann, bob] = await create('ann', 'bob');
    await world.changeMembers(staff, { add: [ann as never] });
    await world.settle();
    expect(await state()).toMatchObject({ used: 1 });
    await world.updateUser(bob as never, { active: false });
    world.confluence.fail(/^createAccount cid/, 'bad-request');
    await create('cid');
    expect(await state()).toMatchObject({ used: 1 });
    await world.updateUser(ann as never, { active: false });
    await world.settle();
    expect(await state()).toMatchObject({ used: 0 });
  });

  it('a disabled account that leaves a group has no seat to give back', async () => {
    await licensed(5);
    const [ann, bob] = await create('ann', 'bob');
    await world.changeMembers(staff, { add: [ann as never, bob as never] });
    await world.settle();
    await world.updateUser(bob as never, { active: false });
    await world.settle();
    world.clock.now += DAY;
    world.confluence.lie(/^seats/, { used: 1 });
    const [cid] = await create('cid');
    await world.changeMembers(staff, { add: [cid as never] });
    await world.settle();
    expect(await state()).toMatchObject({ used: 2 });
    await world.deleteUser(bob as never);
    await world.untilPassed(5);
    expect(members('staff')).toEqual(['ann', 'cid']);
    expect(await state()).toMatchObject({ used: 2 });
  });
});
