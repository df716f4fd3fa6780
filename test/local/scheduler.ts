export interface Scheduler {
  /** Starts no more runs and waits for the one at work. */
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  /** Before the first run, in milliseconds. */
  readonly firstAfterMs: number;
  /** From the end of one run to the start of the next: two runs never overlap. */
  readonly everyMs: number;
  /** `first` for the run after the start. */
  readonly run: (first: boolean) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** EventBridge's schedule: runs something again and again, whatever a run ends in. */
export function startScheduler({ firstAfterMs, everyMs, run, onError }: SchedulerOptions): Scheduler {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  let timer = setTimeout(tick, firstAfterMs, true);

  function tick(first: boolean): void {
    running = run(first)
      .catch(onError)
      .then(() => {
        if (!stopped) timer = setTimeout(tick, everyMs, false);
      });
  }

  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
