import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startScheduler } from './scheduler.ts';

describe('the local scheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs after the first delay, then again and again, also after a run that failed', async () => {
    const runs: boolean[] = [];
    const errors: unknown[] = [];
    const scheduler = startScheduler({
      firstAfterMs: 100,
      everyMs: 1_000,
      onError: (error) => errors.push(error),
      run: async (first) => {
        runs.push(first);
        if (first) throw new Error('no');
      },
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(runs).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(runs).toEqual([true, false, false]);
    expect(errors).toHaveLength(1);
    await scheduler.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(runs).toHaveLength(3);
  });

  it('never starts a run while one is at work, and stops when that has ended', async () => {
    let end = () => {};
    let started = 0;
    const run = () =>
      new Promise<void>((resolve) => {
        started++;
        end = resolve;
      });
    const scheduler = startScheduler({ firstAfterMs: 0, everyMs: 10, run, onError: () => {} });
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toBe(1);
    let stopped = false;
    const stopping = scheduler.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(stopped).toBe(false);
    end();
    await stopping;
  });
});
