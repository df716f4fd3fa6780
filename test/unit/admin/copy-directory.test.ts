import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CopyCounts, copyDirectory } from '../../../functions/admin/move/copy-directory.ts';
import type { Connection } from '../../../shared/directory/connection.ts';
import { type Directory, NameTaken, type StoredGroup, type StoredUser } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { aConnection, collect } from '../../contract/directory/world.ts';
import { inMemoryDirectory } from '../../doubles/in-memory-directory.ts';

const SEEDS = 60;
const NAMES = ['ann', 'bob', 'eve', 'joe'];

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An identity provider that does anything: few names, so that they go from one to another and round in rings. */
class BusyTenant {
  readonly directory: Directory = inMemoryDirectory(randomUUID);
  readonly from: Connection = { ...aConnection(), name: 'old' };
  readonly to: Connection = { ...aConnection(), name: 'new', copyOf: this.from.id };
  readonly connections = { get: () => Promise.resolve(this.to) };
  readonly #random: () => number;
  #time = Date.parse('2026-11-22T10:00:00.000Z');
  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  async step(): Promise<void> {
    const { users, groups } = this.directory;
    const user = await this.#one(users.listing.find(this.from, { by: 'all' }));
    const group = await this.#one(groups.listing.find(this.from, { by: 'all' }));
    const name = this.#pick(NAMES) ?? '';
    const changes: (() => Promise<unknown>)[] = [
      () => users.create(this.#context(), { userName: name }),
      () => groups.create(this.#context(), { displayName: name }, new Set(user ? [user.id] : [])),
      // Often: names are to go round in rings.
      async () => user && users.update(this.#context(), user, { ...user.attributes, userName: name }),
      async () => user && users.update(this.#context(), user, { ...user.attributes, userName: name }),
      async () => group && groups.update(this.#context(), group, { displayName: name }),
      async () => user && users.update(this.#context(), user, { ...user.attributes, title: `${this.#random()}` }),
      async () => group && groups.update(this.#context(), group, { displayName: name }),
      async () => user && group && this.#change(group, user, this.#random() < 0.5),
      async () => user && this.#random() < 0.05 && users.delete(this.#context(), user),
      async () => group && this.#random() < 0.05 && groups.delete(this.#context(), group),
    ];
    await this.#pick(changes)?.().catch((error: unknown) => {
      if (!(error instanceof NameTaken)) throw error;
    });
  }

  copy(): Promise<CopyCounts> {
    const options = {
      directory: this.directory,
      connections: this.connections,
      now: () => new Date(this.#time),
      correlationId: 'the test',
      onProgress: () => {},
    };
    return copyDirectory(options, this.from, this.to);
  }

  async seen(connection: Connection): Promise<object> {
    const { users, groups } = this.directory;
    const members = async ({ id }: StoredGroup) => (await groups.readWithMembers(connection, id))?.members.sort();
    const headers = await collect(groups.listing.find(connection, { by: 'all' }));
    const read = await Promise.all(headers.map(async (group) => ({ ...group, members: await members(group) })));
    return { users: await collect(users.listing.find(connection, { by: 'all' })), groups: read };
  }

  #change(group: StoredGroup, user: StoredUser, adds: boolean): Promise<unknown> {
    const [add, remove] = [new Set<UserId>(adds ? [user.id] : []), new Set<UserId>(adds ? [] : [user.id])];
    return this.directory.groups.update(this.#context(), group, group.attributes, { replaces: false, add, remove });
  }

  #context() {
    this.#time += Math.floor(this.#random() * 2);
    return { connection: this.from, correlationId: 'the identity provider', now: new Date(this.#time) };
  }

  async #one<R>(resources: AsyncIterable<R>): Promise<R | undefined> {
    return this.#pick(await collect(resources));
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}

describe('copying a directory', () => {
  it('is done with one pass once the original is at rest, whatever that did before and during others', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const tenant = new BusyTenant(seed);
      const rounds = async () => {
        for (let i = 0; i < 40; i++) await tenant.step();
      };
      for (let round = 0; round < 4; round++) {
        await rounds();
        await Promise.all([tenant.copy(), rounds()]);
      }
      expect(await tenant.copy(), `seed ${seed}`).toMatchObject({ left: 0 });
      expect(await tenant.seen(tenant.to), `seed ${seed}`).toEqual(await tenant.seen(tenant.from));
      expect(await tenant.copy(), `seed ${seed}`).toMatchObject({ made: 0, changed: 0, deleted: 0, left: 0 });
    }
  });

  it('leaves a group to the next time whose member can’t be copied yet, rather than copying it without them', async () => {
    const tenant = new BusyTenant(1);
    const { directory, from, to } = tenant;
    const context = { connection: from, correlationId: 'the test', now: new Date('2026-11-22T10:00:00.000Z') };
    const holder = (await directory.users.create(context, { userName: 'jane' })).resource;
    await tenant.copy();
    // While groups are copied: the name has gone from one to another.
    const groups = { ...directory.groups, listing: directory.groups.listing };
    let isFirst = true;
    const list = groups.listing.find.bind(groups.listing);
    const racing: Directory = {
      ...directory,
      groups: {
        ...groups,
        listing: {
          ...groups.listing,
          async *find(...asked) {
            if (isFirst) {
              isFirst = false;
              await directory.users.update(context, holder, { userName: 'janet' });
              const { resource } = await directory.users.create(context, { userName: 'jane' });
              await directory.groups.create(context, { displayName: 'Sales' }, new Set([resource.id]));
            }
            yield* list(...asked);
          },
        },
      },
    };
    const options = {
      directory: racing,
      connections: tenant.connections,
      now: () => context.now,
      correlationId: 'the test',
      onProgress: () => {},
    };
    expect(await copyDirectory(options, from, to)).toMatchObject({ left: 1 });
    expect(await directory.groups.listing.count(to)).toBe(0);
    expect(await copyDirectory(options, from, to)).toMatchObject({ left: 0 });
    expect(await tenant.seen(to)).toEqual(await tenant.seen(from));
  });
});
