import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { changeSettings } from './change-settings.ts';
import { VISIBILITY_MS } from './fifo-queue.ts';
import { startWorld, type World, type WorldOptions } from './harness.ts';

let world: World;
afterEach(() => world.close());

const move = { onRename: 'move' as const };
const membersOf = (group: string) => world.confluence.groups.get(group) && [...(world.confluence.groups.get(group) ?? [])].sort();
const ownerOf = (name: string) => world.delivery.resources.owner(world.connection.target.id, 'group', name);
const writes = (call: RegExp) => world.confluence.writes.filter((each) => call.test(each));

/** ann and bob in the group Staff, which this product has made. */
async function staffed(settings: SettingsChange = {}, more: WorldOptions = {}): Promise<{ ann: UserId; bob: UserId; staff: GroupId }> {
  world = await startWorld({ ...more, settings: { brake: { enabled: false }, groups: move, ...settings } });
  const ann = await world.createUser('ann');
  const bob = await world.createUser('bob');
  const staff = await world.createGroup('Staff', [ann, bob]);
  await world.settle();
  await world.untilQuiet();
  world.confluence.calls.length = 0;
  world.log.length = 0;
  return { ann, bob, staff };
}

async function rename(id: GroupId, displayName: string): Promise<void> {
  await world.renameGroup(id, displayName);
  await world.settle();
}

describe('groups.onRename move: a group that the IdP renames', () => {
  it('is made anew, each member is added there before they leave the old one, which is deleted and given up at last', async () => {
    const { staff } = await staffed();
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect(membersOf('crew')).toEqual(['ann', 'bob']);
    expect(membersOf('staff')).toBeUndefined();
    const calls = writes(/./);
    for (const name of ['ann', 'bob'])
      expect(calls.indexOf(`addMember crew ${name}`)).toBeLessThan(calls.indexOf(`removeMember staff ${name}`));
    expect([calls[0], calls.at(-1), calls.length]).toEqual(['createGroup crew', 'deleteGroup staff', 6]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', alsoBound: [], retiring: [], movedFrom: [], namedBy: 'Crew' });
    expect(await world.group(staff)).not.toHaveProperty('marker');
    expect(await ownerOf('staff')).toMatchObject({ free: true });
    expect(world.records('change.unsupported')).toEqual([]);
  });

  it('keep: the group keeps its name, and that is said', async () => {
    const { staff } = await staffed({ groups: {} });
    await rename(staff, 'Crew');
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
    expect(writes(/./)).toEqual([]);
    expect(world.records('change.unsupported').map(({ what }) => what)).toEqual(['rename of group staff: it keeps its name']);
  });

  it('takes nobody’s access, so the brake counts nobody', async () => {
    const { staff } = await staffed({ brake: { share: 0, atLeast: 1 } });
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect(membersOf('crew')).toEqual(['ann', 'bob']);
    expect(world.records('change.held')).toEqual([]);
    expect(await world.delivery.brake.read(world.connection.id)).toMatchObject({ counted: 0 });
  });

  it('names that a rule makes of the displayName move too', async () => {
    const { staff } = await staffed({ groups: { ...move, rename: [{ pattern: '(.*)', replacement: '$1 users' }] } });
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff users'), membersOf('crew users')]).toEqual([undefined, ['ann', 'bob']]);
  });

  it('a rename in letters’ case alone calls nothing', async () => {
    const { staff } = await staffed();
    await rename(staff, 'STAFF');
    expect(writes(/./)).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'staff', namedBy: 'STAFF' });
    expect(await world.group(staff)).not.toHaveProperty('marker');
  });

  it('who is taken out meanwhile is in neither, who is added in the new one', async () => {
    const { ann, staff } = await staffed();
    const carl = await world.createUser('carl');
    await world.renameGroup(staff, 'Crew');
    await world.changeMembers(staff, { remove: [ann], add: [carl] });
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['bob', 'carl']]);
    expect(writes(/addMember crew ann/)).toEqual([]);
  });

  it('whose groups are kept back while they are inactive gets the new one back', async () => {
    const { ann, staff } = await staffed({
      users: { groupsOnDeactivate: { do: 'remove' } },
      brake: { share: 0, atLeast: 1 },
    });
    await world.updateUser(ann, { active: false });
    await world.settle();
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['bob']]);
    await world.updateUser(ann, { active: true });
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('crew')).toEqual(['ann', 'bob']);
    expect(world.records('change.held')).toEqual([]);
  });
});

