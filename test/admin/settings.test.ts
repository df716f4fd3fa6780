import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { commands } from '../../functions/admin/commands.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import { settingsFields } from '../../shared/provisioning/settings/settings-fields.ts';
import { startAdmin } from './admin-under-test.ts';

let world: Awaited<ReturnType<typeof startAdmin>>;
const admin: typeof world.admin = (...typed) => world.admin(...typed);
const AT = '2026-11-22T10:00:00.000Z';
const PAT = 'arn:aws:iam::123456789012:user/pat';

beforeEach(async () => {
  world = await startAdmin();
  await admin('connection create okta --confluence https://wiki.example.com --link never');
});
afterEach(() => world.close());

async function connection() {
  const [found] = await world.administration.connections.list();
  if (!found) throw new Error('no connection');
  return found;
}
const settings = async () => (await connection()).settings;
const lastAction = () => world.records().findLast(({ kind }) => kind === 'admin.action');
async function people(users: number, groups: number): Promise<void> {
  const context = { connection: await connection(), correlationId: 'c', now: world.administration.now() };
  for (let i = 0; i < users; i++) await world.administration.directory.users.create(context, { userName: `user-${i}` });
  for (let i = 0; i < groups; i++) await world.administration.directory.groups.create(context, { displayName: `group ${i}` }, new Set());
}

describe('settings show', () => {
  it('has every setting with its value, and says which are not the default', async () => {
    await admin('settings edit okta --set users.onDelete=keep --set groups.map.Sales=["market"]');
    const shown = await admin('settings show okta');
    for (const { path } of settingsFields().filter(({ path }) => path !== 'version')) expect(shown.text).toContain(path);
    expect(shown.text).toMatch(/users\.onDelete +keep +default: disable/);
    expect(shown.text).toMatch(/groups\.map +\{"Sales":\["market"\]\} +default: \{\}/);
    expect(shown.text).toMatch(/users\.create +true\n/);
    expect(shown.text).toMatch(/users\.fullName +not set\n/);
    expect((await admin('settings show okta --json')).json()).toEqual({
      connection: (await connection()).id,
      number: 2,
      settings: await settings(),
      notDefault: ['users.onDelete', 'users.linking', 'groups.map'],
    });
  });

  it('shows settings of before by their number', async () => {
    await admin('settings edit okta --set mode=strict');
    expect((await admin('settings show okta --number 1 --json')).json()).toMatchObject({ number: 1, settings: { mode: 'tolerant' } });
    expect(await admin('settings show okta --number 7')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('settings history okta'),
    });
    expect(await admin('settings show okta --number one')).toMatchObject({ code: EXIT.usage });
  });
});

