import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

/** A group of so many, in Confluence. From then on a slice has time for three memberships. */
async function start(count: number, settings: SettingsChange = {}) {
  world = await startWorld({ settings, functionMs: 600_000 });
  const users: UserId[] = await world.seedUsers(count);
  const staff = await world.createGroup('staff', users);
  await world.untilQuiet();
  expect(members()).toHaveLength(count);
  const { memberships } = world.delivery;
  const read = memberships.read;
  const slowly: typeof read = (...which) => {
    world.clock.now += 7_000;
    return read(...which);
  };
  Object.assign(memberships, { read: slowly });
  return { users, staff };
}
const members = () => [...(world.confluence.groups.get('staff') ?? [])];

describe('deleting a group whose members take more than one slice', () => {
  it('comes to its end when the brake holds more of them than fit in a slice, and goes on once they are released', async () => {
    const { staff } = await start(10, { brake: { enabled: true, share: 0, atLeast: 2 } });
    await world.deleteGroup(staff);
    await world.settle();
    expect(members()).toHaveLength(8);
    expect(await world.group(staff)).toMatchObject({ marker: 'held' });
    expect(world.records('change.held').filter(({ subject }) => subject.type === 'membership')).toHaveLength(8);

    const heldChanges = dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
    await releaseHeld({ brake: world.delivery.brake, heldChanges, queue: world.queue }, world.connection.id, 'held', 'release');
    await world.untilQuiet();
    expect(members()).toEqual([]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('tries each of those that fail once, then leaves them to the sweep', async () => {
    const { staff } = await start(10);
    world.confluence.fail(/^removeMember/, 'bad-request', Number.POSITIVE_INFINITY);
    await world.deleteGroup(staff);
    await world.settle();
    expect(world.records('change.retried')).toHaveLength(10);
    expect(members()).toHaveLength(10);

    world.confluence.heal();
    await world.untilQuiet();
    expect(members()).toEqual([]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('reaches those who come after many that fail', async () => {
    const { staff, users } = await start(10);
    const names = await Promise.all(users.toSorted().map(async (id) => (await world.user(id))?.boundName));
    const failing = names.slice(0, 7);
    world.confluence.fail(new RegExp(`^removeMember staff (${failing.join('|')})$`), 'bad-request', Number.POSITIVE_INFINITY);
    await world.deleteGroup(staff);
    await world.settle();
    expect(members().toSorted()).toEqual(failing.toSorted());
  });
});

describe('memberships that waited for a parked group', () => {
  it('are woken in slices', async () => {
    world = await startWorld();
    const users = await world.seedUsers(5);
    const group = await world.createGroup('a/b', users);
    await world.settle();
    const parked = await world.group(group);
    expect(parked).toMatchObject({ parkedCode: 'illegal-name', membersWait: true });
    if (!parked) return;

    let asked = 0;
    expect(await world.delivery.memberships.wakeOfGroup(parked, () => asked++ < 2)).toBe(false);
    const markers = await Promise.all(users.map(async (id) => (await world.member(group, id))?.marker));
    expect(markers.toSorted()).toEqual(['pending', 'pending', 'waiting', 'waiting', 'waiting']);
    expect(await world.group(group)).toMatchObject({ membersWait: true });

    await world.renameGroup(group, 'b');
    await world.untilQuiet();
    expect(world.confluence.groups.get('b')?.size).toBe(5);
  });
});
