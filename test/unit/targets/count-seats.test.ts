import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { countSeats } from '../../../shared/targets/data-center/count-seats.ts';
import type { RestClient } from '../../../shared/targets/http/rest-client.ts';

/** A list of so many active users, in pages of at most `most`. */
function listOf(count: number, most = 100): { client: RestClient; starts: number[] } {
  const starts: number[] = [];
  const client: RestClient = {
    async call<T>(_: unknown, { query = {} }: { query?: Readonly<Record<string, string | number>> }, schema: z.ZodType<T>) {
      const start = Number(query['start']);
      const limit = Math.min(Number(query['limit']), most);
      starts.push(start);
      return schema.parse({ results: Array.from({ length: Math.max(0, Math.min(limit, count - start)) }, () => ({})), start, limit });
    },
  };
  return { client, starts };
}
const time = { now: () => 0, withinMs: 1 };

describe('counting the seats in use', () => {
  it('counts every number right, also where pages are shorter than asked for', async () => {
    for (let count = 0; count <= 60; count++) {
      for (const most of [1, 3, 7]) expect(await countSeats(listOf(count, most).client, time)).toEqual({ used: count });
    }
    for (const count of [99, 100, 101, 199, 200, 201, 12_345, 100_000]) {
      expect(await countSeats(listOf(count).client, time)).toEqual({ used: count });
    }
  });

  it('counts 100,000 with at most two dozen requests', async () => {
    const { client, starts } = listOf(100_000);
    await countSeats(client, time);
    expect(starts.length).toBeLessThanOrEqual(24);
  });

  it("is 'unavailable' when the time is over", async () => {
    const clock = { at: 0 };
    const now = () => {
      clock.at += 1;
      return clock.at;
    };
    await expect(countSeats(listOf(100_000).client, { now, withinMs: 5 })).rejects.toMatchObject({ code: 'unavailable' });
  });
});