describe('settings edit', () => {
  it('changes what --set names, as JSON or as text, and gives back what --unset names', async () => {
    const line =
      'settings edit okta --set users.userName.stripDomain=true --set users.onlyFromGroups=staff,guests --set brake.share=0.2 --set requestsPerSecond=50';
    expect(await admin(line)).toMatchObject({ code: EXIT.done, text: expect.stringContaining('okta has settings number 2 now.') });
    expect(await settings()).toMatchObject({
      requestsPerSecond: 50,
      users: { userName: { stripDomain: true }, onlyFromGroups: ['staff', 'guests'] },
      brake: { share: 0.2 },
    });
    await admin(['settings', 'edit', 'okta', '--set', 'users.onlyFromGroups=["a, b"]', '--set', 'groups.map.All staff (EU)=["eu"]']);
    expect(await settings()).toMatchObject({ users: { onlyFromGroups: ['a, b'] }, groups: { map: { 'All staff (EU)': ['eu'] } } });
    await admin([
      'settings',
      'edit',
      'okta',
      '--unset',
      'requestsPerSecond',
      '--unset',
      'brake.share',
      '--unset',
      'groups.map.All staff (EU)',
    ]);
    expect(await settings()).not.toHaveProperty('requestsPerSecond');
    expect(await settings()).toMatchObject({ brake: { share: 0.1 }, groups: { map: {} } });
  });

  it.each([
    ['--set users.onDelet=keep', EXIT.usage, 'there is no setting users.onDelet; did you mean users.onDelete?'],
    ['--set onDelete=keep', EXIT.usage, 'did you mean users.onDelete?'],
    ['--set users.userName=x', EXIT.usage, 'users.userName is a section: set users.userName.source'],
    ['--set users.onDelete', EXIT.usage, 'write it as --set users.onDelete=keep'],
    ['--unset nothing.at.all', EXIT.usage, 'settings show has all of them'],
    ['--set users.onDelete=remove', EXIT.refused, 'users.onDelete: is "remove": write "disable", "delete" or "keep"'],
    ['--set users.create=maybe', EXIT.refused, 'users.create: is "maybe": write true or false'],
    ['--unset users.linking', EXIT.refused, 'users.linking: is missing'],
    ['--set groups.include=["("]', EXIT.refused, 'groups.include[0]: '],
    ['--file a.json --set mode=strict', EXIT.usage, '--file is the whole document'],
    ['--file none.json', EXIT.refused, 'none.json is not readable'],
  ])('%s: refused with what to do, and nothing is changed', async (options, code, message) => {
    expect(await admin(`settings edit okta ${options}`)).toMatchObject({ code, error: expect.stringContaining(message) });
    expect((await connection()).settingsNumber).toBe(1);
  });

  it('takes the whole document from a file or standard input; what is not in it gets its default', async () => {
    await admin('settings edit okta --set users.create=false');
    world.files.set('whole.json', JSON.stringify({ version: 2, mode: 'strict', users: { linking: 'email' } }));
    await admin('settings edit okta --file whole.json');
    expect(await settings()).toMatchObject({ mode: 'strict', users: { linking: 'email', create: true } });
    world.piped = JSON.stringify({ version: 1, linking: 'never' });
    await admin('settings edit okta');
    expect(await settings()).toMatchObject({ version: 2, mode: 'tolerant', users: { linking: 'never' } });
    for (const [text, message] of [
      ['', 'standard input is empty'],
      ['{', 'standard input is no JSON'],
      ['[]', 'the document is []'],
    ] as const) {
      world.piped = text;
      expect(await admin('settings edit okta')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining(message) });
    }
  });

  it('says whom it affects and what is risky, and asks where somebody can answer', async () => {
    await people(3, 1);
    world.answers = ['n'];
    const line = 'settings edit okta --set users.linking=email --set users.onDelete=delete';
    const declined = await admin(line, { interactive: true });
    expect(declined).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('not changed') });
    for (const part of [/users\.onDelete +disable +delete/, /Marks 3 users and 1 group as pending/, /anonymises/, /\[y\/N\]/])
      expect(declined.error).toMatch(part);
    expect((await connection()).settingsNumber).toBe(1);
    world.answers = ['y'];
    expect(await admin(line, { interactive: true })).toMatchObject({ code: EXIT.done });
    expect((await connection()).settingsNumber).toBe(2);
    expect((await admin('settings edit okta --set users.create=false --yes --json', { interactive: true })).json()).toMatchObject({
      number: 3,
      changes: [{ path: 'users.create', before: true, after: false }],
      marks: { users: 3, groups: 0 },
    });
    expect((await admin('settings edit okta --set mode=strict')).text).toContain('Nobody who is there is affected');
  });

  it('changes nothing where nothing differs', async () => {
    expect(await admin('settings edit okta --set users.create=true')).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('are these already'),
    });
    expect((await connection()).settingsNumber).toBe(1);
  });

  it('is refused when the settings were changed meanwhile', async () => {
    const read = await connection();
    const { connections } = world.administration;
    world.administration.connections.list = () => Promise.resolve([read]);
    await connections.changeSettings(read, { ...read.settings, mode: 'strict' }, { by: 'alex', at: AT });
    expect(await admin('settings edit okta --set users.create=false')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('have been changed since'),
    });
    expect(await connections.get(read.id)).toMatchObject({ settingsNumber: 2, settings: { mode: 'strict', users: { create: true } } });
  });

  it('leaves a record of which settings were changed, and no document', async () => {
    world.files.set('whole.json', JSON.stringify({ version: 2, users: { linking: 'email' }, groups: { map: { 'Top secret': ['x'] } } }));
    await admin('settings edit okta --file whole.json --note CHG-1');
    expect(lastAction()).toMatchObject({
      action: 'settings edit',
      outcome: 'done',
      caller: PAT,
      arguments: {
        positionals: ['okta'],
        options: { file: 'whole.json', note: 'CHG-1' },
        changed: ['users.linking', 'groups.map["Top secret"]'],
      },
    });
    await admin('settings edit okta --set nothing=1');
    expect(lastAction()).toMatchObject({ outcome: expect.stringContaining('refused') });
    expect(lastAction()?.['arguments']).not.toHaveProperty('changed');
  });
});

