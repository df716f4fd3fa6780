import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { dynamoDbTargetStates } from '../../shared/directory/delivery/target-states.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { Credentials } from '../../shared/targets/credentials.ts';
import { ATLASSIAN_API, type TargetAddress, targetIdOf } from '../../shared/targets/target-address.ts';
import { NOW, startAdmin } from './admin-under-test.ts';

const KEY = 'ATCTT3xFfGN0-the-key-of-the-test';
const SITE_TOKEN = 'ATATT3xFfGF0-the-site-token';
const confluence: TargetAddress = { kind: 'data-center', baseUrl: 'https://wiki.example.com' };
const guard: TargetAddress = { kind: 'cloud-guard', baseUrl: ATLASSIAN_API, directory: 'directory-1' };
const organisation: TargetAddress = {
  kind: 'cloud-organization',
  baseUrl: ATLASSIAN_API,
  organization: 'organisation-1',
  site: 'https://acme.atlassian.net',
};

const withoutSite: TargetAddress = { kind: 'cloud-organization', baseUrl: ATLASSIAN_API, organization: 'organisation-1' };

let world: Awaited<ReturnType<typeof startAdmin>>;
let secrets: Map<string, Credentials>;

beforeEach(async () => {
  secrets = new Map();
  let versions = 0;
  world = await startAdmin({
    credentials: {
      read: () => Promise.reject(new Error('no command reads a secret')),
      write: (target, credentials) => {
        secrets.set(target, credentials);
        return Promise.resolve({ version: `version-${++versions}` });
      },
    },
  });
});
afterEach(() => world.close());

async function connect(address: TargetAddress, state: 'active' | 'disabled' = 'active') {
  const target = { ...address, id: targetIdOf(address) };
  const id = world.administration.newId() as ConnectionId;
  const settings = Settings.parse({ version: 2, users: { linking: 'never' } });
  await world.administration.connections.create({ id, name: 'okta', state, created: NOW.toISOString(), target, settings });
  return target.id;
}
const states = () => dynamoDbTargetStates(world.table, () => NOW);

