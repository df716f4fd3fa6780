import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, freePorts, type Running, run } from './running-stack.ts';
import { SimulatedConfluence } from './simulated-confluence.ts';

const PERSON = { userName: 'ada', fullName: 'Ada Lovelace', email: 'ada@example.com', password: 'Long-And-Random-1' };

describe('npm run confluence-simulator', () => {
  let stateDir: string;
  let port: number;
  let confluence: SimulatedConfluence;
  let running: Running;
  const start = async (): Promise<void> => {
    running = run('simulator', { env: { PORT: String(port), STATE_DIR: stateDir } });
    await eventually(() => expect(running.out()).toMatch(/^ready.*\n/m), 60_000);
  };
  beforeEach(async () => {
    stateDir = join(mkdtempSync(join(tmpdir(), 'scim-simulator-')), 'state');
    port = await freePorts(1);
    confluence = new SimulatedConfluence(`http://127.0.0.1:${port}`);
    await start();
  }, 60_000);
  afterEach(async () => {
    running.process.kill('SIGKILL');
    await running.ended;
    rmSync(join(stateDir, '..'), { recursive: true, force: true });
  });

  it('keeps its interface: people, groups, requests, faults, the local token, kill -9 and a second start', async () => {
    expect((await fetch(`${confluence.url}/rest/api/user/current`)).status).toBe(401);
    expect((await confluence.call('POST', '/rest/api/admin/user', PERSON)).status).toBe(201);
    expect((await confluence.call('POST', '/rest/api/admin/user', PERSON)).status).toBe(409);
    expect((await confluence.call('POST', '/rest/api/admin/group', { name: 'readers' })).status).toBe(200);
    for (let again = 0; again < 2; again++) expect((await confluence.call('PUT', '/rest/api/user/ada/group/readers')).status).toBe(204);

    const { username, fullName, email, active, groups } = (await confluence.users()).find((user) => user.username === 'ada') ?? {};
    expect({ username, fullName, email, active, groups }).toEqual({
      username: 'ada',
      fullName: 'Ada Lovelace',
      email: 'ada@example.com',
      active: true,
      groups: ['readers'],
    });
    expect(await confluence.groups()).toContainEqual({ name: 'readers', members: ['ada'] });
    expect((await confluence.requests()).map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /rest/api/user/current 401',
      'POST /rest/api/admin/user 201',
      'POST /rest/api/admin/user 409',
      'POST /rest/api/admin/group 200',
      'PUT /rest/api/user/ada/group/readers 204',
      'PUT /rest/api/user/ada/group/readers 204',
    ]);
    expect((await confluence.requests()).every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);

    running.process.kill('SIGKILL');
    await running.ended;
    await start();
    expect(await confluence.groups()).toContainEqual({ name: 'readers', members: ['ada'] });

    await confluence.fault({ match: '^PUT .*/disable$', status: 429, retryAfterSeconds: 7, times: 1 });
    await confluence.fault({ match: 'PUT .*/disable', dropConnection: true, times: 1 });
    await confluence.fault({ match: 'PUT', status: 503, times: 100 });
    const disable = () => confluence.call('PUT', '/rest/api/admin/user/ada/disable');
    const limited = await disable();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    await expect(disable()).rejects.toThrow(TypeError);
    expect((await disable()).status).toBe(503);
    await confluence.noFaults();
    expect((await disable()).status).toBe(204);
    expect((await confluence.users()).find((user) => user.username === 'ada')).toMatchObject({ active: false });
    const badFault = await fetch(`${confluence.url}/simulator/faults`, { method: 'POST', body: '{"match":"(","times":1}' });
    expect(badFault.status).toBe(400);
  });

  it('refuses a taken port with exit code 1, and ends cleanly at Ctrl-C', async () => {
    const second = run('simulator', { env: { PORT: String(port), STATE_DIR: `${stateDir}-2` } });
    expect(await second.ended).toBe(1);
    expect(second.err()).toMatch(new RegExp(`port ${port}\\b.*taken`, 'i'));
    running.process.kill('SIGINT');
    expect(await running.ended).toBe(0);
  });
});
