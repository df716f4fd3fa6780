import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../functions/admin/safety/decide-held.ts';
import { inspectResource } from '../../functions/worker/inspect-resource.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import type { AtlassianSimulatorOptions } from '../simulators/atlassian/atlassian-simulator.ts';
import { WholeLine } from './each-setting.ts';
import { CLOUD_KINDS, type CloudByHand } from './target-by-hand.ts';

const REFUSED_KEY = 'a-key-that-ended';

let line: WholeLine<CloudByHand>;
afterEach(() => line.close());

const state = () => line.there.state();
const parked = () => line.world.records('change.parked').map(({ code, reason }) => `${code}: ${reason}`);
const targetState = () => line.world.delivery.targets.read(line.world.connection.target.id);
/** What has been written since: nothing by hand is among it if it was done before. */
function writing(): () => readonly string[] {
  const before = line.there.writes().length;
  return () => line.there.writes().slice(before);
}
const quiet = () => line.world.untilQuiet();
const userOf = (name: string) => line.world.user(line.id(name) as UserId);

async function changeSettings(change: SettingsChange): Promise<void> {
  const { connections, connection, clock } = line.world;
  const read = await connections.get(connection.id);
  if (!read) throw new Error('no connection');
  await connections.changeSettings(read, { ...read.settings, ...change } as typeof read.settings, {
    by: 'pat',
    at: new Date(clock.now).toISOString(),
  });
}

async function inspect(type: 'user' | 'group', name: string) {
  const { workerDependencies, remaining, connection } = line.world;
  const context = { getRemainingTimeInMillis: () => remaining.ms };
  const seen = await inspectResource(
    workerDependencies,
    context,
    { inspect: { connection: connection.id, type, id: line.id(name) } },
    randomUUID(),
  );
  if (!seen) throw new Error(`there is no ${type} ${name}`);
  return seen;
}

