import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScimClient } from './scim-client.ts';
import { type Account, type SeenRequest, SimulatedConfluence } from './simulated-confluence.ts';
import { SimulatedOrganization } from './simulated-organization.ts';

const PROJECT = join(import.meta.dirname, '../..');
const SCRIPTS = {
  stack: 'test/local/start.ts',
  simulator: 'test/simulators/confluence/start.ts',
  admin: 'functions/admin/cli.ts',
} as const;

/** The token that the tests' identity provider presents. */
export const SCIM_TOKEN = 'scim-token-of-the-acceptance-tests';
/** How long anything may take before a test gives up; the times themselves are reported, not asserted. */
const PATIENCE_MS = 10_000;
const STARTING_MS = 60_000;

export interface LogLine {
  readonly kind: string;
  readonly correlationId: string;
  readonly [field: string]: unknown;
}

/** One process of the project and what it printed. */
export interface Running {
  readonly process: ChildProcess;
  /** Standard output so far. */
  out(): string;
  err(): string;
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs one of the project's programs as its npm script does. It gets no variable of this process but what finds programs. */
export function run(
  program: keyof typeof SCRIPTS,
  { args = [], env = {}, input }: { args?: readonly string[]; env?: Readonly<Record<string, string>>; input?: string } = {},
): Running {
  const child = spawn(process.execPath, ['-r', './.node-24.cjs', SCRIPTS[program], ...args], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text;
  });
  child.stdin.end(input);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, out: () => printed.out, err: () => printed.err, ended };
}

/** Asks again and again until `check` no longer throws. Gives back its result. */
export async function eventually<T>(check: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(50);
  }
}

/** A port with `count` - 1 free ones after it. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + 8 * Math.floor(Math.random() * 1_500);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!(await listening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** `npm start` with a state directory of its own, through kills and restarts. Only HTTP, the command line and the request log. */
export class RunningStack {
  readonly stateDir: string;
  readonly port: number;
  readonly scim: ScimClient;
  readonly confluence: SimulatedConfluence;
  /** In its place with TARGET=cloud-…. */
  readonly organization: SimulatedOrganization;
  readonly #env: Readonly<Record<string, string>>;
  readonly #parent: string;
  #running: Running | undefined;

  private constructor(parent: string, port: number, env: Readonly<Record<string, string>>) {
    this.#parent = parent;
    this.stateDir = join(parent, 'state');
    this.port = port;
    this.#env = env;
    this.scim = new ScimClient(`http://127.0.0.1:${port}/scim/v2`, env['SCIM_TOKEN'] ?? SCIM_TOKEN);
    this.confluence = new SimulatedConfluence(`http://127.0.0.1:${port + 1}`);
    this.organization = new SimulatedOrganization(`http://127.0.0.1:${port + 1}`);
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<RunningStack> {
    const parent = mkdtempSync(join(tmpdir(), 'scim-acceptance-'));
    const port = await freePorts(4);
    const times = { SWEEP_AFTER_SECONDS: '2', LATE_CALL_SECONDS: '1' };
    // The tests take access from many; those of the brake say when it goes on.
    const stack = new RunningStack(parent, port, { SCIM_TOKEN, BRAKE_AT_LEAST: '1000000', ...times, ...env });
    try {
      await stack.start();
    } catch (error) {
      rmSync(parent, { recursive: true, force: true });
      throw error;
    }
    return stack;
  }

  get running(): Running {
    if (!this.#running) throw new Error('the stack does not run');
    return this.#running;
  }

  /** Starts it, again if it ran before: same ports, same state. */
  async start(): Promise<void> {
    const running = run('stack', { env: { PORT: String(this.port), STATE_DIR: this.stateDir, ...this.#env } });
    this.#running = running;
    const ended = running.ended.then((code) => `it ended with ${code}`);
    const ready = eventually(() => {
      if (!/^ready.*\n$/m.test(running.out())) throw new Error('it is not ready');
    }, STARTING_MS);
    const early = await Promise.race([ready, ended]);
    if (typeof early === 'string') throw new Error(`${early}:\n${running.out()}${running.err()}`);
  }

  /** kill -9, only of the process that this object started. */
  async kill(): Promise<void> {
    this.running.process.kill('SIGKILL');
    await this.running.ended;
  }

  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | string> {
    this.running.process.kill(signal);
    return this.running.ended;
  }

  /** Ends it, whatever state it is in, and removes its state. */
  async remove(): Promise<void> {
    if (this.#running) await this.kill();
    rmSync(this.#parent, { recursive: true, force: true });
  }

  /** `npm run admin -- … --local`, with the result's JSON when there is one. */
  async admin(args: readonly string[], input?: string): Promise<{ code: number | string; out: string; err: string }> {
    const running = run('admin', { args: [...args, '--local', '--state-dir', this.stateDir], ...(input !== undefined && { input }) });
    return { code: await running.ended, out: running.out(), err: running.err() };
  }

  async adminJson<T>(args: readonly string[], input?: string): Promise<T> {
    const { code, out, err } = await this.admin([...args, '--json'], input);
    if (code !== 0 && code !== 4) throw new Error(`admin ${args.join(' ')} ended with ${code}: ${err}`);
    return JSON.parse(out) as T;
  }

  log(): LogLine[] {
    const path = join(this.stateDir, 'request-log.jsonl');
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8');
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** The account as Confluence has it, or undefined. */
  async account(username: string): Promise<Account | undefined> {
    return (await this.confluence.users()).find((account) => account.username === username);
  }

  async members(group: string): Promise<readonly string[] | undefined> {
    return (await this.confluence.groups()).find(({ name }) => name === group)?.members;
  }

  /** Waits until nothing is pending any more, and gives back the status of the one target. */
  async settled(patienceMs = 30_000): Promise<{ pending: { pending: number }; parked: number; state: string }> {
    return eventually(async () => {
      const [status] = await this.adminJson<{ pending: { pending: number }; parked: number; state: string }[]>(['status']);
      if (status?.pending.pending !== 0) throw new Error(`still pending: ${JSON.stringify(status)}`);
      return status;
    }, patienceMs);
  }
}

/** The longest run of refused logins in what Confluence saw. */
export function refusedLoginsInARow(requests: readonly SeenRequest[]): number {
  let longest = 0;
  let now = 0;
  for (const { status } of requests) {
    now = status === 401 ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
