import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Key } from './keys.ts';

/**
 * The table, spoken to in expressions whose names start with '#' and values with ':'. `#attribute` always names that attribute,
 * so no expression needs a name map. AWS error names stop here.
 */
export interface Condition {
  readonly expression: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface Update {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** ADD: numbers count up, sets gain elements. */
  readonly add?: Readonly<Record<string, unknown>>;
  /** DELETE: sets lose elements. */
  readonly take?: Readonly<Record<string, unknown>>;
}

/** A whole item: one of the typed items, or a literal. */
export type Item = Key & (object | Readonly<Record<string, unknown>>);

export type Write =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly update: Key; readonly change: Update; readonly condition?: Condition }
  | { readonly delete: Key; readonly condition?: Condition }
  | { readonly check: Key; readonly condition: Condition };

const OPTIONS = { removeUndefinedValues: true } as const;

/** A write as DynamoDB's transaction takes it. */
export function transactItem(TableName: string, write: Write): TransactWriteItem {
  if ('put' in write) return { Put: { TableName, Item: marshall(write.put, OPTIONS), ...condition(write.condition) } };
  if ('delete' in write)
    return { Delete: { TableName, Key: marshall({ pk: write.delete.pk, sk: write.delete.sk }), ...condition(write.condition) } };
  if ('check' in write) {
    const { ConditionExpression = '', ...rest } = condition(write.condition);
    return { ConditionCheck: { TableName, Key: marshall({ pk: write.check.pk, sk: write.check.sk }), ConditionExpression, ...rest } };
  }
  const { set = {}, remove = [], add = {}, take = {} } = write.change;
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ...write.condition?.values };
  const clause = (verb: string, entries: readonly [string, unknown][], joint: string): string => {
    const parts = entries.map(([name, value]) => {
      names[`#${name}`] = name;
      values[`:_${name}`] = value;
      return `#${name}${joint}:_${name}`;
    });
    return parts.length > 0 ? `${verb} ${parts.join(', ')}` : '';
  };
  const defined = Object.entries(set).filter(([, value]) => value !== undefined);
  for (const name of remove) names[`#${name}`] = name;
  const UpdateExpression = [
    clause('SET', defined, ' = '),
    remove.length > 0 ? `REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '',
    clause('ADD', Object.entries(add), ' '),
    clause('DELETE', Object.entries(take), ' '),
  ]
    .filter((text) => text !== '')
    .join(' ');
  return {
    Update: {
      TableName,
      Key: marshall({ pk: write.update.pk, sk: write.update.sk }),
      UpdateExpression,
      ...(write.condition && { ConditionExpression: write.condition.expression }),
      ExpressionAttributeNames: { ...names, ...namesOf(write.condition?.expression) },
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values, OPTIONS) }),
    },
  };
}

function namesOf(expression = ''): Record<string, string> {
  return Object.fromEntries((expression.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]));
}

function condition(given?: Condition): {
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  if (!given) return {};
  const names = namesOf(given.expression);
  return {
    ConditionExpression: given.expression,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(given.values && { ExpressionAttributeValues: marshall(given.values, OPTIONS) }),
  };
}

export function projection(attributes?: readonly string[]): {
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
} {
  if (!attributes) return {};
  return {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
}