describe('settings edit in an editor', () => {
  const edit = () => admin('settings edit okta', { interactive: true });
  const change = (more: object) => (text: string) => JSON.stringify({ ...JSON.parse(text), ...more });

  it('opens the whole document, lets mistakes be mended, and saves after a yes', async () => {
    const seen: string[] = [];
    world.edits = [
      (text) => {
        seen.push(text);
        return change({ mod: 'strict' })(text);
      },
      (text) => {
        seen.push(text);
        return text.replace('"mod":', '"mode":').replace('"mode":"tolerant",', '');
      },
    ];
    world.answers = ['', 'yes'];
    const edited = await edit();
    expect(edited).toMatchObject({ code: EXIT.done });
    expect(edited.error).toContain('mod: there is no such setting; did you mean mode?');
    expect(JSON.parse(seen[0] ?? '')).toEqual({ ...(await settings()), mode: 'tolerant' });
    expect(seen[1]).toContain('"mod":"strict"');
    expect(await settings()).toMatchObject({ mode: 'strict' });
    expect(world.drafts.size).toBe(0);
  });

  it.each<[string, (text: string) => string, string[]]>([
    ['gives up at a mistake', () => '{ "version": 2', ['n']],
    ['says no at the end', change({ mode: 'strict' }), ['n']],
  ])('keeps what was written when the person %s', async (_, edited, answers) => {
    world.edits = [edited];
    world.answers = answers;
    const result = await edit();
    const [file = 'no file'] = world.drafts.keys();
    expect(result).toMatchObject({ code: EXIT.refused, error: expect.stringContaining(file) });
    expect((await connection()).settingsNumber).toBe(1);
  });

  it('changes nothing when nothing was changed', async () => {
    world.edits = [(text) => text];
    expect(await edit()).toMatchObject({ code: EXIT.refused, error: 'nothing was changed' });
    expect(world.drafts.size).toBe(0);
  });
});

describe('settings validate', () => {
  const validate = (line: string) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { interactive: false, readDocument: async (file: string | undefined) => world.files.get(file ?? '') ?? world.piped };
    const compose = () => Promise.reject(new Error('there is no stack'));
    return runCommand(
      line.split(' '),
      commands,
      compose,
      terminal as never,
      { out: (t) => void out.push(t), err: (t) => void err.push(t) },
      () => new Date(AT),
    ).then((code) => ({ code, text: out.join('\n'), error: err.join('\n') }));
  };

  it('needs no stack: it says that a file is in order, and what is risky in it', async () => {
    world.files.set('fine.json', JSON.stringify({ version: 2, users: { linking: 'never' }, brake: { enabled: false } }));
    const valid = await validate('settings validate --file fine.json');
    expect(valid).toMatchObject({ code: EXIT.done, text: expect.stringContaining('in order') });
    expect(valid.text).toContain('Note: brake.enabled: ');
  });

  it('says every mistake, and takes an exported file or standard input', async () => {
    world.piped = JSON.stringify({ connection: 'okta', number: 3, settings: { version: 2, users: { linking: 'x', creat: true } } });
    const invalid = await validate('settings validate');
    expect(invalid).toMatchObject({ code: EXIT.refused });
    expect(invalid.error).toContain('users.linking: ');
    expect(invalid.error).toContain('users.creat: ');
  });
});

