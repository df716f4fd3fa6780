import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Administration, Terminal } from '../../functions/admin/administration.ts';
import { EXIT } from '../../functions/admin/command.ts';
import { commands } from '../../functions/admin/commands.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import type { Change } from '../../shared/changes/change.ts';
import { pendingMarkers } from '../../shared/directory/delivery/pending-markers.ts';
import { dynamoDbTargetStates } from '../../shared/directory/delivery/target-states.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import type { UserItem } from '../../shared/directory/items.ts';
import { keys, parkedKey } from '../../shared/directory/keys.ts';
import { clearedMarker } from '../../shared/directory/marker.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import type { Credentials } from '../../shared/targets/credentials.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';

let administration: Administration;
let table: DynamoDbTable;
let logged: string[];
let sent: { messageGroup: string; change: Change }[];
let secrets: Map<string, Credentials>;
let findings: { ok: boolean; text: string }[];
let closeEngine: () => Promise<void>;
let closed: number;
let answers: string[];
let piped: string;
let files: Map<string, string>;

beforeEach(async () => {
  const engine = await startEmbeddedDynamoDb();
  closeEngine = engine.close;
  table = new DynamoDbTable(engine.client, engine.tableName);
  logged = [];
  sent = [];
  secrets = new Map();
  findings = [{ ok: true, text: 'login works as admin' }];
  closed = 0;
  answers = [];
  piped = '';
  files = new Map();
  let ids = 0;
  const now = () => new Date('2026-11-22T10:00:00.000Z');
  administration = {
    caller: 'arn:aws:iam::123456789012:user/pat',
    scimBaseUrl: 'https://scim.example.com/scim/v2',
    ...directoryAdministration(table, now),
    credentials: {
      read: (target) => Promise.resolve({ credentials: secrets.get(target) as Credentials, version: '1' }),
      write: (target, credentials) => Promise.resolve({ version: `${secrets.set(target, credentials).size}` }),
    },
    queue: { send: (messageGroup, change) => Promise.resolve(void sent.push({ messageGroup, change })), length: () => Promise.resolve(0) },
    log: jsonLinesLog((line) => logged.push(line), now),
    now,
    sleep: () => Promise.resolve(),
    match: () => Promise.reject(new Error('not here')),
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    newToken: () => createHash('sha256').update(`token ${++ids}`).digest('base64url'),
    testTarget: () =>
      Promise.resolve({
        version: '8.5.4',
        capabilities: {
          createAccount: true,
          updateProfile: true,
          changeStatus: true,
          deleteAccount: true,
          createGroup: true,
          deleteGroup: true,
          changeMembers: true,
          findByEmail: true,
          countSeats: false,
          tellSeatLimit: false,
          renameAccount: false,
          renameGroup: false,
        },
        routes: { createAccount: 'rest', updateAccount: 'json-rpc', findByEmail: 'none' },
        findings,
      }),
    inspect: () => Promise.resolve(null),
    recentRecords: () => Promise.resolve([]),
    close: () => Promise.resolve(void closed++),
  };
});
afterEach(() => closeEngine());