describe('credentials set, Atlassian Cloud', () => {
  it.each([
    ['no-credentials', true],
    ['login-refused', true],
    ['read-only', false],
  ] as const)('says of a target that is paused for %s whether the new key opens it, and when: %s', async (code, opens) => {
    const target = await connect(guard);
    await states().pause(target, { code, reason: 'a reason' });
    world.piped = `${KEY}\n`;
    const { text } = await world.admin('credentials set okta --expires 2027-11-01');
    expect(text.includes(`It is paused (${code}): target resume okta opens it at once`)).toBe(opens);
  });

  it('stores the API key with its date, and says when it ends', async () => {
    const target = await connect(guard);
    world.piped = `${KEY}\n`;
    const typed = await world.admin('credentials set okta --expires 2027-11-01');
    expect(typed.code).toBe(EXIT.done);
    expect(secrets.get(target)).toEqual({ kind: 'api-key', token: KEY, expires: '2027-11-01T00:00:00.000Z' });
    expect(typed.text).toContain('Atlassian directory directory-1 with an API key; it expires on 2027-11-01, in 343 days.');
    expect(typed.text).not.toContain('NOBODY WILL BE WARNED');
  });

  it('warns where nobody can be warned, and says where the date is', async () => {
    const target = await connect(guard);
    world.piped = KEY;
    const typed = await world.admin('credentials set okta');
    expect(typed).toMatchObject({ code: EXIT.done, text: expect.stringContaining('NOBODY WILL BE WARNED') });
    expect(secrets.get(target)).toEqual({ kind: 'api-key', token: KEY });
    expect((await world.admin('credentials set okta --json')).json()).toMatchObject({
      warnings: [expect.stringContaining('Identity providers')],
    });
  });

  it('asks a person for the date, before the key', async () => {
    const target = await connect(guard);
    world.piped = KEY;
    world.answers = ['2027-01-31'];
    const typed = await world.admin('credentials set okta', { interactive: true });
    expect(typed.error).toContain('On which day does the key expire');
    expect(secrets.get(target)).toMatchObject({ expires: '2027-01-31T00:00:00.000Z' });
    world.answers = ['next year'];
    expect(await world.admin('credentials set okta', { interactive: true })).toMatchObject({ code: EXIT.usage });
  });

  it('takes a time with its zone', async () => {
    const target = await connect(guard);
    world.piped = KEY;
    await world.admin('credentials set okta --expires 2027-11-01T09:00:00+01:00');
    expect(secrets.get(target)).toMatchObject({ expires: '2027-11-01T08:00:00.000Z' });
  });

  it.each([
    ['2026-11-22', 'has passed'],
    ['2027-11-24', 'more than a year ahead'],
    ['2027-02-30', 'is no date'],
    ['01.11.2027', 'is no date'],
    ['2027-11-01T09:00:00', 'is no date'],
  ])('refuses %s: %s', async (date, why) => {
    await connect(guard);
    world.piped = KEY;
    expect(await world.admin(`credentials set okta --expires ${date}`)).toMatchObject({
      code: EXIT.usage,
      error: expect.stringContaining(why),
    });
    expect(secrets.size).toBe(0);
  });

  it('takes the last day that a key made now can have', async () => {
    await connect(guard);
    world.piped = KEY;
    expect(await world.admin('credentials set okta --expires 2027-11-23')).toMatchObject({ code: EXIT.done });
  });

  it('reads two lines where groups are compared with the site', async () => {
    const target = await connect(organisation);
    world.piped = `${KEY}\r\n${SITE_TOKEN}\r\n`;
    await world.admin('credentials set okta --expires 2027-11-01 --site-email jane@acme.example');
    expect(secrets.get(target)).toMatchObject({ token: KEY, site: { email: 'jane@acme.example', token: SITE_TOKEN } });
    expect((await world.admin('credentials show okta --json')).json()).toMatchObject({ site: true });
    world.piped = KEY;
    expect((await world.admin('credentials set okta --expires 2027-11-01')).text).toContain('no longer there');
  });

  it('keeps what the key of an organisation is called, by which Atlassian tells its date', async () => {
    const target = await connect(organisation);
    world.piped = KEY;
    const typed = await world.admin('credentials set okta --key-name provisioning');
    expect(typed.text).toContain('unless Atlassian tells, which target test asks');
    expect(secrets.get(target)).toEqual({ kind: 'api-key', token: KEY, name: 'provisioning' });
    expect((await world.admin('credentials show okta --json')).json()).toMatchObject({ name: 'provisioning' });
  });

  it.each([
    [
      'one line where two are expected',
      '--site-email jane@acme.example',
      KEY,
      'standard input must have 2 lines: the API key of the organisation, then the API token of jane@acme.example. It had 1',
    ],
    ['two lines where one is expected', '', `${KEY}\n${SITE_TOKEN}`, 'must have one line'],
    ['nothing', '', '\n', 'It had 0'],
    ['what was copied with its scheme', '', `Bearer ${KEY}`, 'without "Bearer"'],
  ])('refuses %s', async (_, options, piped, why) => {
    await connect(organisation);
    world.piped = piped;
    const typed = await world.admin(`credentials set okta ${options}`.trim());
    expect(typed).toMatchObject({ code: EXIT.refused, error: expect.stringContaining(why) });
    expect(typed.error).not.toContain(KEY);
    expect(secrets.size).toBe(0);
  });

  it.each([
    ['a user name for an API key', guard, '--username svc', 'leave --username out'],
    ['a site for a directory', guard, '--site-email jane@acme.example', 'takes its API key alone'],
    ['a site for Data Center', confluence, '--site-email jane@acme.example', 'Confluence Data Center'],
    ['a key’s name for a directory', guard, '--key-name scim', 'tells no date'],
    ['a key’s name for Data Center', confluence, '--key-name scim', 'Confluence Data Center'],
    ['a site that the connection does not name', withoutSite, '--site-email jane@acme.example', 'names no site'],
  ])('refuses %s', async (_, address, options, why) => {
    await connect(address);
    world.piped = KEY;
    expect(await world.admin(`credentials set okta ${options}`)).toMatchObject({ code: EXIT.refused, error: expect.stringContaining(why) });
    expect(secrets.size).toBe(0);
  });

  it('lets no secret into an answer, a record or the table', async () => {
    const target = await connect(organisation);
    world.piped = `${KEY}\n${SITE_TOKEN}`;
    const typed = [
      await world.admin('credentials set okta --expires 2026-12-01 --site-email jane@acme.example'),
      await world.admin('credentials set okta --expires 2026-12-01 --site-email jane@acme.example --json'),
      await world.admin('credentials show okta'),
      await world.admin('credentials show okta --json'),
      await world.admin('status --json'),
    ];
    const seen = [
      ...typed.flatMap(({ text, error }) => [text, error]),
      JSON.stringify(world.records()),
      JSON.stringify(await states().read(target)),
    ];
    for (const text of seen) expect(text).not.toMatch(/ATCTT|ATATT/);
    expect(world.records()).toContainEqual(expect.objectContaining({ action: 'credentials set', outcome: 'done' }));
  });
});

