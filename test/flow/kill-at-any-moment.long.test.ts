import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StackProcess, startStackProcess } from '../local/stack-process.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const KILLS = 12;
const CLIENTS = 6;
const MINUTE = 60_000;

interface Person {
  readonly userName: string;
  readonly active: boolean;
  readonly member: boolean;
}

describe('kill -9 of the whole stack at any moment, under requests', () => {
  let directory: string;
  let stack: StackProcess;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scim-any-moment-'));
  });
  afterEach(async () => {
    stack.child.kill('SIGKILL');
    await stack.ended;
    rmSync(directory, { recursive: true, force: true });
  });
  const start = async () => {
    stack = await startStackProcess(directory, { LATE_CALL_SECONDS: '0' });
  };

  /** As an identity provider does: without an answer, or with 429 or 5xx, the request is sent again. */
  async function request(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
    for (;;) {
      const answer = await stack.request(method, path, body);
      if (answer && answer.status < 429) return answer;
      await sleep(100);
    }
  }

  /** Creates, or finds what an unanswered request created. */
  async function create(path: string, nameAttribute: string, body: Record<string, unknown>): Promise<string> {
    const created = await request('POST', path, body);
    if (created.status === 201) return String(created.json['id']);
    expect(created.status).toBe(409);
    const filter = encodeURIComponent(`${nameAttribute} eq "${body[nameAttribute]}"`);
    const { Resources } = (await request('GET', `${path}?filter=${filter}`)).json as { Resources: { id: string }[] };
    return String(Resources[0]?.id);
  }

  const patch = async (path: string, ...Operations: object[]) => {
    const { status } = await request('PATCH', path, { schemas: [PATCH_OP], Operations });
    expect([200, 204]).toContain(status);
  };

  it(`ends with everybody as they should be, after ${KILLS} kills`, async () => {
    await start();
    const group = await create('/Groups', 'displayName', { schemas: [GROUP], displayName: 'everybody' });
    const people: Person[] = [];
    let killing = true;

    const client = async (name: number): Promise<void> => {
      for (let i = 0; killing; i++) {
        const userName = `user-${name}-${i}`;
        const person = { schemas: [USER], userName, displayName: userName, emails: [{ value: `${userName}@example.com` }], active: true };
        const id = await create('/Users', 'userName', person);
        await patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] });
        const [active, member] = [i % 3 !== 0, i % 2 !== 0];
        if (!active) await patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
        if (!member) await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` });
        people.push({ userName, active, member });
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(200 + ((kill * 377) % 1_500));
      stack.child.kill('SIGKILL');
      await stack.ended;
      await start();
    }
    killing = false;
    await Promise.all(clients);

    expect(people.length).toBeGreaterThan(KILLS);
    await vi.waitFor(
      async () => {
        const accounts = new Map((await stack.accounts()).map((account) => [account.username, account]));
        const members = new Set((await stack.groups()).find(({ name }) => name === 'everybody')?.members);
        const found = people.map(({ userName, active, member }) => {
          const account = accounts.get(userName);
          // Who was inactive before the account was made gets none (DESIGN §4), and so no membership.
          return account || active ? { userName, active: account?.active, member: members.has(userName) } : { userName, active, member };
        });
        expect(found).toEqual(people);
        expect([...accounts.keys()].filter((name) => !people.some(({ userName }) => userName === name))).toEqual([]);
      },
      { timeout: 3 * MINUTE, interval: 1_000 },
    );
    expect((await request('GET', '/Users?count=0')).json['totalResults']).toBe(people.length);
  });
});