describe('settings diff', () => {
  it('shows what would change path by path, and changes nothing', async () => {
    await people(2, 1);
    world.files.set(
      'new.json',
      JSON.stringify({ version: 2, users: { linking: 'never', fullName: '{displayName}' }, groups: { map: { A: ['b'] } } }),
    );
    const shown = await admin('settings diff okta --file new.json');
    expect(shown.text).toMatch(/users\.fullName +not set +\{displayName\}/);
    expect(shown.text).toMatch(/groups\.map\.A +not set +\["b"\]/);
    expect(shown.text).toContain('Marks 2 users and 1 group as pending');
    expect((await admin('settings diff okta --set mode=strict --json')).json()).toMatchObject({
      changes: [{ path: 'mode', before: 'tolerant', after: 'strict' }],
      marks: { users: 0, groups: 0 },
    });
    expect((await admin('settings diff okta --set mode=tolerant')).text).toContain('are these already');
    expect(await admin('settings diff okta', { interactive: true })).toMatchObject({ code: EXIT.usage });
    expect((await connection()).settingsNumber).toBe(1);
    expect(lastAction()?.['arguments']).not.toHaveProperty('changed');
  });

  it('compares with settings of before', async () => {
    await admin('settings edit okta --set mode=strict');
    expect((await admin('settings diff okta --number 1 --json')).json()).toMatchObject({
      changes: [{ path: 'mode', before: 'strict', after: 'tolerant' }],
    });
  });
});

describe('settings history and settings restore', () => {
  it('show who changed what, when and why, and go back by a change of its own', async () => {
    await admin('settings edit okta --set mode=strict --note CHG-7');
    await admin('connection update okta --link email --on-user-delete keep');
    expect((await admin('settings history okta --json')).json()).toMatchObject([
      {
        number: 3,
        at: AT,
        by: PAT,
        changes: [
          { path: 'users.onDelete', before: 'disable', after: 'keep' },
          { path: 'users.linking', before: 'never', after: 'email' },
        ],
      },
      { number: 2, by: PAT, note: 'CHG-7', changes: [{ path: 'mode' }] },
      { number: 1, changes: [] },
    ]);
    const table = await admin('settings history okta --limit 2');
    expect(table.text).toMatch(/2 +2026-11-22T10:00:00\.000Z +\S+ +mode +CHG-7/);
    expect(table.text).not.toContain('as created');

    expect(await admin('settings restore okta 1')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('number 4 now') });
    expect(await settings()).toEqual((await world.administration.connections.settingsAt((await connection()).id, 1))?.settings);
    expect((await admin('settings history okta --limit 1 --json')).json()).toMatchObject([{ number: 4, note: 'number 1 again' }]);
    expect(await admin('settings restore okta 9')).toMatchObject({ code: EXIT.refused });
    expect(await admin('settings restore okta')).toMatchObject({ code: EXIT.usage });
    expect(await admin('settings history okta --limit no')).toMatchObject({ code: EXIT.usage });
  });
});

