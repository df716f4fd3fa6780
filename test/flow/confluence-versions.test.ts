import { afterEach, describe, expect, it } from 'vitest';
import type { AbilityMemory } from '../../shared/targets/data-center/abilities.ts';
import { dataCenterTarget } from '../../shared/targets/data-center/data-center-target.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { simulatorCredentials } from '../contract/targets/data-center-under-test.ts';
import {
  type ConfluenceSimulator,
  type ConfluenceSimulatorOptions,
  startConfluenceSimulator,
} from '../simulators/confluence/confluence-simulator.ts';
import { BASE_URL, startWorld, type World } from './harness.ts';

let world: World;
let simulator: ConfluenceSimulator;
afterEach(async () => {
  await world.close();
  await simulator.close();
});

/** The worker line with the real adapter, over HTTP, on a simulated Confluence of the version. */
async function startOn(simulated: ConfluenceSimulatorOptions, settings: Parameters<typeof startWorld>[0] = {}): Promise<void> {
  simulator = await startConfluenceSimulator(simulated);
  const memory: AbilityMemory = new Map();
  world = await startWorld({
    ...settings,
    targetOf: (connection, observe) =>
      dataCenterTarget({
        baseUrl: simulator.url,
        targetId: targetIdOf({ kind: 'data-center', baseUrl: BASE_URL }),
        credentials: simulatorCredentials(),
        observe,
        memory,
        version: connection.settings.target.version,
        callTimeoutMs: 5_000,
        now: () => world.clock.now,
      }),
  });
}
const userOf = (name: string) => simulator.users().find(({ username }) => username === name);
const state = () => world.delivery.targets.read(world.connection.target.id);
const sentByRpc = () =>
  simulator
    .requests()
    .filter(({ path }) => path.startsWith('/rpc/'))
    .map(({ path }) => path.split('/').at(-1));

describe('Confluence 7.13 with secure administrator sessions, from SCIM to Confluence', () => {
  it('pauses with a sentence that says what to switch off, and applies everything after that and `target resume`', async () => {
    await startOn({ version: '7.13.7', secureSessions: true });
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    expect(userOf('ann')).toBeUndefined();
    expect(await state()).toMatchObject({ state: 'paused', code: 'secure-session' });
    expect((await state()).reason).toContain('Switch "Secure administrator sessions" off');
    expect(world.records('target.paused')).toHaveLength(1);

    simulator.turn({ secureSessions: false });
    await world.delivery.targets.resume(world.connection.target.id);
    await world.untilQuiet();
    expect(userOf('ann')).toMatchObject({ active: true, email: 'ann@example.com', groups: ['staff'] });
    expect(await state()).toMatchObject({ state: 'open' });
  });

  it('pauses while the Remote API is off, and goes on by itself once it is on', async () => {
    await startOn({ version: '7.13.7', remoteApi: false });
    await world.createUser('ann');
    await world.settle();
    expect(await state()).toMatchObject({ state: 'paused', code: 'remote-api-off' });
    expect((await state()).reason).toContain('Switch on "Remote API (XML-RPC & SOAP)"');
    simulator.turn({ remoteApi: true });
    await world.untilPassed(12);
    expect(userOf('ann')).toMatchObject({ active: true });
  });
});

describe('Confluence 7.9, from SCIM to Confluence', () => {
  it('gets accounts, changes, members and their end, all by JSON-RPC', async () => {
    await startOn({ version: '7.9' }, { settings: { users: { onDelete: 'delete' } } });
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const staff = await world.createGroup('staff', [ann, bob]);
    await world.untilQuiet();
    expect(userOf('ann')?.groups).toEqual(['staff']);

    await world.updateUser(ann, { displayName: 'Ann Other', emails: [{ value: 'other@example.com' }] });
    await world.updateUser(bob, { active: false });
    await world.changeMembers(staff, { remove: [ann] });
    await world.untilQuiet();
    expect(userOf('ann')).toMatchObject({ fullName: 'Ann Other', email: 'other@example.com', groups: [] });
    expect(userOf('bob')?.active).toBe(false);

    await world.updateUser(bob, { active: true });
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(userOf('bob')?.active).toBe(true);
    expect(userOf('ann')).toBeUndefined();
    expect(simulator.requests().filter(({ method, path }) => method !== 'GET' && !path.startsWith('/rpc/'))).toEqual([]);
  });

  it('with its version set by hand is not asked for it', async () => {
    await startOn({ version: '7.9' }, { settings: { target: { version: '7.9' } } });
    await world.createUser('ann');
    await world.untilQuiet();
    expect(userOf('ann')).toBeDefined();
    expect(simulator.requests().filter(({ path }) => /server-information|manifest|admin\/group/.test(path))).toEqual([]);
  });
});

describe('Confluence 8.3 without Remote API, from SCIM to Confluence', () => {
  it('takes access away by REST while an account that only JSON-RPC could make is parked', async () => {
    await startOn({ version: '8.3' });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    simulator.turn({ remoteApi: false });
    const bob = await world.createUser('bob');
    await world.updateUser(ann, { active: false, displayName: 'Ann Other' });
    await world.untilQuiet();
    expect(userOf('ann')).toMatchObject({ active: false, fullName: 'ann' });
    expect(await state()).toMatchObject({ state: 'open' });
    const parked = await world.user(bob);
    expect(parked).toMatchObject({ parkedCode: 'not-permitted' });
    expect(JSON.stringify(parked)).toContain('Remote API');
  });
});

describe('Confluence 8.5 and 9.2, from SCIM to Confluence', () => {
  it.each(['8.5', '9.2'])('%s changes names by JSON-RPC where it is on, and everything else by REST', async (version) => {
    await startOn({ version, remoteApi: true });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await world.untilQuiet();
    expect(userOf('ann')).toMatchObject({ fullName: 'Ann Other' });
    expect([...new Set(sentByRpc())]).toEqual(['getServerInfo', 'editUser']);
  });

  it('says that a name is not changed where it is off, and nothing waits for it', async () => {
    await startOn({ version: '8.5' });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    await world.updateUser(ann, { displayName: 'Ann Other' });
    await world.untilQuiet();
    expect(userOf('ann')).toMatchObject({ fullName: 'ann', active: true });
    expect(world.records('change.unsupported').map(({ what }) => what)).toEqual([expect.stringContaining('Remote API')]);
  });
});