describe('groups.onRename move: the new group can’t be had', () => {
  it('the group parks, and everybody stays in the old one; a removal does not wait', async () => {
    const { ann, staff } = await staffed();
    world.confluence.groups.set('crew', new Set(['by-hand']));
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'foreign', boundName: 'staff', movedFrom: ['staff'] });
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['ann', 'bob'], ['by-hand']]);
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect(membersOf('staff')).toEqual(['bob']);
    await rename(staff, 'Team');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('team'), membersOf('crew')]).toEqual([undefined, ['bob'], ['by-hand']]);
  });

  it('the name is another group’s: parked, and woken when that one has moved on', async () => {
    const { bob, staff } = await staffed();
    const carl = await world.createUser('carl');
    const crew = await world.createGroup('Crew', [carl]);
    await world.settle();
    await rename(staff, 'Crew of old');
    await rename(staff, 'Team');
    await world.untilQuiet();
    await rename(crew, 'Staff');
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew'), membersOf('team')]).toEqual([['carl'], ['ann', 'bob'], undefined]);
    for (const id of [staff, crew]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
    expect(await world.member(staff, bob)).not.toHaveProperty('marker');
  });

  it('two that exchange their names both get them', async () => {
    const { staff } = await staffed();
    const carl = await world.createUser('carl');
    const crew = await world.createGroup('Crew', [carl]);
    await world.settle();
    await world.renameGroup(crew, 'Between');
    await world.renameGroup(staff, 'Crew');
    await world.renameGroup(crew, 'Staff');
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['carl'], ['ann', 'bob']]);
    expect(membersOf('between')).toBeUndefined();
    for (const id of [staff, crew]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
  });

  it('a second rename, halfway, to a name that can’t be had: it parks, everybody stays in what they were in, and it goes on afterwards', async () => {
    const { staff } = await staffed();
    world.confluence.fail(/^addMember crew bob/, 'server-error', 3);
    await rename(staff, 'Crew');
    expect(await world.group(staff)).toMatchObject({ retiring: ['staff'] });
    world.confluence.groups.set('team', new Set(['by-hand']));
    await rename(staff, 'Team');
    await world.untilQuiet();
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'foreign', movedFrom: ['crew', 'staff'] });
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['bob'], ['ann']]);
    await rename(staff, 'Squad');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew'), membersOf('squad')]).toEqual([undefined, undefined, ['ann', 'bob']]);
  });

  it('two that exchange their names under the brake: what it holds stays in its group until an administrator has released it', async () => {
    const { staff } = await staffed({ brake: { share: 0, atLeast: 1 } });
    const crew = await world.createGroup('Crew', [await world.createUser('carl'), await world.createUser('dora')]);
    await world.settle();
    await world.renameGroup(crew, 'Between');
    await world.renameGroup(staff, 'Crew');
    await world.renameGroup(crew, 'Staff');
    await world.settle();
    await world.untilQuiet();
    const heldChanges = dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
    expect(world.records('change.held')).not.toEqual([]);
    // The brake lets one person go: whichever comes first.
    const kept = ['ann', 'bob', 'carl', 'dora'].filter((name) => ['staff', 'crew'].some((group) => world.confluence.member(group, name)));
    expect(kept).toHaveLength(3);
    for (let times = 0; times < 4; times++) {
      await releaseHeld({ brake: world.delivery.brake, heldChanges, queue: world.queue }, world.connection.id, 'held', 'release');
      await world.settle();
      await world.untilQuiet();
    }
    expect([membersOf('staff'), membersOf('crew')]).toEqual([
      ['carl', 'dora'],
      ['ann', 'bob'],
    ]);
    for (const id of [staff, crew]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
  });

  it('three that pass their names on in a circle all get them', async () => {
    const { staff } = await staffed();
    const carl = await world.createUser('carl');
    const dora = await world.createUser('dora');
    const crew = await world.createGroup('Crew', [carl]);
    const team = await world.createGroup('Team', [dora]);
    await world.settle();
    await world.renameGroup(team, 'Between');
    await world.renameGroup(crew, 'Team');
    await world.renameGroup(staff, 'Crew');
    await world.renameGroup(team, 'Staff');
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew'), membersOf('team')]).toEqual([['dora'], ['ann', 'bob'], ['carl']]);
    for (const id of [staff, crew, team]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
  });

  it('two that exchange their names, one of them halfway to another, both get them', async () => {
    const { staff } = await staffed();
    const carl = await world.createUser('carl');
    const crew = await world.createGroup('Crew', [carl]);
    await world.settle();
    world.confluence.fail(/^addMember between bob/, 'server-error', 3);
    await rename(staff, 'Between');
    expect(await world.group(staff)).toMatchObject({ retiring: ['staff'] });
    await rename(crew, 'Staff');
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew'), membersOf('between')]).toEqual([['carl'], ['ann', 'bob'], []]);
    for (const id of [staff, crew]) expect(await world.group(id)).not.toHaveProperty('parkedCode');
  });

  it('no seat in the new one: who can’t be added stays in the old one, which stays too', async () => {
    const { staff } = await staffed();
    world.confluence.fail(/^addMember crew bob/, 'no-seat', 3);
    await rename(staff, 'Crew');
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['bob'], ['ann']]);
    expect(await world.group(staff)).toMatchObject({ marker: 'pending', retiring: ['staff'] });
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['ann', 'bob']]);
  });
});

