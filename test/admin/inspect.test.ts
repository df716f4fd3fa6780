import { afterEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { settingsOf } from '../settings-of.ts';
import { type InspectWorld, startInspectWorld } from './inspect-world.ts';

let world: InspectWorld;
afterEach(() => world.close());

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** As Okta sends one. */
const jane = {
  externalId: '00u1abcd2EFGHIJK3456',
  displayName: 'Jane Doe',
  name: { givenName: 'Jane', familyName: 'Doe' },
  emails: [{ value: 'Jane.Doe@corp.example', type: 'work', primary: true }],
  active: true,
  [ENTERPRISE]: { department: 'Research' },
};

/** The lines of a section, without its title. */
function section(text: string, title: string): string[] {
  const [, after = ''] = text.split(`${title}\n`);
  const lines = after.split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith(' '));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

describe('inspect user', () => {
  it('says what Okta sent, what the settings made of it, what Confluence has, and that nothing is left to do', async () => {
    world = await startInspectWorld({ settings: { users: { userName: { stripDomain: true } } } });
    const id = await world.createUser('Jane.Doe@corp.example', jane);
    world.request({ type: 'user', id, name: 'Jane.Doe@corp.example' }, 'POST', '/scim/v2/Users', 201);
    await world.createGroup('Engineering', [id]);
    await world.untilQuiet();
    const { code, text } = await world.admin('inspect', 'user', 'jane.doe@CORP.example');
    expect(code).toBe(EXIT.done);
    expect(text.split('\n').slice(0, 2)).toEqual([
      'User Jane.Doe@corp.example of first, https://confluence.example.com',
      'Has an active account, jane.doe, in 1 group.',
    ]);

    expect(section(text, 'SENT BY THE IDENTITY PROVIDER')).toEqual(
      expect.arrayContaining([
        'urn:ietf:params:scim:schemas:core:2.0:User',
        expect.stringMatching(/^userName +string +yes +Jane\.Doe@corp\.example$/),
        expect.stringMatching(/^externalId +string +no +00u1abcd2EFGHIJK3456$/),
        expect.stringMatching(/^name\.familyName +string +no +Doe$/),
        expect.stringMatching(/^emails\[0\]\.primary +boolean +no +true$/),
        ENTERPRISE,
        expect.stringMatching(/^department +string +no +Research$/),
        expect.stringMatching(/^not sent: .*nickName.*costCenter/),
      ]),
    );
    expect(section(text, 'WHAT THE SETTINGS MAKE OF IT')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^users\.userName\.stripDomain +.* becomes jane\.doe$/i),
        expect.stringMatching(/^users\.userName +the account is called jane\.doe$/),
        expect.stringMatching(/^users\.fullName +.*Jane Doe$/),
        expect.stringMatching(/^e-mail +the address is Jane\.Doe@corp\.example$/),
        expect.stringMatching(/^users\.linking +an account that exists already is not taken over/),
      ]),
    );
    expect(section(text, 'IN CONFLUENCE NOW')).toEqual([
      expect.stringMatching(/^account +jane\.doe$/),
      expect.stringMatching(/^full name +Jane Doe$/),
      expect.stringMatching(/^e-mail +not told by this version; last set to Jane\.Doe@corp\.example$/),
      expect.stringMatching(/^active +yes$/),
      expect.stringMatching(/^groups +engineering$/),
    ]);
    expect(section(text, 'DIFFERENCES')).toEqual(['none']);
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual(['nothing: the account is as it should be']);
    expect(section(text, 'GROUPS')).toEqual([
      expect.stringMatching(/^IS +CONFLUENCE +IDENTITY PROVIDER +WHY$/),
      expect.stringMatching(/^present +engineering +Engineering +the identity provider put the user there$/),
    ]);
    expect(section(text, 'STATE')).toEqual([
      expect.stringMatching(/^directory +live$/),
      expect.stringMatching(/^revision +1, 2026-11-02T08:00:00.000Z; created 2026-11-02T08:00:00.000Z$/),
      expect.stringMatching(/^applied +revision 1, 2026-11-02T08/),
      expect.stringMatching(/^bound to +the account jane\.doe, since 2026-11-02T08/),
      expect.stringMatching(/^owner +this user$/),
    ]);
    const requests = section(text, 'LAST REQUESTS, OF 24 HOURS');
    expect(requests.slice(1)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/scim\.request +POST \/scim\/v2\/Users 201$/),
        expect.stringMatching(/change\.planned +bind a new name, create account, record \(\w+\)$/),
        expect.stringMatching(/confluence\.request +createAccount jane\.doe .*ok$/),
        expect.stringMatching(/change\.planned +Engineering +add member \(\w+\)$/),
        expect.stringMatching(/confluence\.request +Engineering +addMember engineering\/jane\.doe .*ok$/),
      ]),
    );
    expect(requests.slice(1).map((line) => line.slice(0, 20))).toEqual(
      requests
        .slice(1)
        .map((line) => line.slice(0, 20))
        .sort(),
    );
  });

  it('changes nothing: neither in Confluence nor in the directory', async () => {
    world = await startInspectWorld();
    const id = await world.createUser('ann');
    await world.createGroup('staff', [id]);
    const before = { user: await world.user(id), calls: world.confluence.writes.length };
    await world.admin('inspect', 'user', 'ann');
    await world.admin('inspect', 'group', 'staff');
    expect(await world.user(id)).toEqual(before.user);
    expect(world.confluence.writes).toHaveLength(before.calls);
    expect(world.confluence.accounts.size + world.confluence.groups.size).toBe(0);
  });

  it('shows what was changed by hand, with what would be done about it and why', async () => {
    world = await startInspectWorld();
    const id = await world.createUser('ann', { displayName: 'Ann Lee' });
    await world.createGroup('staff', [id]);
    await world.createGroup('ops', [id]);
    await world.untilQuiet();
    Object.assign(world.confluence.accounts.get('ann') ?? {}, { fullName: 'Anna', active: false });
    world.confluence.groups.get('ops')?.delete('ann');
    world.confluence.groups.set('book-club', new Set(['ann']));
    const { json } = await world.admin('inspect', 'user', id, '--json');
    expect(json()).toMatchObject({
      type: 'user',
      connection: { name: 'first', confluence: 'https://confluence.example.com' },
      account: { name: 'ann', fullName: 'Anna', active: false, groups: ['book-club', 'staff'] },
      differences: [
        { what: 'active', wanted: 'yes', found: 'no' },
        { what: 'full name', wanted: 'Ann Lee', found: 'Anna' },
      ],
      outlook: {
        is: 'actions',
        actions: [
          { do: 'enable account', why: 'the user is active and the account is disabled' },
          { do: 'update fullName', why: 'it differs from what the identity provider sends' },
        ],
      },
    });
    const memberships = (json()['memberships'] as { is: string; confluenceGroup: string }[]).map((found) => [
      found.is,
      found.confluenceGroup,
    ]);
    expect(memberships.sort()).toEqual([
      ['extra', 'book-club'],
      ['missing', 'ops'],
      ['present', 'staff'],
    ]);
    const { text } = await world.admin('inspect', 'user', 'ann');
    expect(text.split('\n')[1]).toBe('Has a disabled account, ann, and should have a usable one.');
    expect(section(text, 'DIFFERENCES').at(-1)).toMatch(/^groups +missing: ops$/);
    expect(section(text, 'WHAT WOULD BE DONE NOW').at(-1)).toMatch(/^Nothing is pending: somebody has changed it in Confluence/);
  });

  it('does not call the account one’s own that linking finds by its address, and that is another user’s', async () => {
    world = await startInspectWorld({ settings: { users: { linking: 'email' } } });
    world.confluence.capabilities.findByEmail = true;
    await world.createUser('ann');
    await world.untilQuiet();
    const other = await world.createUser('bob', { emails: [{ value: 'ann@example.com' }] });
    await world.untilQuiet();
    const { text } = await world.admin('inspect', 'user', other);
    expect(text.split('\n')[1]).toBe('Has no account: ann is there, and is not this user’s.');
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual([
      expect.stringMatching(/^parked \(owned\): The account ann belongs to another/),
    ]);
  });

  it('says of an account that has a part of the access that it should have all of it, or none', async () => {
    world = await startInspectWorld();
    const id = await world.createUser('ann');
    await world.untilQuiet();
    const targetOf = world.confluence.target.bind(world.confluence);
    world.confluence.target = (observe) => {
      const target = targetOf(observe);
      const findAccount = async (name: string) => {
        const account = await target.findAccount(name);
        return account && { ...account, isPartial: true as const };
      };
      return { ...target, findAccount };
    };
    const opening = async () => (await world.admin('inspect', 'user', id)).text;
    const part = 'Has a part of the access of an account, ann: it is suspended, or in some of the access groups only';
    const wanted = await opening();
    expect(wanted.split('\n')[1]).toBe(`${part}, and should have all of it.`);
    expect(section(wanted, 'DIFFERENCES')).toEqual([expect.stringMatching(/^active +should be yes, is in part$/)]);
    await world.updateUser(id, { active: false }, { sends: false });
    expect((await opening()).split('\n')[1]).toBe(`${part}, and should have none.`);
  });

  it('says that a membership waits for the account, and why there is none: parked, with what to do', async () => {
    world = await startInspectWorld();
    world.confluence.accounts.set('ann', { fullName: 'Another Ann', active: true });
    const id = await world.createUser('ann');
    await world.createGroup('staff', [id]);
    await world.untilQuiet();
    const { code, text } = await world.admin('inspect', 'user', 'ann');
    expect(code).toBe(EXIT.attention);
    expect(text.split('\n').slice(1, 3)).toEqual([
      'Has no account: ann is there, and is not this user’s.',
      expect.stringMatching(/^Parked \(foreign\): The account ann exists/),
    ]);
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual([
      expect.stringMatching(/^parked \(foreign\): The account ann exists in Confluence/),
    ]);
    expect(section(text, 'GROUPS')[1]).toMatch(/^waiting .* staff +the user has no account yet, and is parked: The account ann exists/);
    expect(section(text, 'STATE')).toContainEqual(expect.stringMatching(/^parked +foreign since 2026-11-02T08.*: The account ann exists/));
    expect(section(text, 'LAST REQUESTS, OF 24 HOURS').at(-1)).toMatch(/change\.waiting|change\.parked/);
  });

  it('finds a deleted user by the id as long as the delete is not applied', async () => {
    world = await startInspectWorld();
    const id = await world.createUser('ann');
    await world.untilQuiet();
    await world.deleteUser(id, { sends: false });
    expect(await world.admin('inspect', 'user', 'ann')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('has no user ann'),
    });
    const { text } = await world.admin('inspect', 'user', id);
    expect(section(text, 'STATE')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^directory +deleted 2026-11-02T08.*kept until that is applied$/),
        expect.stringMatching(/^pending +on its way since 2026-11-02T08/),
      ]),
    );
    expect(text.split('\n')[1]).toBe('Has an active account, ann, and should have none that can be used.');
    expect(section(text, 'DIFFERENCES')).toEqual([expect.stringMatching(/^active +should be no, is yes$/)]);
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual([
      expect.stringMatching(/^disable account +the user was deleted in the identity provider$/),
    ]);
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await world.admin('inspect', 'user', unknown)).toMatchObject({ code: EXIT.refused, error: expect.stringContaining(unknown) });
  });

  it('says that Confluence was not asked while it is paused, and shows the rest', async () => {
    world = await startInspectWorld();
    const id = await world.createUser('ann');
    await world.createGroup('staff', [id]);
    await world.untilQuiet();
    await world.delivery.targets.pause(world.connection.target.id, { code: 'read-only', reason: 'Confluence is read-only.' });
    const calls = world.confluence.calls.length;
    const { code, text, json } = await world.admin('inspect', 'user', 'ann');
    expect(code).toBe(EXIT.attention);
    const why = 'not known (read-only): https://confluence.example.com is paused: Confluence is read-only.';
    for (const title of ['IN CONFLUENCE NOW', 'DIFFERENCES', 'WHAT WOULD BE DONE NOW']) expect(section(text, title)).toEqual([why]);
    expect(section(text, 'STATE')).toContainEqual(expect.stringMatching(/^applied +revision 1/));
    expect(world.confluence.calls).toHaveLength(calls);
    expect(() => json()).toThrow(SyntaxError);
  });

  it('pauses a target that refuses the login: three would lock the service account', async () => {
    world = await startInspectWorld();
    await world.createUser('ann');
    world.confluence.fail(/^serviceAccount/, 'login-refused', 5);
    const { code, text } = await world.admin('inspect', 'user', 'ann');
    expect(code).toBe(EXIT.attention);
    expect(section(text, 'IN CONFLUENCE NOW')[0]).toMatch(/^not known \(login-refused\): /);
    expect(await world.delivery.targets.read(world.connection.target.id)).toMatchObject({ state: 'paused', code: 'login-refused' });
    await world.admin('inspect', 'user', 'ann');
    expect(world.confluence.calls).toEqual(['serviceAccount']);
    expect(world.lines.filter((line) => line.includes('"target.paused"'))).toHaveLength(1);
  });

  it('says what the groups of a person decide: only from groups, default groups, and what is kept back while inactive', async () => {
    world = await startInspectWorld({
      settings: {
        users: {
          onlyFromGroups: ['Staff'],
          defaultGroups: { allUsers: ['confluence-users'] },
          groupsOnDeactivate: { do: 'remove', except: ['alumni'] },
        },
      },
    });
    world.confluence.groups.set('confluence-users', new Set());
    const ann = await world.createUser('ann');
    const bob = await world.createUser('bob');
    const staff = await world.createGroup('Staff', [ann]);
    await world.createGroup('Alumni', [ann]);
    await world.untilQuiet();
    const ofBob = (await world.admin('inspect', 'user', 'bob')).text;
    expect(ofBob.split('\n').slice(1, 3)).toEqual(['Has no account: there is no bob.', expect.stringContaining('users.onlyFromGroups')]);
    expect(section(ofBob, 'WHAT THE SETTINGS MAKE OF IT')[0]).toMatch(
      /^users\.onlyFromGroups +only members of Staff .*; this user is none$/,
    );
    expect(bob).toBeDefined();

    const kinds = async () => {
      const { json } = await world.admin('inspect', 'user', 'ann', '--json');
      return (json()['memberships'] as { is: string; confluenceGroup: string; why: string }[])
        .map(({ is, confluenceGroup }) => `${is} ${confluenceGroup}`)
        .sort();
    };
    expect(await kinds()).toEqual(['present alumni', 'present confluence-users', 'present staff']);
    await world.updateUser(ann, { active: false });
    await world.untilQuiet();
    expect(await kinds()).toEqual(['present alumni', 'withheld staff']);
    const opening = async () => (await world.admin('inspect', 'user', ann)).text.split('\n').slice(1, 3);
    expect(await opening()).toEqual(['Has a disabled account, ann.', 'The user is inactive in the identity provider.']);
    await world.updateUser(ann, { active: true });
    await world.changeMembers(staff, { remove: [ann] });
    await world.untilQuiet();
    expect(await opening()).toEqual([
      'Has a disabled account, ann.',
      expect.stringMatching(/^By users\.onlyFromGroups: only members of Staff .*; this user is none\.$/),
    ]);
  });

  it('shows what the brake holds, with the membership that is still there', async () => {
    world = await startInspectWorld({ settings: { brake: { share: 0, atLeast: 1 } } });
    const users = [await world.createUser('ann'), await world.createUser('bob'), await world.createUser('eve')];
    const staff = await world.createGroup('staff', users);
    await world.untilQuiet();
    await world.changeMembers(staff, { remove: users });
    await world.settle();
    const held = (await Promise.all(['ann', 'bob', 'eve'].map((name) => world.admin('inspect', 'user', name, '--json')))).flatMap(
      ({ json }) => json()['memberships'] as { is: string; confluenceGroup: string; why: string }[],
    );
    expect(held).toHaveLength(2);
    const told = (await world.admin('inspect', 'group', 'staff')).text.split('\n').slice(1, 3);
    expect(told).toEqual(['Is in Confluence as staff.', 'The brake holds 2 removals of access: brake show.']);
    for (const one of held) expect(one).toMatchObject({ is: 'held', confluenceGroup: 'staff', why: expect.stringContaining('brake show') });
  });

  it('says in a dry run that nothing of it is done', async () => {
    world = await startInspectWorld({ settings: { apply: 'dry-run' } });
    await world.createUser('ann');
    await world.settle();
    const { text, code } = await world.admin('inspect', 'user', 'ann');
    expect(code).toBe(EXIT.done);
    expect(section(text, 'STATE').join('\n')).toMatch(/pending +kept back by the dry run since /);
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual([
      expect.stringMatching(/^bind a new name +/),
      expect.stringMatching(/^create account +there is none of that name in Confluence$/),
      expect.stringMatching(/^record +/),
      'The connection is in dry-run: it is logged, and not done.',
    ]);
  });

  it('calls no difference what a setting leaves as it is', async () => {
    world = await startInspectWorld({ settings: { users: { update: false, deactivate: false } } });
    const id = await world.createUser('ann');
    await world.untilQuiet();
    await world.updateUser(id, { active: false, displayName: 'Ann Lee' });
    await world.untilQuiet();
    const { json } = await world.admin('inspect', 'user', 'ann', '--json');
    expect(json()).toMatchObject({
      account: { fullName: 'ann', active: true, isOwn: true },
      differences: [],
      outlook: { is: 'nothing', skipped: [expect.stringContaining('users.deactivate')] },
    });
  });

  it('shows the account that the linking rule will give, before it is taken over', async () => {
    world = await startInspectWorld({ settings: { users: { linking: 'user-name' } } });
    world.confluence.accounts.set('ann', { fullName: 'Ann', active: true });
    await world.createUser('ann', { displayName: 'Ann' }, { sends: false });
    const { json } = await world.admin('inspect', 'user', 'ann', '--json');
    expect(json()).toMatchObject({
      account: { name: 'ann', isOwn: true },
      outlook: { is: 'actions', actions: expect.arrayContaining([{ do: 'link', why: expect.any(String) }]) },
    });
    expect(json()['state']).not.toHaveProperty('bound');
  });

  it('suggests who is near an unknown name: by e-mail address, externalId, or a name like it', async () => {
    world = await startInspectWorld();
    await world.createUser('jane.doe', jane);
    const errorOf = async (name: string) => (await world.admin('inspect', 'user', name)).error;
    expect(await errorOf('JANE.DOE@corp.example')).toContain('near it: jane.doe (this e-mail address)');
    expect(await errorOf('00u1abcd2EFGHIJK3456')).toContain('near it: jane.doe (this externalId)');
    expect(await errorOf('jane')).toContain('near it: jane.doe');
    expect(await errorOf('otto')).not.toContain('near it');
    expect(await world.admin('inspect', 'user')).toMatchObject({ code: EXIT.usage });
    expect(await world.admin('inspect', 'user', 'jane.doe', '--hours', '0')).toMatchObject({ code: EXIT.usage });
  });

  it('asks for the connection only where there are several', async () => {
    world = await startInspectWorld();
    await world.createUser('ann');
    await world.connect('second');
    expect(await world.admin('inspect', 'user', 'ann')).toMatchObject({
      code: EXIT.usage,
      error: expect.stringMatching(/--connection, one of (first, second|second, first)/),
    });
    expect(await world.admin('inspect', 'user', 'ann', '--connection', 'FIRST')).toMatchObject({ code: EXIT.done });
  });

  it('shows control characters of the identity provider as question marks', async () => {
    world = await startInspectWorld();
    await world.createUser('eve', { displayName: 'Eve\u001b[2J\nroot' });
    const { text } = await world.admin('inspect', 'user', 'eve');
    expect(text).not.toContain('\u001b');
    expect(text).toContain('Eve?[2J?root');
  });
});

