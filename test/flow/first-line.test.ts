import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.ts';

describe('the straight line: from a commit to Confluence', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('creates an account, disables it, enables it again', async () => {
    const ann = await world.createUser('Ann');
    await world.settle();
    expect(world.confluence.accounts.get('ann')).toEqual({ fullName: 'Ann', email: 'Ann@example.com', active: true });
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
    expect(await world.user(ann)).not.toHaveProperty('marker');

    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(false);

    await world.updateUser(ann, { active: true });
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(true);
  });

  it('does not create an inactive user', async () => {
    await world.createUser('ann', { active: false });
    await world.settle();
    expect(world.confluence.writes).toEqual([]);
  });

  it('creates a group with its members, adds and removes', async () => {
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const staff = await world.createGroup('Staff', [ann]);
    await world.settle();
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['ann']));

    await world.changeMembers(staff, { add: [bob], remove: [ann] });
    await world.settle();
    expect(world.confluence.groups.get('staff')).toEqual(new Set(['bob']));
    expect(await world.member(staff, ann)).toBeUndefined();
    expect(await world.member(staff, bob)).not.toHaveProperty('marker');
  });

  it('empties the group of a deleted group and keeps it', async () => {
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('Staff', [ann]);
    await world.settle();
    await world.deleteGroup(staff);
    await world.settle();
    expect(world.confluence.groups.get('staff')).toEqual(new Set());
    expect(await world.group(staff)).toBeUndefined();
  });

  it('disables the account of a deleted user, takes it out of its groups and purges the tombstone after an hour', async () => {
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('Staff', [ann]);
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.active).toBe(false);
    expect(world.confluence.groups.get('staff')).toEqual(new Set());
    expect(await world.user(ann)).toMatchObject({ state: 'tombstone' });

    world.clock.now += 3_600_001;
    await world.sweep();
    await world.settle();
    expect(await world.user(ann)).toBeUndefined();
    expect(await world.member(staff, ann)).toBeUndefined();
  });

  it('tells the story of one change by one correlation id', async () => {
    await world.createUser('ann');
    await world.settle();
    const story = world.log.filter(({ correlationId }) => correlationId === 'request-1').map(({ kind }) => kind);
    expect(story).toEqual(['confluence.request', 'confluence.request', 'change.planned', 'confluence.request', 'change.applied']);
    expect(world.records('change.planned')[0]).toMatchObject({ actions: ['bind a new name', 'create account', 'record'] });
  });
});
