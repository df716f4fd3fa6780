/** Time that passes only while everybody sleeps: then it jumps to whoever wakes first. */
export interface VirtualTime {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** Runs until nobody is asleep. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function virtualTime(start: number): VirtualTime {
  let at = start;
  let sleepers: { wakesAt: number; wake: () => void }[] = [];
  const sleep = (ms: number) =>
    new Promise<void>((wake) => {
      sleepers.push({ wakesAt: at + ms, wake });
    });
  return {
    now: () => new Date(at),
    sleep,
    async run(work) {
      let isOver = false;
      const result = work().finally(() => {
        isOver = true;
      });
      // What is rejected meanwhile is thrown by the await at the end.
      result.catch(() => {});
      while (!isOver) {
        // Lets everybody who is awake go on until they sleep.
        await new Promise((resolve) => setImmediate(resolve));
        if (sleepers.length === 0) continue;
        at = Math.max(at, Math.min(...sleepers.map(({ wakesAt }) => wakesAt)));
        const awake = sleepers.filter(({ wakesAt }) => wakesAt <= at);
        sleepers = sleepers.filter(({ wakesAt }) => wakesAt > at);
        for (const { wake } of awake) wake();
      }
      return result;
    },
  };
}
