import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ConnectionId, UserId } from '../../../shared/directory/ids.ts';
import { dynamoDbRuns } from '../../../shared/directory/runs/dynamodb-runs.ts';
import { type Found, type NewRun, type Outstanding, RUN_PAGE, type Run, type Runs } from '../../../shared/directory/runs.ts';
import { aConnection, collect, type World } from './world.ts';

const NOTHING: Found = { counts: {}, details: [] };
const ENABLED: Found = { counts: { enabled: 1 }, details: [{ kind: 'enabled', text: 'enable account' }] };

/** Runs of Synchronize: the table's, and any double of them. `clock` is theirs. */
export function runsContract(runsOf: () => Runs, clock: { now: number }): void {
  const aRun = (given: Partial<NewRun> = {}): NewRun => ({
    id: randomUUID(),
    connection: aConnection().id,
    kind: 'synchronize',
    dryRun: false,
    scope: { of: 'all' },
    expected: 3,
    by: 'pat',
    started: new Date(clock.now).toISOString(),
    ...given,
  });
  const someone = (): Outstanding => {
    const id = randomUUID() as UserId;
    return {
      resource: { type: 'user', id },
      name: `name of ${id}`,
      messageGroup: id,
      sentAt: 1,
      attempts: 0,
      slices: 0,
      counts: {},
      details: [],
    };
  };
  const leased = async (runs: Runs, run: Pick<Run, 'connection' | 'id'>, holder: string): Promise<Run> => {
    const mine = await runs.lease(run, holder, clock.now + 1_000);
    if (!mine) throw new Error('no lease');
    return mine;
  };
  /** A run with a page listed. */
  const begun = async (runs: Runs, page: Outstanding[]): Promise<Run> => {
    const run = aRun();
    await runs.create(run);
    await runs.listed(await leased(runs, run, 'driver'), 'driver', page, { phase: 'listed' });
    return leased(runs, run, 'driver');
  };

  describe('runs (decision 18)', () => {
    it('are made once, found by their id, and listed for 30 days, newest first', async () => {
      const runs = runsOf();
      const scope = { of: 'user', id: randomUUID() as UserId, name: 'ann' } as const;
      const first = aRun({ id: 'first', scope, settings: { from: 1, to: 2 }, candidate: '{}' });
      const second = aRun({ id: 'second', connection: first.connection, started: new Date(clock.now + 1).toISOString() });
      expect([await runs.create(first), await runs.create(first), await runs.create(second)]).toEqual([true, false, true]);
      expect(await runs.get(first.connection, 'first')).toEqual({ ...first, state: 'working', phase: 'users', listed: 0 });
      expect((await collect(runs.list(first.connection))).map(({ id }) => id)).toEqual(['second', 'first']);
      expect(await runs.get(aConnection().id, 'first')).toBe(undefined);
    });

    it('have one driver at a time, until its lease is over', async () => {
      const runs = runsOf();
      const run = aRun();
      await runs.create(run);
      expect((await runs.unfinished()).map(({ id }) => id)).toContain(run.id);
      expect(await runs.lease(run, 'one', clock.now + 1_000)).toMatchObject({ id: run.id });
      expect(await runs.lease(run, 'other', clock.now + 1_000)).toBe(undefined);
      await runs.release(run, 'other');
      expect(await runs.lease(run, 'other', clock.now + 1_000)).toBe(undefined);
      await runs.release(run, 'one');
      expect(await runs.lease(run, 'other', clock.now + 1_000)).toMatchObject({ id: run.id });
      clock.now += 2_000;
      expect(await runs.lease(run, 'one', clock.now + 1_000)).toMatchObject({ id: run.id });
    });

    it('a page is listed once, by the driver that has the lease, from where the run is', async () => {
      const runs = runsOf();
      const run = aRun();
      await runs.create(run);
      const read = await leased(runs, run, 'driver');
      const page = Array.from({ length: RUN_PAGE }, someone);
      expect(await runs.listed(read, 'another', page, { phase: 'users', cursor: 'a' })).toBe(false);
      expect(await runs.listed(read, 'driver', page, { phase: 'users', cursor: 'a' })).toBe(true);
      expect(await runs.listed(read, 'driver', page, { phase: 'users', cursor: 'a' })).toBe(false);
      expect(await leased(runs, run, 'driver')).toMatchObject({ phase: 'users', cursor: 'a', listed: RUN_PAGE });
      expect(await collect(runs.outstanding(run))).toHaveLength(RUN_PAGE);
    });

    it('what is marked is listed and done at once', async () => {
      const runs = runsOf();
      const run = aRun({ kind: 'settings' });
      await runs.create(run);
      expect(await runs.marked(await leased(runs, run, 'driver'), 'driver', 5, { phase: 'listed' })).toBe(true);
      expect(await runs.progress(run)).toEqual({ done: 5, counts: {} });
      expect(await runs.get(run.connection, run.id)).toMatchObject({ listed: 5, phase: 'listed' });
    });

    it('a resource counts once, and is a result only if there is something to tell', async () => {
      const runs = runsOf();
      const [ann, ben] = [someone(), someone()];
      const run = await begun(runs, [ann, ben]);
      const opened = await runs.open(run.connection, run.id, ann.resource);
      expect(opened).toEqual({ run, outstanding: ann });
      expect(await runs.settle(run, ann, ENABLED)).toBe(true);
      expect(await runs.settle(run, ann, ENABLED)).toBe(false);
      expect(await runs.open(run.connection, run.id, ann.resource)).toBe(undefined);
      expect(await runs.settle(run, ben, NOTHING)).toBe(true);
      expect(await runs.progress(run)).toEqual({ done: 2, counts: { enabled: 1 } });
      expect(await collect(runs.results(run))).toEqual([{ type: 'user', id: ann.resource.id, name: ann.name, ...ENABLED }]);
      expect(await collect(runs.outstanding(run))).toEqual([]);
    });

    it('slices of a resource add up, each once', async () => {
      const runs = runsOf();
      const ann = someone();
      const run = await begun(runs, [ann]);
      const found: Found = { counts: { added: 2 }, details: [{ kind: 'added', text: 'staff' }] };
      expect(await runs.slice(run, ann, found, 'half')).toBe(true);
      expect(await runs.slice(run, ann, found, 'half')).toBe(false);
      expect(await runs.settle(run, ann, found)).toBe(false);
      const next = await runs.open(run.connection, run.id, ann.resource);
      expect(next?.outstanding).toMatchObject({ cursor: 'half', slices: 1, counts: { added: 2 } });
      expect(await runs.settle(run, next?.outstanding as Outstanding, ENABLED)).toBe(true);
      expect(await runs.progress(run)).toEqual({ done: 1, counts: { added: 2, enabled: 1 } });
      expect(await collect(runs.results(run))).toMatchObject([{ counts: { added: 2, enabled: 1 }, details: [{}, {}] }]);
    });

    it('many workers count at once and lose nothing', async () => {
      const runs = runsOf();
      const page = Array.from({ length: 40 }, someone);
      const run = await begun(runs, page);
      const settled = await Promise.all(page.flatMap((one) => [runs.settle(run, one, ENABLED), runs.settle(run, one, ENABLED)]));
      expect(settled.filter((was) => was)).toHaveLength(40);
      expect(await runs.progress(run)).toEqual({ done: 40, counts: { enabled: 40 } });
    });

    it('what is sent again says when and how often, on the condition of what was read', async () => {
      const runs = runsOf();
      const ann = someone();
      const run = await begun(runs, [ann]);
      expect([await runs.resent(run, ann, 7), await runs.resent(run, ann, 8)]).toEqual([true, false]);
      expect(await collect(runs.outstanding(run))).toMatchObject([{ sentAt: 7, attempts: 1 }]);
      await runs.settle(run, ann, NOTHING);
      expect(await runs.resent(run, { ...ann, sentAt: 7 }, 9)).toBe(false);
      expect(await collect(runs.outstanding(run))).toEqual([]);
    });

    it.each(['finish', 'cancel'] as const)('after %s nothing is begun, and it is no longer among the unfinished', async (verb) => {
      const runs = runsOf();
      const ann = someone();
      const run = await begun(runs, [ann]);
      const at = new Date(clock.now);
      const end = () => (verb === 'finish' ? runs.finish(run, 'driver', at) : runs.cancel(run, at));
      expect([await end(), await end()]).toEqual([true, false]);
      expect(await runs.open(run.connection, run.id, ann.resource)).toBe(undefined);
      expect(await runs.lease(run, 'driver', clock.now + 1_000)).toBe(undefined);
      expect((await runs.unfinished()).map(({ id }) => id)).not.toContain(run.id);
      expect(await runs.get(run.connection, run.id)).toMatchObject({
        state: verb === 'finish' ? 'finished' : 'cancelled',
        finished: at.toISOString(),
      });
      // What a worker has in hand is still counted.
      expect(await runs.settle(run, ann, ENABLED)).toBe(true);
    });
  });
}

