import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Administration, Terminal } from '../../functions/admin/administration.ts';
import { EXIT } from '../../functions/admin/command.ts';
import { commands } from '../../functions/admin/commands.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import { progressLine } from '../../functions/admin/runs/follow-run.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { startWorld, type World } from '../flow/harness.ts';

let world: World;
let ann: UserId;
let files: Map<string, string>;
beforeEach(async () => {
  files = new Map();
  world = await startWorld();
  ann = await world.createUser('ann');
  const ben = await world.createUser('ben');
  await world.createGroup('staff', [ann, ben]);
  await world.untilQuiet();
});
afterEach(() => world.close());

/** The driver that the command wakes runs at once, to the end of what it can do. */
async function admin(line: string) {
  const out: string[] = [];
  const err: string[] = [];
  const now = () => new Date(world.clock.now);
  let ids = 0;
  const administration = {
    ...directoryAdministration(world.table, now),
    caller: 'arn:aws:iam::123456789012:user/pat',
    queue: world.queue,
    log: { write: () => {} },
    now,
    newId: () => `00000000-0000-4000-8000-${String(Date.now() % 1e6).padStart(6, '0')}${String(++ids).padStart(6, '0')}`,
    startReconcile: () => world.reconcile(),
    close: () => Promise.resolve(),
  } as Partial<Administration> as Administration;
  const terminal = {
    interactive: false,
    readDocument: (file?: string) => Promise.resolve(files.get(file ?? '') ?? ''),
    writeDocument: (file: string, text: string) => Promise.resolve(void files.set(file, text)),
  } as Partial<Terminal> as Terminal;
  const output = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCommand(line.split(' '), commands, () => Promise.resolve(administration), terminal, output);
  return { code, text: out.join('\n'), error: err.join('\n'), json: () => JSON.parse(out.join('\n')) };
}
const account = (name: string) => world.confluence.accounts.get(name) as { active: boolean; fullName: string };

describe('sync', () => {
  it('says that nothing differs when nothing does', async () => {
    const { code, text } = await admin('sync first');
    expect(code).toBe(EXIT.done);
    expect(text).toMatch(/^Run \S+ compared 3 users and groups\.\nNothing differs\.$/);
  });

  it('shows each outcome as a row, and the counts', async () => {
    account('ann').active = false;
    world.confluence.groups.get('staff')?.delete('ben');
    const { code, text } = await admin('sync first');
    expect(code).toBe(EXIT.done);
    expect(text.split('\n').map((line) => line.replace(/\s+/g, ' '))).toEqual([
      'TYPE NAME OUTCOME DETAIL',
      'user ann enabled enable account',
      'user ann drift enabled (enable account)',
      'user ben drift not in staff',
      'user ben added staff',
      '',
      expect.stringMatching(/^Run \S+ compared 3 users and groups\.$/),
      ' enabled 1',
      ' added 1',
      ' drift 2',
    ]);
    await world.settle();
    expect(world.confluence.member('staff', 'ben')).toBe(true);
  });

  it('as a dry run changes nothing', async () => {
    account('ann').active = false;
    const { json } = await admin('sync first --dry-run --json');
    expect(json()).toMatchObject({
      run: { dryRun: true, state: 'finished', counts: { enabled: 1, drift: 1 } },
      results: [{ name: 'ann' }],
    });
    expect(account('ann').active).toBe(false);
  });

  it('of a connection that is in dry run is a dry run too', async () => {
    const settings = { ...world.connection.settings, apply: 'dry-run' as const };
    await world.connections.changeSettings(world.connection, settings, { by: 'the test', at: new Date(world.clock.now).toISOString() });
    account('ann').active = false;
    expect((await admin('sync first')).text).toMatch(/^Dry run .*, and changed nothing\.$/m);
    expect(account('ann').active).toBe(false);
  });

  it('compares one user, or one group, by name or id; an unknown one is refused', async () => {
    for (const who of ['--user ANN', `--user ${ann}`, '--group Staff']) {
      account('ann').active = false;
      expect((await admin(`sync first ${who} --json`)).json()).toMatchObject({ run: { counts: { enabled: 1 } } });
    }
    expect(await admin('sync first --user nobody')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('no user nobody') });
    expect(await admin('sync first --user ann --group staff')).toMatchObject({ code: EXIT.usage });
  });

  it('ends with code 4 when a person is needed', async () => {
    world.confluence.accounts.set('zoe', { fullName: 'Zoe', active: true });
    await world.createUser('zoe');
    await world.settle();
    const { code, text } = await admin('sync first');
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('linking rule does not allow it');
    expect(text).toMatch(/conflict\s+1/);
  });

  it('writes all outcomes as CSV, in which no cell is a formula', async () => {
    await world.createGroup('=sum(1,2)', [ann]);
    await world.untilQuiet();
    world.confluence.groups.get('=sum(1,2)')?.delete('ann');
    await admin('sync first --csv out.csv');
    const lines = files.get('out.csv')?.split('\r\n') ?? [];
    expect(lines[0]).toBe('type,name,id,outcome,detail');
    expect(lines).toContain(`user,ann,${ann},added,"'=sum(1,2)"`);
  });

  it('is refused while the target is paused, and while a run through everything is under way', async () => {
    world.queue.send = () => Promise.resolve();
    expect((await admin('sync first --no-wait')).text).toContain('has begun');
    expect(await admin('sync first')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('is under way') });
    await world.delivery.targets.pause(world.connection.target.id, { code: 'read-only', reason: 'It is read-only.' });
    expect(await admin('sync first --user ann')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('It is read-only.') });
  });
});