describe('settings export and settings import', () => {
  it('carry settings over a file, the same bytes for the same settings', async () => {
    await admin('settings edit okta --set groups.map.B=["b"] --set groups.map.A=["a"]');
    await admin('settings export okta --file one.json');
    await admin('settings export okta --file two.json');
    const text = world.files.get('one.json') ?? '';
    expect(world.files.get('two.json')).toBe(text);
    expect((await admin('settings export okta')).text).toBe(text.trimEnd());
    expect(JSON.parse(text)).toEqual({ connection: 'okta', number: 2, settings: await settings() });
    expect(text.indexOf('"A"')).toBeLessThan(text.indexOf('"B"'));

    await admin('settings edit okta --unset groups.map --set mode=strict');
    expect(await admin('settings import okta --file one.json')).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining('--yes'),
    });
    const imported = await admin('settings import okta --file one.json --yes');
    expect(imported.text).toMatch(/mode +strict +tolerant/);
    expect(imported.text).toContain('the file was exported at number 2');
    expect(await settings()).toEqual(JSON.parse(text).settings);
    expect((await admin('settings history okta --limit 1 --json')).json()).toMatchObject([
      { number: 4, note: 'from one.json (number 2 of okta)' },
    ]);
    world.answers = ['no'];
    await admin('settings edit okta --set mode=strict');
    expect(await admin('settings import okta --file one.json', { interactive: true })).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('not changed'),
    });
  });

  it('refuse a file that is not in order, with every mistake', async () => {
    world.files.set('bad.json', JSON.stringify({ connection: 'okta', number: 1, settings: { version: 2, users: {}, seat: {} } }));
    const refused = await admin('settings import okta --file bad.json --yes');
    expect(refused).toMatchObject({ code: EXIT.refused });
    expect(refused.error).toContain('users.linking: is missing');
    expect(refused.error).toContain('seat: there is no such setting; did you mean seats?');
  });
});

describe('connection create, update and schema: the same checks, the same history', () => {
  it('create takes a settings file, and what is said beside it counts', async () => {
    world.files.set('base.json', JSON.stringify({ version: 2, mode: 'strict', users: { linking: 'email', onDelete: 'keep' } }));
    const line = 'connection create two --confluence https://wiki.example.com --settings base.json';
    expect((await admin(`${line} --json`)).json()).toMatchObject({
      settings: { mode: 'strict', users: { linking: 'email', onDelete: 'keep' } },
    });
    expect((await admin(`${line.replace('two', 'three')} --link never --json`)).json()).toMatchObject({
      settings: { users: { linking: 'never' } },
    });
    world.files.set('base.json', JSON.stringify({ version: 2, users: {} }));
    expect(await admin(line.replace('two', 'four'))).toMatchObject({ code: EXIT.usage, error: expect.stringContaining('--link') });
    expect(await admin(`${line.replace('two', 'four')} --link never`)).toMatchObject({ code: EXIT.done });
    world.files.set('base.json', JSON.stringify({ version: 2, users: { linking: 'never' }, brakes: {} }));
    expect(await admin(line.replace('two', 'five'))).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('mean brake?') });
  });

  it('update asks and numbers like settings edit', async () => {
    world.answers = ['n'];
    expect(await admin('connection update okta --mode strict', { interactive: true })).toMatchObject({ code: EXIT.refused });
    expect(await admin('connection update okta --mode strict')).toMatchObject({ code: EXIT.done });
    expect(lastAction()).toMatchObject({ arguments: { changed: ['mode'] } });
    expect((await admin('connection show okta')).text).toContain('number 2');
    expect(await admin('connection update okta --protect-groups ops')).toMatchObject({ code: EXIT.done });
    await admin('settings edit okta --set users.defaultGroups.allUsers=staff');
    expect(await admin('connection update okta --protect-groups staff')).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining('users.defaultGroups.allUsers[0]'),
    });
  });

  it('a schema that names are made of is not taken back', async () => {
    const id = 'urn:example:hr:2.0:User';
    world.files.set('hr.json', JSON.stringify({ id, name: 'HR', attributes: [{ name: 'login', type: 'string' }] }));
    await admin('connection schema set okta --file hr.json');
    expect(
      await admin(`settings edit okta --set users.userName.source=attribute --set users.userName.attribute=${id}:login`),
    ).toMatchObject({ code: EXIT.done });
    expect(await admin('connection schema remove okta')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('users.userName.attribute'),
    });
    expect((await connection()).settingsNumber).toBe(3);
    expect((await admin('settings history okta --json')).json()).toMatchObject([
      { number: 3 },
      { number: 2, changes: [{ path: 'schemaExtension' }] },
      { number: 1 },
    ]);
  });
});
