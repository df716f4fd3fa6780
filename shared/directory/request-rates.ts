import type { ConnectionId } from './ids.ts';

/** How many requests a connection has made, all function instances together, counted a window of time at a time. */
export interface RequestRates {
  /** Adds to the count of a window (its start, in seconds since 1970) and gives back the count of all instances. @throws DirectoryBusy */
  add(connection: ConnectionId, window: number, requests: number): Promise<number>;
}
