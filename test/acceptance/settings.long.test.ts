import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack, run } from './running-stack.ts';

interface Exported {
  readonly number: number;
  readonly settings: { readonly users: { readonly fullName?: string }; readonly mode: string };
}

describe('npm run admin -- settings … --local', () => {
  let stack: RunningStack;
  let folder: string;
  beforeAll(async () => {
    stack = await RunningStack.start();
    folder = mkdtempSync(join(tmpdir(), 'settings-'));
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stack.remove();
  });

  it('changes what becomes of a person from the next change on', async () => {
    const edited = await stack.admin(['settings', 'edit', 'local', '--set', 'users.userName.stripDomain=true', '--set', 'mode=strict']);
    expect(edited.code).toBe(0);
    expect(edited.out).toContain('number 2');
    await stack.scim.createUser({ userName: 'Jane.Doe@corp.example' });
    await eventually(async () => expect(await stack.account('jane.doe')).toMatchObject({ active: true }));
  });

  it('reaches those who are there already', async () => {
    const change = ['settings', 'edit', 'local', '--set', 'users.fullName={userName} of Corp'];
    expect((await stack.admin(change)).out).toContain('Marks 1 user as pending');
    await eventually(async () => expect(await stack.account('jane.doe')).toMatchObject({ fullName: 'Jane.Doe@corp.example of Corp' }));
  });

  it('goes out to a file and comes back, and the history has all of it', async () => {
    const file = join(folder, 'local.json');
    expect((await stack.admin(['settings', 'export', 'local', '--file', file])).code).toBe(0);
    const exported = JSON.parse(readFileSync(file, 'utf8')) as Exported;
    expect(exported).toMatchObject({ number: 3, settings: { mode: 'strict' } });
    const { fullName: _, ...users } = exported.settings.users;
    writeFileSync(file, JSON.stringify({ ...exported, settings: { ...exported.settings, users, mode: 'tolerant' } }));
    expect((await stack.admin(['settings', 'diff', 'local', '--file', file])).out).toMatch(/mode +strict +tolerant/);
    expect((await stack.admin(['settings', 'import', 'local', '--file', file])).code).toBe(2);
    expect((await stack.admin(['settings', 'import', 'local', '--file', file, '--yes'])).code).toBe(0);
    await eventually(async () => expect(await stack.account('jane.doe')).toMatchObject({ fullName: 'Jane.Doe Tester' }));
    expect((await stack.admin(['settings', 'restore', 'local', '3'])).code).toBe(0);
    const history = await stack.adminJson<{ number: number; by?: string }[]>(['settings', 'history', 'local']);
    expect(history.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
    expect(history[0]?.by).toMatch(/^local:/);
  });

  it('checks a file without a stack', async () => {
    const file = join(folder, 'checked.json');
    writeFileSync(file, JSON.stringify({ version: 2, users: { linking: 'never', onDelte: 'keep' } }));
    const wrong = run('admin', { args: ['settings', 'validate', '--file', file] });
    expect(await wrong.ended).toBe(1);
    expect(wrong.err()).toContain('did you mean users.onDelete?');
    writeFileSync(file, JSON.stringify({ version: 2, users: { linking: 'never' } }));
    const right = run('admin', { args: ['settings', 'validate', '--file', file] });
    expect(await right.ended).toBe(0);
  });

  it('leaves no document in the request log', () => {
    const actions = stack.log().filter(({ kind, action }) => kind === 'admin.action' && String(action).startsWith('settings'));
    expect(actions.length).toBeGreaterThan(5);
    for (const action of actions) expect(JSON.stringify(action).length).toBeLessThan(1_000);
  });
});
