import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { esbuildOptions } from '../../cdk/bundling.ts';
import { medianOf } from './cpu-time.ts';
import type { Figure } from './figure.ts';

const BYTES_TARGET_KB = 700;
const LOAD_TARGET_MS = 150;
const ENVIRONMENT = {
  TABLE_NAME: 'table',
  QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/changes.fifo',
  AWS_REGION: 'eu-west-1',
};
/** Prints the CPU time of loading the bundle in a fresh process, in milliseconds: on an idle machine it is the time that passes. */
const LOAD = `const from = process.cpuUsage(); await import('./bundle.mjs');
const { user, system } = process.cpuUsage(from); process.stdout.write(String((user + system) / 1000));`;

/** The SCIM bundle as it is deployed: its size, and how much longer it takes to load than one that does nothing. */
export async function measureBundle(runs: number): Promise<Figure[]> {
  const { outputFiles } = await build(esbuildOptions('scim'));
  const code = outputFiles[0]?.contents;
  if (code === undefined) throw new Error('esbuild made no bundle');
  const kilobytes = code.byteLength / 1000;
  const empty = medianLoad('export const handler = async () => {};', runs);
  const own = medianLoad(code, runs);
  return [
    { operation: 'SCIM bundle, minified', value: kilobytes, unit: 'kB', target: BYTES_TARGET_KB, met: kilobytes <= BYTES_TARGET_KB },
    {
      operation: 'SCIM bundle, load beyond an empty one',
      value: own - empty,
      unit: 'ms',
      floor: empty,
      target: LOAD_TARGET_MS,
      met: own - empty <= LOAD_TARGET_MS,
    },
  ];
}

function medianLoad(code: string | Uint8Array, runs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    writeFileSync(join(folder, 'bundle.mjs'), code);
    writeFileSync(join(folder, 'load.mjs'), LOAD);
    return medianOf(
      Array.from({ length: runs }, () => {
        const { stdout, stderr, status } = spawnSync(process.execPath, ['load.mjs'], { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' });
        if (status !== 0) throw new Error(`the bundle does not load: ${stderr}`);
        return Number(stdout);
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