describe('inspect --json', () => {
  it('has the same keys whatever is inspected: scripts rely on them', async () => {
    world = await startInspectWorld();
    await world.createGroup('staff', [await world.createUser('ann')]);
    await world.untilQuiet();
    const keysOf = async (...what: string[]) => Object.keys((await world.admin('inspect', ...what, '--json')).json()).sort();
    const common = [
      'attributes',
      'connection',
      'differences',
      'id',
      'isDryRun',
      'name',
      'outlook',
      'requests',
      'resource',
      'settings',
      'state',
    ];
    const ofUser = ['account', 'accountName', 'lastSetEmail', 'memberships', 'type'];
    expect(await keysOf('user', 'ann')).toEqual([...common, ...ofUser].sort());
    expect(await keysOf('group', 'staff')).toEqual([...common, 'confluenceGroups', 'members', 'type'].sort());
    await world.delivery.targets.pause(world.connection.target.id, { code: 'read-only', reason: 'Confluence is read-only.' });
    const asked = ['account', 'differences', 'outlook'];
    const withoutTarget = [...common, ...ofUser, 'notAsked'].filter((key) => !asked.includes(key));
    expect(await keysOf('user', 'ann')).toEqual(withoutTarget.sort());
  });

  it('shows no value of an attribute that is never returned', async () => {
    const urn = 'urn:example:badge:2.0:User';
    const attributes = [
      { name: 'badge', type: 'string' as const },
      { name: 'pin', type: 'string' as const, returned: 'never' as const, mutability: 'writeOnly' as const },
    ];
    world = await startInspectWorld({
      settings: { schemaExtension: { id: urn, name: 'Badge', resourceType: 'User', attributes } },
    });
    await world.createUser('ann', { [urn]: { badge: 'B-17', pin: '0815-4711' } });
    for (const more of [[], ['--json']]) {
      const { text } = await world.admin('inspect', 'user', 'ann', ...more);
      expect(text).toContain('B-17');
      expect(text).not.toContain('0815-4711');
    }
  });
});

