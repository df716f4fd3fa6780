import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningStack } from '../acceptance/running-stack.ts';
import { GROUP, oktaUser } from '../acceptance/scim-client.ts';

export interface LoadSize {
  readonly users: number;
  readonly groups: number;
  /** Over all groups. */
  readonly memberships: number;
}

/** What one phase took, for whoever prints it: nothing here is asserted. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  /** Things done in it: requests, accounts, memberships, resources. */
  readonly count: number;
  /** Writing calls that Confluence has seen in it. */
  readonly writes: number;
}

export interface LoadResult {
  readonly phases: readonly Phase[];
  /** Accounts, groups and memberships that are missing or too many; sentences. */
  readonly wrong: readonly string[];
  /** What each of two runs of Synchronize has counted. */
  readonly counted: readonly Readonly<Record<string, number>>[];
  /** Of the stack's process, in megabytes; undefined where the system does not tell it. */
  readonly peakMb: number | undefined;
}

/** Requests at once, as a provisioning job sends them. */
const CLIENTS = 8;
/** Members of one PATCH. Every second group gets its members so; the others come with all of theirs, as a large change from 49 on. */
const PATCHED = 40;
const POLL_MS = 1_000;

/**
 * A tenant from nothing to applied: users, then groups with their members, over SCIM, and all of it in the simulated Confluence; then
 * Synchronize twice.
 * @throws Error if a request is refused, or if nothing moves for five minutes
 */
export async function loadTenant(stack: RunningStack, size: LoadSize, report: (phase: Phase) => void = () => {}): Promise<LoadResult> {
  const phases: Phase[] = [];
  const phase = async <T>(name: string, count: number, work: () => Promise<T>): Promise<T> => {
    const started = Date.now();
    const result = await work();
    const seconds = (Date.now() - started) / 1_000;
    const done = { name, seconds, count, writes: await writesSince(stack, started) };
    phases.push(done);
    report(done);
    return result;
  };

  const members = membersOf(size);
  const total = members.reduce((sum, each) => sum + each.length, 0);
  let sent = 0;
  const started = Date.now();
  const ids = await phase('SCIM: users', size.users, () =>
    inParallel(size.users, (i) => stack.scim.create('Users', oktaUser({ userName: userName(i) }))),
  );
  await phase('SCIM: groups and members', total, async () => {
    await inParallel(size.groups, (i) =>
      sendGroup(
        stack,
        i,
        (members[i] ?? []).map((member) => String(ids[member])),
      ),
    );
  });
  sent = Date.now() - started;
  await phase(`Confluence: the rest, after ${Math.round(sent / 1_000)} s of requests`, size.users + total, () =>
    applied(stack, size, total),
  );
  const wrong = await differences(stack, size, members);
  const counted: Readonly<Record<string, number>>[] = [];
  for (const name of ['Synchronize', 'Synchronize again'])
    counted.push(
      await phase(name, size.users + size.groups, async () => {
        const { run } = await stack.adminJson<{ run: { counts: Record<string, number> } }>(['sync', 'local']);
        return run.counts;
      }),
    );
  return { phases, wrong: [...wrong, ...(await differences(stack, size, members))], counted, peakMb: peakMb(stack.running.process.pid) };
}

async function sendGroup(stack: RunningStack, i: number, ids: readonly string[]): Promise<void> {
  const value = ids.map((id) => ({ value: id }));
  const isPatched = i % 2 === 1;
  const group = { schemas: [GROUP], displayName: groupName(i), members: isPatched ? [] : value };
  const id = await stack.scim.create('Groups', group);
  for (let from = 0; isPatched && from < value.length; from += PATCHED) {
    const { status, json } = await stack.scim.patch(`/Groups/${id}`, {
      op: 'add',
      path: 'members',
      value: value.slice(from, from + PATCHED),
    });
    if (status >= 300) throw new Error(`PATCH was answered with ${status}: ${JSON.stringify(json)}`);
  }
}

/** Waits until as much is in Confluence as should be; that it is the right thing is compared afterwards. */
async function applied(stack: RunningStack, { users, groups }: LoadSize, memberships: number): Promise<void> {
  let last = '';
  let movedAt = Date.now();
  for (;;) {
    const there = await stack.confluence.groups();
    const own = there.filter(({ name }) => name.startsWith('group '));
    const members = own.reduce((sum, each) => sum + each.members.length, 0);
    const accounts = (await stack.confluence.users()).filter(({ username }) => username.startsWith('user-')).length;
    if (accounts >= users && own.length >= groups && members >= memberships) break;
    const now = `${accounts} accounts, ${own.length} groups, ${members} memberships`;
    if (now !== last) movedAt = Date.now();
    else if (Date.now() - movedAt > 300_000) throw new Error(`nothing moves any more: ${now}`);
    last = now;
    await sleep(POLL_MS);
  }
  await stack.settled(300_000);
}

async function differences(stack: RunningStack, { users, groups }: LoadSize, members: readonly (readonly number[])[]): Promise<string[]> {
  const accounts = new Map((await stack.confluence.users()).map((account) => [account.username, account]));
  const there = new Map((await stack.confluence.groups()).map(({ name, members: of }) => [name, of]));
  const wrong: string[] = [];
  for (let i = 0; i < users; i++) if (accounts.get(userName(i))?.active !== true) wrong.push(`${userName(i)} has no usable account`);
  const extra = [...accounts.keys()].filter((name) => name.startsWith('user-')).length - users;
  if (extra !== 0) wrong.push(`${extra} accounts too many`);
  for (let i = 0; i < groups; i++) {
    const [wanted, is] = [(members[i] ?? []).map(userName), there.get(groupName(i)) ?? []].map((names) => [...names].sort().join());
    if (wanted !== is) wrong.push(`${groupName(i)} has ${is} and not ${wanted}`);
  }
  return wrong;
}

/** Each group has as many, beginning at another user each time. */
function membersOf({ users, groups, memberships }: LoadSize): number[][] {
  const each = Math.min(users, Math.round(memberships / groups));
  return Array.from({ length: groups }, (_, i) => Array.from({ length: each }, (_, j) => (i * 7_919 + j * 13) % users)).map((of) => [
    ...new Set(of),
  ]);
}

async function inParallel<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const client = async () => {
    for (let i = next++; i < count; i = next++) results[i] = await work(i);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return results;
}

/** The simulator remembers a hundred thousand requests, more than a phase of the full load makes. */
async function writesSince(stack: RunningStack, started: number): Promise<number> {
  return (await stack.confluence.requests()).filter(({ method, at }) => method !== 'GET' && Date.parse(at) >= started).length;
}

/** proc(5): "VmHWM: Peak resident set size". */
function peakMb(pid: number | undefined): number | undefined {
  try {
    const [, kb] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Math.round(Number(kb) / 1_024);
  } catch {
    return undefined;
  }
}

function userName(i: number): string {
  return `user-${String(i).padStart(5, '0')}`;
}

function groupName(i: number): string {
  return `group ${String(i).padStart(3, '0')}`;
}
