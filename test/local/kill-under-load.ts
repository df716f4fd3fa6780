import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { startEmbeddedDynamoDb } from './embedded-dynamodb.ts';

/** Runs the write load in its own process and kills it with -9 once `writes` are acknowledged. Returns what was, in order. */
export async function killUnderLoad(directory: string, writes: number): Promise<string[]> {
  const script = fileURLToPath(new URL('write-load.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines > writes) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const whole = output.slice(0, output.lastIndexOf('\n')).split('\n');
  if (whole.shift() !== 'started') throw new Error('the write load did not start');
  return whole;
}

interface Stored {
  readonly pk: string;
  readonly sk: string;
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly count: number;
  readonly marker?: string;
}

/** Opens the directory after `kills` kills and lists every disagreement of items, indexes, claims, counts and acknowledged writes. */
export async function disagreements(directory: string, acknowledged: readonly string[], kills: number): Promise<string[]> {
  const engine = await startEmbeddedDynamoDb({ directory });
  const { items, indexes } = engine.contents();
  await engine.close();
  const stored = items.map((item) => unmarshall(item as unknown as Record<string, AttributeValue>) as Stored);
  const users = new Map(stored.filter(({ sk }) => sk === 'USER').map((user) => [user.id, user]));
  const claims = new Map(stored.filter(({ sk }) => sk === 'CLAIM').map((claim) => [claim.pk.slice('c#USERNAME#'.length), claim.owner]));
  const counted = stored.filter(({ sk }) => sk === 'COUNT').reduce((sum, { count }) => sum + count, 0);
  const found: string[] = [];
  for (const { id, name } of users.values()) if (claims.get(name) !== id) found.push(`user ${id} has no claim on ${name}`);
  for (const [name, owner] of claims) if (users.get(owner)?.name !== name) found.push(`claim ${name} has no user`);
  if (counted !== users.size) found.push(`${users.size} users, but the counts say ${counted}`);

  const pending = [...users.values()].filter(({ marker }) => marker === 'pending');
  for (const [index, expected] of [
    ['listing', [...users.values()]],
    ['pending', pending],
  ] as const) {
    const keys = (list: readonly { pk: string }[]): string => JSON.stringify(list.map(({ pk }) => pk).sort());
    const entries = (indexes.get(index) ?? []).map((entry) => unmarshall(entry as unknown as Record<string, AttributeValue>) as Stored);
    if (keys(entries) !== keys(expected)) found.push(`index ${index} has ${entries.length} entries for ${expected.length} items`);
  }

  // The last word on each user. A write in flight at the kill may be there without its acknowledgement: one more than said.
  const last = new Map(acknowledged.map((line) => line.split(' ') as [string, string, string]).map(([verb, id]) => [id, verb]));
  for (const [id, verb] of last) {
    const user = users.get(id);
    if (verb === 'create' && !user) found.push(`created user ${id} is lost`);
    if (verb === 'rename' && user && !user.name.startsWith('second-')) found.push(`the rename of ${id} is lost`);
    if (verb === 'delete' && user) found.push(`deleted user ${id} is back`);
  }
  const renamed = [...last].filter(([, verb]) => verb === 'rename').map(([id]) => id);
  const missing = renamed.filter((id) => !users.has(id)).length;
  if (missing > WRITERS * kills) found.push(`${missing} renamed users are lost`);
  return found;
}

/** Writers of the load: each may have one deletion in flight when it is killed. */
const WRITERS = 4;