async function admin(line: string, options: { interactive?: boolean } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    interactive: options.interactive ?? false,
    ask: (question) => {
      err.push(question);
      return Promise.resolve(answers.shift() ?? '');
    },
    readSecret: () => Promise.resolve(piped),
    readDocument: (file) =>
      Promise.resolve(file === undefined ? piped : (files.get(file) ?? Promise.reject(new Error(`no such file: ${file}`)))),
    writeDocument: () => Promise.reject(new Error('nothing is written here')),
    edit: () => Promise.reject(new Error('nobody edits here')),
  };
  const output = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCommand(line.split(' '), commands, () => Promise.resolve(administration), terminal, output);
  const text = out.join('\n');
  return { code, text, error: err.join('\n'), json: () => JSON.parse(text) };
}
const create = 'connection create okta --confluence https://wiki.example.com/ --link never --json';
const records = () => logged.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('connection', () => {
  it('is created, listed, shown, disabled, enabled and deleted', async () => {
    const created = (await admin(create)).json();
    expect(created).toMatchObject({
      name: 'okta',
      state: 'active',
      target: { baseUrl: 'https://wiki.example.com' },
      settings: { users: { linking: 'never' } },
    });
    expect((await admin('connection list --json')).json()).toEqual([
      { name: 'okta', id: created.id, state: 'active', users: 0, groups: 0, confluence: 'https://wiki.example.com' },
    ]);
    expect((await admin('connection disable OKTA --json')).json()).toMatchObject({ state: 'disabled' });
    expect((await admin(`connection enable ${created.id} --json`)).json()).toMatchObject({ state: 'active' });
    expect(await admin('connection delete okta')).toMatchObject({ code: EXIT.usage });
    expect(await admin('connection delete okta --yes')).toMatchObject({ code: EXIT.done });
    expect((await admin('connection list --json')).json()).toEqual([]);
  });

  it('asks whether existing accounts may be linked, and has no default for it', async () => {
    const without = create.replace(' --link never', '');
    const refused = await admin(without);
    expect(refused).toMatchObject({ code: EXIT.usage });
    expect(refused.error).toContain('may this connection take one over'.replace('may', 'May'));
    answers = ['email'];
    expect((await admin(without, { interactive: true })).json()).toMatchObject({ settings: { users: { linking: 'email' } } });
  });

  it('is refused with what to do when the name is taken, unknown, or the address is none', async () => {
    await admin(create);
    expect(await admin(create)).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('exists already') });
    expect(await admin('connection show entra')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('there is: okta') });
    expect(await admin(create.replace('okta', 'two').replace('https://wiki', 'wiki'))).toMatchObject({ code: EXIT.usage });
  });

  it('is updated setting by setting, and a value that is none changes nothing', async () => {
    await admin(create);
    const updated = await admin('connection update okta --full-log-hours 4 --protect-groups ops,Confluence-Administrators --json');
    expect(updated.json().settings).toMatchObject({
      users: { linking: 'never' },
      log: { detail: 'full', fullUntil: '2026-11-22T14:00:00.000Z' },
      protected: { groups: ['ops', 'confluence-administrators'] },
    });
    expect(await admin('connection update okta --on-user-delete forget')).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining('--on-user-delete: '),
    });
    expect(await admin('connection update okta --full-log-hours 999')).toMatchObject({ code: EXIT.usage });
    for (const wrong of ['--mode lenient', '--requests-per-second 0', '--requests-per-second 10001', '--requests-per-second many'])
      expect(await admin(`connection update okta ${wrong}`)).toMatchObject({
        code: EXIT.usage,
        error: expect.stringContaining(`${wrong.split(' ')[0]}: `),
      });
    expect(await admin('connection update okta')).toMatchObject({ code: EXIT.usage, error: expect.stringContaining('--link') });
    expect((await admin('connection show okta --json')).json().settings).toEqual(updated.json().settings);
  });

  it('is tolerant unless it is said to be strict, and can be changed to either', async () => {
    const mode = async (line: string) => (await admin(line)).json().settings.mode;
    expect(await mode(create)).toBe('tolerant');
    expect(await mode('connection update okta --mode strict --json')).toBe('strict');
    expect(await mode('connection update okta --mode tolerant --json')).toBe('tolerant');
    expect(await mode(`${create.replace('okta', 'two')} --strict`)).toBe('strict');
    expect(await mode(`${create.replace('okta', 'three')} --mode strict`)).toBe('strict');
    expect((await admin('connection show two')).text).toMatch(/mode +strict/);
  });

  it('may send 200 requests a second unless it is said otherwise', async () => {
    await admin(create);
    expect((await admin('connection show okta')).text).toMatch(/requests a second +200/);
    expect((await admin('connection update okta --requests-per-second 500 --json')).json().settings).toMatchObject({
      requestsPerSecond: 500,
    });
    expect((await admin('connection show okta')).text).toMatch(/requests a second +500/);
    expect((await admin(`${create.replace('okta', 'two')} --requests-per-second 25`)).json().settings).toMatchObject({
      requestsPerSecond: 25,
    });
  });

  it('with users is not deleted: nobody would take their access away', async () => {
    await admin(create);
    await newUser('jane');
    expect(await admin('connection delete okta --yes')).toMatchObject({ code: EXIT.refused });
    expect((await admin('connection list --json')).json()).toHaveLength(1);
  });
});

