import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockState, StateInUse } from './state-lock.ts';

describe('the claim on a state directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'scim-lock-')), 'state');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

  it('makes the directory, refuses a second claim, and is free again when given back', async () => {
    const { release, afterKill } = await lockState(directory);
    expect(afterKill).toBe(false);
    const second = lockState(directory);
    await expect(second).rejects.toThrow(StateInUse);
    await expect(second).rejects.toThrow(String(process.pid));
    release();
    expect(readdirSync(directory)).toEqual([]);
    expect((await lockState(directory)).afterKill).toBe(false);
  });

  it('is taken over from a process that was killed, also one that is just ending', async () => {
    const module = fileURLToPath(new URL('state-lock.ts', import.meta.url));
    const script = `import(${JSON.stringify(module)}).then(async ({ lockState }) => { await lockState(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const waiting = lockState(directory);
    child.kill('SIGKILL');
    expect((await waiting).afterKill).toBe(true);
  });
});
