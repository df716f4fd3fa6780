import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '../../shared/directory/ids.ts';
import { keys, listing } from '../../shared/directory/keys.ts';
import type { Run } from '../../shared/directory/runs.ts';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** A run that nobody drives yet. */
async function begin(): Promise<Pick<Run, 'connection' | 'id'>> {
  const run = { id: 'r1', connection: world.connection.id };
  const common = { kind: 'synchronize', dryRun: false, scope: { of: 'all' }, expected: 0, by: 'the test' } as const;
  await world.runs.create({ ...run, ...common, started: new Date(world.clock.now).toISOString() });
  return run;
}
describe('Synchronize: many', () => {
  it('goes on where a driver died between two pages, and lists nobody twice', async () => {
    const users = await seeded(200);
    for (const name of ['user000', 'user100', 'user199']) (world.confluence.accounts.get(name) as { active: boolean }).active = false;
    const run = await begin();
    const { listed } = world.runs;
    const pages: number[] = [];
    const sent = new Map<string, number>();
    const send = world.queue.send.bind(world.queue);
    world.queue.send = async (group, change) => {
      sent.set(change.resource.id, (sent.get(change.resource.id) ?? 0) + 1);
      await send(group, change);
    };
    // Dies after each page was written down and before a message of it was sent.
    Object.assign(world.runs, {
      async listed(...args: Parameters<typeof listed>) {
        const written = await listed(...args);
        pages.push(args[2].length);
        if (args[2].length > 0) throw new Error('the driver dies');
        return written;
      },
    });
    for (let lives = 0; lives < 20 && (await world.runs.get(run.connection, run.id))?.state === 'working'; lives++) {
      await world.reconcile();
      world.clock.now += 2 * 60_000;
    }
    expect(await world.runs.get(run.connection, run.id)).toMatchObject({ state: 'finished', listed: users.length });
    expect(await world.runs.progress(run)).toEqual({ done: 200, counts: { enabled: 3, drift: 3 } });
    expect(pages.filter((size) => size > 0)).toEqual([90, 90, 20]);
    expect([...sent.values()].every((times) => times === 1)).toBe(true);
  });

  it('has no more than 1,000 under way at once', async () => {
    await seeded(1_200);
    const run = await begin();
    let most = 0;
    const { listed } = world.runs;
    Object.assign(world.runs, {
      async listed(...args: Parameters<typeof listed>) {
        const written = await listed(...args);
        const { listed: all = 0 } = (await world.runs.get(run.connection, run.id)) ?? {};
        most = Math.max(most, all - (await world.runs.progress(run)).done);
        return written;
      },
    });
    const send = world.queue.send.bind(world.queue);
    let waiting: (() => Promise<void>)[] = [];
    world.queue.send = async (group, change) => void waiting.push(() => send(group, change));
    await world.reconcile();
    expect(waiting).toHaveLength(990);
    world.queue.send = send;
    for (const go of waiting.splice(0)) await go();
    waiting = [];
    await world.reconcile();
    expect(await world.runs.progress(run)).toEqual({ done: 1_200, counts: {} });
    expect(most).toBeLessThanOrEqual(1_000);
  });
});

/** Users with accounts, as lists show them. */
async function seeded(count: number): Promise<UserId[]> {
  const users = await world.seedUsers(count);
  for (const [i, id] of users.entries()) {
    const created = new Date(world.clock.now + i).toISOString();
    const set = listing.resources(world.connection.id, 'User', created, id);
    const appliedProfile = JSON.stringify({ email: `user${String(i).padStart(3, '0')}@example.com` });
    await world.table.update(keys.user(world.connection.id, id), { set: { ...set, created, appliedProfile } });
  }
  return users;
}
