import { Stream } from 'node:stream';
import db from 'dynalite/db/index.js';
import type { Item, ItemJournal } from './item-journal.ts';
import { type Range, SortedMap } from './sorted-map.ts';
import type { tableInput } from './table-input.ts';

export type TableDescription = ReturnType<typeof tableInput> & { readonly TableStatus: 'ACTIVE'; readonly CreationDateTime: number };

type Callback<T = void> = (error: Error | null, value?: T) => void;
type Release = (callback: unknown) => unknown;
interface StreamRange extends Range {
  readonly limit?: number;
}

/**
 * The storage that dynalite's actions are given in place of LevelDB: one table in memory. It calls back at once, so an action has
 * run to its end when its call returns: every request is serialisable without a lock.
 *
 * Writes are collected in a step and take effect together, after the journal has them; indexes follow from the items, in the same
 * moment, or later when `indexLagMs` says so (DynamoDB's indexes lag, dynalite's don't).
 */
export class DynaliteStore {
  /** What dynalite's own validations read. */
  readonly options = { maxItemSize: 409_600 };
  readonly table: TableDescription;
  indexLagMs = 0;
  readonly #journal: Pick<ItemJournal, 'append'> | undefined;
  readonly #items = new SortedMap<Item>();
  readonly #indexes = new Map<string, SortedMap<Item>>();
  readonly #lagging: { readonly due: number; apply(): void }[] = [];
  #step = new Map<string, { readonly key: Item; readonly image: Item | undefined }>();
  #streams: ValueStream[] = [];

  constructor(table: TableDescription, items: Iterable<Item>, journal?: Pick<ItemJournal, 'append'>) {
    this.table = table;
    this.#journal = journal;
    for (const index of table.GlobalSecondaryIndexes) this.#indexes.set(index.IndexName, new SortedMap());
    for (const item of items) this.#put(db.createKey(item, table), item);
  }

  /** dynalite's: the table, or its error for an unknown one. */
  getTable(name: string, ...rest: readonly [Callback<TableDescription>] | readonly [boolean, Callback<TableDescription>]): void {
    const callback = rest[rest.length - 1] as Callback<TableDescription>;
    if (name === this.table.TableName) callback(null, this.table);
    else callback(resourceNotFound(name));
  }

  /** dynalite's: the items. */
  getItemDb() {
    return {
      lock: (_key: string, work: (release: Release) => void) => work((callback) => callback),
      get: (key: string, callback: Callback<Item | undefined>) => callback(null, this.#items.get(key)),
      put: (key: string, image: Item, callback: Callback) => {
        this.#step.set(key, { key: this.#keyOf(image), image });
        callback(null);
      },
      del: (key: string, callback: Callback) => {
        const existing = this.#items.get(key);
        if (existing) this.#step.set(key, { key: this.#keyOf(existing), image: undefined });
        callback(null);
      },
      createValueStream: (range: StreamRange) => this.#stream(this.#items, range),
    };
  }

  /** dynalite's: an index. What its actions write there is dropped: commit derives the indexes from the items. */
  getIndexDb(_type: string, _table: string, name: string) {
    return {
      put: (_key: string, _item: Item, callback: Callback) => callback(null),
      del: (_key: string, callback: Callback) => callback(null),
      createValueStream: (range: StreamRange) => this.#stream(this.#indexes.get(name) as SortedMap<Item>, range),
    };
  }

  read(key: Item): Item | undefined {
    return this.#items.get(db.createKey(key, this.table));
  }

  /** The images of the step so far. */
  collected(): (Item | undefined)[] {
    return [...this.#step.values()].map(({ image }) => image);
  }

  /** Runs the streams that an action has just opened. */
  drain(): void {
    const streams = this.#streams;
    this.#streams = [];
    for (const stream of streams) stream.run();
  }

  /** Makes the step durable, then visible. */
  commit(): void {
    if (this.#step.size === 0) return;
    const step = [...this.#step];
    this.#step = new Map();
    this.#journal?.append({
      put: step.flatMap(([, { image }]) => (image ? [image] : [])),
      deleted: step.flatMap(([, { key, image }]) => (image ? [] : [key])),
    });
    for (const [key, { image }] of step) this.#put(key, image);
  }

  /** Forgets the step. */
  rollback(): void {
    this.#step = new Map();
  }

  /** Every item and, per index, every entry: for checks that they agree. */
  contents(): { readonly items: readonly Item[]; readonly indexes: ReadonlyMap<string, readonly Item[]> } {
    return {
      items: [...this.#items.range()],
      indexes: new Map([...this.#indexes].map(([name, entries]) => [name, [...entries.range()]])),
    };
  }

  #put(key: string, image: Item | undefined): void {
    const { puts, deletes } = db.getIndexActions(this.table.GlobalSecondaryIndexes, this.#items.get(key), image, this.table);
    if (image) this.#items.set(key, image);
    else this.#items.delete(key);
    const apply = (): void => {
      for (const gone of deletes) this.#indexes.get(gone.index)?.delete(gone.key);
      for (const entry of puts) this.#indexes.get(entry.index)?.set(entry.key, withoutAbsent(entry.item));
    };
    if (this.indexLagMs > 0 || this.#lagging.length > 0) this.#lagging.push({ due: Date.now() + this.indexLagMs, apply });
    else apply();
  }

  #stream(values: SortedMap<Item>, range: StreamRange): ValueStream {
    while (this.#lagging[0] && this.#lagging[0].due <= Date.now()) this.#lagging.shift()?.apply();
    const stream = new ValueStream(values, range);
    this.#streams.push(stream);
    return stream;
  }

  #keyOf(item: Item): Item {
    return Object.fromEntries(this.table.KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName] as Item[string]]));
  }
}

/** What dynalite's queries read from: an old-style stream whose values come when `run` is called, until it is destroyed. */
class ValueStream extends Stream {
  readonly #values: SortedMap<Item>;
  readonly #range: StreamRange;
  #destroyed = false;
  constructor(values: SortedMap<Item>, range: StreamRange) {
    super();
    this.#values = values;
    this.#range = range;
  }

  run(): void {
    let left = this.#range.limit ?? -1;
    for (const value of this.#values.range(this.#range)) {
      if (this.#destroyed || left-- === 0) break;
      this.emit('data', value);
    }
    this.emit('end');
  }

  destroy(): void {
    this.#destroyed = true;
  }
}

/** A projection names attributes that the item may not have. */
function withoutAbsent(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

function resourceNotFound(name: string): Error {
  const __type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
  return Object.assign(new Error(`no table ${name}`), { statusCode: 400, body: { __type, message: 'Requested resource not found' } });
}
