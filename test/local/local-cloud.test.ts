import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SimulatedOrganization } from '../acceptance/simulated-organization.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { parseStackSettings } from './stack-settings.ts';
import { welcome } from './welcome.ts';

describe('npm start with TARGET', () => {
  let stateDir: string;
  let stack: LocalStack | undefined;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'scim-cloud-'));
  });
  afterEach(async () => {
    await stack?.close();
    stack = undefined;
    rmSync(stateDir, { recursive: true, force: true });
  });
  const start = async (TARGET: string) => {
    const settings = parseStackSettings({ TARGET, PORT: '0', STATE_DIR: stateDir, SCIM_TOKEN: 'pasted', SWEEP_AFTER_SECONDS: '2' });
    stack = await startLocalStack(settings);
    const text = welcome(settings, stack);
    return { text, requests: text.match(/^ *curl .*\\\n.*$/gm) ?? [], organization: new SimulatedOrganization(stack.endpoints.confluence) };
  };
  /** As a person does: the printed text into a shell. */
  const paste = async (request: string): Promise<Record<string, unknown>> => {
    const env = { PATH: process.env['PATH'], SCIM_TOKEN: 'pasted' };
    const { stdout } = await promisify(execFile)('sh', ['-c', `${request} --silent`], { env });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('cloud-guard prints a person and a group that grants Confluence: pasted, they let her in', async () => {
    const { text, requests, organization } = await start('cloud-guard');
    expect(text).toContain(`${organization.url}/simulator/accounts, …/scim-users and …/groups`);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^ready: http/);
    expect(requests).toHaveLength(2);
    const { id } = await paste(requests[0] ?? '');
    await paste((requests[1] ?? '').replace('"ID"', JSON.stringify(id)));
    const expected = { fullName: 'Ada Lovelace', status: 'active', hasConfluence: true };
    await vi.waitFor(async () => expect(await organization.account('ada@example.com')).toMatchObject(expected), 10_000);
  });

  it('cloud-organization prints a person: pasted, she is invited into the group that grants Confluence', async () => {
    const { text, requests, organization } = await start('cloud-organization');
    expect(text).toContain(`${organization.url}/simulator/accounts and …/groups`);
    expect(requests).toHaveLength(1);
    await paste(requests[0] ?? '');
    const expected = { status: 'active', hasConfluence: true, groups: ['confluence-users'] };
    await vi.waitFor(async () => expect(await organization.account('ada@example.com')).toMatchObject(expected), 10_000);
  });
});