describe('groups.onRename move: the old group', () => {
  it('stays where somebody else is in it, and that is said', async () => {
    const { staff } = await staffed();
    world.confluence.groups.get('staff')?.add('by-hand');
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['by-hand'], ['ann', 'bob']]);
    expect(world.records('change.unsupported').map(({ what }) => what)).toEqual([expect.stringContaining('by-hand is in it')]);
    expect(await ownerOf('staff')).toMatchObject({ free: true });
  });

  it('is looked at again where a list still shows who was taken out a moment ago; after the time it stays', async () => {
    for (const isSeenLater of [true, false]) {
      const { staff } = await staffed();
      world.confluence.settlesWithinMs = 600_000;
      world.confluence.lie(/^removeMember staff bob/, undefined);
      await rename(staff, 'Crew');
      expect(membersOf('staff')).toEqual(['bob']);
      expect(await world.group(staff)).toMatchObject({ marker: 'pending', retiring: ['staff'] });
      expect(world.records('change.unsupported')).toEqual([]);
      if (isSeenLater) world.confluence.groups.get('staff')?.delete('bob');
      await world.untilQuiet();
      expect(membersOf('staff')).toEqual(isSeenLater ? undefined : ['bob']);
      expect(world.records('change.unsupported')).toHaveLength(isSeenLater ? 0 : 1);
      expect(membersOf('crew')).toEqual(['ann', 'bob']);
      if (isSeenLater) await world.close();
    }
  });

  it('stays where somebody is in it of whom the target tells no name', async () => {
    const { staff } = await staffed();
    world.confluence.withUnnamed.add('staff');
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([[], ['ann', 'bob']]);
    expect(world.records('change.unsupported').map(({ what }) => what)).toEqual([expect.stringContaining('tells no name')]);
  });

  it.each([false, true])('stays where this product did not make it, unless all groups there are provisioned: %s', async (provisioned) => {
    world = await startWorld({ settings: { brake: { enabled: false }, users: { linking: 'user-name' }, groups: move } });
    world.confluence.groupsAreProvisioned = provisioned;
    world.confluence.groups.set('staff', new Set());
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('Staff', [ann]);
    await world.settle();
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([provisioned ? undefined : [], ['ann']]);
    const told = provisioned ? [] : [expect.stringContaining('not made by this product')];
    expect(world.records('change.unsupported').map(({ what }) => what)).toEqual(told);
  });

  it('stays as it is where it is protected by now', async () => {
    const { staff } = await staffed();
    await changeSettings(world, { brake: { enabled: false }, groups: move, protected: { groups: ['staff'] } }, []);
    await rename(staff, 'Crew');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(writes(/ staff/)).toEqual([]);
  });

  it('stays where the target refuses to delete it, and where it can’t', async () => {
    for (const code of ['bad-request', 'unsupported', 'not-permitted'] as const) {
      const { staff } = await staffed();
      world.confluence.fail(/^deleteGroup/, code);
      await rename(staff, 'Crew');
      await world.untilQuiet();
      expect([membersOf('staff'), membersOf('crew')]).toEqual([[], ['ann', 'bob']]);
      expect(world.records('change.unsupported')).toHaveLength(1);
      expect(await world.group(staff)).toMatchObject({ boundName: 'crew', retiring: [] });
      if (code !== 'not-permitted') await world.close();
    }
  });

  it('is deleted by the one that comes after a failure, before its name is given up', async () => {
    const { staff } = await staffed();
    world.confluence.fail(/^deleteGroup/, 'server-error');
    await rename(staff, 'Crew');
    expect(await world.group(staff)).toMatchObject({ boundName: 'staff', retiring: ['staff'] });
    await world.untilQuiet();
    expect(membersOf('staff')).toBeUndefined();
  });

  it('is taken over by a group that waits for its name', async () => {
    const { staff } = await staffed();
    const held = world.confluence.hold(/^removeMember staff/);
    await world.renameGroup(staff, 'Crew');
    const moving = world.deliver();
    const removal = await held;
    const carl = await world.createUser('carl');
    // The name in the directory is free since the rename.
    const other = await world.createGroup('Staff', [carl]);
    removal.proceed();
    await moving;
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['carl'], ['ann', 'bob']]);
    expect(await world.group(other)).toMatchObject({ boundName: 'staff' });
  });
});

