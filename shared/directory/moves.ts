import type { Connection, Token } from './connection.ts';

/** Thrown when connections are not as a step of a move needs them: the message says what is. Nothing was written. */
export class MoveConflict extends Error {
  override readonly name = 'MoveConflict';
}

/**
 * Moving an identity provider from one connection to another (decision 26). A copy serves nobody, so at every moment at most one of the two
 * takes what the identity provider sends.
 */
export interface Moves {
  /** `to` serves nobody from now on, and is given what `from` has. @throws MoveConflict if it is the copy of another one, or `from` is one */
  beginCopy(from: Connection, to: Connection): Promise<void>;
  /**
   * Requests of the connection are told to come again, those that authenticate from now on. `by` names who holds it: who has begun before
   * holds it no longer. @throws MoveConflict if it serves nobody
   */
  hold(connection: Connection, by: string): Promise<void>;
  /** Undoes `hold`. False if it was not held, or by somebody else. */
  release(connection: Connection, by: string): Promise<boolean>;
  /**
   * In one transaction: the tokens are `to`'s, which serves; `from` is disabled and the copy of `to`, so that the way back is the same.
   * @throws MoveConflict if `from` has not been held by `by` all the time, `to` is not its copy, or one of the tokens is gone
   */
  handOver(from: Connection, to: Connection, tokens: readonly Token[], by: string): Promise<void>;
}

/** So many tokens are handed over in one transaction, beside the two connections. */
export const MOST_TOKENS = 98;
