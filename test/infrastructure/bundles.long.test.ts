import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { esbuildOptions, functionNames } from '../../cdk/bundling.ts';
import { options } from './options.ts';
import { synthesise } from './synthesise.ts';

/** Values that CloudFormation would fill in. */
const resolved = { TABLE_NAME: 'table', QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/changes.fifo' };
const LOAD = "import('./index.mjs').then(({ handler }) => process.stdout.write(typeof handler))";

describe('the bundles that are deployed', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(functionNames)('%s starts as an ES module with the environment of the stack, and nothing else beside it', async (name) => {
    const { outputFiles } = await build(esbuildOptions(name));
    writeFileSync(join(folder, 'index.mjs'), outputFiles[0]?.contents ?? '');
    const { one } = synthesise(options.plain);
    const id = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const env = { ...one('AWS::Lambda::Function', id).Properties.Environment.Variables, ...resolved, AWS_REGION: 'eu-central-1' };
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD], { cwd: folder, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe('function');
  });
});
