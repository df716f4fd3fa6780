import { afterEach, describe, expect, it } from 'vitest';
import type { UserId } from '../../shared/directory/ids.ts';
import type { SettingsChange } from '../settings-of.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
afterEach(() => world.close());

async function start(users: SettingsChange['users'] = {}, settings: SettingsChange = {}): Promise<void> {
  world = await startWorld({ settings: { ...settings, users } });
}
/** What the administrator saves; every user is marked, as after a settings change. */
async function save(users: SettingsChange['users'], marked: readonly UserId[]): Promise<void> {
  const { connections, connection, delivery } = world;
  const read = await connections.get(connection.id);
  if (!read) throw new Error('no connection');
  const settings = { ...read.settings, users: { ...read.settings.users, ...users } } as typeof read.settings;
  await connections.changeSettings(read, settings, { by: 'pat', at: new Date(world.clock.now).toISOString() });
  for (const id of marked) {
    const user = await world.user(id);
    if (user) await delivery.resources.again(user, 'parked too');
  }
  await world.untilQuiet();
}
const accounts = () => [...world.confluence.accounts.keys()].sort();
const account = (name: string) => world.confluence.accounts.get(name);
const skipped = () => world.records('change.skipped').map(({ reason }) => reason);

describe('users.userName: where an account gets its name from', () => {
  it('small letters, without the domain, replaced: the account is made, disabled and filled under that name', async () => {
    await start({ userName: { stripDomain: true, replace: [{ pattern: '(\\w)\\w*\\.(\\w+)', replacement: '$1$2' }] } });
    const jane = await world.createUser('Jane.Doe@Corp.example');
    const staff = await world.createGroup('staff', [jane]);
    await world.settle();
    expect(accounts()).toEqual(['jdoe']);
    expect(world.confluence.member('staff', 'jdoe')).toBe(true);
    await world.changeMembers(staff, { remove: [jane] });
    await world.updateUser(jane, { active: false });
    await world.settle();
    expect(account('jdoe')?.active).toBe(false);
    expect(world.confluence.member('staff', 'jdoe')).toBe(false);
  });

  it.each<[string, SettingsChange['users'] & object, string]>([
    ['the primary e-mail address', { userName: { source: 'email', stripDomain: true } }, 'doe'],
    ['externalId', { userName: { source: 'externalId' } }, 'e-7'],
    ['an extension’s attribute', { userName: { source: 'attribute', attribute: 'urn:example:corp:2.0:User:badge' } }, 'b-1'],
  ])('by %s', async (_, users, name) => {
    await start(users);
    const emails = [{ value: 'x@example.com' }, { value: 'Doe@example.com', primary: true }];
    await world.createUser('jane', { emails, externalId: 'E-7', 'urn:example:corp:2.0:User': { badge: 'B-1' } });
    await world.settle();
    expect(accounts()).toEqual([name]);
  });

  it('two users whose names become one: the second parks, and the reason names the setting', async () => {
    await start({ userName: { stripDomain: true } });
    await world.createUser('ann@one.example');
    await world.settle();
    const second = await world.createUser('ann@two.example');
    await world.settle();
    expect(await world.user(second)).toMatchObject({
      parkedCode: 'owned',
      parkedReason: expect.stringContaining('users.userName.stripDomain: ann@two.example becomes ann'),
    });
    expect(accounts()).toEqual(['ann']);
  });

  it('what no pattern matches: skipped, told, and left to nobody’s attention', async () => {
    await start({ userName: { replace: [{ pattern: '(.*)@corp\\.example', replacement: '$1' }], otherwise: 'skip' } });
    const guest = await world.createUser('guest@elsewhere.example');
    const staff = await world.createGroup('staff', [guest]);
    await world.settle();
    expect(accounts()).toEqual([]);
    expect(await world.user(guest)).not.toHaveProperty('marker');
    expect(await world.member(staff, guest)).toMatchObject({ marker: 'waiting' });
    expect(skipped()).toEqual([expect.stringContaining('No pattern of users.userName.replace matches guest@elsewhere.example')]);
    await world.deleteUser(guest);
    await world.untilQuiet();
    expect(world.confluence.writes).toEqual(['createGroup staff']);
    // The next one is not held up by it.
    await world.createUser('ann@corp.example');
    await world.settle();
    expect(accounts()).toEqual(['ann']);
  });

  it('or parked; the next change to the user tries again', async () => {
    await start({ userName: { source: 'externalId', otherwise: 'park' } });
    const ann = await world.createUser('ann');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ parkedCode: 'no-name', parkedReason: expect.stringContaining('externalId') });
    await world.updateUser(ann, { externalId: 'a1' });
    await world.settle();
    expect(accounts()).toEqual(['a1']);
    expect(await world.user(ann)).not.toHaveProperty('parkedCode');
  });

  it('a bound account keeps its name when the setting changes: said as unsupported, never a second account', async () => {
    await start();
    const ann = await world.createUser('ann@corp.example');
    await world.settle();
    await save({ userName: { ...world.connection.settings.users.userName, stripDomain: true } }, [ann]);
    expect(accounts()).toEqual(['ann@corp.example']);
    expect(world.records('change.unsupported')).toMatchObject([{ what: expect.stringContaining('rename of account ann@corp.example') }]);
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann@corp.example')?.active).toBe(false);
  });
});

