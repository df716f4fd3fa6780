import type { TargetId } from './ids.ts';

/** Turns for calls: the first at the time given back, the others `everyMs` apart. Times are milliseconds since 1970. */
export interface TurnRequest {
  readonly count: number;
  readonly everyMs: number;
  /** A first turn after this is of no use: then nothing is reserved. */
  readonly latest: number;
}

/**
 * What keeps the calls of all function instances to a target within its limits (decision 17). Nothing is written while no limit is set
 * and none was met. Every verb may throw DirectoryBusy.
 */
export interface TargetPace {
  /** Reserves the next free turns of a target; undefined if the first would come after `latest`. */
  reserveTurns(target: TargetId, request: TurnRequest): Promise<number | undefined>;
  /** Takes one of so many slots until `until`; gives its number, or undefined while all are taken. Who dies with one holds it until then. */
  takeSlot(target: TargetId, holder: string, until: number, slots: number): Promise<number | undefined>;
  releaseSlot(target: TargetId, holder: string, slot: number): Promise<void>;
  /** The target has asked to be left alone until then: in its state for all instances to read. An earlier time changes nothing. */
  slow(target: TargetId, until: number): Promise<void>;
}