describe('connection schema', () => {
  const declaration = { id: 'urn:example:hr:2.0:User', name: 'HR', attributes: [{ name: 'costCode', type: 'string' }] };

  it('is set from a file or standard input, shown, and removed with what that means', async () => {
    await admin(create);
    files.set('hr.json', JSON.stringify(declaration));
    const set = await admin('connection schema set okta --file hr.json');
    expect(set).toMatchObject({ code: EXIT.done, text: expect.stringContaining('urn:example:hr:2.0:User') });
    expect((await admin('connection schema show okta --json')).json()).toEqual({ ...declaration, resourceType: 'User' });
    expect((await admin('connection show okta --json')).json().settings.schemaExtension).toMatchObject(declaration);
    piped = JSON.stringify({ ...declaration, resourceType: 'Group' });
    expect((await admin('connection schema set okta --json')).json()).toMatchObject({ resourceType: 'Group' });
    expect((await admin('connection update okta --link email --json')).json().settings.schemaExtension).toMatchObject({
      resourceType: 'Group',
    });
    expect(await admin('connection schema remove okta')).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('declared again'),
    });
    expect((await admin('connection show okta --json')).json().settings).not.toHaveProperty('schemaExtension');
    expect(await admin('connection schema show okta')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('no schema') });
    expect(await admin('connection schema remove okta')).toMatchObject({ code: EXIT.refused });
  });

  it('is refused with every mistake in it, and nothing is changed', async () => {
    await admin(create);
    piped = JSON.stringify({
      ...declaration,
      attributes: [
        { name: 'userName', type: 'string' },
        { name: 'x', type: 'text' },
      ],
    });
    const refused = await admin('connection schema set okta');
    expect(refused).toMatchObject({ code: EXIT.refused });
    expect(refused.error).toContain('attributes.1.type');
    piped = '{';
    expect(await admin('connection schema set okta')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('standard input is no JSON'),
    });
    piped = '';
    expect(await admin('connection schema set okta')).toMatchObject({ code: EXIT.refused, error: expect.stringContaining('is empty') });
    files.set('half.json', '{');
    expect((await admin('connection schema set okta --file half.json')).error).toContain('half.json is no JSON');
    expect(await admin('connection schema set okta --file absent.json')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('absent.json'),
    });
    expect((await admin('connection show okta --json')).json().settings).not.toHaveProperty('schemaExtension');
  });

  it('does not wait for somebody to type it', async () => {
    await admin(create);
    expect(await admin('connection schema set okta', { interactive: true })).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining('--file'),
    });
  });

  it('leaves an admin.action record for each change', async () => {
    await admin(create);
    files.set('hr.json', JSON.stringify(declaration));
    await admin('connection schema set okta --file hr.json');
    await admin('connection schema remove okta');
    expect(
      records()
        .filter(({ kind }) => kind === 'admin.action')
        .slice(1),
    ).toMatchObject([
      { action: 'connection schema set', outcome: 'done', arguments: { positionals: ['okta'], options: { file: 'hr.json' } } },
      { action: 'connection schema remove', outcome: 'done' },
    ]);
  });
});