describe('users.linking, with names that are transformed', () => {
  it('user-name: the account of the name that the settings make is linked', async () => {
    await start({ linking: 'user-name', userName: { stripDomain: true } });
    world.confluence.accounts.set('ann', { fullName: 'Ann', active: false });
    const ann = await world.createUser('ann@corp.example');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ boundName: 'ann' });
    expect(account('ann')?.active).toBe(true);
    expect(world.confluence.writes).not.toContain('createAccount ann');
  });

  it('email: the account keeps the name it has', async () => {
    await start({ linking: 'email', userName: { stripDomain: true } });
    world.confluence.capabilities.findByEmail = true;
    world.confluence.accounts.set('old-ann', { fullName: 'Ann', email: 'ann@corp.example@example.com', active: true });
    const ann = await world.createUser('ann@corp.example');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({ boundName: 'old-ann' });
    expect(accounts()).toEqual(['old-ann']);
  });

  it('never: it parks, and the reason names the setting that made the name', async () => {
    await start({ linking: 'never', userName: { stripDomain: true } });
    world.confluence.accounts.set('ann', { fullName: 'Somebody', active: true });
    const ann = await world.createUser('ann@corp.example');
    await world.settle();
    expect(await world.user(ann)).toMatchObject({
      parkedCode: 'foreign',
      parkedReason: expect.stringContaining('users.userName.stripDomain'),
    });
  });
});

describe('users.fullName', () => {
  it('the template names the account, and renames it when a part changes', async () => {
    await start({ fullName: '{name.familyName}, {name.givenName}' });
    const jane = await world.createUser('jane', { name: { givenName: 'Jane', familyName: 'Doe' } });
    await world.settle();
    expect(account('jane')?.fullName).toBe('Doe, Jane');
    await world.updateUser(jane, { name: { givenName: 'Jane' } });
    await world.settle();
    expect(account('jane')?.fullName).toBe('Jane');
  });
});

describe('users.create, off', () => {
  it('no account is made, the change is skipped, and memberships wait', async () => {
    await start({ create: false });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    expect(world.confluence.writes).toEqual(['createGroup staff']);
    expect(await world.user(ann)).not.toHaveProperty('marker');
    expect(await world.member(staff, ann)).toMatchObject({ marker: 'waiting' });
    expect(skipped()).toEqual(['users.create is off: no account ann is made.']);
    await save({ create: true }, [ann]);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
  });

  it('who can be linked is linked', async () => {
    await start({ create: false, linking: 'user-name' });
    world.confluence.accounts.set('ann', { fullName: 'ann', active: false });
    await world.createUser('ann');
    await world.settle();
    expect(account('ann')?.active).toBe(true);
  });
});