/** What only the table's have: items, which DynamoDB deletes. */
export function tableRunsContract(opened: () => World): void {
  const clock = { now: Date.UTC(2026, 10, 22) };
  runsContract(() => dynamoDbRuns(opened().table, () => new Date(clock.now)), clock);

  describe('runs in the table', () => {
    it('are gone after 30 days with all that belongs to them', async () => {
      const runs = dynamoDbRuns(opened().table, () => new Date(clock.now));
      const connection = aConnection();
      const id = randomUUID() as UserId;
      const run = {
        id: 'r',
        connection: connection.id as ConnectionId,
        kind: 'synchronize',
        dryRun: false,
        by: 'pat',
        expected: 1,
      } as const;
      await runs.create({ ...run, scope: { of: 'all' }, started: '2026-11-22T00:00:00.000Z' });
      const read = (await runs.lease(run, 'driver', clock.now + 1_000)) as Run;
      const one = { name: 'ann', messageGroup: 'g', sentAt: 1, attempts: 0, slices: 0, counts: {}, details: [] };
      const [ann, ben] = [id, randomUUID() as UserId].map((user) => ({ resource: { type: 'user' as const, id: user }, ...one }));
      await runs.listed(read, 'driver', [ann, ben] as Outstanding[], { phase: 'listed' });
      await runs.settle(read, ann as Outstanding, ENABLED);
      const items = await opened().itemsOf(connection);
      expect(items.map(({ type }) => type).sort()).toEqual(['outstanding', 'run', 'run-result', 'run-tally']);
      for (const item of items) expect(item).toMatchObject({ v: 1, expiresAt: Date.UTC(2026, 11, 22) / 1_000 });
    });
  });
}
