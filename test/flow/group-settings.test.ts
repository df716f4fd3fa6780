import { afterEach, describe, expect, it } from 'vitest';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { changeSettings } from './change-settings.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

async function start(settings: SettingsChange = {}): Promise<void> {
  world = await startWorld({ settings: { brake: { enabled: false }, ...settings } });
}
const membersOf = (group: string) => [...(world.confluence.groups.get(group) ?? [])].sort();
const groups = () => [...world.confluence.groups.keys()].sort();
async function settings(groupsSettings: SettingsChange['groups'], ...ids: GroupId[]): Promise<void> {
  await changeSettings(world, { brake: { enabled: false }, ...(groupsSettings && { groups: groupsSettings }) }, ids);
  await world.settle();
}
/** A group of Ann and Bob under these settings, applied. */
async function staffed(
  groupsSettings: SettingsChange['groups'],
  displayName = 'Staff',
): Promise<{ ann: UserId; bob: UserId; staff: GroupId }> {
  await start(groupsSettings && { groups: groupsSettings });
  const ann = await world.createUser('ann');
  const bob = await world.createUser('bob');
  const staff = await world.createGroup(displayName, [ann, bob]);
  await world.settle();
  await world.untilQuiet();
  return { ann, bob, staff };
}
const map = (names: Record<string, string[]>) => ({ mapping: 'map' as const, map: names });

describe('groups.mapping', () => {
  it('same-name: the group is made under its own name', async () => {
    await staffed(undefined, 'Équipe A');
    expect(groups()).toEqual(['équipe a']);
    expect(membersOf('équipe a')).toEqual(['ann', 'bob']);
  });

  it('map: one SCIM group is several Confluence groups, and members come and go in all of them', async () => {
    const { ann, staff } = await staffed(map({ staff: ['Crew', 'everyone'] }));
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(await world.group(staff)).toMatchObject({ boundName: 'crew', alsoBound: ['everyone'] });
    expect(await world.group(staff)).not.toHaveProperty('marker');
    await world.changeMembers(staff, { remove: [ann] });
    await world.settle();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([['bob'], ['bob']]);
  });

  it('map: a mapped group that exists is linked whatever the linking rule says, and its members by hand stay', async () => {
    await start({ groups: map({ staff: ['crew', 'everyone'] }) });
    world.confluence.groups.set('everyone', new Set(['by-hand']));
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    expect([membersOf('crew'), membersOf('everyone')]).toEqual([['ann'], ['ann', 'by-hand']]);
  });

  it('map: a group that the map does not name is left out, said, and nothing is called', async () => {
    const { staff } = await staffed(map({ other: ['crew'] }));
    expect(groups()).toEqual([]);
    expect(world.records('change.skipped')).toMatchObject([{ reason: expect.stringContaining('groups.map does not name it') }]);
    expect(await world.group(staff)).not.toHaveProperty('marker');
  });
});

describe('groups.create', () => {
  it('off: a group that does not exist parks, its members wait, and an existing one is filled', async () => {
    const { ann, staff } = await staffed({ create: false });
    expect(groups()).toEqual([]);
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'not-found', parkedReason: expect.stringContaining('groups.create') });
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
    world.confluence.groups.set('staff', new Set());
    await settings({ ...map({ staff: ['staff'] }), create: false }, staff);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
  });

  it('off: with several names, what exists is not filled until all of them do', async () => {
    await start({ groups: { ...map({ staff: ['crew', 'everyone'] }), create: false } });
    world.confluence.groups.set('crew', new Set());
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'not-found', boundName: 'crew' });
    expect(membersOf('crew')).toEqual([]);
  });
});

describe('groups.include and groups.exclude', () => {
  it('what is left out is not made, and what is taken is', async () => {
    await start({ groups: { include: ['team-.*'], exclude: ['.*-secret'] } });
    const ann = await world.createUser('ann');
    for (const name of ['team-a', 'team-secret', 'staff']) await world.createGroup(name, [ann]);
    await world.settle();
    expect(groups()).toEqual(['team-a']);
    expect(world.records('change.skipped').map(({ subject }) => subject)).toMatchObject([{ name: 'team-secret' }, { name: 'staff' }]);
  });

  it('a group that becomes left out loses its members, and its name is free', async () => {
    const { ann, staff } = await staffed(undefined);
    await settings({ exclude: ['Staff'] }, staff);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
    expect(groups()).toEqual(['staff']);
    const header = await world.group(staff);
    for (const name of ['boundName', 'marker', 'parkedCode']) expect(header).not.toHaveProperty(name);
    expect(await world.member(staff, ann)).toMatchObject({ wanted: 'present' });
    expect(await world.delivery.resources.owner(world.connection.target.id, 'group', 'staff')).toMatchObject({ free: true, live: false });
  });

  it('taken again it gets them back, those that came meanwhile too, and needs no linking rule for what was its own', async () => {
    const { ann, staff } = await staffed(undefined);
    await settings({ exclude: ['Staff'] }, staff);
    await world.untilQuiet();
    const carl = await world.createUser('carl');
    await world.changeMembers(staff, { add: [carl], remove: [ann] });
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual([]);
    await settings({}, staff);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['bob', 'carl']);
  });

  it('a member by hand is not touched when the group is left out', async () => {
    const { staff } = await staffed(undefined);
    world.confluence.groups.get('staff')?.add('by-hand');
    await settings({ exclude: ['.*'] }, staff);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['by-hand']);
  });
});

