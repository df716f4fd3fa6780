import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { atOnce } from './at-once.ts';
import { type Condition, type Item, projection, transactItem, type Update, type Write } from './dynamodb-expression.ts';
import type { Key } from './keys.ts';

/** Thrown when a condition of a write does not hold: nothing was written. `failed` are the positions in the list of writes. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  readonly failed: readonly number[];
  constructor(failed: readonly number[], options?: ErrorOptions) {
    super(`condition ${failed.join(', ')} of the transaction does not hold`, options);
    this.failed = failed;
  }
}

/** Thrown when the table did not take a request after all retries (throttled, in conflict): nothing was written. */
export class DirectoryBusy extends Error {
  override readonly name = 'DirectoryBusy';
}

export interface QueryOptions {
  readonly pk: string;
  readonly index?: { readonly name: string; readonly pk: string; readonly sk: string };
  readonly beginsWith?: string;
  readonly between?: readonly [string, string];
  readonly after?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly backwards?: boolean;
  readonly attributes?: readonly string[];
  /** Base table queries are strongly consistent unless this is false; an index never is. */
  readonly consistent?: boolean;
}

export interface QueryPage<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent on the last. */
  readonly next?: Readonly<Record<string, string>>;
}

/** A transaction in conflict with another is tried again this often, with jitter (about 2 s in all), before DirectoryBusy. */
const CONFLICT_RETRIES = 8;
const BATCH_GET = 100;
/** Requests of one batch under way together: well below the sockets of the SDK's client, 50. */
const REQUESTS_AT_ONCE = 12;

/** The one table, by the requests that adapters make of it. AWS’s error names end here, at the two errors above. */
export class DynamoDbTable {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #pause: (attempt: number) => Promise<void>;
  /** `client` is this table's own from here on. `pause` waits before the attempt of that number, from 1. */
  constructor(client: DynamoDBClient, name: string, pause: (attempt: number) => Promise<void> = pauseWithJitter) {
    this.#client = client;
    // Without a logger, too, the SDK copies the input and output of each request for one: half the CPU time of a batch.
    client.middlewareStack.remove('loggerMiddleware');
    this.#name = name;
    this.#pause = pause;
  }

