import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { messageGroupOf } from '../../../shared/changes/change.ts';
import { NameTaken, RevisionConflict } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { keys } from '../../../shared/directory/keys.ts';
import {
  aConnection,
  aContext,
  collect,
  createGroup,
  createUser,
  groupsOf,
  membersOf,
  type PortWorld,
  removing,
  someUserIds,
  type World,
} from './world.ts';

const BARBARA = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'bjensen@example.com',
  externalId: '701984',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  nickName: null,
  emails: [{ value: 'bjensen@example.com', type: 'work' }, { value: 'BJensen@example.com' }, { value: 'babs@jensen.org', type: 'home' }],
};

/** What every directory does, the double too. */
export function usersContract(opened: () => PortWorld): void {
  describe('create user (RFC 7644 §3.3)', () => {
    it('keeps the attributes as they were given and is read back at once', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const { resource, changed } = await directory.users.create(aContext(connection), BARBARA);
      expect(changed).toBe(true);
      expect(await directory.users.read(connection, resource.id)).toEqual(resource);
      expect(resource).toMatchObject({ revision: 1, attributes: BARBARA });
    });

    it('gives the user the id that was made for it before: other operations of a Bulk request have named it (§3.7.2)', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const newId = randomUUID();
      const { resource } = await directory.users.create({ ...aContext(connection), newId }, BARBARA);
      expect(resource.id).toBe(newId);
      expect(await directory.users.read(connection, newId as UserId)).toEqual(resource);
    });

    it('keeps connections apart: the same userName is free in another, and its users are not seen', async () => {
      const world = opened();
      const [one, other] = [aConnection(), aConnection()];
      const user = await createUser(world, one, { userName: 'same' });
      await createUser(world, other, { userName: 'same' });
      expect(await world.directory.users.read(other, user.id)).toBeUndefined();
      expect(await world.directory.users.existing(other, [user.id])).toEqual(new Set());
    });

    it('takes a userName longer than a key', async () => {
      const world = opened();
      const connection = aConnection();
      const userName = 'ü'.repeat(3_000);
      const { id } = await createUser(world, connection, { userName });
      const found = await collect(world.directory.users.listing.find(connection, { by: 'userName', value: userName.toUpperCase() }));
      expect(found.map((user) => user.id)).toEqual([id]);
    });
  });

  describe('update user (RFC 7644 §3.5.1)', () => {
    it('writes nothing for equal attributes in another order', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const { resource } = await directory.users.create(aContext(connection), BARBARA);
      const reordered = Object.fromEntries(Object.entries(BARBARA).reverse());
      const answer = await directory.users.update(aContext(connection), resource, reordered);
      expect(answer).toMatchObject({ changed: false, resource });
      expect(await directory.users.read(connection, resource.id)).toEqual(resource);
    });

    it('tells null from absent', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const { resource } = await directory.users.create(aContext(connection), { userName: 'n', nickName: null });
      expect(await directory.users.update(aContext(connection), resource, { userName: 'n' })).toMatchObject({ changed: true });
    });

    it('keeps its claim when only the case of userName changes', async () => {
      const world = opened();
      const connection = aConnection();
      const read = await createUser(world, connection, { userName: 'bjensen' });
      await world.directory.users.update(aContext(connection), read, { userName: 'BJensen' });
      await expect(createUser(world, connection, { userName: 'bjensen' })).rejects.toBeInstanceOf(NameTaken);
    });

    it('refuses a userName of another user and a revision that is not the present one; the revision speaks first', async () => {
      const world = opened();
      const connection = aConnection();
      await createUser(world, connection, { userName: 'taken' });
      const read = await createUser(world, connection, { userName: 'mine' });
      const update = (userName: string) => world.directory.users.update(aContext(connection), read, { userName });
      await expect(update('Taken')).rejects.toBeInstanceOf(NameTaken);
      await update('mine2');
      await expect(update('mine3')).rejects.toBeInstanceOf(RevisionConflict);
      await expect(update('taken')).rejects.toBeInstanceOf(RevisionConflict);
    });

    it('exchanges forty e-mails for forty others in its one transaction', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const emails = (domain: string) => Array.from({ length: 40 }, (_, i) => ({ value: `${i}@${domain}` }));
      const attributes = { userName: 'many', externalId: '1', emails: emails('one.example') };
      const { resource } = await directory.users.create(aContext(connection), attributes);
      await directory.users.update(aContext(connection), resource, { userName: 'all', externalId: '2', emails: emails('two.example') });
      const find = (value: string) => collect(directory.users.listing.find(connection, { by: 'email', value }));
      expect(await find('39@one.example')).toEqual([]);
      expect(await find('39@two.example')).toHaveLength(1);
    });
  });

  describe('delete user (RFC 7644 §3.6)', () => {
    it('refuses a second delete and an update of what was deleted', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const { resource } = await directory.users.create(aContext(connection), { userName: 'once' });
      await directory.users.delete(aContext(connection), resource);
      await expect(directory.users.delete(aContext(connection), resource)).rejects.toBeInstanceOf(RevisionConflict);
      await expect(directory.users.delete(aContext(connection), { ...resource, revision: 2 })).rejects.toBeInstanceOf(RevisionConflict);
      await expect(directory.users.update(aContext(connection), resource, { userName: 'x' })).rejects.toBeInstanceOf(RevisionConflict);
      expect(await directory.users.listing.count(connection)).toBe(0);
    });

    it('hides the memberships of a deleted user from both sides at once', async () => {
      const world = opened();
      const connection = aConnection();
      const [stays, leaves] = [
        await createUser(world, connection, { userName: 'a' }),
        await createUser(world, connection, { userName: 'b' }),
      ];
      const group = await createGroup(world, connection, 'Tour Guides', [stays.id, leaves.id]);
      await world.directory.users.delete(aContext(connection), leaves);
      expect(await membersOf(world, connection, group.id)).toEqual([stays.id]);
      expect(await groupsOf(world, connection, leaves.id)).toEqual([]);
    });
  });

  describe('groups of a user (RFC 7643 §4.1.2)', () => {
    it('names the groups the user is in, in order of creation', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'member' });
      const groups = [];
      for (const [i, name] of ['Zebra', 'Ape', 'Left', 'Deleted'].entries()) {
        groups.push(await createGroup(world, connection, name, [user.id], new Date(Date.now() + i)));
      }
      const [zebra, ape, left, deleted] = groups;
      if (!zebra || !ape || !left || !deleted) throw new Error('four groups');
      await world.directory.groups.update(aContext(connection), left, left.attributes, removing([user.id]));
      await world.directory.groups.delete(aContext(connection), deleted);
      expect(await groupsOf(world, connection, user.id)).toEqual([
        { id: zebra.id, displayName: 'Zebra' },
        { id: ape.id, displayName: 'Ape' },
      ]);
    });

    it('names those of many users at once, each with its own', async () => {
      const world = opened();
      const connection = aConnection();
      const users = [];
      for (let i = 0; i < 30; i++) users.push(await createUser(world, connection, { userName: `user ${i}` }));
      const ids = users.map(({ id }) => id);
      const [stranger = '' as UserId] = someUserIds(1);
      const all = await createGroup(world, connection, 'All', [...ids, stranger], new Date(Date.now()));
      const even = await createGroup(
        world,
        connection,
        'Even',
        ids.filter((_, i) => i % 2 === 0),
        new Date(Date.now() + 1),
      );
      // More than fit in a small change: in the table it is a layer, which speaks about those who have pointers, too.
      const many = await createGroup(world, connection, 'Many', [...ids.slice(0, 10), ...someUserIds(60)], new Date(Date.now() + 2));
      const [deleted, ...others] = users;
      if (!deleted) throw new Error('no user');
      await world.directory.users.delete(aContext(connection), deleted);

      const found = await world.directory.users.groupsOf(connection, [...ids, stranger, 'x#GROUP' as UserId]);
      for (const [i, { id }] of others.entries()) {
        const expected = [{ id: all.id, displayName: 'All' }];
        if (i % 2 === 1) expected.push({ id: even.id, displayName: 'Even' });
        if (i < 9) expected.push({ id: many.id, displayName: 'Many' });
        expect(found.get(id), `user ${i + 1}`).toEqual(expected);
      }
      for (const nobody of [deleted.id, stranger, 'x#GROUP' as UserId]) expect(found.get(nobody) ?? []).toEqual([]);
      expect([...(await world.directory.users.groupsOf(connection, []))]).toEqual([]);
    });

    it('knows nothing of a malformed id', async () => {
      expect(await groupsOf(opened(), aConnection(), 'x#GROUP' as UserId)).toEqual([]);
    });
  });
}

