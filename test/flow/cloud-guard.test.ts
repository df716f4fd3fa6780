import { afterEach, describe, expect, it } from 'vitest';
import { type CloudGuardTargetOptions, cloudGuardTarget } from '../../shared/targets/cloud-guard/cloud-guard-target.ts';
import { idMemory } from '../../shared/targets/id-memory.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { simulatorCredentials } from '../contract/targets/data-center-under-test.ts';
import {
  type AtlassianSimulator,
  type AtlassianSimulatorOptions,
  startAtlassianSimulator,
} from '../simulators/atlassian/atlassian-simulator.ts';
import { BASE_URL, startWorld, type World } from './harness.ts';

let world: World;
let simulator: AtlassianSimulator;
afterEach(async () => {
  await world.close();
  await simulator.close();
});

/** The worker line with the real adapter, over HTTP, on a simulated organisation with Guard whose clock is the world's. */
async function startOn(
  simulated: Omit<AtlassianSimulatorOptions, 'now'> = {},
  settings: Parameters<typeof startWorld>[0] = { settings: { groups: { onRename: 'move' } } },
  more: Pick<CloudGuardTargetOptions, 'beforeCall'> = {},
): Promise<void> {
  let options: Partial<CloudGuardTargetOptions> = { ...more, memory: idMemory(), emails: new Map() };
  world = await startWorld({
    ...settings,
    targetOf: (_connection, observe) =>
      cloudGuardTarget({
        baseUrl: simulator.url,
        address: { kind: 'cloud-guard', baseUrl: simulator.url, directory: 'dir-scim' },
        targetId: targetIdOf({ kind: 'data-center', baseUrl: BASE_URL }),
        credentials: simulatorCredentials({ kind: 'api-key', token: 'local' }),
        observe,
        callTimeoutMs: 5_000,
        now: () => world.clock.now,
        ...options,
      }),
  });
  forgetEverything = () => {
    options = { ...more, memory: idMemory(), emails: new Map() };
  };
  simulator = await startAtlassianSimulator({ ...simulated, now: () => world.clock.now });
}
/** The next calls are those of another process. */
let forgetEverything: () => void;

/** Another client of the directory. */
const otherClient = () =>
  cloudGuardTarget({
    baseUrl: simulator.url,
    address: { kind: 'cloud-guard', baseUrl: simulator.url, directory: 'dir-scim' },
    targetId: world.connection.target.id,
    credentials: simulatorCredentials({ kind: 'api-key', token: 'local' }),
    observe: () => {},
    callTimeoutMs: 5_000,
    now: () => world.clock.now,
  });

const record = (name: string) => simulator.scimUsers().find(({ userName }) => userName === name);
const account = (name: string) => simulator.accounts().find(({ email }) => email === `${name}@example.com`);
const groups = () => Object.fromEntries(simulator.groups().map(({ name, members }) => [name, [...members].sort()]));
const sent = (method: string) => simulator.requests().filter((request) => request.method === method);
const state = () => world.delivery.targets.read(world.connection.target.id);