  /** One item, strongly consistent; undefined where there is none. */
  async get<T>(key: Key, attributes?: readonly string[]): Promise<T | undefined> {
    const { Item } = await this.#send(() =>
      this.#client.send(
        new GetItemCommand({
          TableName: this.#name,
          Key: marshall({ pk: key.pk, sk: key.sk }),
          ConsistentRead: true,
          ...projection(attributes),
        }),
      ),
    );
    return Item === undefined ? undefined : (unmarshall(Item) as T);
  }

  /** Many items, strongly consistent, in no order; those that don't exist are left out. Unprocessed keys are asked again. */
  async batchGet<T>(wanted: readonly Key[], attributes?: readonly string[]): Promise<T[]> {
    const batches = Array.from({ length: Math.ceil(wanted.length / BATCH_GET) }, (_, i) =>
      wanted.slice(i * BATCH_GET, (i + 1) * BATCH_GET),
    );
    return (await atOnce(REQUESTS_AT_ONCE, batches, (batch) => this.#getBatch<T>(batch, attributes))).flat();
  }

  async #getBatch<T>(batch: readonly Key[], attributes?: readonly string[]): Promise<T[]> {
    const found: T[] = [];
    let pending: Record<string, AttributeValue>[] = batch.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt > CONFLICT_RETRIES) throw new DirectoryBusy('items stayed unprocessed');
      if (attempt > 0) await this.#pause(attempt);
      const request = { Keys: pending, ConsistentRead: true, ...projection(attributes) };
      const answer = await this.#send(() => this.#client.send(new BatchGetItemCommand({ RequestItems: { [this.#name]: request } })));
      for (const item of answer.Responses?.[this.#name] ?? []) found.push(unmarshall(item) as T);
      pending = answer.UnprocessedKeys?.[this.#name]?.Keys ?? [];
    }
    return found;
  }

  /** One page of a query. */
  async query<T>(options: QueryOptions): Promise<QueryPage<T>> {
    const { pk, sk } = options.index ?? { pk: 'pk', sk: 'sk' };
    const sort =
      options.beginsWith !== undefined ? ' AND begins_with(#sk, :from)' : options.between ? ' AND #sk BETWEEN :from AND :to' : '';
    const from = options.beginsWith ?? options.between?.[0];
    const answer = await this.#send(() =>
      this.#client.send(
        new QueryCommand({
          TableName: this.#name,
          ...(options.index ? { IndexName: options.index.name } : { ConsistentRead: options.consistent ?? true }),
          KeyConditionExpression: `#pk = :pk${sort}`,
          ExpressionAttributeNames: {
            '#pk': pk,
            ...(sort !== '' && { '#sk': sk }),
            ...(options.attributes && Object.fromEntries(options.attributes.map((name) => [`#${name}_`, name]))),
          },
          ...(options.attributes && { ProjectionExpression: options.attributes.map((name) => `#${name}_`).join(', ') }),
          ExpressionAttributeValues: marshall({
            ':pk': options.pk,
            ...(from !== undefined && { ':from': from }),
            ...(options.between && { ':to': options.between[1] }),
          }),
          ...(options.after && { ExclusiveStartKey: marshall(options.after) }),
          ...(options.limit !== undefined && { Limit: options.limit }),
          ScanIndexForward: !(options.backwards ?? false),
        }),
      ),
    );
    return {
      items: (answer.Items ?? []).map((item) => unmarshall(item) as T),
      ...(answer.LastEvaluatedKey && { next: unmarshall(answer.LastEvaluatedKey) as Record<string, string> }),
    };
  }

  /** All items of a query, page by page. */
  async *queryAll<T>(options: QueryOptions): AsyncGenerator<T> {
    let after = options.after;
    do {
      const page: QueryPage<T> = await this.query<T>(after ? { ...options, after } : options);
      yield* page.items;
      after = page.next;
    } while (after);
  }

  /**
   * Writes all or nothing (at most 100 writes, 4 MB). A repeat after a lost answer carries the same idempotency token, so it does
   * not write twice and does not fail its own conditions; only a transaction that was cancelled is sent again under a new one.
   * @throws ConditionFailed, DirectoryBusy
   */
  async transact(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    const items = writes.map((write) => transactItem(this.#name, write));
    let token = randomUUID();
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#client.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken: token }));
        return;
      } catch (error) {
        if (error instanceof TransactionCanceledException) {
          token = randomUUID();
          const reasons = error.CancellationReasons ?? [];
          const failed = reasons.flatMap((reason, i) => (reason.Code === 'ConditionalCheckFailed' ? [i] : []));
          if (failed.length > 0) throw new ConditionFailed(failed, { cause: error });
          const passing = reasons.some((reason) => reason.Code !== undefined && PASSING.has(reason.Code));
          if (!passing) throw error;
        } else if (!(error instanceof TransactionInProgressException) && !isThrottle(error)) throw error;
        if (attempt >= CONFLICT_RETRIES) throw new DirectoryBusy('the transaction stayed in conflict', { cause: error });
        await this.#pause(attempt + 1);
      }
    }
  }

  /** One unconditional or self-healing update outside a transaction (bookmarks, last used). @throws ConditionFailed, DirectoryBusy */
  async update(key: Key, change: Update, condition?: Condition): Promise<void> {
    await this.updateReturning(key, change, condition);
  }

  /** The same, and the item as it is afterwards. @throws ConditionFailed, DirectoryBusy */
  async updateReturning<T>(key: Key, change: Update, condition?: Condition): Promise<T> {
    const { Update: update } = transactItem(this.#name, { update: key, change, ...(condition && { condition }) });
    if (!update) throw new Error('not an update');
    try {
      const { Attributes } = await this.#send(() => this.#client.send(new UpdateItemCommand({ ...update, ReturnValues: 'ALL_NEW' })));
      return unmarshall(Attributes ?? {}) as T;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new ConditionFailed([0], { cause: error });
      throw error;
    }
  }

  /** One unconditional put: of items that nobody reads until a transaction refers to them, or that are only a cache. @throws DirectoryBusy */
  async put(item: Item): Promise<void> {
    const Item = marshall(item, { removeUndefinedValues: true });
    await this.#send(() => this.#client.send(new PutItemCommand({ TableName: this.#name, Item })));
  }

  /** Many unconditional puts, several at once; one that is refused for the rate of its partition is tried again. @throws DirectoryBusy */
  async putAll(items: readonly Item[]): Promise<void> {
    await atOnce(REQUESTS_AT_ONCE, items, async (item) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.put(item);
        } catch (error) {
          if (!(error instanceof DirectoryBusy) || attempt > CONFLICT_RETRIES) throw error;
          await this.#pause(attempt);
        }
      }
    });
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isThrottle(error)) throw new DirectoryBusy('the table is throttled', { cause: error });
      throw error;
    }
  }
}

const PASSING: ReadonlySet<string> = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const THROTTLES: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TransactionConflictException',
]);

function isThrottle(error: unknown): boolean {
  return error instanceof Error && THROTTLES.has(error.name);
}

function pauseWithJitter(attempt: number): Promise<void> {
  const limit = Math.min(25 * 2 ** attempt, 1_000);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * limit));
}
