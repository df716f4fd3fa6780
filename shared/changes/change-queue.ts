import type { Change } from './change.ts';

/** The queue port. */
export interface ChangeQueue {
  /** Sends one change to its message group; each send has a deduplication id of its own. `delaySeconds` does not exist on FIFO. */
  send(messageGroup: string, change: Change): Promise<void>;
  /** About how many messages wait: the sweep holds back while the queue is long. */
  length(): Promise<number>;
}