describe('sync list, show and cancel', () => {
  it('tell of runs that are over, and end one that is not', async () => {
    account('ann').active = false;
    const id = (await admin('sync first --json')).json().run.id as string;
    expect((await admin('sync list first --json')).json()).toMatchObject([
      { id, state: 'finished', done: 3, counts: { enabled: 1, drift: 1 } },
    ]);
    expect((await admin(`sync show first ${id}`)).text).toContain('enable account');
    expect(await admin(`sync cancel first ${id}`)).toMatchObject({ text: expect.stringContaining('had ended already') });
    world.queue.send = () => Promise.resolve();
    const going = (await admin('sync first --no-wait --json')).json().run.id as string;
    expect(await admin(`sync show first ${going}`)).toMatchObject({
      code: EXIT.attention,
      text: expect.stringContaining('goes on by itself'),
    });
    expect(await admin(`sync cancel first ${going}`)).toMatchObject({ text: expect.stringContaining('is cancelled') });
    expect(await admin('sync show first other')).toMatchObject({ code: EXIT.refused });
  });

  it('do not end the marking of what a change of settings affects: nothing else would mark it', async () => {
    expect(await admin('settings edit first --set users.fullName={userName}! --yes')).toMatchObject({ code: EXIT.done });
    const { length } = world.queue;
    Object.assign(world.queue, { length: () => Promise.resolve(100_000) });
    await world.reconcile();
    const { code, error } = await admin('sync cancel first settings-2');
    expect(code).toBe(EXIT.refused);
    expect(error).toContain('settings restore first 1');
    Object.assign(world.queue, { length });
    await world.reconcile();
    await world.untilQuiet();
    expect(account('ann').fullName).toBe('ann!');
  });
});

describe('settings diff --preview', () => {
  it('says what other settings would do to real users and groups, and does none of it', async () => {
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    account('ben').fullName = 'Bennie';
    world.confluence.calls.length = 0;
    const { json } = await admin('settings diff first --set groups.rename=[{"pattern":"(.*)","replacement":"wiki-$1"}] --preview --json');
    expect(json()).toMatchObject({
      state: 'finished',
      compared: 3,
      changes: [{ path: 'groups.rename' }],
      counts: { added: 2, removed: 2 },
      differences: [{ type: 'group', name: 'staff', after: 'added: 2 members to wiki-staff; removed: 2 members from staff' }],
    });
    const update = (await admin('settings diff first --set users.update=false --preview --json')).json();
    expect(update.differences).toEqual([{ type: 'user', name: 'ben', now: 'updated: update fullName', after: '' }]);
    world.confluence.groups.get('staff')?.add('zoe');
    const others = (await admin('settings diff first --set groups.otherMembers=remove --preview --json')).json();
    expect(others.differences).toEqual([{ type: 'group', name: 'staff', now: '', after: 'removed: zoe of staff' }]);
    expect(world.confluence.writes).toEqual([]);
  });

  const renamed = (pattern: string, replacement: string) =>
    `settings diff first --set groups.rename=[{"pattern":"${pattern}","replacement":"${replacement}"}] --preview`;

  it('of a group that would get another’s name tells the conflict, and gives it nobody', async () => {
    await world.createGroup('crew', [ann]);
    await world.untilQuiet();
    const { code, text, json } = await admin(`${renamed('cr.*', 'staff')} --json`);
    expect(json().differences).toEqual([
      {
        ...{ type: 'group', name: 'crew', now: '' },
        after: expect.stringMatching(/^removed: 1 member from crew; conflict: The Confluence group staff belongs to the group staff/),
      },
    ]);
    expect(json().counts).toEqual({ removed: 1, conflict: 1 });
    expect(code, text).toBe(EXIT.attention);
  });

  it('names the groups that would end up as one although none of them is there yet', async () => {
    await world.createGroup('crew', [ann]);
    await world.untilQuiet();
    const { code, text } = await admin(renamed('.*', 'all'));
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('crew, staff would all be the Confluence group all: the first of them that is applied gets it');
  });

  it('of a group that is parked tells why beside what would become of it, and takes out nobody who was never put in', async () => {
    await world.createGroup('Confluence-Administrators', [ann]);
    await world.untilQuiet();
    const { json } = await admin('settings diff first --set groups.exclude=["Confluence-.*"] --preview --json');
    expect(json().differences).toEqual([
      {
        ...{ type: 'group', name: 'Confluence-Administrators' },
        now: expect.stringMatching(/^conflict: The group confluence-administrators is protected/),
        after: expect.stringMatching(/^skipped: /),
      },
    ]);
    expect(json().counts).toEqual({ skipped: 1 });
    const staff = await admin('settings diff first --set protected.groups=["staff"] --preview --json');
    expect(staff.json().differences).toEqual([
      { type: 'group', name: 'staff', now: '', after: expect.stringMatching(/^conflict: The group staff is protected/) },
    ]);
  });
});

describe('the progress of a run', () => {
  it('is a bar, counts and the time left', () => {
    const run = { expected: 1_000, listed: 400, started: '2026-11-22T10:00:00.000Z', phase: 'users' } as const;
    const line = progressLine(run, { done: 250, counts: { enabled: 2, drift: 2 } }, new Date('2026-11-22T10:01:00.000Z'));
    expect(line).toBe('[######                  ]  25 %  250 of 1,000, 4 outcomes, about 3 min left');
  });

  it('of what is not known beforehand counts against what was found', () => {
    const run = { expected: 0, listed: 0, started: '2026-11-22T10:00:00.000Z', phase: 'users' } as const;
    expect(progressLine(run, { done: 0, counts: {} }, new Date('2026-11-22T10:00:01.000Z'))).toMatch(/ 0 % {2}0 of 1, 0 outcomes$/);
  });
});
