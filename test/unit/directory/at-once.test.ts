import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../shared/directory/at-once.ts';

describe('atOnce', () => {
  it('has never more than its limit under way, and gives the results in the order of the items', async () => {
    let underWay = 0;
    let most = 0;
    const results = await atOnce(4, [...Array(20).keys()], async (n) => {
      most = Math.max(most, ++underWay);
      await pause((n * 7) % 5);
      underWay--;
      return n * 2;
    });
    expect(results).toEqual([...Array(20).keys()].map((n) => n * 2));
    expect(most).toBe(4);
  });

  it('begins nothing more after a failure, and throws it when those under way are done', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const failing = atOnce(2, [0, 1, 2, 3], async (n) => {
      begun.push(n);
      if (n === 0) throw new Error('the first');
      await pause(5);
      ended.push(n);
    });
    await expect(failing).rejects.toThrow('the first');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });

  it('does nothing for nothing', async () => {
    expect(await atOnce(3, [], () => Promise.reject(new Error('called')))).toEqual([]);
  });
});
