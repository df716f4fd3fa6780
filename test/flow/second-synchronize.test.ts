import { afterEach, describe, expect, it } from 'vitest';
import { type SettingsChange, settingsOf } from '../settings-of.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

/** Found by test/property/synchronize.test.ts, each in its smallest form. */
async function start(settings: SettingsChange = {}): Promise<void> {
  world = await startWorld({ settings });
}
async function again(): Promise<unknown> {
  world.confluence.calls.length = 0;
  return (await world.synchronize()).counts;
}

describe('Synchronize: a second run does nothing', () => {
  it('of a group that was renamed by the identity provider, deleted by hand and made again: it keeps its name', async () => {
    await start();
    const ann = await world.createUser('ann');
    const group = await world.createGroup('ops', [ann]);
    await world.settle();
    await world.renameGroup(group, 'Operations');
    await world.untilQuiet();
    world.confluence.groups.delete('ops');
    expect((await world.synchronize()).counts).toMatchObject({ created: 1, added: 1 });
    expect(await again()).toEqual({});
    expect(world.confluence.writes).toEqual([]);
    expect([...world.confluence.groups.keys()]).toEqual(['ops']);
  });

  it('of a new user who still waits for one default group: the other one, and the e-mail address, are not given again', async () => {
    await start({ users: { defaultGroups: { newUsers: ['crm', 'newcomers'] } } });
    world.confluence.groups.set('crm', new Set());
    await world.createUser('ann');
    await world.untilPassed(5);
    for (let runs = 0; runs < 2; runs++) {
      expect(await again()).toEqual({ conflict: 1 });
      expect(new Set(world.confluence.writes)).toEqual(new Set(['addMember newcomers ann']));
    }
  });

  // DELIVERY §2.4: "A removal calls disable on an account that is ours even when the GET said 404; only a 404 to both is gone."
  it('of an inactive user whose account was deleted by hand, but ask for the account', async () => {
    await start();
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    world.confluence.accounts.delete('ann');
    for (let runs = 0; runs < 2; runs++) expect(await again()).toEqual({});
    expect(world.confluence.writes).toEqual(['disableAccount ann']);
  });
});

describe('users.update', () => {
  it('switched on again, brings an e-mail address up to date that changed meanwhile', async () => {
    await start({ users: { update: false } });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { emails: [{ value: 'new@example.com' }] });
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.email).toBe('ann@example.com');
    const read = await world.connections.get(world.connection.id);
    if (!read) throw new Error('no connection');
    await world.connections.changeSettings(read, settingsOf({ brake: { enabled: false } }), {
      by: 'pat',
      at: new Date(world.clock.now).toISOString(),
    });
    await world.reconcile();
    await world.settle();
    expect(world.confluence.accounts.get('ann')?.email).toBe('new@example.com');
  });
});
