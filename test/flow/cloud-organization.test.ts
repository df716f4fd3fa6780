import { afterEach, describe, expect, it } from 'vitest';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { cloudOrganizationTarget } from '../../shared/targets/cloud-organization/cloud-organization-target.ts';
import { idMemory } from '../../shared/targets/id-memory.ts';
import { simulatorCredentials } from '../contract/targets/data-center-under-test.ts';
import type { SettingsChange } from '../settings-of.ts';
import {
  type AtlassianSimulator,
  type AtlassianSimulatorOptions,
  startAtlassianSimulator,
} from '../simulators/atlassian/atlassian-simulator.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
let simulator: AtlassianSimulator;
afterEach(async () => {
  await world.close();
  await simulator.close();
});

/** As `connection create` sets a connection of this kind up. */
const USERS: SettingsChange['users'] = { userName: { source: 'email' }, groupsOnDeactivate: { do: 'remove' }, linking: 'email' };

/** The worker line with the real adapter, over HTTP, on a simulated organisation without Guard whose clock is the world's. */
async function startOn(
  simulated: Omit<AtlassianSimulatorOptions, 'now'> = {},
  users: SettingsChange['users'] = {},
  accessGroups: string[] = ['confluence-users'],
): Promise<void> {
  const memory = idMemory();
  world = await startWorld({
    settings: { users: { ...USERS, ...users }, target: { organization: { accessGroups } } },
    targetOf: (connection, observe) =>
      cloudOrganizationTarget({
        baseUrl: simulator.url,
        address: { kind: 'cloud-organization', baseUrl: simulator.url, organization: 'org-1' },
        targetId: connection.target.id,
        credentials: simulatorCredentials({ kind: 'api-key', token: 'local' }),
        accountKeys: dynamoDbAccountKeys(world.table),
        settings: connection.settings.target.organization,
        memory,
        observe,
        callTimeoutMs: 5_000,
        now: () => world.clock.now,
      }),
  });
  simulator = await startAtlassianSimulator({ guard: false, ...simulated, now: () => world.clock.now });
  simulator.seed({ groups: ['confluence-users', 'jira-users'], grantsConfluence: ['confluence-users'] });
}

const account = (name: string) => simulator.accounts().find(({ email }) => email === (name.includes('@') ? name : `${name}@example.com`));
const groups = () => Object.fromEntries(simulator.groups().map(({ name, members }) => [name, [...members].sort()]));
const state = () => world.delivery.targets.read(world.connection.target.id);
const invitations = () => simulator.requests().filter(({ path }) => path.endsWith('/users/invite'));
/** What an administrator of Atlassian does at admin.atlassian.com. */
async function byHand(name: string, what: 'suspend' | 'restore' | 'remove'): Promise<void> {
  const user = `${simulator.url}/admin/v2/orgs/org-1/directories/dir-native/users/${account(name)?.accountId}`;
  const headers = { authorization: 'Bearer local', 'content-type': 'application/json' };
  const { ok } = await (what === 'remove'
    ? fetch(user, { method: 'DELETE', headers })
    : fetch(`${user}/${what}`, { method: 'POST', headers, body: '{}' }));
  expect(ok).toBe(true);
}

