import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/**
 * Faults put between the adapter and any engine by the SDK's own middleware: what AWS does now and then and a local engine never.
 * Each number counts down with every request it spoils.
 */
export interface Faults {
  /** Transactions refused because another one holds an item: nothing was written. */
  conflicts: number;
  /** Requests refused for their rate, at each attempt of the SDK: nothing was done. */
  throttles: number;
  /** Transactions that are performed, and whose answer is lost: the SDK asks again with the same token. */
  lostAnswers: number;
  /** Transactions that are performed, and then refused for their rate when the SDK has given up. */
  performedButRefused: number;
  /** Batches that hand back all keys but the last. */
  unprocessed: number;
  /** While true the newest entry is missing from the last page of an index. */
  newestUnindexed: boolean;
  /** While true a query of an index that was asked before is answered as it was then. */
  indexFrozen: boolean;
  /** Called before each request is sent: a place for what happens between two requests. */
  before: ((operation: string) => Promise<void>) | undefined;
  /** The operations so far, each attempt once. */
  readonly sent: string[];
}

export function injectFaults(client: DynamoDBClient): Faults {
  const faults: Faults = {
    conflicts: 0,
    throttles: 0,
    lostAnswers: 0,
    performedButRefused: 0,
    unprocessed: 0,
    newestUnindexed: false,
    indexFrozen: false,
    before: undefined,
    sent: [],
  };
  const answered = new Map<string, object>();

  // Outside the SDK's retries: the input and the output as the adapter sees them.
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = operationOf(context);
      const before = faults.before;
      if (before) await before(operation);
      if (operation === 'TransactWriteItems' && spoils(faults, 'conflicts')) throw conflict(args.input);
      let left: object | undefined;
      let request = args;
      if (operation === 'BatchGetItem' && faults.unprocessed > 0) {
        const halves = lastKeyOnly(args.input as BatchInput);
        if (halves && spoils(faults, 'unprocessed')) {
          left = halves.left;
          request = { ...args, input: halves.last };
        }
      }
      const isIndex = operation === 'Query' && 'IndexName' in args.input;
      const question = JSON.stringify(args.input);
      const earlier = isIndex && faults.indexFrozen ? answered.get(question) : undefined;
      if (earlier) return { response: {}, output: earlier as never };
      const result = await next(request);
      if (operation === 'TransactWriteItems' && spoils(faults, 'performedButRefused')) throw named('ThrottlingException');
      if (left) Object.assign(result.output, { UnprocessedKeys: left });
      if (isIndex) {
        const output = result.output as { Items?: unknown[]; LastEvaluatedKey?: unknown };
        if (faults.newestUnindexed && !output.LastEvaluatedKey) output.Items = (output.Items ?? []).slice(0, -1);
        answered.set(question, output);
      }
      return result;
    },
    { step: 'initialize', name: 'faultsOutside' },
  );

  // Inside the SDK's retries: each attempt on the wire.
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = operationOf(context);
      faults.sent.push(operation);
      if (operation === 'TransactWriteItems' && spoils(faults, 'lostAnswers')) {
        await next(args);
        throw named('TimeoutError');
      }
      if (spoils(faults, 'throttles')) throw named('ThrottlingException');
      return next(args);
    },
    { step: 'deserialize', name: 'faultsInside', priority: 'high' },
  );
  return faults;
}

/** The operations that `work` sends, sorted. */
export async function requestsOf(faults: Faults, work: () => Promise<unknown>): Promise<string[]> {
  const from = faults.sent.length;
  await work();
  return faults.sent.slice(from).sort();
}

type BatchInput = { RequestItems: Record<string, { Keys: object[] }> };

function lastKeyOnly(input: BatchInput): { last: BatchInput; left: BatchInput['RequestItems'] } | undefined {
  const [entry] = Object.entries(input.RequestItems);
  if (!entry || entry[1].Keys.length < 2) return undefined;
  const [table, request] = entry;
  return {
    last: { RequestItems: { [table]: { ...request, Keys: request.Keys.slice(-1) } } },
    left: { [table]: { ...request, Keys: request.Keys.slice(0, -1) } },
  };
}

function spoils(faults: Faults, kind: 'conflicts' | 'throttles' | 'lostAnswers' | 'performedButRefused' | 'unprocessed'): boolean {
  if (faults[kind] === 0) return false;
  faults[kind]--;
  return true;
}

function operationOf(context: { commandName?: string }): string {
  return (context.commandName ?? '').replace(/Command$/, '');
}

function conflict(input: object): Error {
  const { TransactItems = [] } = input as { TransactItems?: unknown[] };
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: TransactItems.map((_, i) => ({ Code: i === 0 ? 'TransactionConflict' : 'None' })),
  });
}

function named(name: string): Error {
  return Object.assign(new Error(`injected ${name}`), { name, $metadata: {} });
}
