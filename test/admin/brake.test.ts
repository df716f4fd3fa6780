import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { startWorld, type World } from '../flow/harness.ts';
import { startAdmin } from './admin-under-test.ts';

let world: World;
let typed: Awaited<ReturnType<typeof startAdmin>>;
let users: UserId[];
beforeEach(async () => {
  world = await startWorld({ settings: { brake: { share: 0, atLeast: 1 }, seats: { limit: 5 } } });
  const now = () => new Date(world.clock.now);
  typed = await startAdmin({ ...directoryAdministration(world.table, now), queue: world.queue, now });
  users = [];
  for (const name of ['ann', 'bob', 'cid']) users.push(await world.createUser(name));
  const staff = await world.createGroup('staff', users);
  await world.settle();
  await world.updateUser(users[0] as UserId, { active: false });
  await world.settle();
  await world.changeMembers(staff, { remove: [users[1] as UserId] });
  await world.settle();
  world.clock.now += 1;
  await world.deleteUser(users[2] as UserId);
  await world.settle();
});
afterEach(async () => {
  await typed.close();
  await world.close();
});

const active = () => [...world.confluence.accounts].flatMap(([name, account]) => (account.active ? [name] : []));
const actions = () => typed.records().filter(({ kind }) => kind === 'admin.action');

describe('brake show', () => {
  it('lists who is held with their names, why and since when, and asks for a person', async () => {
    const { code, text } = await typed.admin('brake show first');
    expect(code).toBe(EXIT.attention);
    expect(text).toMatch(/first +membership +bob +removed from the group staff +2026-11-02T08:00:00\.000Z/);
    expect(text).toMatch(/first +user +cid +deleted +2026-11-02T08:00:00\.001Z/);
    expect(text).toContain('ON since 2026-11-02T08:00:00.000Z: more than 1 of 3 users were to lose access within an hour. 2 held.');
    expect(text).toContain('brake release first');
  });

  it('gives scripts the same, for all connections', async () => {
    await world.connect('second');
    const shown = JSON.parse((await typed.admin('brake show --json')).text);
    expect(shown).toMatchObject([
      { name: 'first', counted: 1, count: 2, engaged: { limit: 1, users: 3 }, changes: [{ member: { name: 'bob' } }, { name: 'cid' }] },
      { name: 'second', counted: 0, count: 0, changes: [] },
    ]);
    expect(shown[1]).not.toHaveProperty('engaged');
  });
});

describe('brake release', () => {
  it('asks, and applies what was held', async () => {
    typed.answers = ['n', 'y'];
    const refused = await typed.admin('brake release first', { interactive: true });
    expect(refused).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('Apply 2 held changes of first') });
    expect(await typed.admin('brake release first')).toMatchObject({ code: EXIT.usage, error: expect.stringContaining('--yes') });
    expect(await typed.admin('brake release first', { interactive: true })).toMatchObject({ code: EXIT.done });
    await world.settle();
    expect(active()).toEqual(['bob']);
    expect([...(world.confluence.groups.get('staff') ?? [])]).not.toContain('bob');
    expect(await typed.admin('brake show first')).toMatchObject({ code: EXIT.done });
  });

  it('leaves a record of who decided', async () => {
    await typed.admin('brake release first --yes');
    expect(actions()).toMatchObject([{ action: 'brake release', caller: typed.administration.caller, outcome: 'done' }]);
  });
});

describe('brake reject', () => {
  it('leaves everybody as they are, and can be taken back', async () => {
    expect((await typed.admin('brake reject first --yes --json')).json()).toMatchObject({ rejected: 2 });
    await world.settle();
    expect(active()).toEqual(['bob', 'cid']);
    expect(await typed.admin('brake show first')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('the brake is off') });
    const rejected = await typed.admin('brake show first --rejected');
    expect(rejected).toMatchObject({ code: EXIT.done, text: expect.stringContaining('2 rejected') });
    expect((await typed.admin('brake release first --rejected --yes --json')).json()).toMatchObject({ released: 2 });
    await world.settle();
    expect(active()).toEqual(['bob']);
    expect(actions().map(({ action }) => action)).toContain('brake reject');
  });
});

describe('status', () => {
  it('says that the brake is on, how much is held, and how many seats are used', async () => {
    const { code, text } = await typed.admin('status');
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('The brake of first is on');
    expect(text).toMatch(/HELD +SEATS/);
    expect(text).toMatch(/ 2 +2 of 5/);
    await typed.admin('brake reject first --yes');
    expect(await typed.admin('status')).toMatchObject({ code: EXIT.done });
  });

  it('says that no seat is left', async () => {
    for (const name of ['d', 'e', 'f', 'g']) await world.createUser(name);
    await world.settle();
    await typed.admin('brake reject first --yes');
    const { code, text } = await typed.admin('status');
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('No seat is left');
    expect(text).toMatch(/5 of 5/);
  });
});