describe('Atlassian Cloud with Guard, from SCIM to the directory', () => {
  it('gets accounts, changes, members and their end; a SCIM DELETE deactivates, and destroys no record', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const staff = await world.createGroup('Staff', [ann, bob]);
    await world.untilQuiet();
    expect(groups()).toEqual({ staff: ['ann@example.com', 'bob@example.com'] });

    await world.updateUser(ann, { displayName: 'Ann Other', emails: [{ value: 'other@example.com' }] });
    await world.updateUser(bob, { active: false });
    await world.changeMembers(staff, { remove: [ann] });
    await world.untilQuiet();
    expect(record('ann')).toMatchObject({ fullName: 'Ann Other', email: 'other@example.com', active: true });
    expect(account('bob')).toMatchObject({ status: 'inactive' });
    expect(groups()).toEqual({ staff: ['bob@example.com'] });

    await world.updateUser(bob, { active: true });
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(record('bob')).toMatchObject({ active: true });
    expect(record('ann')).toMatchObject({ active: false });
    expect(sent('DELETE')).toEqual([]);
    expect(world.records('change.parked')).toEqual([]);
  });

  it('waits minutes for what Atlassian does not show yet, in whichever process, and parks nothing', async () => {
    await startOn({ settlesWithinMs: 120_000 });
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.createGroup('staff', [ann, bob]);
    await world.settle();
    forgetEverything();
    await world.updateUser(bob, { active: false });
    await world.settle();
    await world.untilPassed(9);
    expect(record('ann')).toMatchObject({ active: true });
    expect(record('bob')).toMatchObject({ active: false });
    expect(groups()['staff']).toContain('ann@example.com');
    expect(sent('POST').filter(({ status }) => status === 201)).toHaveLength(3);
    expect(world.records('change.parked')).toEqual([]);
    expect((await world.user(ann))?.marker).toBeUndefined();
  });

  it('whoever has a protected e-mail address is not taken over by Atlassian under another user name', async () => {
    await startOn({}, { settings: { protected: { accounts: ['admin@example.com'] } } });
    simulator.seed({ accounts: [{ email: 'admin@example.com', fullName: 'The Admin' }] });
    const mallory = await world.createUser('mallory', { emails: [{ value: 'Admin@Example.com' }] });
    await world.settle();
    expect(await world.user(mallory)).toMatchObject({ parkedCode: 'protected' });
    expect(sent('POST')).toEqual([]);
    expect(account('admin')).toMatchObject({ fullName: 'The Admin', status: 'active' });
  });

  it('whoever comes with a protected e-mail address is not bound to its record, and gets an account of their own with another one', async () => {
    await startOn({}, { settings: { users: { linking: 'email' }, protected: { accounts: ['admin@example.com'] } } });
    await otherClient().createAccount('root', { fullName: 'The Admin', email: 'admin@example.com' });
    const mallory = await world.createUser('mallory', { emails: [{ value: 'admin@example.com' }] });
    await world.settle();
    expect(await world.user(mallory)).toMatchObject({ parkedCode: 'protected' });
    await world.updateUser(mallory, { emails: [{ value: 'mallory@example.com' }] });
    await world.untilQuiet();
    expect(record('mallory')).toMatchObject({ email: 'mallory@example.com', active: true });
    expect(record('root')).toMatchObject({ fullName: 'The Admin', active: true });
  });

  it('nobody is given a protected e-mail address, with which their account could not be deactivated any more', async () => {
    await startOn({}, { settings: { protected: { accounts: ['board@example.com'] } } });
    const mallory = await world.createUser('mallory');
    await world.settle();
    await world.updateUser(mallory, { emails: [{ value: 'board@example.com' }] });
    await world.settle();
    expect(await world.user(mallory)).toMatchObject({ parkedCode: 'protected' });
    await world.updateUser(mallory, { active: false });
    await world.untilQuiet();
    expect(record('mallory')).toMatchObject({ email: 'mallory@example.com', active: false });
    await world.deleteUser(mallory);
    await world.untilQuiet();
    expect(record('mallory')).toMatchObject({ active: false });
  });

  it('where those who are no members of ours are taken out, neither who was linked under a name with capitals nor who has a protected address', async () => {
    await startOn(
      {},
      { settings: { users: { linking: 'email' }, groups: { otherMembers: 'remove' }, protected: { accounts: ['admin@example.com'] } } },
    );
    const other = otherClient();
    await other.createAccount('Jane.Doe@Corp.Example', { fullName: 'Jane', email: 'jane@example.com' });
    await other.createAccount('bob', { fullName: 'Bob', email: 'bob@example.com' });
    await other.createGroup('staff');
    await other.createAccount('root', { fullName: 'The Admin', email: 'Admin@example.com' });
    for (const name of ['Jane.Doe@Corp.Example', 'bob', 'root']) await other.addMember('staff', name);
    const jane = await world.createUser('jdoe', { emails: [{ value: 'jane@example.com' }] });
    await world.createGroup('staff', [jane]);
    await world.untilQuiet();
    expect(await world.user(jane)).toMatchObject({ boundName: 'Jane.Doe@Corp.Example' });
    expect(groups()).toEqual({ staff: ['Admin@example.com', 'jane@example.com'] });
    await world.synchronize();
    expect(groups()).toEqual({ staff: ['Admin@example.com', 'jane@example.com'] });
  });

  it('a renamed group is a new one with the same members, and the old one is gone from them', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const staff = await world.createGroup('staff', [ann, bob]);
    await world.untilQuiet();
    await world.renameGroup(staff, 'crew');
    await world.untilQuiet();
    expect(groups()['crew']).toEqual(['ann@example.com', 'bob@example.com']);
    expect(groups()['staff'] ?? []).toEqual([]);
  });

  it('a group that is not one of the directory is parked with what to do, after minutes, and applied once it is renamed', async () => {
    await startOn();
    simulator.seed({ groups: ['staff'] });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(await world.group(staff)).not.toHaveProperty('parkedCode');
    await world.untilPassed(14);
    const parked = await world.group(staff);
    expect(parked).toMatchObject({ parkedCode: 'taken' });
    expect(parked?.parkedReason).toContain('groups.rename');
    expect(record('ann')).toMatchObject({ active: true });
    await world.renameGroup(staff, 'staff-idp');
    await world.untilQuiet();
    expect(groups()).toEqual({ staff: [], 'staff-idp': ['ann@example.com'] });
  });

  it('while the directory is not there nobody is taken for gone: it is paused, and whoever left is deactivated afterwards', async () => {
    await startOn();
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    simulator.fault({ match: '/scim/directory/dir-scim', status: 404, times: 50 });
    await world.deleteUser(ann);
    await world.settle();
    await world.untilPassed(5);
    expect(await state()).toMatchObject({ state: 'paused', code: 'login-refused' });
    expect((await state()).reason).toContain('subscription to Guard');
    simulator.clearFaults();
    await world.delivery.targets.resume(world.connection.target.id);
    await world.untilQuiet();
    expect(record('ann')).toMatchObject({ active: false });
  });

  it('a list of users that takes many attempts to read is read on at once, for a new user and within a run', async () => {
    const beforeCall = async () => {
      world.clock.now += 1_000;
    };
    await startOn({ maxPageSize: 1 }, { settings: { users: { linking: 'email' } } }, { beforeCall });
    const other = otherClient();
    for (let i = 0; i < 80; i++) await other.createAccount(`${i}@corp.example`, { fullName: `${i}`, email: `user${i}@example.com` });
    const began = world.clock.now;
    const known = await world.createUser('user70');
    await world.settle();
    expect(await world.user(known)).toMatchObject({ boundName: '70@corp.example' });
    // The sweep was not waited for.
    expect(world.clock.now - began).toBeLessThan(120_000);

    const unknown = await world.createUser('user99', {}, { sends: false });
    forgetEverything();
    const { counts } = await world.synchronize();
    expect(counts.failed ?? 0).toBe(0);
    expect(await world.user(unknown)).toMatchObject({ boundName: 'user99' });
  });

  it('Synchronize finds and repairs what another client of the directory has changed', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.createGroup('staff', [ann, bob]);
    await world.untilQuiet();
    const other = otherClient();
    await other.disableAccount('ann');
    await other.removeMember('staff', 'bob');
    const { counts } = await world.synchronize();
    expect(counts.drift ?? 0).toBeGreaterThan(0);
    await world.untilQuiet();
    expect(record('ann')).toMatchObject({ active: true });
    expect(groups()).toEqual({ staff: ['ann@example.com', 'bob@example.com'] });
  });
});
