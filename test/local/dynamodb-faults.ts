import { RequestFailed } from './dynalite-actions.ts';
import { canceled } from './dynamodb-transactions.ts';

/**
 * What AWS's DynamoDB does now and then and no local engine does by itself.
 * - `throttled`: refused, nothing done. `conflict`: another transaction holds an item, nothing done.
 * - `unprocessed`: a batch does its first half and hands the rest back.
 * - `not-sent`: the connection breaks before the request arrives. `no-answer`: after it was done: a time-out after commit.
 */
export type Fault = 'throttled' | 'conflict' | 'unprocessed' | 'not-sent' | 'no-answer';

/** May be changed at any time; each request looks anew. */
export interface Faults {
  /** Asked once for each request that arrives (the SDK's repeats too), with the operation's name (`PutItem`) and input. */
  next?: (operation: string, input: Readonly<Record<string, unknown>>) => Fault | undefined | Promise<Fault | undefined>;
  /** Milliseconds by which indexes lag behind the items. */
  indexLagMs?: number;
}

/** The connection broke: the client has no answer. */
export class ConnectionBroken extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ECONNRESET';
}

/** @throws the error that AWS answers for a fault of a request that is not executed */
export function refuse(fault: Fault, operation: string, input: Readonly<Record<string, unknown>>): void {
  if (fault === 'not-sent') throw new ConnectionBroken('the connection broke before the request was sent');
  if (fault === 'throttled') {
    throw new RequestFailed({
      __type: `${V2012}#ProvisionedThroughputExceededException`,
      message: 'The level of configured throughput was exceeded',
    });
  }
  if (fault !== 'conflict') return;
  if (operation !== 'TransactWriteItems') {
    throw new RequestFailed({ __type: `${V2012}#TransactionConflictException`, message: 'Transaction is ongoing for the item' });
  }
  const count = Array.isArray(input['TransactItems']) ? input['TransactItems'].length : 1;
  throw canceled(Array.from({ length: count }, (_, i) => (i === 0 ? CONFLICT : { Code: 'None' })));
}

/** Halves a batch: what to execute, and what to add to its answer. */
export function halve(
  operation: string,
  input: Record<string, unknown>,
): { input: Record<string, unknown>; unprocessed: Record<string, unknown> } {
  const done: Record<string, unknown> = {};
  const left: Record<string, unknown> = {};
  for (const [table, request] of Object.entries((input['RequestItems'] ?? {}) as Record<string, unknown[] | { Keys: unknown[] }>)) {
    const all = Array.isArray(request) ? request : request.Keys;
    const middle = Math.floor(all.length / 2);
    const part = (entries: unknown[]) => (Array.isArray(request) ? entries : { ...request, Keys: entries });
    if (middle > 0) done[table] = part(all.slice(0, middle));
    left[table] = part(all.slice(middle));
  }
  return {
    input: { ...input, RequestItems: done },
    unprocessed: { [operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems']: left },
  };
}

const V2012 = 'com.amazonaws.dynamodb.v20120810';
const CONFLICT = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