describe('groups.rename', () => {
  const rename = [{ pattern: 'app-(.*)', replacement: '$1 users' }];

  it('makes the name', async () => {
    await staffed({ rename }, 'app-Sales');
    expect(groups()).toEqual(['sales users']);
    expect(membersOf('sales users')).toEqual(['ann', 'bob']);
  });

  it('a group that the IdP renames becomes another Confluence group, since the setting makes the name', async () => {
    const { staff } = await staffed({ rename }, 'app-Sales');
    await world.renameGroup(staff, 'app-Marketing');
    await world.settle();
    await world.untilQuiet();
    expect([membersOf('sales users'), membersOf('marketing users')]).toEqual([[], ['ann', 'bob']]);
    expect(world.records('change.unsupported')).toEqual([]);
  });

  it('without any setting that names it a renamed group keeps its name, and a later setting goes by the new one', async () => {
    const { staff } = await staffed(undefined, 'app-Sales');
    await world.renameGroup(staff, 'app-Marketing');
    await world.settle();
    expect(groups()).toEqual(['app-sales']);
    expect(world.records('change.unsupported')).toMatchObject([{ what: 'rename of group app-sales: it keeps its name' }]);
    await settings({ rename }, staff);
    await world.untilQuiet();
    expect([membersOf('app-sales'), membersOf('marketing users')]).toEqual([[], ['ann', 'bob']]);
    await settings({}, staff);
    await world.untilQuiet();
    expect([membersOf('marketing users'), membersOf('app-marketing')]).toEqual([[], ['ann', 'bob']]);
  });

  it('two SCIM groups that end up as one name: the second parks and says why, and they are not merged', async () => {
    await start({ groups: { rename: [{ pattern: 'Sales .*', replacement: 'sales' }] } });
    const ann = await world.createUser('ann');
    const bob = await world.createUser('bob');
    const first = await world.createGroup('Sales EMEA', [ann]);
    const second = await world.createGroup('Sales APAC', [bob]);
    await world.settle();
    expect(membersOf('sales')).toEqual(['ann']);
    expect(await world.group(second)).toMatchObject({
      parkedCode: 'owned',
      parkedReason: expect.stringMatching(
        /belongs to the group Sales EMEA, .* never merged.*groups\.rename\[0\] \(Sales APAC becomes sales\)/,
      ),
    });
    await world.deleteGroup(first);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('sales')).toEqual(['bob']);
  });
});

describe('groups.onDelete', () => {
  it('keep: who had been taken out by a large change just before does not stay', async () => {
    const { ann, staff } = await staffed({ onDelete: 'keep' });
    await world.replaceByLayer(staff, [ann], { sends: false });
    await world.deleteGroup(staff);
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('empty: the group stays, without the members it was given', async () => {
    const { staff } = await staffed({ onDelete: 'empty' });
    world.confluence.groups.get('staff')?.add('by-hand');
    await world.deleteGroup(staff);
    await world.settle();
    expect(membersOf('staff')).toEqual(['by-hand']);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('keep: members and group stay, but who had been taken out before does not', async () => {
    const { ann, staff } = await staffed({ onDelete: 'keep' });
    await world.changeMembers(staff, { remove: [ann] }, { sends: false });
    await world.deleteGroup(staff);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['bob']);
    expect(world.confluence.writes.filter((call) => call.startsWith('removeMember'))).toEqual(['removeMember staff ann']);
    expect(await world.group(staff)).toBeUndefined();
    const again = await world.createGroup('staff');
    await world.settle();
    expect(await world.group(again)).toMatchObject({ boundName: 'staff' });
  });

  it('delete: emptied first, then deleted, under all its names', async () => {
    const { staff } = await staffed({ ...map({ staff: ['crew', 'everyone'] }), onDelete: 'delete' });
    await world.deleteGroup(staff);
    await world.settle();
    expect(groups()).toEqual([]);
    expect(world.confluence.writes.slice(-2)).toEqual(['deleteGroup crew', 'deleteGroup everyone']);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('delete: one that is gone already is fine', async () => {
    const { staff } = await staffed({ onDelete: 'delete' });
    world.confluence.groups.delete('staff');
    await world.deleteGroup(staff);
    await world.settle();
    expect(await world.group(staff)).toBeUndefined();
  });

  it('delete: what Confluence refuses to delete is left empty, and said', async () => {
    const { staff } = await staffed({ onDelete: 'delete' });
    world.confluence.fail(/^deleteGroup/, 'bad-request');
    await world.deleteGroup(staff);
    await world.settle();
    expect(membersOf('staff')).toEqual([]);
    expect(world.records('change.unsupported')).toMatchObject([{ what: expect.stringContaining('delete of group staff') }]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('delete: not while a member is left in it, and after a crash it goes on', async () => {
    const { staff } = await staffed({ onDelete: 'delete' });
    world.confluence.fail(/^removeMember staff ann/, 'server-error');
    await world.deleteGroup(staff);
    await world.settle();
    expect(groups()).toEqual(['staff']);
    world.confluence.fail(/^deleteGroup/, 'unavailable');
    await world.untilQuiet();
    expect(groups()).toEqual([]);
    expect(await world.group(staff)).toBeUndefined();
  });

  it('delete: a group of that name that was pushed meanwhile is not deleted', async () => {
    const { ann, staff } = await staffed({ onDelete: 'delete' });
    await world.deleteGroup(staff, { sends: false });
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.untilQuiet();
    expect(membersOf('staff')).toEqual(['ann']);
  });

  it('delete: a protected group stays as it is', async () => {
    const { staff } = await staffed({ onDelete: 'delete' });
    await changeSettings(world, { brake: { enabled: false }, groups: { onDelete: 'delete' }, protected: { groups: ['Staff'] } }, []);
    await world.deleteGroup(staff);
    await world.settle();
    expect(membersOf('staff')).toEqual(['ann', 'bob']);
    expect(await world.group(staff)).toMatchObject({ parkedCode: 'protected' });
  });
});