describe('credentials set, Data Center', () => {
  it('takes the date of a personal access token, which may be years ahead', async () => {
    const target = await connect(confluence);
    world.piped = 'a-personal-access-token';
    expect(await world.admin('credentials set okta --expires 2030-01-01')).toMatchObject({ code: EXIT.done });
    expect(secrets.get(target)).toEqual({
      kind: 'personal-access-token',
      token: 'a-personal-access-token',
      expires: '2030-01-01T00:00:00.000Z',
    });
    expect(await world.admin('credentials set okta --username svc --expires 2030-01-01')).toMatchObject({ code: EXIT.usage });
  });

  it('warns nobody of a token without a date', async () => {
    await connect(confluence);
    world.piped = 'a-personal-access-token';
    expect((await world.admin('credentials set okta')).text).not.toContain('WARNED');
    expect((await world.admin('status')).text).not.toMatch(/login/i);
  });
});

describe('credentials expires', () => {
  it('tells the date of a key that is stored already', async () => {
    await connect(guard);
    world.piped = KEY;
    await world.admin('credentials set okta');
    expect((await world.admin('credentials expires okta 2027-03-01')).text).toContain('expires on 2027-03-01, in 98 days');
    expect((await world.admin('credentials show okta --json')).json()).toMatchObject({ expires: '2027-03-01T00:00:00.000Z', daysLeft: 98 });
    expect(await world.admin('credentials expires okta 2029-03-01')).toMatchObject({ code: EXIT.usage });
    expect(await world.admin('credentials expires okta')).toMatchObject({ code: EXIT.usage });
  });

  it('is refused where nothing is stored, or a password', async () => {
    await connect(confluence);
    expect(await world.admin('credentials expires okta 2027-03-01')).toMatchObject({ code: EXIT.refused });
    world.piped = 'hunter2-hunter2';
    await world.admin('credentials set okta --username svc');
    expect(await world.admin('credentials expires okta 2027-03-01')).toMatchObject({
      code: EXIT.refused,
      error: expect.stringContaining('password'),
    });
  });
});

describe('credentials show', () => {
  it('says that nothing is known', async () => {
    await connect(guard);
    expect(await world.admin('credentials show okta')).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('Nothing is known'),
    });
  });

  it('says kind, version, date, days left and whether it was refused', async () => {
    const target = await connect(guard);
    world.piped = KEY;
    await world.admin('credentials set okta --expires 2027-11-01');
    const good = await world.admin('credentials show okta --json');
    expect(good).toMatchObject({ code: EXIT.done });
    expect(good.json()).toEqual({
      target,
      kind: 'api-key',
      version: 'version-1',
      expires: '2027-11-01T00:00:00.000Z',
      daysLeft: 343,
      refused: false,
    });
    await states().pause(target, { code: 'login-refused', reason: 'The key was refused.', secretVersion: 'version-1' });
    expect(await world.admin('credentials show okta')).toMatchObject({
      code: EXIT.attention,
      text: expect.stringContaining('yes: The key was refused.'),
    });
    await world.admin('credentials set okta --expires 2027-11-01');
    expect((await world.admin('credentials show okta --json')).json()).toMatchObject({ version: 'version-2', refused: false });
  });
});

describe('status', () => {
  const endingOn = async (address: TargetAddress, date: string, state: 'active' | 'disabled' = 'active') => {
    const target = await connect(address, state);
    await states().noteCredentials(target, { kind: 'api-key', version: '1', expires: `${date}T10:00:00.000Z` });
    return world.admin('status');
  };

  it('has the date, and needs nobody 31 days before', async () => {
    const status = await endingOn(guard, '2026-12-23');
    expect(status).toMatchObject({ code: EXIT.done, text: expect.stringContaining('2026-12-23 (31 days)') });
    expect((await world.admin('status --json')).json()).toMatchObject([
      { credentials: { kind: 'api-key', expires: '2026-12-23T10:00:00.000Z' }, credentialsExpireInDays: 31 },
    ]);
  });

  it('warns from 30 days before', async () => {
    const status = await endingOn(guard, '2026-12-22');
    expect(status).toMatchObject({ code: EXIT.attention, text: expect.stringContaining('ENDS 2026-12-22 (30 days)') });
    expect(status.text).toContain(
      'The API key for Atlassian directory directory-1 expires on 2026-12-22, in 30 days: make a new one, then credentials set okta.',
    );
  });

  it('says plainly that it has expired', async () => {
    const status = await endingOn(guard, '2026-11-20');
    expect(status).toMatchObject({ code: EXIT.attention, text: expect.stringContaining('EXPIRED 2026-11-20') });
    expect(status.text).toContain('expired on 2026-11-20, 2 days ago');
  });

  it('needs nobody where every connection is disabled', async () => {
    expect(await endingOn(guard, '2026-11-20', 'disabled')).toMatchObject({ code: EXIT.done });
  });

  it('says of an API key without a date that it is not known', async () => {
    await connect(guard);
    world.piped = KEY;
    await world.admin('credentials set okta');
    expect(await world.admin('status')).toMatchObject({ code: EXIT.done, text: expect.stringContaining('not known') });
  });
});
