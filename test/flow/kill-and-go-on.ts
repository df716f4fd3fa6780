import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { KillPoint } from '../local/kill-points.ts';
import { type StackProcess, startStackProcess } from '../local/stack-process.ts';

const ADA = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ada@example.com', primary: true }],
  active: true,
};
/** Points at which the IdP has no answer yet, for certain. */
const UNANSWERED: readonly KillPoint[] = ['before-write', 'after-write', 'after-send'];

/** Kills `npm start` with -9 at a point of a request that creates a person, starts it again, and expects the person once. */
export async function killAndGoOn(point: KillPoint): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'scim-kill-points-'));
  let running: StackProcess | undefined;
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    running = await startStackProcess(directory, { LATE_CALL_SECONDS: '0', ...env });
    return running;
  };
  try {
    const dying = await start({ LOCAL_KILL_AT: point });
    const answer = await dying.request('POST', '/Users', ADA);
    if (UNANSWERED.includes(point)) expect(answer).toBeUndefined();
    expect(await dying.ended).toBe('SIGKILL');

    const next = await start();
    const kept = await next.request('GET', '/Users?filter=userName%20eq%20%22ada%22');
    expect(kept?.json['totalResults']).toBe(point === 'before-write' ? 0 : 1);
    // An identity provider without an answer sends the request again.
    if (answer === undefined) expect((await next.request('POST', '/Users', ADA))?.status).toBe(point === 'before-write' ? 201 : 409);
    await vi.waitFor(async () => {
      expect(await next.accounts()).toMatchObject([{ username: 'ada', fullName: 'Ada Lovelace', email: 'ada@example.com', active: true }]);
    }, 10_000);
  } finally {
    running?.child.kill('SIGKILL');
    await running?.ended;
    rmSync(directory, { recursive: true, force: true });
  }
}
