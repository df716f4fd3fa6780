import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readEndpoints } from './endpoints-file.ts';

/** A local stack in a process of its own, as `npm start` runs it, on free ports. */
export interface StackProcess {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:PORT/scim/v2` */
  readonly scim: string;
  readonly confluence: string;
  /** Everything it has printed so far. */
  output(): string;
  /** The process's end: its exit code, or the signal. */
  readonly ended: Promise<number | string>;
  /** One SCIM request with the token; `undefined` when the connection broke before the answer. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> } | undefined>;
  /** What is in the simulated Confluence, without the service account. */
  accounts(): Promise<{ username: string; fullName: string; email: string; active: boolean; groups: string[] }[]>;
  groups(): Promise<{ name: string; members: string[] }[]>;
}

export const TOKEN = 'token-of-the-tests';

/** @throws Error with what it has printed, if it ends before it is ready */
export async function startStackProcess(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<StackProcess> {
  const { output, ended, child } = runStart({ PORT: '0', SCIM_TOKEN: TOKEN, STATE_DIR: stateDir, SWEEP_AFTER_SECONDS: '2', ...env });
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => {
      if (/^ready.*\n/m.test(output())) resolve();
    });
  });
  const endedEarly = await Promise.race([ready, ended]);
  if (endedEarly !== undefined) throw new Error(`the local stack ended with ${endedEarly}:\n${output()}`);
  const endpoints = readEndpoints(stateDir);
  if (!endpoints) throw new Error('the local stack left no endpoints.json');
  const simulator = async (what: string) => (await fetch(`${endpoints.confluence}/simulator/${what}`)).json();
  return {
    child,
    scim: endpoints.scim,
    confluence: endpoints.confluence,
    output,
    ended,
    async request(method, path, body) {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' };
      try {
        const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
        const response = await fetch(`${endpoints.scim}${path}`, init);
        const text = await response.text();
        return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
      } catch (error) {
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    },
    accounts: async () =>
      ((await simulator('users')) as Awaited<ReturnType<StackProcess['accounts']>>).filter(({ username }) => username !== 'admin'),
    groups: async () => (await simulator('groups')) as Awaited<ReturnType<StackProcess['groups']>>,
  };
}

/** The bare process. Of this one's environment it gets only what finds programs. */
export function runStart(env: Readonly<Record<string, string>>): Pick<StackProcess, 'child' | 'output' | 'ended'> {
  const script = fileURLToPath(new URL('start.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, output: () => printed, ended };
}
