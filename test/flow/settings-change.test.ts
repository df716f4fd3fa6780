import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/directory/keys.ts';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function change(settings: SettingsChange): Promise<void> {
  const read = await world.connections.get(world.connection.id);
  if (!read) throw new Error('no connection');
  const at = new Date(world.clock.now).toISOString();
  await world.connections.changeSettings(read, settingsOf({ brake: { enabled: false } }, settings), { by: 'the test', at });
}
const numbers = async () => {
  const { settingsNumber, markedSettingsNumber } = (await world.connections.get(world.connection.id)) ?? {};
  return { settingsNumber, markedSettingsNumber };
};
const runs = () => world.records('reconcile.finished').map(({ run, of, resources }) => ({ run, of, resources }));

describe('a change of the settings', () => {
  it('is applied to everybody whom it affects, once', async () => {
    for (const name of ['ann', 'ben']) await world.createUser(name, { name: { givenName: name, familyName: 'Doe' } });
    await world.createGroup('staff');
    await world.untilQuiet();
    await change({ users: { fullName: '{name.familyName}, {name.givenName}' } });
    expect(await numbers()).toEqual({ settingsNumber: 2, markedSettingsNumber: 1 });
    await world.reconcile();
    await world.settle();
    expect([...world.confluence.accounts.values()].map(({ fullName }) => fullName)).toEqual(['Doe, ann', 'Doe, ben']);
    expect(await numbers()).toEqual({ settingsNumber: 2, markedSettingsNumber: 2 });
    expect(runs()).toEqual([{ run: 'settings-2', of: 'settings', resources: 2 }]);
    world.confluence.calls.length = 0;
    await world.reconcile();
    await world.settle();
    expect(world.confluence.calls).toEqual([]);
  });

  it('that is taken back before anybody was marked is taken back from those who changed meanwhile too', async () => {
    const ann = await world.createUser('ann', { name: { givenName: 'Ann', familyName: 'Doe' } });
    await world.untilQuiet();
    await change({ users: { fullName: '{name.familyName}' } });
    await world.updateUser(ann, { title: 'Dr' });
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.fullName).toBe('Doe');
    await change({});
    await world.reconcile();
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.fullName).toBe('ann');
    expect(await numbers()).toEqual({ settingsNumber: 3, markedSettingsNumber: 3 });
  });

  it('of which the settings before can’t be read any more marks everybody, and stops neither other connections nor runs', async () => {
    await world.createUser('ann');
    await world.untilQuiet();
    await change({ requestsPerSecond: 50 });
    await world.table.update(keys.settings(world.connection.id, 1), { set: { document: '{"version":9}' } });
    await world.reconcile();
    expect(await numbers()).toEqual({ settingsNumber: 2, markedSettingsNumber: 2 });
    expect(runs()).toEqual([{ run: 'settings-2', of: 'settings', resources: 1 }]);
  });

  it('goes on to be marked while no new run can begin', async () => {
    await world.createUser('ann');
    await world.untilQuiet();
    await change({ users: { fullName: '{userName}!' } });
    const { length } = world.queue;
    Object.assign(world.queue, { length: () => Promise.resolve(100_000) });
    await world.reconcile();
    Object.assign(world.queue, { length });
    const broken = await world.connect('broken');
    await world.table.update(keys.connection(broken.id), { set: { settings: '{"version":9}' } });
    await world.reconcile();
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.fullName).toBe('ann!');
    expect(world.records('error')).toMatchObject([{ where: 'beginning runs' }]);
  });

  it('of which nobody is affected marks nobody, and is done', async () => {
    await world.createUser('ann');
    await world.untilQuiet();
    await change({ requestsPerSecond: 50 });
    await world.reconcile();
    expect(await numbers()).toEqual({ settingsNumber: 2, markedSettingsNumber: 2 });
    expect(runs()).toEqual([]);
    expect(world.queue.messages).toEqual([]);
  });

  it('tries again what is parked', async () => {
    world.confluence.accounts.set('ann', { fullName: 'Ann', active: true });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    expect((await world.user(ann))?.parkedCode).toBe('foreign');
    await change({ users: { linking: 'user-name' } });
    await world.reconcile();
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann', appliedRevision: 1 });
    expect((await world.user(ann))?.parkedCode).toBe(undefined);
  });

  it('goes on where the driver stopped, also after the settings have changed once more', async () => {
    const ann = await world.createUser('ann', { name: { givenName: 'Ann', familyName: 'Doe' } });
    await world.untilQuiet();
    await change({ users: { fullName: '{name.familyName}' } });
    const { again } = world.delivery.resources;
    let dies = true;
    Object.assign(world.delivery.resources, {
      again: (...args: Parameters<typeof again>) => (dies ? Promise.reject(new Error('the driver dies')) : again(...args)),
    });
    await world.reconcile();
    expect((await numbers()).markedSettingsNumber).toBe(1);
    await change({ users: { fullName: '{name.givenName} {name.familyName}' } });
    dies = false;
    for (let minutes = 0; minutes < 4; minutes++) {
      world.clock.now += 60_000;
      await world.reconcile();
    }
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.fullName).toBe('Ann Doe');
    expect((await world.user(ann))?.marker).toBe(undefined);
    expect(await numbers()).toEqual({ settingsNumber: 3, markedSettingsNumber: 3 });
  });
});
