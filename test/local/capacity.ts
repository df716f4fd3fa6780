import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../shared/directory/table-definition.ts';

/** An item in DynamoDB's own JSON. */
export type Item = Record<string, AttributeValue>;

/**
 * What DynamoDB charges for a request, by the rules of its developer guide ("Item sizes and formats", "Read/write capacity mode",
 * "Data synchronization between tables and global secondary indexes"): computed from the items, since no local engine counts
 * index writes and transactions. One unit is one request unit of a table on demand.
 */
const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** "An item size is the sum of the lengths of its attribute names and values." In bytes of UTF-8. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** Units for reading so many bytes of one item, or of all the items that one query passes: at least one for a consistent read. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) / (consistent ? 1 : 2);
}

/**
 * Units for one write: the larger of the item before and after it, and what the indexes follow with. "Two underlying writes":
 * a transaction costs double, taken here for the indexes too, which is the upper bound of what AWS charges.
 */
export function writeUnits(before: Item | undefined, after: Item | undefined, transactional: boolean): number {
  const own = unitsOf(Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0));
  const inIndexes = tableDefinition.indexes.reduce((sum, index) => sum + indexUnits(index, before, after), 0);
  return (own + inIndexes) * (transactional ? 2 : 1);
}

/**
 * Nothing if the entry stays as it is; one write if it comes, goes or changes; two if its key changes: "one to delete the previous
 * item from the index and another write to put the new item into the index".
 */
function indexUnits(index: TableIndex, before: Item | undefined, after: Item | undefined): number {
  const [old, next] = [entryOf(index, before), entryOf(index, after)];
  if (!old || !next) return (old ? unitsOf(itemBytes(old)) : 0) + (next ? unitsOf(itemBytes(next)) : 0);
  if (isEqual(old, next)) return 0;
  const isMoved = [index.pk, index.sk].some((name) => old[name]?.S !== next[name]?.S);
  return isMoved ? unitsOf(itemBytes(old)) + unitsOf(itemBytes(next)) : unitsOf(Math.max(itemBytes(old), itemBytes(next)));
}

type TableIndex = (typeof tableDefinition.indexes)[number];

/** What an index holds of an item: its own key, the table's key and the projected attributes; undefined without its key. */
function entryOf(index: TableIndex, item: Item | undefined): Item | undefined {
  if (!item?.[index.pk] || !item[index.sk]) return undefined;
  const projected = 'attributes' in index ? index.attributes : [];
  const names = [tableDefinition.partitionKey, tableDefinition.sortKey, index.pk, index.sk, ...projected];
  return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}

function isEqual(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

/** Each element of a list or map costs a byte more, the list or map itself three. */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, number) => sum + numberBytes(number), 0);
  if (value.BS !== undefined) return value.BS.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  return 1;
}

/** "Approximately … 1 byte per two significant digits + 1 byte." */
function numberBytes(digits: string): number {
  const significant = digits
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(significant.length / 2) + 1 + (digits.startsWith('-') ? 1 : 0);
}
