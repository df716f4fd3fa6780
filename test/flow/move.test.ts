import { afterEach, describe, expect, it } from 'vitest';
import { timeLimits } from '../../cdk/time-limits.ts';
import { EXIT } from '../../functions/admin/command.ts';
import { copyDirectory } from '../../functions/admin/move/copy-directory.ts';
import { LAST_REQUEST_MS } from '../../functions/admin/move/switch-over.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { addToken } from '../protocol/scim-client.ts';
import { type MoveWorld, startMoveWorld } from './move-world.ts';

let world: MoveWorld;
afterEach(() => world.close());

const MOVE = ['first', '--to', 'cloud'] as const;

async function copied(): Promise<Record<string, unknown>> {
  const { code, text, error, json } = await world.admin('move', 'copy', ...MOVE, '--json');
  expect(error).toBe('');
  expect(code).toBe(EXIT.done);
  expect(text).not.toBe('');
  const { from: _, to: __, ...counts } = json();
  return counts;
}

async function switched(from = 'first', to = 'cloud'): Promise<string> {
  const { code, text, error } = await world.admin('move', 'switch', from, '--to', to, '--yes');
  expect(error).toBe('');
  expect(code).toBe(EXIT.done);
  return text;
}

async function sameInBoth(): Promise<void> {
  const originals = await world.seenBy(world.connection);
  expect(await world.seenBy(world.cloudConnection)).toEqual(originals);
}

