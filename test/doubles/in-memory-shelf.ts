import { type Listing, type Lookup, NameTaken, type Place, RevisionConflict, type Stored } from '../../shared/directory/directory.ts';
import { foldCase } from '../../shared/scim/attributes/fold-case.ts';
import { SortedMap } from '../local/sorted-map.ts';

/** As in the table: a bookmark is of use for half an hour. */
const BOOKMARK_MS = 30 * 60_000;
const WALKED_AT_ONCE = 100;

interface Bookmark {
  readonly after: string;
  readonly until: number;
}

/** The live resources of one type in one connection, in order of creation and by their keys. */
export class Shelf<R extends Stored<string>> {
  readonly #nameAttribute: 'userName' | 'displayName';
  readonly #live = new Map<string, R>();
  readonly #inOrder = new SortedMap<R>();
  readonly #names = new Map<string, string>();
  /** By `externalId:…` and `email:…`, which are not unique. */
  readonly #others = new Map<string, Set<string>>();
  readonly #bookmarks = new Map<number, Bookmark>();

  constructor(nameAttribute: 'userName' | 'displayName') {
    this.#nameAttribute = nameAttribute;
  }

  get size(): number {
    return this.#live.size;
  }

  get(id: string): R | undefined {
    return this.#live.get(id);
  }

  has(id: string): boolean {
    return this.#live.has(id);
  }

  /** The resource that `read` is a copy of. @throws RevisionConflict if it is at another revision, or gone */
  expect(read: R): R {
    const current = this.#live.get(read.id);
    if (current?.revision !== read.revision) throw new RevisionConflict('the resource has changed since it was read');
    return current;
  }

  /** Puts a new resource on the shelf, or the next revision of one. @throws NameTaken, with nothing changed */
  put(resource: R): void {
    const { id } = resource;
    const name = this.#nameOf(resource);
    const owner = this.#names.get(name);
    if (owner !== undefined && owner !== id) throw new NameTaken(this.#nameAttribute);
    const before = this.#live.get(id);
    if (before) this.#forgetKeys(before);
    this.#names.set(name, id);
    for (const key of otherKeysOf(resource)) this.#others.set(key, (this.#others.get(key) ?? new Set()).add(id));
    this.#live.set(id, resource);
    this.#inOrder.set(placeOf(resource), resource);
  }

  take(resource: R): void {
    this.#forgetKeys(resource);
    this.#live.delete(resource.id);
    this.#inOrder.delete(placeOf(resource));
  }

  page(startIndex: number, count: number, now: Date): R[] {
    if (count <= 0) return [];
    const bookmark = this.#bookmarks.get(startIndex);
    const isUsable = bookmark !== undefined && now.getTime() < bookmark.until;
    const page: R[] = [];
    let skip = isUsable ? 0 : startIndex - 1;
    for (const resource of this.#inOrder.range(isUsable ? { gt: bookmark.after } : {})) {
      if (skip-- > 0) continue;
      page.push(resource);
      if (page.length < count) continue;
      this.#bookmarks.set(startIndex + count, { after: placeOf(resource), until: now.getTime() + BOOKMARK_MS });
      break;
    }
    return page;
  }

  /** Some at a time: the shelf may change while the caller looks at what it got. */
  *all(after?: Place): Generator<R> {
    let from = after && placeOf(after);
    for (;;) {
      const some: R[] = [];
      for (const resource of this.#inOrder.range(from === undefined ? {} : { gt: from })) {
        if (some.push(resource) === WALKED_AT_ONCE) break;
      }
      for (const resource of some) if (this.#live.has(resource.id)) yield resource;
      const last = some.at(-1);
      if (some.length < WALKED_AT_ONCE || !last) return;
      from = placeOf(last);
    }
  }

  /** In order of creation. @throws TypeError for what is no key of the resource type */
  find(by: Exclude<Lookup['by'], 'all' | 'member'>, value: string): R[] {
    if (by === 'id') return this.#those([value]);
    if (by === this.#nameAttribute) return this.#those([this.#names.get(foldCase(value)) ?? '']);
    if (by === 'externalId') return this.#those(this.#others.get(`externalId:${value}`) ?? []);
    if (by === 'email' && this.#nameAttribute === 'userName') return this.#those(this.#others.get(`email:${foldCase(value)}`) ?? []);
    throw new TypeError(`nothing here is looked up by ${by}`);
  }

  #those(ids: Iterable<string>): R[] {
    return inOrder([...ids].flatMap((id) => this.#live.get(id) ?? []));
  }

  #nameOf({ attributes }: R): string {
    return foldCase(String(attributes[this.#nameAttribute]));
  }

  #forgetKeys(resource: R): void {
    this.#names.delete(this.#nameOf(resource));
    for (const key of otherKeysOf(resource)) {
      const ids = this.#others.get(key);
      ids?.delete(resource.id);
      if (ids?.size === 0) this.#others.delete(key);
    }
  }
}

export function inOrder<R extends Place>(resources: readonly R[]): R[] {
  return [...resources].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** The port's view of a shelf that each connection has one of; `lookUp` answers what needs more than the shelf. */
export function inMemoryListing<R extends Stored<string>>(
  shelfOf: (connection: Parameters<Listing<R>['count']>[0]) => Shelf<R>,
  memberOf: (connection: Parameters<Listing<R>['count']>[0], user: string) => readonly R[],
): Listing<R> {
  return {
    count: async (connection) => shelfOf(connection).size,
    page: async (connection, startIndex, count, now) => shelfOf(connection).page(startIndex, count, now),
    async *find(connection, lookup, after) {
      if (lookup.by === 'all') return yield* shelfOf(connection).all(after);
      const { by, value } = lookup;
      const found = by === 'member' ? memberOf(connection, value) : shelfOf(connection).find(by, value);
      yield* after ? found.filter((resource) => placeOf(resource) > placeOf(after)) : found;
    },
  };
}

function placeOf({ created, id }: Place): string {
  return `${created}#${id}`;
}

function otherKeysOf({ attributes }: Stored<string>): string[] {
  const { externalId, emails } = attributes;
  const keys = typeof externalId === 'string' && externalId !== '' ? [`externalId:${externalId}`] : [];
  for (const email of Array.isArray(emails) ? emails : []) {
    const value: unknown = email?.value;
    if (typeof value === 'string' && value !== '') keys.push(`email:${foldCase(value)}`);
  }
  return keys;
}