describe('Atlassian Cloud without Guard, from SCIM to the organisation', () => {
  it('invites people, puts them into groups, and takes Confluence away without touching Jira', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const staff = await world.createGroup('Staff', [ann, bob]);
    await world.untilQuiet();
    const both = ['ann@example.com', 'bob@example.com'];
    expect(groups()).toEqual({ 'confluence-users': both, 'jira-users': [], staff: both });

    simulator.seed({ members: { 'jira-users': ['ann@example.com'] } });
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(account('ann')).toMatchObject({ status: 'active', groups: ['jira-users'], hasConfluence: false });

    await world.updateUser(ann, { active: true });
    await world.changeMembers(staff, { remove: [bob] });
    await world.untilQuiet();
    expect(groups()).toEqual({ 'confluence-users': both, 'jira-users': ['ann@example.com'], staff: ['ann@example.com'] });

    await world.deleteUser(bob);
    await world.untilQuiet();
    expect(account('bob')).toMatchObject({ status: 'active', inDirectory: true, hasConfluence: false });
    expect(world.records('change.parked')).toEqual([]);
  });

  it('who changes the e-mail address between provisioning and leaving loses access all the same', async () => {
    await startOn();
    simulator.seed({ accounts: [{ email: 'bob@example.com' }], members: { 'confluence-users': ['bob@example.com'] } });
    const [made, linked] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.createGroup('staff', [made, linked]);
    await world.untilQuiet();
    simulator.changeEmail('ann@example.com', 'ann@private.example');
    simulator.changeEmail('bob@example.com', 'bob@private.example');
    expect((await world.synchronize()).counts).not.toHaveProperty('drift');
    await world.updateUser(made, { active: false });
    await world.deleteUser(linked);
    await world.untilQuiet();
    for (const email of ['ann@private.example', 'bob@private.example'])
      expect(account(email)).toMatchObject({ groups: [], hasConfluence: false });
  });

  it('an account that is shown minutes later is our own, without a park, also where nothing may be linked', async () => {
    await startOn({ settlesWithinMs: 90_000 }, { linking: 'never' });
    world.clock.now += 3_600_000;
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann@example.com' });
    expect(account('ann')).toMatchObject({ hasConfluence: true });
    expect(simulator.accounts()).toHaveLength(1);
    expect(world.records('change.parked')).toEqual([]);
  });

  it('no seat parks with what to do, and a retry after one was freed gives access', async () => {
    await startOn({ seats: 1 });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    const bob = await world.createUser('bob');
    await world.untilPassed(3);
    expect(await world.user(bob)).toMatchObject({ parkedCode: 'no-seat' });
    await world.updateUser(ann, { active: false });
    await world.updateUser(bob, { displayName: 'Bob' });
    await world.untilPassed(3);
    expect(account('bob')).toMatchObject({ hasConfluence: true });
  });

  it('whoever was invited, and then refused a part of the access, is ours all the same, also where nothing may be linked', async () => {
    await startOn({ guard: true }, { linking: 'never' }, ['confluence-users', 'synchronised']);
    // Its members come from an identity provider: the invitation is answered by 206, and putting somebody into it by 403.
    await fetch(`${simulator.url}/scim/directory/dir-scim/Groups`, {
      method: 'POST',
      headers: { authorization: 'Bearer local', 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'synchronised' }),
    });
    const ann = await world.createUser('ann');
    await world.untilPassed(3);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'not-permitted', boundName: 'ann@example.com' });
    await world.updateUser(ann, { displayName: 'Ann' });
    await world.untilPassed(3);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'not-permitted' });
    expect(account('ann')).toMatchObject({ hasConfluence: true });
    await world.updateUser(ann, { active: false });
    await world.untilPassed(3);
    expect(account('ann')).toMatchObject({ hasConfluence: false });
  });

  it('an address that was a deleted user’s, and is by now that of another user’s account, gives nobody that account', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.untilQuiet();
    await world.deleteUser(bob);
    await world.pass(2 * 3_600_000);
    await world.untilQuiet();
    simulator.changeEmail('bob@example.com', 'bob@private.example');
    simulator.changeEmail('ann@example.com', 'bob@example.com');
    const next = await world.createUser('bob');
    await world.untilPassed(3);
    expect(await world.user(next)).toMatchObject({ parkedCode: 'owned' });
    await world.deleteUser(next);
    await world.untilPassed(3);
    expect(account('bob@example.com')).toMatchObject({ hasConfluence: true });
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(account('bob@example.com')).toMatchObject({ hasConfluence: false });
  });

  it('whose account has left, and whose address another one has by now, gets that once it is removed, or once the user is made again', async () => {
    await startOn();
    const people = [await world.createUser('ann'), await world.createUser('bob')] as const;
    await world.untilQuiet();
    for (const name of ['ann', 'bob']) {
      simulator.changeEmail(`${name}@example.com`, `${name}@private.example`);
      await byHand(`${name}@private.example`, 'remove');
      simulator.seed({ accounts: [{ email: `${name}@example.com` }] });
    }
    for (const id of people) await world.updateUser(id, { displayName: 'Changed' });
    await world.untilPassed(6);
    for (const id of people) expect(await world.user(id)).toMatchObject({ parkedCode: 'taken' });
    await byHand('ann', 'remove');
    await world.updateUser(people[0], { displayName: 'Ann' });
    await world.deleteUser(people[1]);
    await world.settle();
    await world.createUser('bob');
    await world.untilPassed(6);
    for (const name of ['ann', 'bob']) expect(account(name)).toMatchObject({ hasConfluence: true });
  });

  it('who is suspended by hand, leaves, and is restored by hand has no Confluence', async () => {
    await startOn();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.untilQuiet();
    for (const name of ['ann', 'bob']) await byHand(name, 'suspend');
    await world.updateUser(ann, { active: false });
    await world.deleteUser(bob);
    await world.untilQuiet();
    for (const name of ['ann', 'bob']) {
      await byHand(name, 'restore');
      expect(account(name)).toMatchObject({ status: 'active', groups: [], hasConfluence: false });
    }
  });

  it('without a paid plan each invitation parks; whoever is in the organisation already is served', async () => {
    await startOn({ paid: false });
    simulator.seed({ accounts: [{ email: 'bob@example.com' }] });
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    await world.untilPassed(3);
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'no-seat', parkedReason: expect.stringContaining('paid plan') });
    expect(await world.user(bob)).toMatchObject({ boundName: 'bob@example.com' });
    expect(account('bob')).toMatchObject({ hasConfluence: true });
  });

  it('a pushed group of the name of an access group is protected', async () => {
    await startOn();
    const ann = await world.createUser('ann');
    const group = await world.createGroup('Confluence-Users', [ann]);
    await world.untilPassed(3);
    expect(await world.group(group)).toMatchObject({ parkedCode: 'protected' });
    await world.changeMembers(group, { remove: [ann] });
    await world.untilPassed(3);
    expect(account('ann')).toMatchObject({ hasConfluence: true });
  });

  it('a user without an e-mail address in their name parks as illegal, with the setting to change', async () => {
    await startOn({}, { userName: { source: 'userName' } });
    const ann = await world.createUser('ann');
    await world.untilPassed(3);
    expect(await world.user(ann)).toMatchObject({
      parkedCode: 'illegal-name',
      parkedReason: expect.stringContaining('users.userName.source'),
    });
    expect(invitations()).toEqual([]);
  });

  it('429 is waited for as long as it says', async () => {
    await startOn();
    simulator.fault({ match: '/users/invite', status: 429, retryAfterSeconds: 30 });
    await world.createUser('ann');
    await world.settle();
    expect(world.records('change.retried')).toMatchObject([{ code: 'rate-limited', nextMs: 30_000 }]);
    await world.pass(30_000);
    expect(account('ann')).toMatchObject({ hasConfluence: true });
  });

  it('an organisation that is gone pauses the target: nobody counts as done', async () => {
    await startOn();
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    simulator.fault({ match: '^(GET|POST|DELETE) /admin', status: 404, times: 100 });
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(await state()).toMatchObject({ state: 'paused', code: 'login-refused' });
    simulator.clearFaults();
    await world.delivery.targets.resume(world.connection.target.id);
    await world.untilQuiet();
    expect(account('ann')).toMatchObject({ hasConfluence: false });
  });

  it('what can’t be, a changed full name, is said and holds nothing up', async () => {
    await startOn();
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    await world.updateUser(ann, { displayName: 'Ann Other', active: false });
    await world.untilQuiet();
    expect(account('ann')).toMatchObject({ hasConfluence: false, fullName: 'ann@example.com' });
    expect(world.records('change.unsupported').map(({ what }) => what)).toContainEqual(expect.stringContaining('their owner'));
  });
});
