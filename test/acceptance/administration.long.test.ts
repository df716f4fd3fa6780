import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack, run } from './running-stack.ts';
import { ScimClient } from './scim-client.ts';

interface Token {
  readonly token: string;
  readonly id: string;
}

describe('npm run admin -- … --local', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start();
  }, 60_000);
  afterAll(() => stack.remove());
  const { admin, adminJson } = {
    admin: (...args: string[]) => stack.admin(args),
    adminJson: <T>(...args: string[]) => stack.adminJson<T>(args),
  };

  it('helps without a stack, and says by its exit code what a wrong command line is and what no stack is', async () => {
    const help = run('admin');
    expect(await help.ended).toBe(0);
    const commands =
      'connection create|connection list|connection show|connection disable|connection delete|token create|token list|token revoke';
    for (const command of `${commands}|credentials set|status|parked list|parked retry|target test|target resume`.split('|')) {
      expect(help.out()).toContain(`  ${command}`);
      const more = run('admin', { args: [...command.split(' '), '--help'] });
      expect(await more.ended).toBe(0);
      expect(more.out()).toContain(`npm run admin -- ${command}`);
    }
    for (const args of [
      ['conection', 'list', '--local'],
      ['status'],
      ['status', '--local', '--colour'],
      ['status', '--local', '--stack', 'X'],
    ]) {
      const wrong = run('admin', { args });
      expect([args, await wrong.ended, wrong.out()]).toEqual([args, 2, '']);
      expect(wrong.err()).not.toMatch(/\bat .*\.ts:/);
    }
    const nowhere = run('admin', { args: ['status', '--local', '--state-dir', `${stack.stateDir}-none`] });
    expect(await nowhere.ended).toBe(3);
    expect(nowhere.err()).toContain('npm start');
  });

  it('makes a connection, asks whether accounts may be linked, and gives it a token that works', async () => {
    const address = ['--confluence', stack.confluence.url];
    const unasked = await admin('connection', 'create', 'second', ...address);
    expect(unasked.code).toBe(2);
    expect(unasked.err).toMatch(/user-name.*email.*never/s);
    expect((await admin('connection', 'create', 'second', '--link', 'never', '--confluence', 'wiki')).code).toBe(2);
    expect((await admin('connection', 'create', 'second', ...address, '--link', 'user-name')).code).toBe(0);
    expect((await admin('connection', 'create', 'Second', ...address, '--link', 'never')).code).toBe(1);
    expect((await adminJson<{ name: string }[]>('connection', 'list')).map(({ name }) => name).sort()).toEqual(['local', 'second']);
    expect(await adminJson('connection', 'show', 'second')).toMatchObject({
      name: 'second',
      settings: { users: { linking: 'user-name' } },
    });
    expect((await admin('connection', 'show', 'third')).code).toBe(1);

    const { token, id } = await adminJson<Token>('token', 'create', 'second', '--label', 'test', '--days', '1');
    const second = new ScimClient(stack.scim.url, token);
    expect((await second.send('GET', '/Users')).json).toMatchObject({ totalResults: 0 });
    const tokens = await admin('token', 'list', 'second');
    expect(tokens.out).toContain(id);
    expect(tokens.out).not.toContain(token);
    const other = await adminJson<Token>('token', 'create', 'second');
    expect((await admin('token', 'revoke', 'second', id)).code).toBe(0);
    expect((await second.send('GET', '/Users')).status).toBe(401);
    expect((await admin('token', 'revoke', 'second', id)).code).toBe(1);
    const still = new ScimClient(stack.scim.url, other.token);
    expect((await still.send('GET', '/Users')).status).toBe(200);

    expect((await admin('connection', 'disable', 'second')).code).toBe(0);
    expect((await still.send('GET', '/Users')).status).toBe(401);
    expect((await admin('connection', 'enable', 'second')).code).toBe(0);
    expect((await still.send('GET', '/Users')).status).toBe(200);
  });

  it('keeps two connections on one Confluence apart: what one made, the other may not take', async () => {
    const { token } = await adminJson<Token>('token', 'create', 'second');
    const second = new ScimClient(stack.scim.url, token);
    const mine = await stack.scim.createUser({ userName: 'shared' });
    await eventually(async () => expect(await stack.account('shared')).toMatchObject({ active: true }));
    expect((await second.send('GET', `/Users/${mine}`)).status).toBe(404);
    const theirs = await second.createUser({ userName: 'shared' });
    const parked = await eventually(async () => {
      const list = await adminJson<{ id: string; code: string }[]>('parked', 'list', 'second');
      expect(list).toEqual([expect.objectContaining({ id: theirs, code: 'owned' })]);
      return list;
    });
    expect(await adminJson('parked', 'list', 'local')).toEqual([]);
    expect(parked).toHaveLength(1);
    await second.patch(`/Users/${theirs}`, { op: 'replace', value: { active: false } });
    await stack.settled();
    expect(await stack.account('shared')).toMatchObject({ active: true });

    await second.patch(`/Users/${theirs}`, { op: 'replace', value: { active: true } });
    expect((await stack.scim.send('DELETE', `/Users/${mine}`)).status).toBe(204);
    // Given up by one, it is the other's.
    await eventually(async () => expect(await adminJson('parked', 'list')).toEqual([]));
    await stack.settled();
    expect(await stack.account('shared')).toMatchObject({ active: true });
  });

  it('links an account that exists already only where it may', async () => {
    const person = { userName: 'by.hand', fullName: 'By Hand', email: 'by.hand@example.com', password: 'Long-And-Random-2' };
    expect((await stack.confluence.call('POST', '/rest/api/admin/user', person)).status).toBe(201);
    const id = await stack.scim.createUser({ userName: 'by.hand' });
    await eventually(async () => expect(await adminJson('parked', 'list', 'local')).toMatchObject([{ id, code: 'foreign' }]));
    expect(await stack.account('by.hand')).toMatchObject({ fullName: 'By Hand' });
    expect((await admin('connection', 'update', 'local', '--link', 'user-name')).code).toBe(0);
    expect((await admin('parked', 'retry', '--all')).code).toBe(0);
    await eventually(async () => expect(await stack.account('by.hand')).toMatchObject({ fullName: 'by.hand Tester', active: true }));
    expect((await admin('connection', 'update', 'local', '--link', 'never')).code).toBe(0);
  });

  it('inspects a person and a group, with the last requests about them, and lists the groups that were sent', async () => {
    const id = await stack.scim.createUser({ userName: 'in.spected' });
    const group = await stack.scim.createGroup('Inspectors', [id]);
    await stack.settled();
    const inspected = await adminJson<{ requests: { kind: string }[] }>('inspect', 'user', 'In.Spected', '--connection', 'local');
    expect(inspected).toMatchObject({
      id,
      account: { name: 'in.spected', active: true, groups: ['inspectors'] },
      differences: [],
      outlook: { is: 'nothing' },
      memberships: [{ is: 'present', confluenceGroup: 'inspectors' }],
    });
    const kinds = inspected.requests.map(({ kind }) => kind);
    for (const kind of ['scim.request', 'change.planned', 'confluence.request', 'change.applied']) expect(kinds).toContain(kind);
    const text = await admin('inspect', 'group', group, '--connection', 'local');
    expect(text).toMatchObject({ code: 0, out: expect.stringContaining('Is in Confluence as inspectors.') });
    const available = await adminJson<{ displayName: string }[]>('groups', 'available', 'local');
    expect(available).toContainEqual(expect.objectContaining({ id: group, displayName: 'Inspectors', members: 1, is: 'same name' }));
    expect((await admin('inspect', 'user', 'nobody', '--connection', 'local')).code).toBe(1);
  });

  it('deletes a connection only when nobody is left in it', async () => {
    expect((await admin('connection', 'delete', 'second')).code).toBe(2);
    const refused = await admin('connection', 'delete', 'second', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('still has users or groups');
    expect((await admin('connection', 'create', 'empty', '--confluence', stack.confluence.url, '--link', 'never')).code).toBe(0);
    const { token } = await adminJson<Token>('token', 'create', 'empty');
    expect((await admin('connection', 'delete', 'empty', '--yes')).code).toBe(0);
    expect((await new ScimClient(stack.scim.url, token).send('GET', '/Users')).status).toBe(401);
    expect((await admin('connection', 'show', 'empty')).code).toBe(1);
  });

  it('tests a target, and resumes one that is not paused without harm', async () => {
    const report = await adminJson<{ findings: { ok: boolean; text: string }[] }>('target', 'test', 'local');
    expect(report.findings.length).toBeGreaterThan(2);
    expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect((await admin('target', 'resume', 'local')).out).toContain('open already');
    expect((await admin('status')).out).toMatch(/open/);
    expect((await stack.admin(['credentials', 'set', 'local'], '')).code).toBe(1);
  });

  it('records every action with its caller, and no secret', () => {
    const actions = stack.log().filter(({ kind }) => kind === 'admin.action');
    expect(new Set(actions.map(({ action }) => action))).toEqual(
      new Set([
        ...['create', 'list', 'show', 'update', 'disable', 'enable', 'delete'].map((verb) => `connection ${verb}`),
        ...['create', 'list', 'revoke'].map((verb) => `token ${verb}`),
        ...['status', 'parked list', 'parked retry', 'target test', 'target resume', 'credentials set'],
        ...['inspect user', 'inspect group', 'groups available'],
      ]),
    );
    for (const action of actions) expect(action['caller']).toMatch(/^local:./);
    expect(actions.find(({ action, outcome }) => action === 'connection delete' && String(outcome).startsWith('refused'))).toBeDefined();
    expect(stack.log().filter(({ kind }) => kind === 'error')).toEqual([]);
  });

  it('says that the stack does not run when it does not', async () => {
    await stack.stop();
    const { code, err } = await admin('status');
    expect(code).toBe(3);
    expect(err).toContain('does not run');
  });
});
