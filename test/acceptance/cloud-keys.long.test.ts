import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from './running-stack.ts';

const REFUSED_KEY = 'ATCTT3xFfGN0-of-another-organisation';
const SITE_TOKEN = 'ATATT3xFfGF0-of-the-site';
const SITE_EMAIL = 'jane@acme.example';
const IN_THREE_WEEKS = new Date(Date.now() + 21 * 86_400_000).toISOString().slice(0, 10);

interface Status {
  readonly state: string;
  readonly code?: string;
  readonly credentialsExpireInDays?: number;
  readonly credentials?: { readonly version: string; readonly expires?: string };
}

describe('npm start TARGET=cloud-organization, and its API key', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ TARGET: 'cloud-organization' });
  }, 60_000);
  afterAll(() => stack.remove());

  const status = async () => (await stack.adminJson<Status[]>(['status']))[0] as Status;
  const show = () => stack.adminJson<{ refused: boolean; daysLeft?: number }>(['credentials', 'show', 'local']);

  it('target test says what it can do, why not what it can’t, and when the key ends, as Atlassian tells', async () => {
    const { code, out } = await stack.admin(['target', 'test', 'local']);
    expect(code).toBe(0);
    expect(out).toMatch(/The API key expires on \d{4}-\d\d-\d\d, in 36\d days/);
    expect(out).toMatch(/rename accounts +no +\S.{20,}/);
    expect((await status()).credentialsExpireInDays).toBeGreaterThan(300);
  });

  it('a key that is refused pauses, is shown as refused, and is in no file but the one of the logins', async () => {
    const set = ['credentials', 'set', 'local', '--expires', IN_THREE_WEEKS, '--site-email', SITE_EMAIL];
    const { code, out, err } = await stack.admin(set, `${REFUSED_KEY}\n${SITE_TOKEN}\n`);
    expect([code, out]).toEqual([0, expect.stringMatching(/with an API key; it expires on \S+, in 20 days/)]);
    await stack.scim.createUser({ userName: 'ada@example.com', emails: [{ value: 'ada@example.com' }] });
    await eventually(
      async () => expect(await status()).toMatchObject({ state: 'paused', code: 'login-refused', credentialsExpireInDays: 20 }),
      60_000,
    );
    expect(await show()).toMatchObject({ refused: true, daysLeft: 20 });
    await eventually(() =>
      expect(stack.log().filter(({ kind }) => kind === 'credentials.expiring')).toMatchObject([
        { days: 20, text: expect.stringContaining(IN_THREE_WEEKS) },
      ]),
    );
    const printed = [
      out,
      err,
      ...Object.values(await stack.admin(['target', 'test', 'local'])),
      stack.running.out(),
      stack.running.err(),
    ].join('\n');

    const secrets = join(stack.stateDir, 'secrets.json');
    expect(readFileSync(secrets, 'utf8')).toContain(SITE_TOKEN);
    const files = readdirSync(stack.stateDir, { recursive: true, encoding: 'utf8' }).map((file) => join(stack.stateDir, file));
    const places = new Map(
      files.filter((file) => file !== secrets && statSync(file).isFile()).map((file) => [file, readFileSync(file, 'latin1')]),
    );
    places.set('printed', printed);
    expect(places.size).toBeGreaterThan(3);
    const traces = [REFUSED_KEY, SITE_TOKEN, Buffer.from(`${SITE_EMAIL}:${SITE_TOKEN}`).toString('base64')];
    expect(
      [...places].flatMap(([place, text]) => traces.filter((trace) => text.includes(trace)).map((trace) => `${trace} in ${place}`)),
    ).toEqual([]);
  });

  it('a new key opens it again, and what waited arrives', async () => {
    expect((await stack.admin(['credentials', 'set', 'local', '--expires', IN_THREE_WEEKS], 'local')).out).toContain('no longer there');
    await eventually(
      async () => expect(await stack.organization.account('ada@example.com')).toMatchObject({ hasConfluence: true }),
      60_000,
    );
    expect(await show()).toMatchObject({ refused: false });
  });
});
