import { afterEach, describe, expect, it } from 'vitest';
import { rejectHeld } from '../../functions/admin/safety/decide-held.ts';
import type { MembershipRead } from '../../shared/directory/delivery.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World } from './harness.ts';

/** Longer than the brake's hour: who was counted before is counted anew. */
const HOURS_MS = 2 * 3_600_000;

let world: World;
afterEach(() => world.close());

/** Ann and others, all in staff. The brake goes on with the second who loses access within the hour. */
async function start(settings: SettingsChange = {}): Promise<{ ann: UserId; staff: GroupId; others: UserId[] }> {
  world = await startWorld({ settings: { brake: { share: 0, atLeast: 1 }, ...settings } });
  const ann = await world.createUser('ann');
  const others = [await world.createUser('bob'), await world.createUser('cid')];
  const staff = await world.createGroup('staff', [ann, ...others]);
  await world.untilQuiet();
  return { ann, staff, others };
}

const message = (id: UserId | GroupId) => world.queue.messages.find(({ change }) => change.resource.id === id);
const deliver = async (id: UserId | GroupId) => world.deliver(message(id));
const reject = () => {
  const heldChanges = dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
  return rejectHeld({ brake: world.delivery.brake, heldChanges }, world.connection.id);
};
const read = async (group: GroupId, user: UserId): Promise<MembershipRead> => {
  const found = await world.delivery.memberships.read(world.connection.id, group, user);
  if (!found) throw new Error('no membership');
  return found;
};
/** Two who lose access: the second is held, and the brake is on. */
async function engage(others: readonly UserId[]): Promise<void> {
  for (const id of others) {
    await world.updateUser(id, { active: false });
    await deliver(id);
  }
  expect((await world.delivery.brake.read(world.connection.id)).engaged).toBeDefined();
  world.clock.now += 1;
}

describe('what the brake holds while others are at work (decision 21)', () => {
  it('a membership that was kept back is not held for a user who was reactivated since it was read', async () => {
    const { ann, staff, others } = await start({ users: { groupsOnDeactivate: { do: 'remove' } } });
    await world.updateUser(ann, { active: false });
    await deliver(ann);
    world.clock.now += HOURS_MS;
    await engage(others);
    const before = await read(staff, ann);
    await world.updateUser(ann, { active: true });
    await deliver(ann);
    expect(await world.delivery.memberships.hold(before)).toBe(false);
    await world.settle();
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('a membership that the wakening of its user finds again stays rejected', async () => {
    const { ann, staff, others } = await start({ users: { groupsOnDeactivate: { do: 'remove' } } });
    await world.updateUser(ann, { active: false });
    // The worker dies between marking the membership and the rest.
    world.queue.failNextSends = 1;
    await deliver(ann);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'pending' });
    world.clock.now += HOURS_MS;
    await engage(others);
    await world.sweep();
    await deliver(staff);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'held' });
    await reject();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'rejected' });
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('a deactivation stays rejected when the membership that led to it is tried again', async () => {
    const { ann, staff, others } = await start({ users: { onlyFromGroups: ['staff', 'crew'] } });
    await engage(others);
    await world.changeMembers(staff, { remove: [ann] });
    // The group's worker dies after it has marked the user.
    world.queue.failNextSends = 1;
    await deliver(staff);
    expect(await world.user(ann)).toMatchObject({ marker: 'pending' });
    world.clock.now += VISIBILITY_MS - 1;
    await world.sweep();
    await deliver(ann);
    expect(await world.user(ann)).toMatchObject({ marker: 'held' });
    await reject();
    await world.pass(VISIBILITY_MS);
    await world.untilQuiet();
    expect(await world.user(ann)).toMatchObject({ marker: 'rejected' });
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
    await world.createGroup('crew', [ann]);
    await world.untilQuiet();
    expect(await world.user(ann)).not.toHaveProperty('marker');
  });

  it('what Synchronize finds stays rejected where that was decided since it looked', async () => {
    const { ann, staff, others } = await start();
    await engage(others);
    const before = await read(staff, ann);
    await world.changeMembers(staff, { remove: [ann] });
    await deliver(staff);
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'held' });
    await reject();
    expect(await world.delivery.memberships.markAgain(before, 'sync-1')).toBe(false);
    await world.untilQuiet();
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'rejected', wanted: 'absent' });
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('what Synchronize finds is left to the removal that came since it looked', async () => {
    const { ann, staff } = await start();
    const before = await read(staff, ann);
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect(await world.delivery.memberships.markAgain(before, 'sync-1')).toBe(false);
    expect(await world.member(staff, ann)).toBeUndefined();
  });
});