/** What only a table has: items, requests, faults. */
export function usersInTableContract(opened: () => World): void {
  describe('create user (RFC 7644 §3.3)', () => {
    it('writes the user with its marker, claim, look-ups and count', async () => {
      const world = opened();
      const connection = aConnection();
      const context = aContext(connection, new Date('2026-11-22T10:00:00.000Z'));
      const { resource, messageGroup } = await world.directory.users.create(context, BARBARA);
      const items = await world.itemsOf(connection);
      const user = items.find(({ type }) => type === 'user');
      expect(user).toMatchObject({
        marker: 'pending',
        markerSince: '2026-11-22T10:00:00.000Z',
        markerToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
        correlationId: context.correlationId,
        messageGroup,
        active: true,
        target: connection.target.id,
        pendingSk: expect.stringMatching(/^1#2026-11-22T10:02:00\.000Z#/),
      });
      expect(messageGroup).toBe(messageGroupOf(connection.target.id, 'account', 'bjensen@example.com'));
      expect(items.filter(({ id, type }) => id === resource.id && type !== 'user').map(({ pk }) => pk.slice(37))).toEqual(
        expect.arrayContaining(['USERNAME#bjensen@example.com', 'EXTERNALID#701984', 'EMAIL#bjensen@example.com', 'EMAIL#babs@jensen.org']),
      );
      expect(items).toHaveLength(6);
      expect(await world.directory.users.listing.count(connection)).toBe(1);
    });

    it('marks an inactive user as a removal, which the sweep sends first', async () => {
      const world = opened();
      const connection = aConnection();
      await createUser(world, connection, { userName: 'idle', active: false });
      expect((await world.itemsOf(connection)).find(({ type }) => type === 'user')?.['pendingSk']).toMatch(/^0#/);
    });

    it('refuses a userName that differs only in case, and writes nothing', async () => {
      const world = opened();
      const connection = aConnection();
      await createUser(world, connection, { userName: 'Straße' });
      const before = await world.itemsOf(connection);
      await expect(createUser(world, connection, { userName: 'STRAßE', externalId: 'e' })).rejects.toEqual(new NameTaken('userName'));
      expect(await world.itemsOf(connection)).toEqual(before);
    });
  });

  describe('a resource too large for the table', () => {
    it('is refused with 413, not with a failure of the table', async () => {
      const world = opened();
      const connection = aConnection();
      const photo = 'x'.repeat(400 * 1024);
      await expect(createUser(world, connection, { userName: 'p', photo })).rejects.toMatchObject({ name: 'ScimError', status: 413 });
      const user = await createUser(world, connection, { userName: 'p', photo: photo.slice(0, 290 * 1024) });
      const update = world.directory.users.update(aContext(connection), user, { userName: 'p', photo });
      await expect(update).rejects.toMatchObject({ status: 413 });
    });
  });

  describe('update user (RFC 7644 §3.5.1)', () => {
    it('raises the revision, exchanges claim and look-ups and marks again with a new token', async () => {
      const world = opened();
      const connection = aConnection();
      const read = await createUser(world, connection, BARBARA);
      const before = await world.table.get<{ markerToken: string }>(keys.user(connection.id, read.id));
      const attributes = { ...BARBARA, userName: 'babs', externalId: '2', emails: [{ value: 'babs@jensen.org' }] };
      const { resource } = await world.directory.users.update(aContext(connection), read, attributes);
      expect(resource).toMatchObject({ revision: 2, attributes });
      expect(await world.directory.users.read(connection, read.id)).toEqual(resource);
      const after = await world.table.get<{ markerToken: string }>(keys.user(connection.id, read.id));
      expect(after?.markerToken).not.toBe(before?.markerToken);
      const find = (by: 'userName' | 'externalId' | 'email', value: string) =>
        collect(world.directory.users.listing.find(connection, { by, value }));
      expect(await find('userName', 'bjensen@example.com')).toEqual([]);
      expect(await find('externalId', '701984')).toEqual([]);
      expect(await find('email', 'bjensen@example.com')).toEqual([]);
      expect(await find('userName', 'BABS')).toEqual([resource]);
      expect(await find('externalId', '2')).toEqual([resource]);
      expect(await find('email', 'Babs@jensen.org')).toEqual([resource]);
      await createUser(world, connection, { userName: 'bjensen@example.com' });
    });

    it('tries a parked user again, and leaves what the worker wrote', async () => {
      const world = opened();
      const connection = aConnection();
      const read = await createUser(world, connection, { userName: 'parked' });
      const key = keys.user(connection.id, read.id);
      await world.table.update(key, { set: { parkedCode: 'no-seat', parkedReason: 'No seat.', parkedAt: 'then', boundName: 'bound' } });
      const bound = await world.directory.users.read(connection, read.id);
      if (!bound) throw new Error('gone');
      const { messageGroup } = await world.directory.users.update(aContext(connection), bound, { userName: 'renamed' });
      expect(messageGroup).toBe(messageGroupOf(connection.target.id, 'account', 'bound'));
      const item = await world.table.get(key);
      expect(item).toMatchObject({ boundName: 'bound', marker: 'pending', messageGroup });
      for (const name of ['parkedCode', 'parkedReason', 'parkedAt']) expect(item).not.toHaveProperty(name);
    });

    it('DELIVERY §2.1: changes its own attributes only, so that what the worker bound meanwhile stays', async () => {
      const world = opened();
      const connection = aConnection();
      const read = await createUser(world, connection, BARBARA);
      const key = keys.user(connection.id, read.id);
      await world.table.update(key, { set: { boundName: 'bjensen', boundAt: '2026-11-22T10:00:00.000Z', appliedProfile: '{}' } });
      await world.directory.users.update(aContext(connection), read, { ...BARBARA, title: 'Guide' });
      expect(await world.table.get(key)).toMatchObject({
        boundName: 'bjensen',
        boundAt: '2026-11-22T10:00:00.000Z',
        appliedProfile: '{}',
        revision: 2,
      });
    });

    it('refuses more e-mail addresses than a look-up would find', async () => {
      const { directory } = opened();
      const connection = aConnection();
      const emails = Array.from({ length: 41 }, (_, i) => ({ value: `${i}@example.com` }));
      const refused = directory.users.create(aContext(connection), { userName: 'too many', emails });
      await expect(refused).rejects.toMatchObject({ scimType: 'invalidValue', status: 400 });
      expect(await directory.users.listing.count(connection)).toBe(0);
    });
  });

  describe('delete user (RFC 7644 §3.6)', () => {
    it('is gone for the client at once, its names are free, and what is left is a tombstone to apply', async () => {
      const world = opened();
      const connection = aConnection();
      const read = await createUser(world, connection, BARBARA);
      const { messageGroup } = await world.directory.users.delete(aContext(connection), read);
      expect(messageGroup).toBe(messageGroupOf(connection.target.id, 'account', 'bjensen@example.com'));
      expect(await world.directory.users.read(connection, read.id)).toBeUndefined();
      expect(await world.directory.users.existing(connection, [read.id])).toEqual(new Set());
      expect(await world.directory.users.listing.count(connection)).toBe(0);
      for (const lookup of [{ by: 'id', value: read.id }, { by: 'externalId', value: '701984' }, { by: 'all' }] as const) {
        expect(await collect(world.directory.users.listing.find(connection, lookup))).toEqual([]);
      }
      const left = await world.itemsOf(connection);
      expect(left.map(({ type }) => type).sort()).toEqual(['count', 'user', 'userTombstone']);
      const tombstone = left.find(({ type }) => type === 'user');
      expect(tombstone).toMatchObject({ state: 'tombstone', revision: 2, marker: 'pending', pendingSk: expect.stringMatching(/^0#/) });
      expect(tombstone).not.toHaveProperty('listPk');
      await createUser(world, connection, BARBARA);
    });
  });

  describe('existing users', () => {
    it('tells live users from unknown ids and from what is no id, at one request a hundred', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'there' });
      const ids = [user.id, randomUUID(), 'USER', '', user.id.toUpperCase(), user.id];
      expect(await world.directory.users.existing(connection, ids)).toEqual(new Set([user.id]));
      const from = world.faults.sent.length;
      await world.directory.users.existing(
        connection,
        Array.from({ length: 250 }, () => randomUUID()),
      );
      expect(world.faults.sent.slice(from)).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
    });
  });
}
