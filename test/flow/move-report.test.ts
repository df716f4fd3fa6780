import { afterEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { type MoveWorld, startMoveWorld } from './move-world.ts';

let world: MoveWorld;
afterEach(() => world.close());

interface Row {
  readonly type: string;
  readonly name: string;
  readonly is: string;
  readonly inTarget: readonly string[];
  readonly code?: string;
  readonly why?: string;
}

async function reported(): Promise<{ code: number; rows: Map<string, Row>; counts: unknown }> {
  const { code, error, json } = await world.admin('move', 'report', 'first', '--to', 'cloud', '--json');
  expect(error).toBe('');
  const { rows, counts } = json() as { rows: Row[]; counts: unknown };
  return { code, counts, rows: new Map(rows.map((row) => [row.name, row])) };
}

function inCloud(name: string, email: string, active = true): void {
  world.cloud.accounts.set(name, { fullName: name, email, active });
}

/** One after the other: the order of creation decides who has a name that two would get. */
async function aUser(...given: Parameters<MoveWorld['createUser']>): Promise<string> {
  world.clock.now += 1;
  return world.createUser(...given);
}

async function aGroup(displayName: string): Promise<void> {
  world.clock.now += 1;
  await world.createGroup(displayName);
}

describe('move report', () => {
  it('says of each user whether an account is found, would be made, or something is in the way', async () => {
    world = await startMoveWorld({ protected: { accounts: ['root'] } });
    inCloud('jane.doe', 'jane@example.com');
    inCloud('sleeper', 'sleeper@example.com', false);
    inCloud('twin-1', 'twin@example.com');
    inCloud('twin-2', 'twin@example.com');
    inCloud('root', 'root@example.com');
    for (const name of ['jane', 'sleeper', 'newcomer', 'twin', 'root', 'has space']) await aUser(name);
    await aUser('janet', { emails: [{ value: 'jane@example.com' }] });
    await world.createUser('nomail', { emails: [] });
    await world.createUser('leaver', { active: false });
    await world.untilQuiet();
    const writes = [...world.confluence.writes];

    const { code, rows, counts } = await reported();
    expect(code).toBe(EXIT.attention);
    expect(rows.get('jane')).toMatchObject({ is: 'found', inTarget: ['jane.doe'], key: 'key-jane.doe', email: 'jane@example.com' });
    expect(rows.get('sleeper')).toMatchObject({ is: 'found', why: expect.stringContaining('not active') });
    expect(rows.get('newcomer')).toMatchObject({ is: 'new', inTarget: ['newcomer'] });
    expect(rows.get('twin')).toMatchObject({ is: 'problem', code: 'conflict', why: expect.stringContaining('2 accounts') });
    expect(rows.get('root')).toMatchObject({ is: 'problem', code: 'protected' });
    expect(rows.get('has space')).toMatchObject({ is: 'problem', code: 'illegal-name' });
    expect(rows.get('janet')).toMatchObject({ is: 'problem', code: 'owned', why: expect.stringContaining('the user jane too') });
    expect(rows.get('nomail')).toMatchObject({ is: 'problem', code: 'bad-request', why: expect.stringContaining('e-mail address') });
    expect(rows.get('leaver')).toMatchObject({ is: 'nothing', why: 'The user is inactive.' });
    expect(counts).toEqual({ user: { found: 2, new: 1, problem: 5, nothing: 1 }, group: {} });
    // It reads only.
    expect(world.cloud.writes).toEqual([]);
    expect(world.confluence.writes).toEqual(writes);
    expect(await world.seenBy(world.cloudConnection)).toEqual([]);
    expect(await world.now(world.cloudConnection)).toEqual(world.cloudConnection);
  });

  it('says of each group whether it is there, would be made, or something is in the way', async () => {
    world = await startMoveWorld({ groups: { rename: [{ pattern: 'Team (.*)', replacement: 'team-$1' }], exclude: ['Hidden.*'] } });
    world.cloud.groups.set('sales', new Set(['somebody']));
    for (const name of ['Sales', 'Engineering', 'Team red', 'team-red', 'confluence-administrators', 'Hidden one']) await aGroup(name);
    const { code, rows, counts } = await reported();
    expect(code).toBe(EXIT.attention);
    expect(rows.get('Sales')).toMatchObject({ is: 'found', inTarget: ['sales'] });
    expect(rows.get('Engineering')).toMatchObject({ is: 'new', inTarget: ['engineering'] });
    expect(rows.get('Team red')).toMatchObject({ is: 'new', inTarget: ['team-red'] });
    expect(rows.get('team-red')).toMatchObject({ is: 'problem', code: 'owned', why: expect.stringContaining('the group Team red too') });
    expect(rows.get('confluence-administrators')).toMatchObject({ is: 'problem', code: 'protected' });
    expect(rows.get('Hidden one')).toMatchObject({ is: 'nothing', inTarget: [] });
    expect(counts).toEqual({ user: {}, group: { found: 1, new: 2, problem: 2, nothing: 1 } });
  });

  it('ends with 0 when everybody matches, and tells of nobody in the table', async () => {
    world = await startMoveWorld();
    inCloud('jane.doe', 'jane@example.com');
    await world.createGroup('Sales', [await world.createUser('jane')]);
    const { code, text } = await world.admin('move', 'report', 'first', '--to', 'cloud');
    expect(code).toBe(EXIT.done);
    expect(text.split('\n')).toEqual([
      'first as it would be in cloud (Atlassian organisation org-1); nothing was changed.',
      'users',
      '        1  linked to the account that is found',
      'groups',
      '        1  would be made',
    ]);
  });

  it('takes an account that would be made for a match in a directory, where Atlassian itself finds the managed account', async () => {
    world = await startMoveWorld({}, { address: { kind: 'cloud-guard', baseUrl: 'https://api.example.com', directory: 'dir-1' } });
    await world.createUser('jane');
    const { code, text } = await world.admin('move', 'report', 'first', '--to', 'cloud');
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/Atlassian gives those the managed account of their e-mail address/);
  });

  it('tells of who is copied and applied already as what they are', async () => {
    world = await startMoveWorld();
    inCloud('jane.doe', 'jane@example.com');
    await world.createGroup('Sales', [await world.createUser('jane')]);
    await world.admin('move', 'copy', 'first', '--to', 'cloud');
    const { settings } = world.cloudConnection;
    await world.connections.changeSettings(
      world.cloudConnection,
      { ...settings, apply: 'apply' },
      { by: 'the test', at: '2026-11-22T10:00:00Z' },
    );
    await world.untilPassed(4);
    const { rows } = await reported();
    expect(rows.get('jane')).toMatchObject({ is: 'own', inTarget: ['jane.doe'] });
    expect(rows.get('Sales')).toMatchObject({ is: 'own', inTarget: ['sales'] });
  });

  it('writes everything as CSV', async () => {
    world = await startMoveWorld();
    inCloud('jane.doe', 'jane@example.com');
    const jane = await aUser('jane');
    const nomail = await aUser('=nomail', { emails: [] });
    await world.admin('move', 'report', 'first', '--to', 'cloud', '--csv', 'report.csv');
    expect(world.files.get('report.csv')?.split('\r\n')).toEqual([
      'type,name,id,email,result,in the target,key,code,why',
      `user,jane,${jane},jane@example.com,found,jane.doe,key-jane.doe,,`,
      expect.stringMatching(new RegExp(`^user,'=nomail,${nomail},,problem,,,bad-request,`)),
      '',
    ]);
  });

  it('asks again for as long as the target asks for patience, and about each user once', async () => {
    world = await startMoveWorld();
    for (let i = 0; i < 30; i++) await world.createUser(`user${i}`, {}, { sends: false });
    world.cloud.fail(/findAccount user7$/, 'rate-limited', 2, 9_000);
    const waited: number[] = [];
    world.whileWaiting = (ms) => Promise.resolve(void waited.push(ms));
    const { rows, counts } = await reported();
    expect(rows.size).toBe(30);
    expect(counts).toEqual({ user: { new: 30 }, group: {} });
    expect(waited).toContain(9_000);
    expect(world.cloud.calls.filter((call) => call === 'findAccount user6')).toHaveLength(1);
  });

  it('asks again after an answer that did not come, and gives up when none comes for long', async () => {
    world = await startMoveWorld();
    for (let i = 0; i < 110; i++) await aUser(`user${i}`, {}, { sends: false });
    world.cloud.fail(/findAccount user9$/, 'no-answer', 3);
    world.cloud.fail(/findAccount user105$/, 'rate-limited', 1);
    const { json } = await world.admin('move', 'report', 'first', '--to', 'cloud', '--json');
    const { rows, counts } = json() as { rows: Row[]; counts: unknown };
    expect(counts).toEqual({ user: { new: 110 }, group: {} });
    expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 110 }, (_, i) => `user${i}`));
    world.cloud.fail(/findAccount user9$/, 'unavailable', 50);
    const { code, error } = await world.admin('move', 'report', 'first', '--to', 'cloud');
    expect([code, error]).toEqual([EXIT.refused, expect.stringMatching(/^the other Confluence can't be asked: /)]);
    expect((await world.delivery.targets.read(world.cloudConnection.target.id)).state).toBe('open');
  });

  it('goes on with those for whom the worker had no time', async () => {
    world = await startMoveWorld();
    for (let i = 0; i < 3; i++) await aUser(`user${i}`, {}, { sends: false });
    const enough = world.remaining.ms;
    world.cloud.slow(/findAccount user1$/, () => {
      world.remaining.ms = 1_000;
    });
    world.whileWaiting = () => {
      world.cloud.heal();
      world.remaining.ms = enough;
      return Promise.resolve();
    };
    const { rows } = await reported();
    expect([...rows.keys()]).toEqual(['user0', 'user1', 'user2']);
  });

  it('says so when the target can’t be asked at all', async () => {
    world = await startMoveWorld();
    await world.createUser('jane', {}, { sends: false });
    world.cloud.fail(/./, 'captcha', 10);
    const { code, error } = await world.admin('move', 'report', 'first', '--to', 'cloud');
    expect(code).toBe(EXIT.refused);
    expect(error).toMatch(/^the other Confluence can't be asked: /);
    expect((await world.delivery.targets.read(world.cloudConnection.target.id)).state).toBe('paused');
    expect((await world.admin('move', 'report', 'first')).code).toBe(EXIT.usage);
  });
});