describe('groups.onRename move: more than one rename, and what comes between', () => {
  it('renamed back halfway: the old group is kept, the new one deleted', async () => {
    const { staff } = await staffed();
    const held = world.confluence.hold(/^removeMember staff/);
    await world.renameGroup(staff, 'Crew');
    const moving = world.deliver();
    const removal = await held;
    await world.renameGroup(staff, 'Staff');
    removal.proceed();
    await moving;
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([['ann', 'bob'], undefined]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'staff', namedBy: 'Staff', movedFrom: [] });
    await rename(staff, 'Team');
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('team')]).toEqual([undefined, ['ann', 'bob']]);
  });

  it('renamed twice at once: only the last is left', async () => {
    const { staff } = await staffed();
    const held = world.confluence.hold(/^addMember crew/);
    await world.renameGroup(staff, 'Crew');
    const moving = world.deliver();
    const addition = await held;
    await world.renameGroup(staff, 'Team');
    addition.proceed();
    await moving;
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew'), membersOf('team')]).toEqual([undefined, undefined, ['ann', 'bob']]);
  });

  it('a move that has begun is ended when the setting is switched off meanwhile', async () => {
    const { staff } = await staffed();
    world.confluence.fail(/^createGroup crew/, 'server-error');
    await rename(staff, 'Crew');
    await changeSettings(world, { brake: { enabled: false } }, [staff]);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['ann', 'bob']]);
  });

  it('switched on, groups that were renamed before move now', async () => {
    const { staff } = await staffed({ groups: {} });
    await rename(staff, 'Crew');
    await changeSettings(world, { brake: { enabled: false }, groups: move }, [staff]);
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['ann', 'bob']]);
  });

  it('renamed into what the settings leave out: everybody is taken out, as ever, and nothing is deleted', async () => {
    const { staff } = await staffed({ groups: { ...move, exclude: ['Secret'] } });
    await rename(staff, 'Secret');
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
    expect(writes(/Group/)).toEqual([]);
  });

  it('deleted halfway: both are emptied; where a delete keeps members, everybody stays where they are', async () => {
    for (const onDelete of ['empty', 'keep'] as const) {
      const { staff } = await staffed({ groups: { ...move, onDelete } });
      world.confluence.fail(/^addMember crew bob/, 'server-error', 3);
      await rename(staff, 'Crew');
      await world.deleteGroup(staff);
      await world.settle();
      await world.untilQuiet();
      expect([membersOf('staff'), membersOf('crew')]).toEqual(onDelete === 'keep' ? [['bob'], ['ann']] : [[], []]);
      expect(await world.group(staff)).toBeUndefined();
      if (onDelete === 'empty') await world.close();
    }
  });

  it('a worker that dies after any call leaves what the next one finishes', async () => {
    const { staff } = await staffed();
    await world.renameGroup(staff, 'Crew');
    const inNeither: string[] = [];
    for (let deaths = 0; deaths < 8; deaths++) {
      let done = 0;
      world.confluence.gate = (call) => {
        for (const name of ['ann', 'bob'])
          if (!world.confluence.member('staff', name) && !world.confluence.member('crew', name)) inNeither.push(`${call.call}: ${name}`);
        if (!/^(add|remove|create|delete)/.test(call.call) || done++ < deaths) return call.proceed();
        // One more write than the time before is answered; then one lands, and nobody hears of it.
        call.timeOut();
        call.land();
      };
      await world.settle();
      world.clock.now += VISIBILITY_MS;
    }
    world.confluence.gate = undefined;
    expect(inNeither).toEqual([]);
    await world.untilQuiet();
    expect([membersOf('staff'), membersOf('crew')]).toEqual([undefined, ['ann', 'bob']]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', alsoBound: [], retiring: [], movedFrom: [] });
  });

  it('in a dry run it is told, and nothing is done', async () => {
    const { staff } = await staffed();
    await changeSettings(world, { brake: { enabled: false }, groups: move, apply: 'dry-run' }, []);
    await rename(staff, 'Crew');
    expect(writes(/./)).toEqual([]);
    const planned = world.records('change.planned').flatMap(({ actions }) => actions);
    expect(planned).toEqual(
      expect.arrayContaining(['move its members from staff to crew, and delete staff if nobody else is in it', 'create group']),
    );
    expect(await world.group(staff)).toMatchObject({ boundName: 'staff', marker: 'pending' });
  });
});