describe('inspect group', () => {
  it('says what Entra ID sent, what the settings made of it, what Confluence has, and which members are not as they should be', async () => {
    world = await startInspectWorld({ settings: { groups: { rename: [{ pattern: 'SG-Confluence-(.+)', replacement: 'team-$1' }] } } });
    const ann = await world.createUser('ann');
    const bob = await world.createUser('bob');
    const id = await world.createGroup('SG-Confluence-Design', [ann, bob]);
    await world.untilQuiet();
    world.confluence.groups.get('team-design')?.delete('bob');
    world.confluence.groups.get('team-design')?.add('zoe');
    const eve = await world.createUser('eve');
    await world.changeMembers(id, { add: [eve], remove: [ann] }, { sends: false });
    const { code, text } = await world.admin('inspect', 'group', 'sg-confluence-design');
    expect(code).toBe(EXIT.done);
    expect(section(text, 'SENT BY THE IDENTITY PROVIDER')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^displayName +string +yes +SG-Confluence-Design$/)]),
    );
    expect(section(text, 'WHAT THE SETTINGS MAKE OF IT')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^groups\.rename\[0\] +SG-Confluence-Design becomes team-Design$/),
        expect.stringMatching(/^groups\.mapping +in Confluence it is team-design$/),
        expect.stringMatching(/^groups\.otherMembers +members that were added by hand stay$/),
      ]),
    );
    expect(section(text, 'IN CONFLUENCE NOW')).toEqual([
      expect.stringMatching(/^group +team-design$/),
      expect.stringMatching(/^members +2$/),
      'ann, zoe',
    ]);
    expect(section(text, 'WHAT WOULD BE DONE NOW')).toEqual(['nothing: the group is as it should be']);
    const [counts, , ...members] = section(text, 'MEMBERS');
    expect(counts).toBe('1 missing, 1 obsolete, 1 waiting, 1 extra');
    expect(members.sort()).toEqual([
      expect.stringMatching(/^extra +zoe .*not granted by the identity provider: left alone \(groups\.otherMembers\)$/),
      expect.stringMatching(
        /^missing +bob +bob +team-design +the identity provider put the user there; taken out in Confluence by hand: sync puts it right$/,
      ),
      expect.stringMatching(/^obsolete +ann +ann +team-design +the identity provider took the user out; pending since 2026-11-02T/),
      expect.stringMatching(/^waiting +eve +team-design +the user has no account yet$/),
    ]);
    expect(section(text, 'STATE')).toContainEqual(expect.stringMatching(/^bound to +the group team-design, since 2026-11-02T08/));
  });

  it('shows each Confluence group that a map gives, and what is to be lost of the one it gave before', async () => {
    const map = (names: string[]) => ({ groups: { mapping: 'map' as const, map: { Sales: names } } });
    world = await startInspectWorld({ settings: map(['sales', 'crm']) });
    for (const name of ['sales', 'crm', 'partners']) world.confluence.groups.set(name, new Set());
    await world.createGroup('Sales', [await world.createUser('ann')]);
    await world.untilQuiet();
    const read = await world.connections.get(world.connection.id);
    if (!read) throw new Error('no connection');
    await world.connections.changeSettings(read, settingsOf(map(['sales', 'partners'])), { by: 'pat', at: '2026-11-02T08:00:00.000Z' });
    const { json } = await world.admin('inspect', 'group', 'Sales', '--json');
    const groups = (json()['confluenceGroups'] as { name: string; members: string[] }[]).map(({ name, members }) => [name, members]);
    expect(groups).toEqual([
      ['sales', ['ann']],
      ['partners', []],
      ['crm', ['ann']],
    ]);
    expect(json()).toMatchObject({
      outlook: {
        is: 'actions',
        actions: [
          { do: 'take its members out of crm', why: 'the settings do not give it that name any more' },
          { do: 'link', why: 'it exists, and the settings allow it' },
          { do: 'record' },
        ],
      },
    });
  });

  it('says that a renamed group moves, where the settings say so', async () => {
    world = await startInspectWorld({ settings: { groups: { onRename: 'move' } } });
    const sales = await world.createGroup('Sales', [await world.createUser('ann')]);
    await world.untilQuiet();
    await world.renameGroup(sales, 'Revenue');
    const { json } = await world.admin('inspect', 'group', 'Revenue', '--json');
    const why = 'the identity provider renamed the group, and groups.onRename is move';
    expect(json()).toMatchObject({
      outlook: {
        is: 'actions',
        actions: [
          { do: 'move its members from sales to revenue, and delete sales if nobody else is in it', why },
          expect.anything(),
          { do: 'create group revenue' },
          { do: 'record' },
        ],
      },
    });
    const { text } = await world.admin('inspect', 'group', 'Revenue');
    expect(text).toContain('a new name in the identity provider makes a new Confluence group');
  });

  it('says what Synchronize does about members that were added by hand', async () => {
    world = await startInspectWorld({
      settings: { groups: { otherMembers: 'remove' }, users: { defaultGroups: { allUsers: ['staff'] } } },
    });
    await world.createUser('bob');
    await world.createGroup('Staff', [await world.createUser('ann')]);
    await world.untilQuiet();
    for (const name of ['zoe', 'service', 'bob']) world.confluence.groups.get('staff')?.add(name);
    const { json } = await world.admin('inspect', 'group', 'staff', '--json');
    const { findings } = json()['members'] as { findings: { is: string; account: string; why: string }[] };
    expect(findings.map(({ account, why }) => [account, why]).sort()).toEqual([
      ['bob', expect.stringContaining('a default group')],
      ['service', 'protected: it stays'],
      ['zoe', expect.stringContaining('sync takes it out')],
    ]);
  });

  it('says which setting leaves a group out', async () => {
    world = await startInspectWorld({ settings: { groups: { exclude: ['hr-.*'] } } });
    const ann = await world.createUser('ann');
    await world.createGroup('hr-salaries', [ann]);
    await world.untilQuiet();
    const { json } = await world.admin('inspect', 'group', 'hr-salaries', '--json');
    expect(json()).toMatchObject({
      outlook: { is: 'nothing', skipped: [expect.stringContaining('groups.exclude[0]')] },
      members: { counts: { skipped: 1 } },
      confluenceGroups: [],
    });
  });

  it('shows the first 50 members, and the count', async () => {
    world = await startInspectWorld();
    const users = await world.seedUsers(60);
    await world.createGroup('all', users.slice(0, 40));
    await world.untilQuiet();
    for (const name of [...world.confluence.accounts.keys()].slice(40)) world.confluence.groups.get('all')?.add(name);
    const { text, json } = await world.admin('inspect', 'group', 'all', '--json').then(async (asJson) => ({
      json: asJson.json(),
      text: (await world.admin('inspect', 'group', 'all')).text,
    }));
    expect(section(text, 'IN CONFLUENCE NOW')[1]).toMatch(/^members +60 \(the first 50\)$/);
    expect(json).toMatchObject({ members: { counts: { present: 40, extra: 20 }, more: false } });
    expect((json['confluenceGroups'] as { members: string[] }[])[0]?.members).toHaveLength(50);
  });

  it('tells of a large change that is still being worked through', async () => {
    world = await startInspectWorld();
    const [ann, bob] = [await world.createUser('ann'), await world.createUser('bob')];
    const id = await world.createGroup('staff', [ann]);
    await world.untilQuiet();
    await world.replaceByLayer(id, [bob], { sends: false });
    const { text } = await world.admin('inspect', 'group', id);
    expect(section(text, 'MEMBERS')).toContain('A large change is being worked through: whom it names is not counted here.');
    expect(section(text, 'STATE')).toContainEqual(expect.stringMatching(/^large changes +1 are being worked through$/));
    const memberships = async (name: string) => (await world.admin('inspect', 'user', name, '--json')).json()['memberships'];
    expect(await memberships('ann')).toMatchObject([{ is: 'obsolete', confluenceGroup: 'staff' }]);
    expect(await memberships('bob')).toMatchObject([{ is: 'missing', confluenceGroup: 'staff' }]);
  });
});
