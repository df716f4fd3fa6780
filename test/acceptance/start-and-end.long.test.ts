import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, freePorts, type Running, RunningStack, run } from './running-stack.ts';

describe('npm start and its environment', () => {
  let parent: string;
  const started: Running[] = [];
  const start = (env: Readonly<Record<string, string>>): Running => {
    const running = run('stack', { env });
    started.push(running);
    return running;
  };
  const ready = (running: Running) => eventually(() => expect(running.out()).toMatch(/^ready.*\n$/m), 60_000);
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'scim-acceptance-'));
  });
  afterEach(async () => {
    for (const running of started.splice(0)) {
      running.process.kill('SIGKILL');
      await running.ended;
    }
  });
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('makes a token when none is given, prints it, and knows it again after a restart', async () => {
    const port = await freePorts(4);
    const env = { PORT: String(port), STATE_DIR: join(parent, 'generated') };
    const first = start(env);
    await ready(first);
    const token = /^ *token +(\S+)/m.exec(first.out())?.[1] ?? '';
    expect(token).toMatch(/^[\w-]{40,}$/);
    const users = `http://127.0.0.1:${port}/scim/v2/Users`;
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(users, { headers })).status).toBe(200);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.err()).toBe('');

    const second = start(env);
    await ready(second);
    expect(second.out()).not.toContain(token);
    expect((await fetch(users, { headers })).status).toBe(200);
    second.process.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  it.each([
    [0, 'SCIM'],
    [1, 'Confluence'],
  ])('says which port is taken (PORT+%i) and ends with 1', async (offset, whose) => {
    const port = await freePorts(4);
    const taken = createServer().listen(port + offset, '127.0.0.1');
    await once(taken, 'listening');
    const running = start({ PORT: String(port), STATE_DIR: join(parent, `taken-${offset}`) });
    expect(await running.ended).toBe(1);
    expect(running.err()).toMatch(new RegExp(`^Port ${port + offset}\\b.*${whose}.*taken`));
    expect(running.err().trim().split('\n')).toHaveLength(1);
    expect(running.out()).not.toMatch(/^ready/m);
    taken.close();
  });

  it('shows the token that it makes also when an earlier start met a taken port', async () => {
    const port = await freePorts(4);
    const env = { PORT: String(port), STATE_DIR: join(parent, 'second-try') };
    const taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    expect(await start(env).ended).toBe(1);
    taken.close();
    const running = start(env);
    await ready(running);
    const token = /^ *token +(\S+)/m.exec(running.out())?.[1] ?? '';
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, { headers })).status).toBe(200);
  });

  it('needs no port but its own and the one after it', async () => {
    const port = await freePorts(4);
    const others = [createServer().listen(port + 2, '127.0.0.1'), createServer().listen(port + 3, '127.0.0.1')];
    await Promise.all(others.map((server) => once(server, 'listening')));
    const running = start({ PORT: String(port), STATE_DIR: join(parent, 'others-taken') });
    await ready(running);
    for (const server of others) server.close();
  });

  it('says what is wrong with a setting, and ends with 1', async () => {
    const running = start({ PORT: 'http', SWEEP_AFTER_SECONDS: '0', STATE_DIR: join(parent, 'wrong') });
    expect(await running.ended).toBe(1);
    expect(running.err()).toMatch(/PORT/);
    expect(running.err()).toMatch(/SWEEP_AFTER_SECONDS/);
    expect(running.err()).not.toMatch(/\bat .*\.ts:/);
  });

  it('provisions into the Confluence that CONFLUENCE_URL names, and starts no simulator then', async () => {
    const [port, confluencePort] = [await freePorts(4), await freePorts(1)];
    const simulator = run('simulator', { env: { PORT: String(confluencePort), STATE_DIR: join(parent, 'confluence') } });
    started.push(simulator);
    await ready(simulator);
    const url = `http://127.0.0.1:${confluencePort}`;
    const env = { SCIM_TOKEN: 'given-token', CONFLUENCE_URL: url, CONFLUENCE_TOKEN: 'local' };
    const running = start({ ...env, PORT: String(port), STATE_DIR: join(parent, 'other-confluence') });
    await ready(running);
    await expect(fetch(`http://127.0.0.1:${port + 1}/simulator/users`)).rejects.toThrow(TypeError);
    const created = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: 'Bearer given-token', 'content-type': 'application/json' },
      body: JSON.stringify({ userName: 'elsewhere', emails: [{ value: 'e@example.com' }] }),
    });
    expect(created.status).toBe(201);
    await eventually(async () => expect(await (await fetch(`${url}/simulator/users`)).text()).toContain('"elsewhere"'));
  });

  it('refuses a second start on the same state, and leaves the first alone', async () => {
    const stack = await RunningStack.start();
    try {
      const second = start({ PORT: String(await freePorts(4)), STATE_DIR: stack.stateDir });
      expect(await second.ended).toBe(1);
      expect(second.err()).toContain('in use');
      await stack.scim.createUser({ userName: 'undisturbed' });
      await eventually(async () => expect(await stack.account('undisturbed')).toBeDefined());
    } finally {
      await stack.remove();
    }
  });

  it('does not wait after the restart for a worker that kill -9 ended while it held the target', async () => {
    const stack = await RunningStack.start({ SWEEP_AFTER_SECONDS: '120' });
    try {
      // The first call of all asks who the service account is, under the target's lease.
      await stack.confluence.fault({ delayMs: 2_000, times: 1 });
      await stack.scim.createUser({ userName: 'leased' });
      await sleep(500);
      await stack.kill();
      await stack.start();
      await eventually(async () => expect(await stack.account('leased')).toMatchObject({ active: true }));
    } finally {
      await stack.remove();
    }
  });

  it('applies after the restart what kill -9 left pending', async () => {
    const stack = await RunningStack.start({ SWEEP_AFTER_SECONDS: '120', LATE_CALL_SECONDS: '2' });
    try {
      await stack.confluence.fault({ status: 503, times: 1_000_000 });
      const id = await stack.scim.createUser({ userName: 'pending' });
      await stack.scim.createGroup('pending group', [id]);
      await stack.kill();
      await stack.start();
      expect((await stack.scim.send('GET', `/Users/${id}`)).json).toMatchObject({ userName: 'pending' });
      await eventually(
        async () => expect(await stack.account('pending')).toMatchObject({ active: true, groups: ['pending group'] }),
        30_000,
      );
    } finally {
      await stack.remove();
    }
  });
});
