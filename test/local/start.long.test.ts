import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runStart, type StackProcess, startStackProcess } from './stack-process.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('npm start, started again or where it can not be', () => {
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

  it('goes on where it was after kill -9, on other ports too', async () => {
    const first = await start();
    const fault = { status: 503, times: 1_000 };
    await fetch(`${first.confluence}/simulator/faults`, { method: 'POST', body: JSON.stringify(fault) });
    expect(
      (await first.request('POST', '/Users', { schemas: [USER], userName: 'ada', emails: [{ value: 'ada@example.com' }], active: true }))
        ?.status,
    ).toBe(201);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');

    const second = await start({ LATE_CALL_SECONDS: '0' });
    await vi.waitFor(async () => expect(await second.accounts()).toMatchObject([{ username: 'ada', active: true }]), 10_000);
    expect((await second.request('GET', '/Users?filter=userName%20eq%20%22ada%22'))?.json).toMatchObject({ totalResults: 1 });
  });

  it('refuses a taken port, a state directory in use and wrong settings, with exit code 1', async () => {
    const { taken, port } = await takePort();
    const onTakenPort = runStart({ PORT: port, STATE_DIR: stateDir });
    expect(await onTakenPort.ended).toBe(1);
    expect(onTakenPort.output()).toMatch(new RegExp(`^Port ${port} for SCIM \\(PORT\\) is taken\\. .*\\n$`));
    taken.close();

    await start();
    const onUsedState = runStart({ PORT: '0', STATE_DIR: stateDir });
    expect(await onUsedState.ended).toBe(1);
    expect(onUsedState.output()).toContain('is in use by process');

    const withWrongSettings = runStart({ PORT: 'x', LATE_CALL_SECONDS: 'y', STATE_DIR: stateDir });
    expect(await withWrongSettings.ended).toBe(1);
    expect(withWrongSettings.output()).toMatch(/PORT.*\n.*LATE_CALL_SECONDS/);
  });
});

/** A port that is taken, the next one free: the simulated Confluence would take that. */
async function takePort(): Promise<{ taken: Server; port: string }> {
  for (;;) {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const next = createServer().listen(port + 1, '127.0.0.1');
    const isFree = await once(next, 'listening').then(
      () => true,
      () => false,
    );
    next.close();
    if (isFree) return { taken, port: String(port) };
    taken.close();
  }
}
