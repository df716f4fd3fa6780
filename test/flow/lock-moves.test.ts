import { afterEach, describe, expect, it } from 'vitest';
import { messageGroupOf } from '../../shared/changes/change.ts';
import { changeSettings } from './change-settings.ts';
import type { HeldCall } from './confluence-double.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

const off = { brake: { enabled: false } };
const map = (names: Record<string, string[]>) => ({ ...off, groups: { mapping: 'map' as const, map: names } });
const lockOf = (name: string) => messageGroupOf(world.connection.target.id, 'group', name);
/** Once, before the table is asked for several items of which one is a membership. */
function beforeMembershipIsRead(run: () => Promise<void>): void {
  const { table } = world;
  const batchGet = table.batchGet.bind(table);
  let isOver = false;
  table.batchGet = async (keys, ...more) => {
    if (!isOver && keys.some(({ sk }) => sk.startsWith('MEMBER#'))) {
      isOver = true;
      await run();
    }
    return batchGet(keys, ...more);
  };
}

describe('a group that gets its name while a worker believes that it has none (decision 21)', () => {
  it('its members are left to who has the lock of the name', async () => {
    world = await startWorld({ settings: map({}) });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff');
    await world.untilQuiet();
    await world.changeMembers(staff, { add: [ann] });
    let slow: Promise<void> | undefined;
    let add: HeldCall | undefined;
    beforeMembershipIsRead(async () => {
      await changeSettings(world, map({ staff: ['crew'] }), [staff]);
      // An old message, of a time when the settings gave this name before.
      const resource = { type: 'group', id: staff } as const;
      await world.queue.send(lockOf('crew'), { v: 1, connection: world.connection.id, resource, correlationId: 'old', reason: 'woken' });
      const held = world.confluence.hold(/^addMember crew ann/);
      slow = world.deliver(world.queue.receivable().find(({ group }) => group === lockOf('crew')));
      add = await held;
    });
    await world.deliver(world.queue.receivable().find(({ group }) => group === lockOf('staff')));
    expect(world.confluence.calls.filter((call) => call.startsWith('addMember'))).toEqual(['addMember crew ann']);
    add?.proceed();
    await slow;
    await world.untilQuiet();
    expect(world.confluence.member('crew', 'ann')).toBe(true);
    expect(await world.member(staff, ann)).not.toHaveProperty('marker');
  });
});

describe('a deleted group whose name was taken over and given up before its members were taken out (decision 21)', () => {
  it('takes them out all the same, although they are in the group that had taken it over', async () => {
    world = await startWorld({ settings: map({ staff: ['crew'], people: ['crew'] }) });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.untilQuiet();
    await world.deleteGroup(staff, { sends: false });
    const people = await world.createGroup('people');
    await world.settle();
    expect(await world.group(people)).toMatchObject({ boundName: 'crew' });
    await changeSettings(world, map({ staff: ['crew'], people: ['folk'] }), [people]);
    await world.settle();
    expect(await world.group(people)).toMatchObject({ boundName: 'folk' });
    await world.changeMembers(people, { add: [ann] });
    await world.untilQuiet();
    expect(await world.group(staff)).toBeUndefined();
    expect([world.confluence.member('folk', 'ann'), world.confluence.member('crew', 'ann')]).toEqual([true, false]);
  });
});
