import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../shared/directory/connection.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import { compareAtRest } from './compare-at-rest.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function switchTo(apply: Settings['apply'], connection: Connection = world.connection): Promise<void> {
  const read = await world.connections.get(connection.id);
  if (!read) throw new Error('the connection is gone');
  await world.connections.changeSettings(read, { ...read.settings, apply }, { by: 'pat', at: new Date(world.clock.now).toISOString() });
}

/** What dry runs have said that they would do, of each subject in order: `user ann`, `group staff`, `staff of ann`. */
async function plans(): Promise<Record<string, string[]>> {
  const said: Record<string, string[]> = {};
  for (const { subject, actions, dryRun } of world.records('change.planned')) {
    if (dryRun === undefined) continue;
    const member = subject.member === undefined ? undefined : await world.user(subject.member as UserId);
    const name = member ? `${subject.name} of ${member.userName}` : `${subject.type} ${subject.name}`;
    said[name] = [...(said[name] ?? []), actions.join(', ')];
  }
  return said;
}

async function createUsers(count: number): Promise<UserId[]> {
  const users: UserId[] = [];
  for (let i = 0; i < count; i++) users.push(await world.createUser(`user${i}`));
  return users;
}

const CREATE = 'create account';

describe('apply: dry-run', () => {
  it('plans everything once, calls no writing API and keeps the markers; switched to apply, Confluence equals the wishes', async () => {
    await switchTo('dry-run');
    const users = await createUsers(20);
    const [first, second, third, fourth] = users as [UserId, UserId, UserId, UserId];
    const staff = await world.createGroup('staff', [first, second]);
    const all = await world.createGroup('all', []);
    await world.replaceByLayer(all, users);
    await world.createGroup('nobody', []);
    await world.settle();
    await world.untilPassed(5);

    expect(world.confluence.writes).toEqual([]);
    const said = await plans();
    for (let i = 0; i < 20; i++) {
      expect(said[`user user${i}`]).toHaveLength(1);
      expect(said[`user user${i}`]?.[0]).toContain(CREATE);
      expect(said[`all of user${i}`]).toEqual(['add member']);
    }
    expect(said).toMatchObject({ 'staff of user0': ['add member'], 'staff of user1': ['add member'] });
    for (const name of ['staff', 'all', 'nobody']) expect(said[`group ${name}`]?.at(-1)).toContain('create group');
    expect((await world.user(first))?.marker).toBe('pending');
    expect((await world.member(staff, first))?.marker).toBe('pending');

    // Applied, and then the opposite is wanted in another dry run.
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    await world.untilQuiet();
    expect(await compareAtRest(world)).toEqual([]);
    expect([...world.confluence.accounts.values()].filter(({ active }) => active)).toHaveLength(20);
    expect(world.confluence.groups.get('all')?.size).toBe(20);

    await switchTo('dry-run');
    world.confluence.calls.length = 0;
    world.log.length = 0;
    await world.deleteUser(first);
    await world.updateUser(second, { active: false });
    await world.changeMembers(staff, { add: [third], remove: [second] });
    await world.replaceByLayer(all, [fourth]);
    await world.settle();
    await world.untilPassed(10);
    expect(world.confluence.writes).toEqual([]);
    expect(await plans()).toMatchObject({
      'user user0': ['disable account'],
      'user user1': ['disable account'],
      'staff of user0': ['remove member'],
      'staff of user1': ['remove member'],
      'staff of user2': ['add member'],
      'all of user2': ['remove member'],
    });
    // It ends with the user, and then by the replace.
    const { 'all of user0': twice, ...once } = await plans();
    expect(twice).toEqual(['remove member', 'remove member']);
    expect(Object.values(once).filter((each) => each.length !== 1)).toEqual([]);

    await switchTo('apply');
    await world.sweep();
    await world.settle();
    await world.untilQuiet();
    expect(await compareAtRest(world)).toEqual([]);
    expect([...(world.confluence.groups.get('staff') ?? [])]).toEqual(['user2']);
    expect([...(world.confluence.groups.get('all') ?? [])]).toEqual(['user3']);
  });

  it('a group that is deleted is planned with its members, and not each minute', async () => {
    const users = await createUsers(3);
    const staff = await world.createGroup('staff', users);
    await world.settle();
    await world.untilQuiet();
    await switchTo('dry-run');
    world.confluence.calls.length = 0;
    await world.deleteGroup(staff);
    await world.settle();
    await world.untilPassed(5);
    expect(world.confluence.writes).toEqual([]);
    expect(await plans()).toMatchObject({
      'staff of user0': ['remove member'],
      'staff of user1': ['remove member'],
      'staff of user2': ['remove member'],
    });
    expect((await world.group(staff))?.state).toBe('tombstone');
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    await world.untilQuiet();
    expect(world.confluence.groups.get('staff')?.size).toBe(0);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('what is lost on the way to the worker is planned by the sweep, once', async () => {
    await switchTo('dry-run');
    const ann = await world.createUser('ann', {}, { sends: false });
    await world.createGroup('staff', [ann], { sends: false });
    await world.untilPassed(5);
    const said = await plans();
    expect(said['user ann']).toHaveLength(1);
    expect(said['group staff']).toHaveLength(1);
    expect(said['staff of ann']).toEqual(['add member']);
  });

  it('a change of what was planned is planned anew', async () => {
    await switchTo('dry-run');
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect((await plans())['user ann']).toEqual([expect.stringContaining(CREATE), '']);
  });

  it('what would be parked is said with its reason, and is not parked', async () => {
    await switchTo('dry-run');
    world.confluence.accounts.set('ann', { fullName: 'Ann', active: true });
    const ann = await world.createUser('ann');
    await world.settle();
    expect((await plans())['user ann']).toEqual([expect.stringMatching(/^park \(foreign\): /)]);
    expect(await world.user(ann)).toMatchObject({ marker: 'pending' });
    expect(await world.user(ann)).not.toHaveProperty('parkedCode');
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'foreign' });
  });

  it('what failed before the dry run, and waits long, is sent by the first sweep after it', async () => {
    world.confluence.fail(/^createAccount/, 'server-error', 100);
    await world.createUser('ann');
    for (let hour = 0; hour < 7; hour++) {
      await world.settle();
      world.clock.now += 3_600_000;
      await world.sweep();
    }
    await world.settle();
    world.confluence.heal();
    await switchTo('dry-run');
    world.clock.now += 3_600_000;
    const calls = world.confluence.writes.length;
    await world.untilPassed(3);
    expect(world.confluence.writes).toHaveLength(calls);
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });

  it('the dry run of one connection does not hold up another on the same Confluence', async () => {
    const second = await world.connect('second');
    await switchTo('dry-run');
    await createUsers(12);
    await world.settle();
    await world.createUser('ann', {}, { connection: second, sends: false });
    world.log.length = 0;
    await world.untilPassed(4);
    expect([...world.confluence.accounts.keys()]).toEqual(['ann']);
    expect(world.records('change.resent')).toHaveLength(1);
  });

  it('nothing of it is late: the sweep tells apart what dry runs keep back', async () => {
    const second = await world.connect('second');
    await switchTo('dry-run');
    await createUsers(3);
    await world.createUser('lost', {}, { sends: false });
    world.confluence.fail(/./, 'server-error', 1000);
    await world.createUser('ann', {}, { connection: second });
    await world.settle();
    world.clock.now += 60_000;
    await world.sweep();
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ pending: 1, heldByDryRun: 4 });
    world.confluence.heal();
    await world.untilPassed(8);
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ pending: 0, oldestPendingMs: 0, heldByDryRun: 4 });
  });

  it('once it applies, a change is late from then on, not from when the identity provider sent it', async () => {
    await switchTo('dry-run');
    await world.createUser('ann');
    await world.settle();
    world.clock.now += 10 * 3_600_000;
    await switchTo('apply');
    world.confluence.fail(/^createAccount/, 'server-error', 1000);
    await world.sweep();
    await world.settle();
    world.clock.now += 60_000;
    await world.sweep();
    expect(world.records('sweep.finished').at(-1)).toMatchObject({ pending: 1, oldestPendingMs: 60_000 });
  });

  it('a connection whose dry run keeps something back is not deleted', async () => {
    const ann = await world.createUser('ann');
    await world.settle();
    await switchTo('dry-run');
    await world.deleteUser(ann);
    await world.settle();
    await expect(world.connections.delete(world.connection.id)).rejects.toThrow('have not reached the target');
  });

  it('who may have an account because of a group is planned when the group comes', async () => {
    await world.close();
    world = await startWorld({ settings: { apply: 'dry-run', users: { onlyFromGroups: ['staff'] } } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilPassed(5);
    expect((await plans())['user ann']?.at(-1)).toContain(CREATE);
    expect(world.confluence.writes).toEqual([]);
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    await world.untilQuiet();
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['ann']));
  });

  it('a group that would be linked is told with those who would be taken out of it', async () => {
    await world.close();
    world = await startWorld({ settings: { apply: 'dry-run', users: { linking: 'user-name' }, groups: { otherMembers: 'remove' } } });
    for (const name of ['ann', 'zoe']) world.confluence.accounts.set(name, { fullName: name, active: true });
    world.confluence.groups.set('staff', new Set(['ann', 'zoe']));
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilPassed(5);
    expect((await plans())['group staff']?.filter((told) => told.includes('zoe'))).toEqual(['remove other member zoe of staff']);
    expect(world.confluence.writes).toEqual([]);
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['ann', 'zoe']));
  });

  it('a deleted group says what becomes of it, and of nobody where its members stay', async () => {
    await world.close();
    world = await startWorld({ settings: { groups: { onDelete: 'delete' } } });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilQuiet();
    await switchTo('dry-run');
    await world.deleteGroup(staff);
    await world.settle();
    const said = await plans();
    expect(said['group staff']).toEqual(['delete group staff']);
    expect(said['staff of ann']).toEqual(['remove member']);
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['ann']));
  });

  it('sync --dry-run of a connection that applies leaves its markers to the sweep', async () => {
    const ann = await world.createUser('ann', {}, { sends: false });
    await world.createGroup('staff', [ann], { sends: false });
    await world.synchronize({ dryRun: true });
    expect(world.confluence.writes).toEqual([]);
    const partition = (await world.user(ann))?.pendingPk;
    expect(partition).toContain('#PENDING#');
    await world.untilPassed(5);
    await world.untilQuiet();
    expect(await compareAtRest(world)).toEqual([]);
  });

  it('Synchronize of a connection in dry run changes nothing in Confluence', async () => {
    await switchTo('dry-run');
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    const { counts } = await world.synchronize();
    expect(world.confluence.writes).toEqual([]);
    expect(counts).toMatchObject({ created: 2, added: 1 });
    await switchTo('apply');
    await world.sweep();
    await world.settle();
    await world.untilQuiet();
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['ann']));
  });

  it('a killed worker plans again: nothing is lost', async () => {
    await switchTo('dry-run');
    const ann = await world.createUser('ann');
    world.queue.lose(() => true);
    expect((await world.user(ann))?.marker).toBe('pending');
    await world.untilPassed(5);
    expect((await plans())['user ann']).toHaveLength(1);
  });
});