describe('token', () => {
  it('is shown once, stored as a digest only, and authenticates until it is revoked', async () => {
    const connection = (await admin(create)).json();
    const { token, id } = (await admin('token create okta --label first --days 10 --json')).json();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const digest = createHash('sha256').update(token).digest('hex');
    const at = (day: number) => administration.connections.authenticate(digest, new Date(Date.UTC(2026, 10, 22 + day, 12)));
    expect(await at(9)).toMatchObject({ connection: { id: connection.id } });
    expect(await at(11)).toBeUndefined();
    const listed = await admin('token list okta --json');
    expect(listed.json()).toMatchObject([{ id, label: 'first', state: 'valid' }]);
    expect(listed.text).not.toContain(token);
    expect(await admin(`token revoke okta ${id}`)).toMatchObject({ code: EXIT.done });
    expect(await at(1)).toBeUndefined();
  });

  it('may have others beside it, so that rotation has no gap', async () => {
    await admin(create);
    await admin('token create okta --label old --json');
    await admin('token create okta --label new --json');
    expect((await admin('token list okta --json')).json()).toHaveLength(2);
  });

  it('refuses a lifetime that is no number of days, and a revocation that names none', async () => {
    await admin(create);
    expect(await admin('token create okta --days soon')).toMatchObject({ code: EXIT.usage });
    expect(await admin('token revoke okta 0123456789ab')).toMatchObject({ code: EXIT.refused });
  });
});

describe('credentials set', () => {
  it('takes the secret from standard input and puts it into the store only', async () => {
    const { target } = (await admin(create)).json();
    piped = 'a-personal-access-token\n';
    const token = await admin('credentials set okta --json');
    expect(secrets.get(target.id)).toEqual({ kind: 'personal-access-token', token: 'a-personal-access-token' });
    piped = 'hunter2-hunter2';
    const password = await admin('credentials set okta --username svc-scim');
    expect(secrets.get(target.id)).toEqual({ kind: 'basic', username: 'svc-scim', password: 'hunter2-hunter2' });
    for (const text of [token.text, password.text, logged.join('')]) expect(text).not.toMatch(/a-personal-access-token|hunter2/);
  });

  it('refuses an empty standard input', async () => {
    await admin(create);
    expect(await admin('credentials set okta')).toMatchObject({ code: EXIT.refused });
    expect(secrets.size).toBe(0);
  });
});

