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

  it('makes the directory, refuses a second claim, and is free again when given back', () => {
    const { release, afterKill } = lockState(directory);
    expect(afterKill).toBe(false);
    expect(() => lockState(directory)).toThrow(StateInUse);
    expect(() => lockState(directory)).toThrow(String(process.pid));
    release();
    expect(readdirSync(directory)).toEqual([]);
    lockState(directory).release();
  });

  it('is taken over from a process that was killed', async () => {
    const module = fileURLToPath(new URL('state-lock.ts', import.meta.url));
    const script = `import(${JSON.stringify(module)}).then(({ lockState }) => { lockState(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(() => lockState(directory)).toThrow(StateInUse);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(lockState(directory).afterKill).toBe(true);
  });
});
