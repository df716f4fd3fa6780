import { BatchGetItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../shared/directory/table-definition.ts';
import { type Item, itemBytes, readUnits, writeUnits } from './capacity.ts';

/** One request to DynamoDB and what it cost. */
export interface MeasuredRequest {
  /** `TransactWriteItems`. */
  readonly action: string;
  /** Items written, or items read (those found). */
  readonly items: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Bytes of the items read, or of the items as written (before and after, the larger). */
  readonly bytes: number;
}

export interface Measure {
  /** What was answered without an error since the start or the last reset, in order. */
  requests(): readonly MeasuredRequest[];
  reset(): void;
}

interface Input {
  readonly TableName: string;
  readonly Key: Item;
  readonly Item: Item;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly RequestItems: Record<string, Input & { readonly Keys: Item[] }>;
  readonly TransactItems: Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', Input | undefined>[];
}
/** As many keys as one request takes. */
const BATCH_GET = 100;

type Cost = Omit<MeasuredRequest, 'action'>;

/**
 * Measures at the client, on any engine: what an adapter sends, outside the SDK's retries. The items are looked at before and
 * after each write, and read whole where the request asks for a part of them; these looks are not counted.
 * Writes of one item that overlap in time would see each other's: measure one operation at a time.
 */
export function measure(client: DynamoDBClient): Measure {
  const measured: MeasuredRequest[] = [];
  const looks = new WeakSet<object>();
  const look = <C extends { readonly input: object }>(command: C): C => {
    looks.add(command.input);
    return command;
  };

  /** The items of these keys as they are now, in their order. */
  async function imagesOf(TableName: string, keys: readonly Item[]): Promise<(Item | undefined)[]> {
    const wanted = new Map(keys.map((key) => [textOf(key), key]));
    const found = new Map<string, Item>();
    const all = [...wanted.values()];
    while (all.length > 0) {
      const RequestItems = { [TableName]: { Keys: all.splice(0, BATCH_GET), ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await client.send(look(new BatchGetItemCommand({ RequestItems })));
      for (const item of Responses?.[TableName] ?? []) found.set(textOf(keyOf(item)), item);
      all.push(...(UnprocessedKeys?.[TableName]?.Keys ?? []));
    }
    return keys.map((key) => found.get(textOf(key)));
  }

  async function costOfWrites(writes: readonly Input[], transactional: boolean, perform: () => Promise<unknown>): Promise<Cost> {
    const [{ TableName } = { TableName: '' }] = writes;
    const keys = writes.map(({ Key, Item }) => Key ?? keyOf(Item));
    const before = await imagesOf(TableName, keys);
    await perform();
    const after = await imagesOf(TableName, keys);
    const larger = (i: number) => Math.max(...[before[i], after[i]].map((image) => (image ? itemBytes(image) : 0)));
    return {
      items: writes.length,
      readUnits: 0,
      writeUnits: writes.reduce((sum, _, i) => sum + writeUnits(before[i], after[i], transactional), 0),
      bytes: writes.reduce((sum, _, i) => sum + larger(i), 0),
    };
  }

  /** One charge for each item asked for, found or not. */
  async function costOfKeys(
    TableName: string,
    { ConsistentRead = false }: Pick<Input, 'ConsistentRead'>,
    keys: readonly Item[],
  ): Promise<Cost> {
    const images = await imagesOf(TableName, keys);
    const sizes = images.map((image) => (image ? itemBytes(image) : 0));
    return {
      items: images.filter((image) => image !== undefined).length,
      readUnits: sizes.reduce((sum, bytes) => sum + readUnits(bytes, ConsistentRead), 0),
      writeUnits: 0,
      bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    };
  }

  /** One charge for all that the query passes, whatever part of it is returned. */
  async function costOfQuery(input: Input): Promise<Cost> {
    const { ProjectionExpression: _, ...whole } = input as Input & { ExpressionAttributeNames: Record<string, string> };
    // The adapter names projected attributes `#name_`: DynamoDB refuses names that no expression uses.
    const names = Object.entries(whole.ExpressionAttributeNames).filter(([name]) => !name.endsWith('_'));
    const command = new QueryCommand({ ...whole, ExpressionAttributeNames: Object.fromEntries(names) });
    const { Items = [] } = await client.send(look(command));
    const bytes = Items.reduce((sum, item) => sum + itemBytes(item), 0);
    return { items: Items.length, readUnits: readUnits(bytes, input.ConsistentRead ?? false), writeUnits: 0, bytes };
  }

  async function costOf(action: string, input: Input, perform: () => Promise<unknown>): Promise<Cost> {
    switch (action) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return costOfWrites([input], false, perform);
      case 'TransactWriteItems': {
        const writes = input.TransactItems.flatMap(
          ({ Put, Update, Delete, ConditionCheck }) => Put ?? Update ?? Delete ?? ConditionCheck ?? [],
        );
        return costOfWrites(writes, true, perform);
      }
      case 'GetItem':
        await perform();
        return costOfKeys(input.TableName, input, [input.Key]);
      case 'BatchGetItem': {
        await perform();
        const [[table, wanted] = ['', undefined]] = Object.entries(input.RequestItems);
        return costOfKeys(table, wanted ?? {}, wanted?.Keys ?? []);
      }
      case 'Query':
        await perform();
        return costOfQuery(input);
      default:
        throw new Error(`${action} is not measured: teach it here`);
    }
  }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (looks.has(args.input)) return next(args);
      const action = String(context['commandName']).replace(/Command$/, '');
      let result: Awaited<ReturnType<typeof next>> | undefined;
      const cost = await costOf(action, args.input as Input, async () => {
        result = await next(args);
      });
      measured.push({ action, ...cost });
      if (!result) throw new Error('not performed');
      return result;
    },
    { step: 'initialize', name: 'measure' },
  );
  return {
    requests: () => [...measured],
    reset: () => {
      measured.length = 0;
    },
  };
}

function keyOf(item: Item): Item {
  const { partitionKey, sortKey } = tableDefinition;
  return Object.fromEntries([partitionKey, sortKey].flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}

function textOf(key: Item): string {
  const { partitionKey, sortKey } = tableDefinition;
  return JSON.stringify([key[partitionKey]?.S, key[sortKey]?.S]);
}