describe('status, parked and target', () => {
  it('status counts what is pending and needs nobody while nothing is parked or paused', async () => {
    await admin(create);
    await newUser('jane');
    const status = await admin('status --json');
    expect(status.code).toBe(EXIT.done);
    expect(status.json()).toMatchObject([{ connections: ['okta'], state: 'open', parked: 0, pending: { pending: 1, more: false } }]);
    expect(status.json()[0].pending.oldestSince).toBe('2026-11-22T10:00:00.000Z');
  });

  it('status and connection show tell apart what a dry run keeps back, and say how to end it', async () => {
    const { id: connection } = (await admin(create)).json() as { id: ConnectionId };
    await newUser('jane');
    expect((await admin('status')).text).not.toMatch(/dry run/i);
    expect(await admin('settings edit okta --set apply=dry-run --yes')).toMatchObject({ code: EXIT.done });
    const id = await newUser('max');
    const item = await table.get<UserItem>(keys.user(connection, id as UserItem['id']));
    expect(await pendingMarkers(table).planned(item as UserItem)).toBe(true);

    const [status] = (await admin('status --json')).json();
    expect(status).toMatchObject({ pending: { pending: 1 }, dryRuns: [{ connection: 'okta', kept: 1, more: false }] });
    const text = await admin('status');
    expect(text).toMatchObject({ code: EXIT.done, text: expect.stringContaining('okta (1)') });
    expect(text.text).toContain('settings edit CONNECTION --set apply=apply');
    const shown = await admin('connection show okta');
    expect(shown.text).toMatch(/apply +dry-run/);
    expect(shown.text).toContain('Changes kept back: 1. settings edit okta --set apply=apply sends them.');
    expect((await admin('connection show okta --json')).json()).toMatchObject({ keptByDryRun: { kept: 1, more: false } });
    const ended = await admin('settings edit okta --set apply=apply --yes');
    expect(ended.text).toContain('Ends the dry run: what it has kept back (1) and what is pending is applied from the next minute on.');
    expect(ended.text).not.toContain('Nobody');
  });

  it('parked list says why, status exits with 4, and parked retry makes it pending and rings the queue', async () => {
    await admin(create);
    const id = await newUser('jane');
    await park(id);
    expect((await admin('parked list')).text).toContain('no seat is left');
    expect(await admin('status')).toMatchObject({ code: EXIT.attention, text: expect.stringContaining('parked list says why') });
    expect((await admin('parked retry --all --json')).json()).toMatchObject({ retried: 1 });
    expect(sent).toMatchObject([{ change: { resource: { type: 'user', id }, reason: 'woken' } }]);
    expect((await admin('status --json')).json()).toMatchObject([{ parked: 0, pending: { pending: 1 } }]);
    expect((await admin('parked list')).text).toContain('Nothing is parked');
  });

  it('parked retry takes ids, and says which are not parked', async () => {
    await admin(create);
    expect(await admin('parked retry')).toMatchObject({ code: EXIT.usage });
    expect(await admin('parked retry 00000000-0000-4000-8000-00000000abcd')).toMatchObject({ code: EXIT.refused });
  });

  it('target test shows findings and exits with 4 when one needs a person', async () => {
    await admin(create);
    const tested = await admin('target test okta');
    expect(tested).toMatchObject({ code: EXIT.done, text: expect.stringContaining('login works') });
    for (const row of [/create accounts +by REST/, /change full names and e-mail addresses +by JSON-RPC/, /rename groups +no/]) {
      expect(tested.text).toMatch(row);
    }
    findings = [{ ok: false, text: 'the login is refused' }];
    expect(await admin('target test okta')).toMatchObject({ code: EXIT.attention, text: expect.stringContaining('PROBLEM') });
  });

  it('target resume opens a paused target and leaves a record', async () => {
    const { target } = (await admin(create)).json();
    await dynamoDbTargetStates(table, administration.now).pause(target.id, { code: 'captcha', reason: 'log in once as svc-scim' });
    expect(await admin('status')).toMatchObject({
      code: EXIT.attention,
      text: expect.stringMatching(/PAUSED 0 s .*is paused \(captcha\): log in once as svc-scim/s),
    });
    expect(await admin('target resume okta')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('log in once') });
    expect(records()).toContainEqual(expect.objectContaining({ kind: 'target.resumed', target: target.id, by: administration.caller }));
    expect((await admin('status --json')).json()).toMatchObject([{ state: 'open' }]);
    expect(await admin('target resume okta')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('open already') });
  });
});

describe('admin.action', () => {
  it('is recorded for every command, with the caller, also when it is refused, and shipped at the end', async () => {
    await admin(create);
    await admin('connection show nobody');
    expect(records().filter(({ kind }) => kind === 'admin.action')).toMatchObject([
      { caller: 'arn:aws:iam::123456789012:user/pat', action: 'connection create', outcome: 'done', arguments: { positionals: ['okta'] } },
      { action: 'connection show', outcome: expect.stringContaining('refused') },
    ]);
    expect(closed).toBe(2);
  });
});

async function newUser(userName: string): Promise<string> {
  const [connection] = await administration.connections.list();
  if (!connection) throw new Error('no connection');
  const context = { connection, correlationId: 'c', now: administration.now() };
  return (await administration.directory.users.create(context, { userName })).resource.id;
}

async function park(id: string): Promise<void> {
  const [connection] = await administration.connections.list();
  if (!connection) throw new Error('no connection');
  const key = keys.user(connection.id, id as UserItem['id']);
  const parkedAt = '2026-11-22T10:00:01.000Z';
  const set = { parkedCode: 'no-seat', parkedReason: 'no seat is left', parkedAt, ...parkedKey(connection.target.id, key, parkedAt) };
  await table.transact([{ update: key, change: { set, remove: clearedMarker.filter((name) => !name.startsWith('pending')) } }]);
}