describe.each(CLOUD_KINDS)('%s, from the identity provider’s request to Atlassian', (kind) => {
  const isGuard = kind === 'cloud-guard';
  const start = async (settings: SettingsChange = {}, simulated: Omit<AtlassianSimulatorOptions, 'now' | 'guard'> = {}) => {
    line = await WholeLine.startOnCloud(kind, settings, simulated);
  };
  /** A state as this kind shows it. */
  const seen = (wanted: Parameters<CloudByHand['shown']>[0]) => line.there.shown(wanted);
  const annAndBobInStaff = async () => {
    for (const name of ['ann', 'bob']) await line.user(name);
    await line.group('Staff', ['ann', 'bob']);
    await quiet();
  };
  const BOTH = { accounts: { ann: 'The ann', bob: 'The bob' }, groups: { staff: ['ann', 'bob'] } };

  it('a dry run makes no request that could change something, plans all the same, and is applied when it ends', async () => {
    await start({ apply: 'dry-run' });
    await line.there.account('old');
    const written = writing();
    for (const name of ['ann', 'bob']) await line.user(name);
    await line.group('Staff', ['ann', 'bob']);
    await line.change('bob', { active: false });
    await line.world.synchronize();
    await line.world.untilPassed(5);
    expect(written()).toEqual([]);
    const planned = line.world.records('change.planned').filter(({ dryRun }) => dryRun !== undefined);
    expect(planned.flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['create account', 'create group']));
    await line.change('bob', { active: true });
    await changeSettings({ apply: 'apply' });
    await line.world.untilPassed(70);
    expect(state()).toMatchObject(seen(BOTH));
  });

  it('the brake holds whom the limit leaves out until somebody releases them', async () => {
    await start({ brake: { enabled: true, share: 0, atLeast: 1 } });
    const names = ['ann', 'bob', 'cid'];
    for (const name of names) await line.user(name);
    const written = writing();
    await line.change('ann', { active: false });
    const forOne = written().length;
    for (const name of ['bob', 'cid']) await line.change(name, { active: false });
    await line.world.untilPassed(5);
    expect(written()).toHaveLength(forOne);
    expect(state().accounts).toEqual(seen({ accounts: { ann: '(The ann)', bob: 'The bob', cid: 'The cid' } }).accounts);
    const { world } = line;
    const heldChanges = dynamoDbHeldChanges(world.table, world.delivery.brake, () => new Date(world.clock.now));
    const administration = { brake: world.delivery.brake, heldChanges, queue: world.queue };
    expect(await releaseHeld(administration, world.connection.id, 'held', 'release')).toBe(2);
    await quiet();
    expect(state().accounts).toEqual(seen({ accounts: { ann: '(The ann)', bob: '(The bob)', cid: '(The cid)' } }).accounts);
  });

  it.each<[string, () => Promise<void>]>([
    ['a member was taken out', () => line.there.setMember('staff', 'bob', false)],
    ['somebody was put into a group whose other members go', () => line.there.setMember('staff', 'cid', true)],
    ['an account was deactivated', () => line.there.setActive('ann', false)],
    ['an account was activated', () => line.there.setActive('dan', true)],
    ['a group was deleted', () => line.there.deleteGroup('staff')],
  ])('Synchronize mends what was done by hand, and a second finds nothing to do: %s', async (_, drift) => {
    await start({ groups: { otherMembers: 'remove' }, users: { update: isGuard } });
    await annAndBobInStaff();
    for (const name of ['cid', 'dan']) await line.user(name);
    await line.change('dan', { active: false });
    await quiet();
    const before = state();
    await drift();
    expect(state()).not.toEqual(before);
    // What this process believes of a group for a minute is over.
    line.world.clock.now += 120_000;
    await line.world.synchronize();
    await quiet();
    expect(state()).toEqual(before);
    const written = writing();
    expect((await line.world.synchronize()).counts).toEqual({});
    await quiet();
    expect(written()).toEqual([]);
    expect(parked()).toEqual([]);
  });

  it('inspect tells the account, its groups and what is not as it should be, and changes nothing', async () => {
    await start({ users: { update: isGuard } });
    await annAndBobInStaff();
    expect(await inspect('user', 'ann')).toMatchObject({
      accountName: line.there.nameOf('ann'),
      account: { active: true, isOwn: true },
      differences: [],
      outlook: { is: 'nothing' },
      memberships: expect.arrayContaining([expect.objectContaining({ is: 'present', confluenceGroup: 'staff' })]),
    });
    await line.there.setActive('ann', false);
    await line.there.setMember('staff', 'bob', false);
    const written = writing();
    expect(await inspect('user', 'ann')).toMatchObject({
      account: { active: false },
      differences: [{ what: 'active', wanted: 'yes', found: 'no' }],
      outlook: { is: 'actions', actions: [{ do: 'enable account' }] },
    });
    expect(await inspect('group', 'Staff')).toMatchObject({
      confluenceGroups: [{ name: 'staff', exists: true, members: [line.there.nameOf('ann')] }],
      members: { counts: { present: 1, missing: 1 } },
    });
    expect(written()).toEqual([]);
  });

  it.each([30_000, 90_000, 240_000])(
    'user, group, change and end in quick succession while nothing is seen for %i ms: right in the end, and nothing parks',
    async (ms) => {
      await start({}, { settlesWithinMs: ms });
      line.world.clock.now += 3_600_000;
      await line.user('ann');
      await line.group('Staff', ['ann']);
      await line.user('bob');
      await line.members('Staff', 'add', 'bob');
      await line.user('cid');
      await line.members('Staff', 'add', 'cid');
      await line.change('cid', { active: false });
      await line.members('Staff', 'remove', 'bob');
      await line.world.untilPassed(90);
      expect(parked()).toEqual([]);
      expect(state().accounts).toMatchObject(seen({ accounts: { ann: 'The ann', bob: 'The bob' } }).accounts ?? {});
      expect(state().accounts['cid'] ?? '()').toMatch(/^\(/);
      expect(state().groups['staff']).toEqual(['ann', 'cid'].filter((name) => state().accounts[name] !== undefined));
      for (const name of ['ann', 'bob', 'cid']) expect(await userOf(name)).not.toHaveProperty('marker');
      expect(line.there.simulator.accounts()).toHaveLength(Object.keys(state().accounts).length);
    },
  );

  it.each(['dropped', 'dropped in another process'])(
    'an account or group that was made without an answer (%s) is not made again',
    async (how) => {
      await start();
      const { simulator } = line.there;
      simulator.fault({
        match: isGuard ? '^POST .*/(Users|Groups)' : '^POST .*/(invite|groups|memberships)$',
        dropConnection: true,
        times: 4,
      });
      await line.user('ann');
      await line.group('Staff', ['ann']);
      if (how !== 'dropped') {
        const another = line.world.anotherWorker();
        line.world.clock.now += 300_000;
        for (let message = line.world.queue.receivable()[0]; message; message = line.world.queue.receivable()[0]) {
          const event = line.world.queue.receive([message]);
          line.world.queue.settle([message], await another(event, { getRemainingTimeInMillis: () => line.world.remaining.ms }));
        }
      }
      await line.world.untilPassed(60);
      expect(state()).toEqual(seen({ accounts: { ann: 'The ann' }, groups: { staff: ['ann'] } }));
      expect(simulator.accounts()).toHaveLength(1);
      const made = simulator
        .requests()
        .filter(({ method, path, status }) => method === 'POST' && /\/(Users|users\/invite)$/.test(path) && status < 300);
      expect(made).toHaveLength(1);
      expect(parked()).toEqual([]);
    },
  );

  it('waits as long as 429 says, and loses nothing', async () => {
    await start();
    line.there.simulator.fault({ status: 429, retryAfterSeconds: 30, times: 1 });
    const began = line.world.clock.now;
    await line.user('ann');
    const asked = line.there.simulator.requests().length;
    await line.world.pass(20_000);
    expect(line.there.simulator.requests()).toHaveLength(asked);
    await line.world.pass(30_000);
    await quiet();
    expect(state()).toMatchObject(seen({ accounts: { ann: 'The ann' } }));
    expect(line.world.clock.now - began).toBeGreaterThanOrEqual(30_000);
    expect(parked()).toEqual([]);
  });

  it('pauses when the key is refused, asks no more with it, and goes on with a new one, whoever left meanwhile first', async () => {
    await start();
    await annAndBobInStaff();
    line.world.secret.credentials = { kind: 'api-key', token: REFUSED_KEY };
    line.world.secret.version = '2';
    const written = writing();
    await line.change('ann', { active: false });
    await line.user('cid');
    await line.world.untilPassed(5);
    expect(await targetState()).toMatchObject({ state: 'paused', code: 'login-refused' });
    const asked = line.there.simulator.requests().length;
    await line.world.untilPassed(30);
    expect(line.there.simulator.requests()).toHaveLength(asked);
    // What was tried before the pause was refused.
    expect(written().filter((request) => !/ 40[13]$/.test(request))).toEqual([]);
    expect(JSON.stringify(line.world.log)).not.toContain(REFUSED_KEY);
    line.world.secret.credentials = { kind: 'api-key', token: 'local' };
    line.world.secret.version = '3';
    await line.world.untilPassed(5);
    await quiet();
    expect(await targetState()).toMatchObject({ state: 'open' });
    expect(state().accounts).toEqual(seen({ accounts: { ann: '(The ann)', bob: 'The bob', cid: 'The cid' } }).accounts);
    expect(parked()).toEqual([]);
  });

  it.each([
    ['Ann', 'ann'],
    ['ann', 'Ann'],
  ])(
    'another connection of the same organisation that calls %s %s can’t take the account over, or its access away',
    async (first, second) => {
      await start({ users: { userName: { lowerCase: false }, linking: 'user-name' } });
      const { world, there } = line;
      await line.user(first);
      const other = await world.connect('second');
      const email = { emails: [{ value: 'ann@mail.example' }] };
      const id = await world.createUser(there.nameOf(second), email, { connection: other });
      await world.settle();
      expect(await world.user(id, other)).toMatchObject({ parkedCode: 'owned' });
      await world.updateUser(id, { active: false }, { connection: other });
      await quiet();
      await world.deleteUser(id, { connection: other });
      await world.untilPassed(120);
      expect(state().accounts).toEqual(seen({ accounts: { [first]: `The ${first}` } }).accounts);
    },
  );

  it('who changes their e-mail address at Atlassian is out for certain when they leave', async () => {
    await start();
    await annAndBobInStaff();
    const { simulator } = line.there;
    const { accountId } = simulator.accounts().find(({ email }) => email === 'ann@mail.example') ?? {};
    simulator.changeEmail('ann@mail.example', 'ann@private.example');
    await line.change('ann', { active: false });
    await line.members('Staff', 'remove', 'ann');
    await quiet();
    const ann = simulator.accounts().find((account) => account.accountId === accountId);
    expect(ann).toMatchObject({ groups: [], hasConfluence: false });
    if (isGuard) expect(ann).toMatchObject({ status: 'inactive' });
    expect(parked()).toEqual([]);
  });
});
