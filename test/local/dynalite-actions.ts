import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import updateItem from 'dynalite/actions/updateItem.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import validations from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import scanRules from 'dynalite/validations/scan.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import type { DynaliteStore } from './dynalite-store.ts';

export const actions = {
  BatchGetItem: { run: batchGetItem, rules: batchGetItemRules },
  BatchWriteItem: { run: batchWriteItem, rules: batchWriteItemRules },
  DeleteItem: { run: deleteItem, rules: deleteItemRules },
  DescribeTable: { run: describeTable, rules: describeTableRules },
  GetItem: { run: getItem, rules: getItemRules },
  PutItem: { run: putItem, rules: putItemRules },
  Query: { run: query, rules: queryRules },
  Scan: { run: scan, rules: scanRules },
  UpdateItem: { run: updateItem, rules: updateItemRules },
} as const;
export type ActionName = keyof typeof actions;

/** A request of DynamoDB that failed: the error's shape is dynalite's own, which is AWS's on the wire. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  constructor(body: Readonly<Record<string, unknown>>, status = 400, options?: ErrorOptions) {
    super(String(body['message'] ?? body['__type']), options);
    this.status = status;
    this.body = body;
  }
}

/** Parses and checks a request as DynamoDB does. @throws RequestFailed */
export function validated(store: DynaliteStore, name: ActionName, input: object): Record<string, unknown> {
  const { types, custom } = actions[name].rules;
  try {
    const data = validations.checkTypes(input, types);
    validations.checkValidations(data, types, custom, store);
    return data;
  } catch (error) {
    throw failed(error);
  }
}

/** Runs a checked request against the store; a write is collected in the store's step. @throws RequestFailed */
export function run(store: DynaliteStore, name: ActionName, data: object): Record<string, unknown> {
  let outcome: { error: Error | null; answer: Record<string, unknown> | undefined } | undefined;
  actions[name].run(store, data, (error, answer) => {
    outcome ??= { error, answer };
  });
  store.drain();
  if (!outcome) throw new Error(`${name} has not called back`);
  if (outcome.error) throw failed(outcome.error);
  return outcome.answer ?? {};
}

function failed(error: unknown): unknown {
  if (error instanceof Error && 'body' in error && 'statusCode' in error) {
    return new RequestFailed(error.body as Record<string, unknown>, error.statusCode as number, { cause: error });
  }
  return error;
}
