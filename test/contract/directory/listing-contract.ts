import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { Place, StoredGroup, StoredUser } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { requestsOf } from './faults.ts';
import { aConnection, aContext, adding, collect, createGroup, createUser, type PortWorld, type World } from './world.ts';

/** What every directory does, the double too. */
export function listingContract(opened: () => PortWorld): void {
  describe('pages (RFC 7644 §3.4.2.4)', () => {
    it('walks all resources in order of creation, each once, whatever the size of a page', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const ids = (await usersInOrder(opened(), connection, 23)).map(({ id }) => id);
      for (const size of [1, 7, 23, 100]) {
        const walked: string[] = [];
        for (let startIndex = 1; startIndex <= ids.length; startIndex += size) {
          walked.push(...(await directory.users.listing.page(connection, startIndex, size, new Date())).map(({ id }) => id));
        }
        expect(walked).toEqual(ids);
      }
    });

    it('starts anywhere without having walked there, and is empty past the end and for no count', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const ids = (await usersInOrder(opened(), connection, 9)).map(({ id }) => id);
      const page = async (startIndex: number, count: number, now = new Date()) =>
        (await directory.users.listing.page(connection, startIndex, count, now)).map(({ id }) => id);
      expect(await page(6, 2)).toEqual(ids.slice(5, 7));
      expect(await page(4, 100)).toEqual(ids.slice(3));
      expect(await page(9, 5)).toEqual(ids.slice(8));
      expect(await page(10, 5)).toEqual([]);
      expect(await page(1_000, 5)).toEqual([]);
      expect(await page(1, 0)).toEqual([]);
    });

    it('neither repeats nor skips when resources of earlier pages are deleted during the walk', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 12);
      const walked: string[] = [];
      for (let startIndex = 1; startIndex <= 12; startIndex += 4) {
        const page = await directory.users.listing.page(connection, startIndex, 4, new Date());
        walked.push(...page.map(({ id }) => id));
        const [first] = page;
        if (first) await directory.users.delete(aContext(connection), first);
      }
      expect(walked).toEqual(users.map(({ id }) => id));
    });

    it('does not use a bookmark that has expired', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 6);
      await directory.users.listing.page(connection, 1, 3, new Date());
      for (const user of users.slice(0, 2)) await directory.users.delete(aContext(connection), user);
      const later = new Date(Date.now() + 31 * 60_000);
      const page = await directory.users.listing.page(connection, 4, 3, later);
      expect(page.map(({ id }) => id)).toEqual(users.slice(5).map(({ id }) => id));
    });
  });

  describe('look-ups (invariant 7)', () => {
    it('find all who share an externalId or an e-mail, in order of creation; externalId is exact', async () => {
      const world = opened();
      const connection = aConnection();
      const start = Date.now();
      const shared = { externalId: 'Shared', emails: [{ value: 'team@example.com' }] };
      const made: StoredUser[] = [];
      for (const i of [0, 1, 2]) made.push(await createUser(world, connection, { ...shared, userName: `u${i}` }, new Date(start + i)));
      const find = (by: 'externalId' | 'email', value: string) => collect(world.directory.users.listing.find(connection, { by, value }));
      expect(await find('externalId', 'Shared')).toEqual(made);
      expect(await find('externalId', 'shared')).toEqual([]);
      expect(await find('email', 'Team@example.com')).toEqual(made);
    });

    it('give nothing for a malformed id', async () => {
      const { directory } = opened();
      const connection = aConnection();
      for (const value of ['', 'USER', '../x', 'a'.repeat(4_000)]) {
        expect(await collect(directory.users.listing.find(connection, { by: 'id', value }))).toEqual([]);
        expect(await collect(directory.groups.listing.find(connection, { by: 'member', value }))).toEqual([]);
      }
    });

    it('walk all resources beyond one page of the index', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 130);
      const all = await collect(directory.users.listing.find(connection, { by: 'all' }));
      expect(all.map(({ id }) => id)).toEqual(users.map(({ id }) => id));
    });

    it('name the groups of a member in order of creation', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const names = ['c', 'a', 'b'];
      for (const [i, displayName] of names.entries()) {
        const context = aContext(connection, new Date(Date.now() + i));
        const { resource } = await world.directory.groups.create(context, { displayName }, new Set());
        await world.directory.groups.update(context, resource, resource.attributes, adding([user.id]));
      }
      const found = await collect(world.directory.groups.listing.find(connection, { by: 'member', value: user.id }));
      expect(found.map(({ attributes }) => attributes['displayName'])).toEqual(names);
    });
  });
  describe('walks from a place on (RFC 9865)', () => {
    it('take up where another walk stopped, each resource once, whatever is read at once', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const ids = (await usersInOrder(opened(), connection, 23)).map(({ id }) => id);
      for (const atATime of [undefined, 1, 6, 100]) {
        const walked: string[] = [];
        let place: StoredUser | undefined;
        do {
          const page = await take(directory.users.listing.find(connection, { by: 'all' }, place, atATime), 5);
          walked.push(...page.map(({ id }) => id));
          place = page.at(-1);
        } while (place);
        expect(walked).toEqual(ids);
      }
    });

    it('neither skip nor repeat when resources are deleted, the one at the place itself too, and created', async () => {
      const world = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 9);
      const find = (after?: Place) => take(world.directory.users.listing.find(connection, { by: 'all' }, after), 3);
      const first = await find();
      for (const user of [users[0], users[2], users[3]]) if (user) await world.directory.users.delete(aContext(connection), user);
      const added = await createUser(world, connection, { userName: 'new' });
      const second = await find(first.at(-1));
      const third = await find(second.at(-1));
      const last = await find(third.at(-1));
      expect([...first, ...second, ...third, ...last].map(({ id }) => id)).toEqual(
        [...users.slice(0, 3), ...users.slice(4), added].map(({ id }) => id),
      );
    });

    it('take resources of one moment in the order of their ids', async () => {
      const world = opened();
      const connection = aConnection();
      const moment = new Date();
      const made = await Promise.all([1, 2, 3, 4, 5].map((i) => createUser(world, connection, { userName: `u${i}` }, moment)));
      const walked: StoredUser[] = [];
      for (let i = 0; i < 5; i++)
        walked.push(...(await take(world.directory.users.listing.find(connection, { by: 'all' }, walked.at(-1), 1), 1)));
      expect(walked.map(({ id }) => id)).toEqual(made.map(({ id }) => id).sort());
    });

    it('of what a key finds as well', async () => {
      const world = opened();
      const connection = aConnection();
      const start = Date.now();
      const shared = { externalId: 'e', emails: [{ value: 'team@example.com' }] };
      const users: StoredUser[] = [];
      for (const i of [0, 1, 2]) users.push(await createUser(world, connection, { ...shared, userName: `u${i}` }, new Date(start + i)));
      const groups: StoredGroup[] = [];
      for (const i of [0, 1, 2]) {
        const context = aContext(connection, new Date(start + i));
        groups.push((await world.directory.groups.create(context, { displayName: `g${i}` }, new Set([users[0]?.id as UserId]))).resource);
      }
      const { listing } = world.directory.users;
      for (const [by, value] of [
        ['externalId', 'e'],
        ['email', 'team@example.com'],
      ] as const) {
        expect(await collect(listing.find(connection, { by, value }, users[0]))).toEqual(users.slice(1));
        expect(await collect(listing.find(connection, { by, value }, users[2]))).toEqual([]);
      }
      expect(await collect(listing.find(connection, { by: 'userName', value: 'u1' }, users[0]))).toEqual([users[1]]);
      expect(await collect(listing.find(connection, { by: 'userName', value: 'u1' }, users[1]))).toEqual([]);
      const found = await collect(
        world.directory.groups.listing.find(connection, { by: 'member', value: String(users[0]?.id) }, groups[0]),
      );
      expect(found.map(({ id }) => id)).toEqual(groups.slice(1).map(({ id }) => id));
    });
  });
}