describe('users.update, off', () => {
  it('names and addresses stay; access does not', async () => {
    await start({ update: false });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { displayName: 'Ann Other', emails: [{ value: 'other@example.com' }] });
    await world.settle();
    expect(account('ann')).toMatchObject({ fullName: 'ann', email: 'ann@example.com' });
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(false);
  });
});

describe('users.deactivate, off', () => {
  it('who is inactive keeps a usable account, also their groups; a delete still disables', async () => {
    await start({ deactivate: false, groupsOnDeactivate: { do: 'remove' } });
    const ann = await world.createUser('ann');
    await world.createGroup('staff', [ann]);
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    expect(account('ann')?.active).toBe(true);
    expect(world.confluence.member('staff', 'ann')).toBe(true);
    expect(skipped()).toEqual(['users.deactivate is off: the account ann stays usable.']);
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(account('ann')?.active).toBe(false);
    expect(world.confluence.member('staff', 'ann')).toBe(false);
  });

  it('who is inactive and has no account gets none', async () => {
    await start({ deactivate: false });
    await world.createUser('ann', { active: false });
    await world.settle();
    expect(world.confluence.writes).toEqual([]);
  });

  it('switched on, those who are inactive are disabled', async () => {
    await start({ deactivate: false });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.updateUser(ann, { active: false });
    await world.settle();
    await save({ deactivate: true }, [ann]);
    expect(account('ann')?.active).toBe(false);
  });
});

describe('users.onDelete', () => {
  it('keep: the account stays usable and in its groups, nothing is called, and the user is forgotten', async () => {
    await start({ onDelete: 'keep', defaultGroups: { allUsers: ['everybody'] } });
    world.confluence.groups.set('everybody', new Set());
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    world.confluence.calls.length = 0;
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(world.confluence.calls).toEqual([]);
    expect(account('ann')?.active).toBe(true);
    expect(await world.member(staff, ann)).toBeUndefined();
    world.clock.now += 3_600_001;
    await world.sweep();
    await world.untilQuiet();
    expect(await world.user(ann)).toBeUndefined();
    expect(world.confluence.member('staff', 'ann')).toBe(true);
    expect(world.confluence.member('everybody', 'ann')).toBe(true);
  });

  it('keep: what the identity provider took away before is taken away all the same', async () => {
    await start({ onDelete: 'keep' });
    const ann = await world.createUser('ann');
    const staff = await world.createGroup('staff', [ann]);
    await world.settle();
    await world.changeMembers(staff, { remove: [ann] }, { sends: false });
    await world.deleteUser(ann);
    await world.untilQuiet();
    expect(world.confluence.member('staff', 'ann')).toBe(false);
  });

  it('keep: a group that is deleted afterwards is emptied of those who are still in the identity provider only', async () => {
    await start({ onDelete: 'keep' });
    const ann = await world.createUser('ann');
    const bob = await world.createUser('bob');
    const staff = await world.createGroup('staff', [ann, bob]);
    await world.settle();
    await world.deleteUser(ann);
    await world.untilQuiet();
    await world.deleteGroup(staff);
    await world.untilQuiet();
    expect([...(world.confluence.groups.get('staff') ?? [])]).toEqual(['ann']);
  });

  it('keep: a person who comes back gets the same account', async () => {
    await start({ onDelete: 'keep' });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    const again = await world.createUser('ann');
    await world.untilQuiet();
    expect(await world.user(again)).toMatchObject({ boundName: 'ann' });
    expect(world.confluence.calls.filter((call) => call === 'createAccount ann')).toHaveLength(1);
  });

  it('delete: disabled first, then deleted', async () => {
    await start({ onDelete: 'delete' });
    const ann = await world.createUser('ann');
    await world.settle();
    await world.deleteUser(ann);
    await world.settle();
    expect(world.confluence.writes.slice(-2)).toEqual(['disableAccount ann', 'deleteAccount ann']);
  });
});
