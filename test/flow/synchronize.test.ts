import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { Run } from '../../shared/directory/runs.ts';
import { RESEND_AFTER_MS, startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Ann and Ben with accounts, both in staff. */
async function atRest(): Promise<{ ann: UserId; ben: UserId; staff: GroupId }> {
  const ann = await world.createUser('ann');
  const ben = await world.createUser('ben');
  const staff = await world.createGroup('staff', [ann, ben]);
  await world.untilQuiet();
  world.confluence.calls.length = 0;
  world.log.length = 0;
  return { ann, ben, staff };
}
const account = (name: string) => {
  const found = world.confluence.accounts.get(name);
  if (!found) throw new Error(`no account ${name}`);
  return found;
};
/** A run that nobody drives yet. */
async function begin(): Promise<Pick<Run, 'connection' | 'id'>> {
  const run = { id: 'r1', connection: world.connection.id };
  const common = { kind: 'synchronize', dryRun: false, scope: { of: 'all' }, expected: 3, by: 'the test' } as const;
  await world.runs.create({ ...run, ...common, started: new Date(world.clock.now).toISOString() });
  return run;
}
/** So many times the table can't tell the groups of a user, whose account has been compared by then. */
function failMemberships(times: number): void {
  const { memberships } = world.delivery;
  const { groupsOf } = memberships;
  let left = times;
  Object.assign(memberships, {
    async *groupsOf(...whose: Parameters<typeof groupsOf>) {
      if (left-- > 0) throw new DirectoryBusy('it is');
      yield* groupsOf(...whose);
    },
  });
}
const drift = () => world.records('reconcile.drift').map(({ subject, drift }) => `${subject.type} ${subject.name}: ${drift}`);

describe('Synchronize: what is as it should be', () => {
  it('is compared, left alone and counted nowhere', async () => {
    await atRest();
    const { run, counts, results } = await world.synchronize();
    expect({ counts, results, listed: run.listed, state: run.state }).toEqual({ counts: {}, results: [], listed: 3, state: 'finished' });
    expect(world.confluence.writes).toEqual([]);
    expect(drift()).toEqual([]);
    expect(world.records('reconcile.finished')).toMatchObject([{ of: 'synchronize', resources: 3, counts: {} }]);
  });

  it('of a connection without anybody it ends at once', async () => {
    expect(await world.synchronize()).toMatchObject({ run: { listed: 0, state: 'finished' }, counts: {} });
  });
});

describe('Synchronize: drift', () => {
  it('an account that someone has switched on is switched off', async () => {
    const { ann } = await atRest();
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    account('ann').active = true;
    expect((await world.synchronize()).counts).toEqual({ disabled: 1, drift: 1 });
    expect(account('ann').active).toBe(false);
    expect(drift()).toEqual(['user ann: disabled (disable account)']);
  });

  it('an account that someone has switched off is switched on, and a name changed by hand is set again', async () => {
    await atRest();
    account('ann').active = false;
    account('ben').fullName = 'Bennie';
    const { counts, results } = await world.synchronize();
    expect(counts).toEqual({ enabled: 1, updated: 1, drift: 2 });
    expect(results.map(({ name, counts: each }) => [name, each])).toEqual(
      expect.arrayContaining([
        ['ann', { enabled: 1, drift: 1 }],
        ['ben', { updated: 1, drift: 1 }],
      ]),
    );
    expect(account('ann').active).toBe(true);
    expect(account('ben').fullName).toBe('ben');
  });

  it('an account deleted by hand is made again, with its memberships', async () => {
    await atRest();
    world.confluence.accounts.delete('ann');
    world.confluence.groups.get('staff')?.delete('ann');
    const { counts } = await world.synchronize();
    await world.untilQuiet();
    expect(counts).toMatchObject({ created: 1 });
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('a membership taken away by hand is given again, once', async () => {
    await atRest();
    world.confluence.groups.get('staff')?.delete('ann');
    expect((await world.synchronize()).counts).toEqual({ added: 1, drift: 1 });
    expect(world.confluence.member('staff', 'ann')).toBe(true);
    expect(drift()).toEqual(['membership staff: not in staff']);
    expect(world.confluence.writes).toEqual(['addMember staff ann']);
  });

  it('a group deleted by hand is made again, with its members', async () => {
    await atRest();
    world.confluence.groups.delete('staff');
    const { counts } = await world.synchronize();
    await world.untilQuiet();
    expect(counts.created).toBe(1);
    expect(counts.added).toBe(2);
    expect([...(world.confluence.groups.get('staff') ?? [])].sort()).toEqual(['ann', 'ben']);
  });

  it('a second run right after finds nothing and changes nothing', async () => {
    await atRest();
    account('ann').active = false;
    account('ben').fullName = 'Bennie';
    world.confluence.groups.delete('staff');
    await world.synchronize();
    await world.untilQuiet();
    world.confluence.calls.length = 0;
    expect((await world.synchronize()).counts).toEqual({});
    expect(world.confluence.writes).toEqual([]);
  });

  it('who lost their groups with their deactivation, and was added to one by hand, is taken out of it', async () => {
    await world.close();
    world = await startWorld({ settings: { users: { groupsOnDeactivate: { do: 'remove' } } } });
    const { ann } = await atRest();
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
    world.confluence.groups.get('staff')?.add('ann');
    expect((await world.synchronize()).counts).toEqual({ removed: 1, drift: 1 });
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
    expect((await world.synchronize()).counts).toEqual({});
    await world.updateUser(ann, { active: true });
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('an account that is to be disabled, and was deleted by hand, is as good as disabled', async () => {
    const { ann } = await atRest();
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    world.confluence.accounts.delete('ann');
    world.confluence.groups.get('staff')?.delete('ann');
    await world.synchronize();
    await world.untilQuiet();
    for (const dryRun of [false, true]) expect((await world.synchronize({ dryRun })).counts).toEqual({});
  });

  it('what is pending is no drift', async () => {
    const { ann } = await atRest();
    await world.updateUser(ann, { active: false }, { sends: false });
    expect((await world.synchronize()).counts).toEqual({ disabled: 1 });
  });

  it('what is neither ours nor wanted is not touched', async () => {
    await atRest();
    world.confluence.accounts.set('zoe', { fullName: 'Zoe', active: true });
    world.confluence.groups.set('guests', new Set(['ann', 'zoe']));
    world.confluence.groups.get('staff')?.add('zoe');
    expect((await world.synchronize()).counts).toEqual({});
    expect(world.confluence.writes).toEqual([]);
  });
});

describe('Synchronize: members whom the identity provider did not put there', () => {
  it('are taken out where the settings say so: strangers, and users of whom it knows that they are none', async () => {
    await world.close();
    world = await startWorld({ settings: { groups: { otherMembers: 'remove' }, protected: { accounts: ['root'] } } });
    await atRest();
    await world.createUser('cara');
    await world.settle();
    for (const name of ['zoe', 'root']) world.confluence.accounts.set(name, { fullName: name, active: true });
    for (const name of ['zoe', 'root', 'cara']) world.confluence.groups.get('staff')?.add(name);
    const dry = await world.synchronize({ dryRun: true });
    expect(dry.counts).toEqual({ removed: 2, drift: 2 });
    expect((await world.synchronize()).counts).toEqual({ removed: 2, drift: 2 });
    expect([...(world.confluence.groups.get('staff') ?? [])].sort()).toEqual(['ann', 'ben', 'root']);
    expect((await world.synchronize()).counts).toEqual({});
  });

  it('stay otherwise', async () => {
    await atRest();
    await world.createUser('cara');
    await world.settle();
    world.confluence.groups.get('staff')?.add('cara');
    expect((await world.synchronize()).counts).toEqual({});
    expect(world.confluence.member('staff', 'cara')).toBe(true);
  });
});

describe('Synchronize: what the brake holds', () => {
  it('is told, and left alone', async () => {
    await world.close();
    world = await startWorld({ settings: { brake: { enabled: true, share: 0, atLeast: 1 } } });
    const { ann, ben } = await atRest();
    for (const user of [ann, ben]) await world.updateUser(user, { active: false });
    await world.settle();
    expect((await world.user(ben))?.marker).toBe('held');
    expect((await world.synchronize()).counts).toEqual({ held: 1 });
    expect(account('ben').active).toBe(true);
    expect((await world.user(ben))?.marker).toBe('held');
  });
});

describe('Synchronize: what is parked', () => {
  it('is tried again: what still can’t be done is a conflict in every run', async () => {
    world.confluence.accounts.set('ann', { fullName: 'Ann', active: true });
    const ann = await world.createUser('ann');
    await world.untilQuiet();
    expect((await world.user(ann))?.parkedCode).toBe('foreign');
    for (let runs = 0; runs < 2; runs++) expect((await world.synchronize()).counts).toEqual({ conflict: 1 });
    world.confluence.accounts.delete('ann');
    expect((await world.synchronize()).counts).toEqual({ created: 1 });
    expect((await world.user(ann))?.parkedCode).toBe(undefined);
  });

  it('of groups too, and their members get in', async () => {
    world.confluence.groups.set('staff', new Set());
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.untilQuiet();
    expect((await world.group(staff))?.parkedCode).toBe('foreign');
    expect((await world.synchronize()).counts).toEqual({ conflict: 1 });
    world.confluence.groups.delete('staff');
    expect((await world.synchronize()).counts).toMatchObject({ created: 1 });
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('is one conflict also where a large change of its members is expanded by several messages', async () => {
    world.confluence.groups.set('staff', new Set());
    const [ann, ben] = [await world.createUser('ann'), await world.createUser('ben')];
    const staff = await world.createGroup('staff', [ann]);
    await world.untilQuiet();
    await world.replaceByLayer(staff, [ben], { sends: false });
    expect((await world.synchronize()).counts).toEqual({ conflict: 1 });
  });
});

describe('Synchronize: a dry run', () => {
  it('counts what would be done, and does nothing', async () => {
    const { ben } = await atRest();
    account('ann').active = false;
    world.confluence.groups.get('staff')?.delete('ann');
    await world.updateUser(ben, { active: false }, { sends: false });
    const before = [await world.user(ben), world.queue.messages.length];
    const { counts, run } = await world.synchronize({ dryRun: true });
    expect(counts).toEqual({ enabled: 1, disabled: 1, added: 1, drift: 2 });
    expect(run.dryRun).toBe(true);
    expect(world.confluence.writes).toEqual([]);
    expect([await world.user(ben), world.queue.messages.length]).toEqual(before);
  });

  it('what it told before a call failed is counted once, when it has come to the end', async () => {
    await atRest();
    account('ben').fullName = 'Bennie';
    failMemberships(3);
    expect((await world.synchronize({ dryRun: true })).counts).toEqual({ updated: 1, drift: 1 });
  });
});

describe('Synchronize: its scope', () => {
  it('one user and their memberships', async () => {
    const { ann } = await atRest();
    for (const name of ['ann', 'ben']) account(name).active = false;
    world.confluence.groups.get('staff')?.clear();
    const { run, counts } = await world.synchronize({ scope: { of: 'user', id: ann, name: 'ann' } });
    expect({ listed: run.listed, counts }).toEqual({ listed: 1, counts: { enabled: 1, added: 1, drift: 2 } });
    await world.settle();
    expect([...(world.confluence.groups.get('staff') ?? [])]).toEqual(['ann']);
    expect(account('ben').active).toBe(false);
  });

  it('one group and its members', async () => {
    const { staff } = await atRest();
    await world.createUser('cara');
    await world.untilQuiet();
    for (const name of ['ann', 'cara']) account(name).active = false;
    world.confluence.groups.delete('staff');
    const { run, counts } = await world.synchronize({ scope: { of: 'group', id: staff, name: 'staff' } });
    expect(run.listed).toBe(3);
    expect(counts).toMatchObject({ enabled: 1, added: 2 });
    await world.untilQuiet();
    expect(world.confluence.groups.get('staff')?.size).toBe(2);
    expect(account('cara').active).toBe(false);
  });
});

describe('Synchronize: whatever happens in between', () => {
  it('a message that is lost is sent again, and counted once', async () => {
    await atRest();
    account('ann').active = false;
    const run = await begin();
    const send = world.queue.send.bind(world.queue);
    world.queue.send = () => Promise.resolve();
    await world.reconcile();
    expect(await world.runs.progress(run)).toEqual({ done: 0, counts: {} });
    world.queue.send = send;
    world.clock.now += RESEND_AFTER_MS;
    await world.reconcile();
    expect(await world.runs.get(run.connection, run.id)).toMatchObject({ state: 'finished' });
    expect((await world.runs.progress(run)).counts).toEqual({ enabled: 1, drift: 1 });
  });

  it('a message that comes twice counts once', async () => {
    await atRest();
    account('ann').active = false;
    const send = world.queue.send.bind(world.queue);
    world.queue.send = async (group, change) => {
      await send(group, change);
      if (change.run !== undefined) await send(group, change);
    };
    const { run, counts } = await world.synchronize();
    expect(counts).toEqual({ enabled: 1, drift: 1 });
    expect(await world.runs.progress(run)).toMatchObject({ done: 3 });
  });

  it('a paused target stops it, and it goes on when the target is open again', async () => {
    await atRest();
    account('ann').active = false;
    world.confluence.fail(/findAccount ann/, 'read-only');
    const run = await begin();
    for (let minutes = 0; minutes < 8; minutes++) await world.reconcile();
    expect(account('ann').active).toBe(false);
    expect((await world.runs.get(run.connection, run.id))?.state).toBe('working');
    await world.delivery.targets.resume(world.connection.target.id);
    await world.reconcile();
    expect((await world.runs.get(run.connection, run.id))?.state).toBe('finished');
    expect(account('ann').active).toBe(true);
  });

  it('what can’t be done is told once by a resource of which a later step fails; what was done before that is counted', async () => {
    await atRest();
    account('ann').active = false;
    account('ben').fullName = 'Bennie';
    world.confluence.capabilities.updateProfile = false;
    failMemberships(4);
    const { counts } = await world.synchronize();
    expect(counts).toMatchObject({ enabled: 1, unsupported: 1 });
    expect(account('ann').active).toBe(true);
  });

  it('a resource that never ends is given up, said so, and the run ends', async () => {
    await atRest();
    world.confluence.fail(/findAccount ann/, 'server-error', 1_000);
    const run = await begin();
    for (let sends = 0; sends < 5; sends++) {
      await world.reconcile();
      world.clock.now += RESEND_AFTER_MS;
    }
    expect(await world.runs.get(run.connection, run.id)).toMatchObject({ state: 'finished' });
    expect((await world.runs.progress(run)).counts).toEqual({ failed: 1 });
  });

  it('is cancelled: what is sent already is not worked on', async () => {
    await atRest();
    account('ann').active = false;
    const run = await begin();
    const send = world.queue.send.bind(world.queue);
    world.queue.send = async (group, change) => {
      await world.runs.cancel(run, new Date(world.clock.now));
      await send(group, change);
    };
    await world.reconcile();
    await world.settle();
    expect(await world.runs.get(run.connection, run.id)).toMatchObject({ state: 'cancelled' });
    expect(account('ann').active).toBe(false);
  });
});

describe('Synchronize: at night', () => {
  it('begins by itself, once a day, for each live connection', async () => {
    await atRest();
    const second = await world.connect('second');
    await world.connections.update({ ...second, state: 'disabled' });
    world.clock.now = Date.parse('2026-11-03T02:00:30.000Z');
    account('ann').active = false;
    for (let minutes = 0; minutes < 3; minutes++) await world.reconcile();
    expect(account('ann').active).toBe(true);
    expect(world.records('reconcile.finished')).toMatchObject([
      { run: 'nightly-2026-11-03', resources: 3, counts: { enabled: 1, drift: 1 } },
    ]);
    world.clock.now = Date.parse('2026-11-03T03:00:00.000Z');
    await world.reconcile();
    world.clock.now = Date.parse('2026-11-04T02:59:00.000Z');
    await world.reconcile();
    expect(world.records('reconcile.finished').map(({ run }) => run)).toEqual(['nightly-2026-11-03', 'nightly-2026-11-04']);
  });

  it('a run that does not end within a day is told each minute', async () => {
    await atRest();
    await begin();
    await world.delivery.targets.pause(world.connection.target.id, { code: 'read-only', reason: 'It is read-only.' });
    world.queue.send = () => Promise.resolve();
    await world.reconcile();
    expect(world.records('reconcile.late')).toEqual([]);
    world.clock.now += 24 * 3_600_000;
    await world.reconcile();
    expect(world.records('reconcile.late')).toMatchObject([{ run: 'r1', hours: 24 }]);
  });
});
