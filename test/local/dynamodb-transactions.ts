import { createHash } from 'node:crypto';
import db from 'dynalite/db/index.js';
import { type ActionName, RequestFailed, run, validated } from './dynalite-actions.ts';
import type { DynaliteStore } from './dynalite-store.ts';
import type { Item } from './item-journal.ts';

type Input = Record<string, unknown>;
interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

interface Operation {
  readonly check: boolean;
  readonly action: ActionName;
  readonly data: Input;
  readonly key: Item;
  readonly returnsItem: boolean;
}

const MAX_ITEMS = 100;
const MAX_BYTES = 4 * 1024 * 1024;
const TOKEN_LIFE_MS = 10 * 60_000;

/**
 * TransactWriteItems and TransactGetItems, which dynalite lacks, on dynalite's own parsers and actions.
 * Limits and errors are those of AWS's API reference: 100 items, 4 MB, no item twice, CancellationReasons in the order of the
 * request, and a ClientRequestToken that makes a repeat within ten minutes succeed without writing.
 */
export class DynamoDbTransactions {
  readonly #store: DynaliteStore;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly digest: string; readonly until: number }>();
  constructor(store: DynaliteStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Writes all or nothing. @throws RequestFailed: what the store has collected is then to be rolled back */
  write(input: Input): Input {
    const items = itemsOf(input);
    const token = input['ClientRequestToken'];
    const digest = createHash('sha256').update(JSON.stringify(items)).digest('hex');
    if (typeof token === 'string') {
      const known = this.#tokens.get(token);
      if (known && known.until > this.#now()) {
        if (known.digest !== digest)
          throw new RequestFailed({ __type: `${V2012}#IdempotentParameterMismatchException`, message: 'another request' });
        return {};
      }
    }
    const operations = items.map((item) => this.#parse(item));
    this.#refuseDuplicates(operations.map(({ key }) => key));
    const reasons = operations.map((operation): Reason => this.#perform(operation));
    if (reasons.some(({ Code }) => Code !== 'None')) throw canceled(reasons);
    const bytes = this.#store.collected().reduce((sum, image) => sum + (image ? db.itemSize(image) : 0), 0);
    if (bytes > MAX_BYTES) throw invalid('Transaction request size has exceeded the maximum of 4194304 bytes');
    this.#store.commit();
    if (typeof token === 'string') this.#remember(token, digest);
    return {};
  }

  read(input: Input): Input {
    const requests = itemsOf(input).map((item) => {
      const data = validated(this.#store, 'GetItem', (item['Get'] ?? {}) as object);
      return { data, key: data['Key'] as Item };
    });
    this.#refuseDuplicates(requests.map(({ key }) => key));
    return { Responses: requests.map(({ data }) => run(this.#store, 'GetItem', data)) };
  }

  #parse(item: Input): Operation {
    const kinds = Object.keys(item).filter((kind) => item[kind] != null);
    const kind = kinds[0];
    const action = kinds.length === 1 ? ACTIONS[kind as keyof typeof ACTIONS] : undefined;
    if (!action) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    const request = item[kind as string] as Input;
    if (kind === 'ConditionCheck' && typeof request['ConditionExpression'] !== 'string')
      throw invalid('a ConditionCheck needs a ConditionExpression');
    const returnsItem = request['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
    const data = validated(this.#store, action, request);
    const key = (data['Key'] ?? data['Item']) as Item;
    return { check: kind === 'ConditionCheck', action, data, key, returnsItem };
  }

  #perform({ check, action, data, key, returnsItem }: Operation): Reason {
    try {
      if (check) {
        const wrong = db.validateKey(key, this.#store.table) ?? db.checkConditional(data, this.#store.read(key));
        if (wrong) throw new RequestFailed(wrong.body);
      } else run(this.#store, action, data);
      return { Code: 'None' };
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      const existing = returnsItem ? this.#store.read(key) : undefined;
      if (isConditionFailure(error)) {
        return { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...(existing && { Item: existing }) };
      }
      if (String(error.body['__type']).endsWith('ValidationException')) return { Code: 'ValidationError', Message: error.message };
      throw error;
    }
  }

  #refuseDuplicates(all: readonly Item[]): void {
    const keys = all.map((item) => JSON.stringify(this.#store.table.KeySchema.map(({ AttributeName }) => item[AttributeName])));
    if (new Set(keys).size < keys.length) throw invalid('Transaction request cannot include multiple operations on one item');
  }

  #remember(token: string, digest: string): void {
    const now = this.#now();
    for (const [old, { until }] of this.#tokens) {
      if (until > now) break;
      this.#tokens.delete(old);
    }
    this.#tokens.delete(token);
    this.#tokens.set(token, { digest, until: now + TOKEN_LIFE_MS });
  }
}

const ACTIONS = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'DeleteItem' } as const satisfies Record<
  string,
  ActionName
>;
const V2012 = 'com.amazonaws.dynamodb.v20120810';

export function isConditionFailure(error: RequestFailed): boolean {
  return String(error.body['__type']).endsWith('#ConditionalCheckFailedException');
}

export function canceled(reasons: readonly Reason[]): RequestFailed {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new RequestFailed({ __type: `${V2012}#TransactionCanceledException`, message, Message: message, CancellationReasons: reasons });
}

function itemsOf(input: Input): Input[] {
  const items = input['TransactItems'];
  if (!Array.isArray(items) || items.length === 0)
    throw invalid('1 validation error detected: transactItems must have length greater than or equal to 1');
  if (items.length > MAX_ITEMS)
    throw invalid(`1 validation error detected: transactItems must have length less than or equal to ${MAX_ITEMS}`);
  return items;
}

function invalid(message: string): RequestFailed {
  return new RequestFailed({ __type: 'com.amazon.coral.validate#ValidationException', message });
}
