import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Administration, Terminal } from '../../functions/admin/administration.ts';
import { commands } from '../../functions/admin/commands.ts';
import { directoryAdministration } from '../../functions/admin/directory-administration.ts';
import { fileRecords } from '../../functions/admin/log/file-records.ts';
import { runCommand } from '../../functions/admin/run-command.ts';
import { inspectResource } from '../../functions/worker/inspect-resource.ts';
import type { LogRecord } from '../../shared/log/records.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';
import { startWorld, type World, type WorldOptions } from '../flow/harness.ts';

/** The worker's line with the command line before it: what is inspected is what the worker has made. */
export interface InspectWorld extends World {
  /** Also what the administration does itself; the records get the time of their writing. */
  readonly lines: string[];
  /** A request as the SCIM function logs it: the line has no HTTP. */
  request(subject: { type: 'user' | 'group'; id: string; name: string }, method: string, path: string, status: number): void;
  admin(...argv: readonly string[]): Promise<{ code: number; text: string; error: string; json(): Record<string, unknown> }>;
}

export async function startInspectWorld(options: WorldOptions = {}): Promise<InspectWorld> {
  const world = await startWorld(options);
  const now = () => new Date(world.clock.now);
  const lines: string[] = [];
  const file = join(mkdtempSync(join(tmpdir(), 'inspect-')), 'request-log.jsonl');
  const write = (record: LogRecord) => void lines.push(JSON.stringify({ time: now().toISOString(), ...record }));
  // What the worker logs goes to the file too, with the time at which it was written.
  const push = world.log.push.bind(world.log);
  world.log.push = (...records) => {
    for (const record of records) write(record);
    return push(...records);
  };
  const credentials = {
    read: () =>
      world.secret.credentials
        ? Promise.resolve({ credentials: world.secret.credentials, version: world.secret.version })
        : Promise.reject(new ProvisioningError('no-credentials', 'There are no credentials.')),
    write: () => Promise.resolve({ version: '2' }),
  };
  const inDirectory = directoryAdministration(world.table, now);
  const inspector = {
    ...inDirectory,
    delivery: world.delivery,
    credentials,
    targetOf: (_connection: unknown, observe: Parameters<World['confluence']['target']>[0]) => world.confluence.target(observe),
    log: { write },
    now,
    sleep: () => Promise.resolve(),
    callTimeoutMs: 5_000,
  };
  const context = { getRemainingTimeInMillis: () => world.remaining.ms };
  const administration = {
    caller: 'arn:aws:iam::123456789012:user/pat',
    scimBaseUrl: 'https://scim.example.com/scim/v2',
    ...inDirectory,
    credentials,
    queue: world.queue,
    log: { write },
    now,
    newId: randomUUID,
    newToken: () => 'a-token',
    testTarget: () => Promise.reject(new Error('not here')),
    inspect: (inspect: Parameters<Administration['inspect']>[0]) => inspectResource(inspector, context, { inspect }, randomUUID()),
    recentRecords: (...asked: Parameters<Administration['recentRecords']>) => {
      writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
      return fileRecords(file, now)(...asked);
    },
    close: () => Promise.resolve(),
  } as unknown as Administration;

  return {
    ...world,
    lines,
    request(subject, method, path, status) {
      const common = { correlationId: randomUUID(), connection: world.connection.id, durationMs: 12 };
      write({ kind: 'scim.request', ...common, method, path, status, subject });
    },
    async admin(...argv) {
      const out: string[] = [];
      const err: string[] = [];
      const terminal = {
        interactive: false,
        ask: () => Promise.resolve(''),
        readSecret: () => Promise.resolve(''),
        readDocument: () => Promise.resolve(''),
      } as unknown as Terminal;
      const output = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
      const code = await runCommand(argv, commands, () => Promise.resolve(administration), terminal, output);
      const text = out.join('\n');
      return { code, text, error: err.join('\n'), json: () => JSON.parse(text) };
    },
  };
}