/** What only a table has: items, requests, faults. */
export function listingInTableContract(opened: () => World): void {
  describe('count', () => {
    it('is exact after creating and deleting, in one request', async () => {
      const world = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 12);
      for (const user of users.slice(0, 5)) await world.directory.users.delete(aContext(connection), user);
      await createGroup(world, connection, 'G');
      expect(await world.directory.users.listing.count(connection)).toBe(7);
      expect(await world.directory.groups.listing.count(connection)).toBe(1);
      expect(await requestsOf(world.faults, () => world.directory.users.listing.count(connection))).toEqual(['BatchGetItem']);
    });
  });

  describe('pages (RFC 7644 §3.4.2.4)', () => {
    it('costs the same for every page of a walk', async () => {
      const world = opened();
      const connection = aConnection();
      await usersInOrder(opened(), connection, 30);
      const costs: string[][] = [];
      for (let startIndex = 1; startIndex <= 30; startIndex += 5) {
        costs.push(await requestsOf(world.faults, () => world.directory.users.listing.page(connection, startIndex, 5, new Date())));
      }
      const [first, ...others] = costs;
      expect(first).toEqual(['BatchGetItem', 'PutItem', 'Query']);
      for (const other of others) expect(other).toEqual(['BatchGetItem', 'PutItem', 'Query', 'Query']);
    });

    it('hides who is deleted although the index still lists them, and fills the page', async () => {
      const world = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 8);
      world.faults.indexFrozen = true;
      try {
        const page = async () => (await world.directory.users.listing.page(connection, 1, 3, new Date())).map(({ id }) => id);
        expect(await page()).toEqual(users.slice(0, 3).map(({ id }) => id));
        const [, second] = users;
        if (second) await world.directory.users.delete(aContext(connection), second);
        expect(await page()).toEqual([users[0], users[2], users[3]].map((user) => user?.id));
      } finally {
        world.faults.indexFrozen = false;
      }
    });
  });

  describe('look-ups (invariant 7)', () => {
    it('find what was just written although the index does not have it yet', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.newestUnindexed = true;
      try {
        const user = await createUser(world, connection, { userName: 'New', externalId: 'e1', emails: [{ value: 'New@example.com' }] });
        const { resource: group } = await world.directory.groups.create(
          aContext(connection),
          { displayName: 'Group', externalId: 'e1' },
          new Set([user.id]),
        );
        const users = world.directory.users.listing;
        expect(await collect(users.find(connection, { by: 'all' }))).toEqual([]);
        for (const [by, value] of [
          ['id', user.id],
          ['userName', 'nEW'],
          ['externalId', 'e1'],
          ['email', 'new@EXAMPLE.com'],
        ] as const) {
          expect(await collect(users.find(connection, { by, value }))).toEqual([user]);
        }
        for (const [by, value] of [
          ['id', group.id],
          ['displayName', 'gROUP'],
          ['externalId', 'e1'],
          ['member', user.id],
        ] as const) {
          expect((await collect(world.directory.groups.listing.find(connection, { by, value }))).map(({ id }) => id)).toEqual([group.id]);
        }
        expect(await users.count(connection)).toBe(1);
      } finally {
        world.faults.newestUnindexed = false;
      }
    });
  });
  describe('walks from a place on (RFC 9865)', () => {
    it('cost the same from any place, and read no more than was asked for', async () => {
      const world = opened();
      const connection = aConnection();
      const users = await usersInOrder(opened(), connection, 60);
      for (const after of [undefined, users[4], users[40]]) {
        const walk = () => take(world.directory.users.listing.find(connection, { by: 'all' }, after, 6), 6);
        expect(await requestsOf(world.faults, walk)).toEqual(['BatchGetItem', 'Query']);
      }
    });
  });
}

/** The first of a walk; what comes after is not asked for. */
async function take<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

/** Users made one after the other, a millisecond apart. */
async function usersInOrder(world: PortWorld, connection: Connection, count: number): Promise<StoredUser[]> {
  const start = Date.now() - 60_000;
  return Promise.all(Array.from({ length: count }, (_, i) => createUser(world, connection, { userName: `user${i}` }, new Date(start + i))));
}
