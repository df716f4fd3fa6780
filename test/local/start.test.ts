import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StackProcess, startStackProcess, TOKEN } from './stack-process.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

describe('npm start', () => {
  let directory: string;
  let stateDir: string;
  let running: StackProcess[];
  const start = async (env?: Readonly<Record<string, string>>) => {
    const stack = await startStackProcess(stateDir, env);
    running.push(stack);
    return stack;
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scim-start-'));
    stateDir = join(directory, 'state');
    running = [];
  });
  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  it('takes people and groups from a SCIM request to Confluence, tells the story under one id, and ends cleanly at Ctrl-C', async () => {
    const stack = await start();
    const lines = stack.output().trimEnd().split('\n');
    expect(lines.at(-1)).toBe(`ready: ${stack.scim}`);

    const user = {
      schemas: [USER],
      userName: 'Ada',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: 'ada@example.com' }],
    };
    const created = await stack.request('POST', '/Users', { ...user, password: 'S3cret-of-Ada', active: true });
    expect(created?.status).toBe(201);
    const members = [{ value: created?.json['id'] }];
    expect((await stack.request('POST', '/Groups', { schemas: [GROUP], displayName: 'Writers', members }))?.status).toBe(201);
    await vi.waitFor(async () => {
      expect(await stack.accounts()).toMatchObject([
        { username: 'ada', fullName: 'Ada Lovelace', active: true, groups: expect.arrayContaining(['writers']) },
      ]);
    }, 10_000);

    stack.child.kill('SIGINT');
    expect(await stack.ended).toBe(0);
    const log = readFileSync(join(stateDir, 'request-log.jsonl'), 'utf8');
    const records = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; correlationId: string; path?: string });
    const { correlationId } = records.find(({ path }) => path === '/scim/v2/Users') ?? {};
    const story = records.filter((record) => record.correlationId === correlationId).map(({ kind }) => kind);
    expect(story[0]).toBe('scim.request');
    expect(story).toEqual(expect.arrayContaining(['change.planned', 'confluence.request', 'change.applied']));

    const kept = ['request-log.jsonl', 'table/items.jsonl', 'endpoints.json']
      .map((file) => readFileSync(join(stateDir, file), 'utf8'))
      .join('');
    for (const secret of [TOKEN, 'S3cret-of-Ada', 'Bearer']) expect(kept).not.toContain(secret);
  });
});