describe('move copy', () => {
  it('copies users, groups and members with the ids, ETags and times that the identity provider knows, and applies nothing', async () => {
    world = await startMoveWorld();
    const jane = await world.createUser('jane', { externalId: '00u1' });
    world.clock.now += 60_000;
    const joe = await world.createUser('joe');
    await world.createGroup('Sales', [jane]);
    await world.createGroup('Everybody', [jane, joe]);
    await world.updateUser(jane, { displayName: 'Jane Doe' });
    await world.untilQuiet();
    const before = [...world.confluence.writes];
    expect(await copied()).toEqual({ made: 4, changed: 0, deleted: 0, same: 0, left: 0 });
    await sameInBoth();
    await world.untilPassed(3);
    expect(world.cloud.writes).toEqual([]);
    expect(world.confluence.writes).toEqual(before);
    // All of it is planned, and visible.
    expect(world.records('change.planned').filter(({ connection }) => connection === world.cloudConnection.id)).not.toEqual([]);
    expect((await world.user(jane, world.cloudConnection))?.boundName).toBeUndefined();
    expect(await world.now(world.cloudConnection)).toMatchObject({ state: 'disabled', copyOf: world.connection.id });
    const { counts } = await world.synchronize({ connection: world.cloudConnection.id, dryRun: true });
    expect(counts).toMatchObject({ created: 4 });
    expect(world.cloud.writes).toEqual([]);
    expect(await copied()).toEqual({ made: 0, changed: 0, deleted: 0, same: 4, left: 0 });
  });

  it('copies a group that is written as a layer, and only the difference of it later', async () => {
    world = await startMoveWorld();
    const create = (i: number) => world.createUser(`user${i}`, {}, { sends: false });
    const users = await Promise.all(Array.from({ length: 60 }, (_, i) => create(i)));
    const all = await world.createGroup('Everybody', users, { sends: false });
    await copied();
    await sameInBoth();
    expect((await world.group(all, world.cloudConnection))?.layers).toHaveLength(1);
    const more = await create(60);
    await world.changeMembers(all, { add: [more], remove: [users[0] as UserId] }, { sends: false });
    await copied();
    await sameInBoth();
    expect((await world.group(all, world.cloudConnection))?.layers).toHaveLength(1);
    expect(await world.member(all, more, world.cloudConnection)).toMatchObject({ wanted: 'present' });
  });

  it('repeated, copies what differs: changes, members, deletions, and names that went from one to another', async () => {
    world = await startMoveWorld();
    const [ann, bob, eve, zoe] = await Promise.all(['ann', 'bob', 'eve', 'zoe'].map((name) => world.createUser(name)));
    const ids = [ann, bob, eve, zoe] as [UserId, UserId, UserId, UserId];
    const sales = await world.createGroup('Sales', [ids[0], ids[1]]);
    const staff = await world.createGroup('Staff', [ids[2]]);
    const gone = await world.createGroup('Gone', ids);
    await copied();
    // In a ring: each has the name that another one had.
    await world.updateUser(ids[0], { userName: 'for a moment' });
    await world.updateUser(ids[1], { userName: 'ann' });
    await world.updateUser(ids[0], { userName: 'bob', active: false });
    await world.renameGroup(sales, 'for a moment');
    await world.renameGroup(staff, 'Sales');
    await world.renameGroup(sales, 'Staff');
    await world.deleteGroup(gone);
    await world.deleteUser(ids[2]);
    const eve2 = await world.createUser('eve');
    await world.changeMembers(sales, { add: [eve2, ids[3]], remove: [ids[0]] });
    expect(await copied()).toEqual({ made: 1, changed: 4, deleted: 2, same: 1, left: 0 });
    await sameInBoth();
    expect(await copied()).toMatchObject({ changed: 0, same: 6 });
  });

  it('copies a change that comes to the same, so that no ETag is ever given out twice', async () => {
    world = await startMoveWorld();
    const jane = await world.createUser('jane');
    await copied();
    await world.updateUser(jane, { title: 'Dr' });
    await world.updateUser(jane, { title: undefined as never });
    await copied();
    await sameInBoth();
    expect((await world.user(jane, world.cloudConnection))?.revision).toBe(3);
  });

  it('refuses a connection with contents of its own, one that applies, the same Confluence, and another schema', async () => {
    world = await startMoveWorld();
    await world.createUser('jane');
    const refusal = async (...argv: string[]) => {
      const { code, error } = await world.admin('move', 'copy', ...argv);
      expect(code).toBe(EXIT.refused);
      return error;
    };
    const applying = await world.addConnection('applying', { apply: 'apply' });
    expect(await refusal('first', '--to', applying.name)).toMatch(/not in dry run/);
    await world.connect('neighbour', { apply: 'dry-run' });
    expect(await refusal('first', '--to', 'neighbour')).toMatch(/the same Confluence/);
    const used = await world.addConnection('used');
    await world.createUser('own', {}, { connection: used });
    expect(await refusal('first', '--to', 'used')).toMatch(/of its own/);
    const tokened = await world.addConnection('tokened');
    await addToken(world.connections, tokened.id, 1_000);
    expect(await refusal('first', '--to', 'tokened')).toMatch(/of its own/);
    const attributes = [{ name: 'badge', type: 'string' as const }];
    const schemaExtension = {
      resourceType: 'User' as const,
      id: 'urn:example:params:scim:schemas:badge:1.0:User',
      name: 'Badge',
      attributes,
    };
    await world.addConnection('declaring', { schemaExtension });
    expect(await refusal('first', '--to', 'declaring')).toMatch(/don't declare the same attributes/);
    await copied();
    expect(await refusal('cloud', '--to', 'first')).toMatch(/is itself the copy/);
    const { code, error } = await world.admin('connection', 'enable', 'cloud');
    expect([code, error]).toEqual([EXIT.refused, expect.stringMatching(/is the copy of another connection/)]);
  });

  it('leaves a copy that says what it is, takes no tokens, and warns who applies it before the switch', async () => {
    world = await startMoveWorld();
    await world.createUser('jane');
    await copied();
    expect((await world.admin('connection', 'show', 'cloud')).text).toContain(`disabled, the copy of ${world.connection.id}`);
    const { code, error } = await world.admin('token', 'create', 'cloud');
    expect([code, error]).toEqual([EXIT.refused, expect.stringMatching(/make a token of that one/)]);
    const early = await world.admin('settings', 'edit', 'cloud', '--set', 'apply=apply', '--yes');
    expect([early.code, early.text]).toEqual([
      EXIT.done,
      expect.stringMatching(/who leaves there keeps what is given here, until move copy/),
    ]);
    await world.untilPassed(3);
    expect(world.cloud.accounts.has('jane')).toBe(true);
    // It is true: nothing of the original comes by itself, and the next copy brings it.
    const [jane] = (await world.seenBy(world.connection)) as { id: UserId }[];
    await world.updateUser(jane?.id as UserId, { active: false });
    await world.untilPassed(3);
    expect(world.cloud.accounts.get('jane')?.active).toBe(true);
    await copied();
    await world.untilPassed(3);
    expect(world.cloud.accounts.get('jane')?.active).toBe(false);
  });

  it('stops when the copy was changed by something else', async () => {
    world = await startMoveWorld();
    const jane = await world.createUser('jane');
    await copied();
    await world.updateUser(jane, { title: 'by hand' }, { connection: world.cloudConnection });
    const { code, error } = await world.admin('move', 'copy', ...MOVE);
    expect([code, error]).toEqual([EXIT.refused, expect.stringMatching(/has been changed by something else/)]);
  });
});

describe('move switch', () => {
  it('loses nothing of an identity provider that writes all the time, and the cloud has all of it in the end', async () => {
    world = await startMoveWorld();
    const { idp } = world;
    const users = await Promise.all(['ann', 'bob', 'eve'].map((name) => idp.newUser(name, { emails: [{ value: `${name}@example.com` }] })));
    const groups = await Promise.all(users.map((_, i) => idp.newGroup(`group ${i}`)));
    world.cloud.accounts.set('annie', { fullName: 'Annie', email: 'ann@example.com', active: true });
    await copied();

    // What was accepted last; a request that is refused is sent again, as identity providers do.
    const accepted = users.map(() => ({ phones: [] as string[], member: false }));
    const refusals: string[] = [];
    let isOver = false;
    const insist = async (send: () => Promise<{ status: number; headers: Readonly<Record<string, string>> }>) => {
      for (;;) {
        const { status, headers } = await send();
        if (status < 300) return;
        refusals.push(`${status} ${headers['retry-after']}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const write = async (i: number) => {
      const [user, group, known] = [users[i] as string, groups[i] as string, accepted[i] as (typeof accepted)[number]];
      while (!isOver) {
        // Nothing that comes later makes up for a write that is lost.
        const value = `+49 ${known.phones.length}`;
        await insist(() => idp.patch(`/Users/${user}`, [{ op: 'add', path: 'phoneNumbers', value: [{ value }] }]));
        known.phones.push(value);
        const op = known.member ? 'remove' : 'add';
        await insist(() => idp.patch(`/Groups/${group}`, [{ op, path: 'members', value: [{ value: user }] }]));
        known.member = !known.member;
        // So that somebody who is not this writer gets a word in.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const writers = users.map((_, i) => write(i));
    const aMoment = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    world.beforeHold = aMoment;
    world.whileWaiting = aMoment;
    const text = await switched();
    const atSwitch = accepted.map(({ phones }) => phones.length);
    await new Promise((resolve) => setTimeout(resolve, 20));
    isOver = true;
    await Promise.all(writers);

    expect(text).toMatch(/cloud serves the identity provider now, with its token\. first is disabled\./);
    expect(new Set(refusals)).toEqual(new Set(['503 30']));
    for (const [i, known] of accepted.entries()) {
      expect(known.phones.length).toBeGreaterThan(atSwitch[i] as number);
      const { json } = await idp.get(`/Users/${users[i]}`);
      expect(json['phoneNumbers']).toEqual(known.phones.map((value) => ({ value })));
      expect(await idp.memberIds(groups[i] as string)).toEqual(known.member ? [users[i]] : []);
    }
    const { settings } = world.cloudConnection;
    await world.connections.changeSettings(
      world.cloudConnection,
      { ...settings, apply: 'apply' },
      { by: 'the test', at: '2026-11-22T10:00:00Z' },
    );
    await world.untilPassed(5);
    expect([...world.cloud.accounts.keys()].sort()).toEqual(['annie', 'bob', 'eve']);
    for (const [i, { member }] of accepted.entries())
      expect(world.cloud.member(`group ${i}`, ['annie', 'bob', 'eve'][i] as string)).toBe(member);
  }, 20_000);

  it('waits for requests that were let in before, for longer than any of them may take', async () => {
    expect(LAST_REQUEST_MS).toBeGreaterThan(timeLimits.scim * 1_000);
    world = await startMoveWorld();
    const jane = await world.createUser('jane');
    const sales = await world.createGroup('Sales');
    await copied();
    const waited: number[] = [];
    world.whileWaiting = async (ms) => {
      waited.push(ms);
      if (waited.length > 1) return;
      // Nor is a token made that would stay behind.
      expect((await world.admin('token', 'create', 'first')).error).toMatch(/is being moved, with its tokens/);
      expect((await world.idp.get('/Users')).status).toBe(503);
      // They were authenticated before, and their transactions come now.
      await world.createUser('late');
      await world.changeMembers(sales, { add: [jane] });
    };
    await switched();
    expect(waited[0]).toBe(LAST_REQUEST_MS);
    await sameInBoth();
    expect(await world.idp.memberIds(sales)).toEqual([jane]);
  });

  it('ends a copying that another terminal has begun before: who came since is the new connection’s own', async () => {
    world = await startMoveWorld();
    await world.createUser('jane');
    await copied();
    await switched();
    const anna = await world.idp.newUser('anna', { emails: [{ value: 'anna@example.com' }] });
    // It slept meanwhile, and knows both as they were.
    const options = { directory: world.directory, connections: world.connections, now: () => new Date(world.clock.now) };
    const late = copyDirectory({ ...options, correlationId: 'late', onProgress: () => {} }, world.connection, world.cloudConnection);
    await expect(late).rejects.toThrow(/cloud is not the copy of first any more/);
    expect((await world.idp.get(`/Users/${anna}`)).status).toBe(200);
  });

  it('goes back the same way, with what has changed meanwhile', async () => {
    world = await startMoveWorld({ apply: 'dry-run' });
    const [jane, joe] = [await world.createUser('jane'), await world.createUser('joe')];
    const sales = await world.createGroup('Sales', [jane, joe]);
    await world.untilQuiet();
    await copied();
    await switched();
    await world.idp.patch(`/Groups/${sales}`, [{ op: 'remove', path: `members[value eq "${joe}"]` }]);
    await world.idp.patch(`/Users/${joe}`, [{ op: 'replace', path: 'active', value: false }]);
    const anna = await world.idp.newUser('anna', { emails: [{ value: 'anna@example.com' }] });
    await world.settle();
    // Nobody tells the old one: it is as it was left.
    expect(world.confluence.member('sales', 'joe')).toBe(true);
    await switched('cloud', 'first');
    await sameInBoth();
    expect(await world.now(world.connection)).toMatchObject({ state: 'active' });
    expect(await world.now(world.cloudConnection)).toMatchObject({ state: 'disabled', copyOf: world.connection.id });
    await world.untilPassed(3);
    expect(world.confluence.member('sales', 'joe')).toBe(false);
    expect(world.confluence.accounts.get('joe')?.active).toBe(false);
    expect(world.confluence.accounts.has('anna')).toBe(true);
    expect((await world.idp.get(`/Users/${anna}`)).status).toBe(200);
    expect(world.cloud.writes).toEqual([]);
    await switched();
    await sameInBoth();
  });

  it('that fails leaves everything as it was; one that died is repeated, or ended by connection enable', async () => {
    world = await startMoveWorld();
    await world.createUser('jane');
    await copied();
    const [token] = await world.connections.listTokens(world.connection.id);
    world.whileWaiting = () => world.connections.update({ ...world.cloudConnection, state: 'active' });
    const failed = await world.admin('move', 'switch', ...MOVE, '--yes');
    expect([failed.code, failed.error]).toEqual([EXIT.refused, expect.stringMatching(/cloud is not the copy of first/)]);
    expect((await world.connections.get(world.connection.id))?.state).toBe('active');
    expect((await world.idp.get('/Users')).status).toBe(200);
    expect((await world.connections.listTokens(world.connection.id)).map(({ digest }) => digest)).toEqual([token?.digest]);
    await world.connections.update({ ...world.cloudConnection, state: 'disabled' });

    // It died while it waited.
    await world.connections.update({ ...world.connection, state: 'moving' });
    expect((await world.idp.get('/Users')).status).toBe(503);
    const status = await world.admin('status');
    expect([status.code, status.text]).toEqual([
      EXIT.attention,
      expect.stringMatching(/^first answers 503: .*connection enable first\.$/m),
    ]);
    await world.admin('connection', 'enable', 'first');
    expect((await world.idp.get('/Users')).status).toBe(200);
    await world.connections.update({ ...world.connection, state: 'moving' });
    world.whileWaiting = () => Promise.resolve();
    await switched();
    expect((await world.idp.get('/Users')).json).toMatchObject({ totalResults: 1 });
  });

  it('needs a copy, a yes, and a token that is still good', async () => {
    world = await startMoveWorld();
    const refused = async () => (await world.admin('move', 'switch', ...MOVE, '--yes')).error;
    expect(await refused()).toMatch(/no copy of first yet/);
    await copied();
    expect((await world.admin('move', 'switch', ...MOVE)).code).toBe(EXIT.usage);
    world.clock.now += 400 * 86_400_000;
    expect(await refused()).toMatch(/no token/);
    expect(await world.now(world.connection)).toMatchObject({ state: 'active' });
  });
});
