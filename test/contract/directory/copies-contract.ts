import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { Stored, StoredUser } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { aConnection, aContext, adding, collect, membersOf, type PortWorld } from './world.ts';

const LATER = new Date('2026-11-22T10:00:00.000Z');

/** What every directory does, the double too: a move copies users and groups to another connection (decision 26). */
export function copiesContract(opened: () => PortWorld): void {
  const copying = (connection: Connection, original: Stored<string>) => ({
    ...aContext(connection, LATER),
    newId: original.id,
    original,
  });
  const anOriginal = (more: Partial<Stored<UserId>> = {}): StoredUser => ({
    id: randomUUID() as UserId,
    revision: 7,
    created: '2024-03-01T00:00:00.000Z',
    lastModified: '2025-03-01T00:00:00.000Z',
    attributes: { userName: 'jane', active: true },
    ...more,
  });

  describe('a copy of a user', () => {
    it('has the id, the revision and the times of its original, and its place in the order of creation', async () => {
      const { users } = opened().directory;
      const connection = aConnection();
      await users.create(aContext(connection, LATER), { userName: 'made here' });
      const original = anOriginal();
      const { resource } = await users.create(copying(connection, original), original.attributes);
      expect(resource).toEqual(original);
      expect(await users.read(connection, original.id)).toEqual(original);
      const listed = await collect(users.listing.find(connection, { by: 'all' }));
      expect(listed.map(({ attributes }) => attributes['userName'])).toEqual(['jane', 'made here']);
    });

    it('goes on to the original’s revision, also where nothing else differs, and never back', async () => {
      const { users } = opened().directory;
      const connection = aConnection();
      const original = anOriginal();
      await users.create(copying(connection, original), original.attributes);
      const change = async (revision: number, attributes = original.attributes) => {
        const read = (await users.read(connection, original.id)) as StoredUser;
        const { changed } = await users.update(copying(connection, { ...original, revision }), read, attributes);
        return { changed, revision: (await users.read(connection, original.id))?.revision };
      };
      expect(await change(12)).toEqual({ changed: true, revision: 12 });
      expect(await change(12)).toEqual({ changed: false, revision: 12 });
      expect(await change(3)).toEqual({ changed: false, revision: 12 });
      expect(await change(3, { userName: 'jane', active: false })).toEqual({ changed: true, revision: 13 });
    });
  });

  describe('a copy of a group', () => {
    it('has the id, the revision, the times and the members of its original, and follows them', async () => {
      const { users, groups } = opened().directory;
      const connection = aConnection();
      const [jane, joe] = [anOriginal(), anOriginal({ attributes: { userName: 'joe' } })];
      for (const user of [jane, joe]) await users.create(copying(connection, user), user.attributes);
      const original = { ...anOriginal({ attributes: { displayName: 'Sales' } }), id: randomUUID() };
      const made = await groups.create(copying(connection, original), original.attributes, new Set([jane.id]));
      expect(made.resource).toMatchObject(original);
      const later = { ...original, revision: 9, lastModified: '2025-04-01T00:00:00.000Z' };
      await groups.update(copying(connection, later), made.resource, original.attributes, adding([joe.id]));
      const read = await groups.read(connection, made.resource.id);
      expect(read).toMatchObject(later);
      expect(new Set(await membersOf(opened(), connection, made.resource.id))).toEqual(new Set([jane.id, joe.id]));
      // Nothing but the revision is new.
      await groups.update(copying(connection, { ...later, revision: 11 }), read as NonNullable<typeof read>, original.attributes);
      expect(await groups.read(connection, made.resource.id)).toMatchObject({ revision: 11 });
    });
  });
}
