import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { messageGroupOf } from '../../../shared/changes/change.ts';
import { NameTaken, RevisionConflict } from '../../../shared/directory/directory.ts';
import { keys } from '../../../shared/directory/keys.ts';
import {
  aConnection,
  aContext,
  adding,
  createGroup,
  createUser,
  membersOf,
  type PortWorld,
  removing,
  replacing,
  someUserIds,
  type World,
} from './world.ts';

/** What every directory does, the double too. */
export function groupsContract(opened: () => PortWorld): void {
  describe('create group (RFC 7644 §3.3)', () => {
    it('gives the group the id that was made for it before: other operations of a Bulk request have named it (§3.7.2)', async () => {
      const world = opened();
      const connection = aConnection();
      const newId = randomUUID();
      const { resource } = await world.directory.groups.create({ ...aContext(connection), newId }, { displayName: 'All' }, new Set());
      expect(resource.id).toBe(newId);
      expect(await world.directory.groups.read(connection, resource.id)).toEqual(resource);
    });
  });

  describe('update group, a small change of members (DELIVERY §3.1)', () => {
    it('changes name and members in one transaction, or neither', async () => {
      const world = opened();
      const connection = aConnection();
      await createGroup(world, connection, 'Taken');
      const [a, b] = someUserIds(2) as [never, never];
      const group = await createGroup(world, connection, 'Old', [a]);
      const rename = (displayName: string) => world.directory.groups.update(aContext(connection), group, { displayName }, adding([b]));
      await expect(rename('taken')).rejects.toBeInstanceOf(NameTaken);
      expect(await world.directory.groups.readWithMembers(connection, group.id)).toMatchObject({ group, members: [a] });
      const { resource } = await rename('New');
      expect(await world.directory.groups.readWithMembers(connection, group.id)).toEqual({
        group: expect.anything(),
        members: [a, b].sort(),
      });
      expect(resource).toMatchObject({ revision: 2, attributes: { displayName: 'New' } });
      await createGroup(world, connection, 'old');
    });

    it('writes 48 members beside a new name and externalId, although a transaction has no room for all of it', async () => {
      const world = opened();
      const connection = aConnection();
      const { resource: group } = await world.directory.groups.create(
        aContext(connection),
        { displayName: 'A', externalId: '1' },
        new Set(),
      );
      const members = someUserIds(48);
      const attributes = { displayName: 'B', externalId: '2' };
      await world.directory.groups.update(aContext(connection), group, attributes, adding(members));
      expect(await membersOf(world, connection, group.id)).toEqual([...members].sort());
    });

    it('refuses a revision that is not the present one', async () => {
      const world = opened();
      const connection = aConnection();
      const group = await createGroup(world, connection, 'G');
      const add = () => world.directory.groups.update(aContext(connection), group, group.attributes, adding(someUserIds(1)));
      await add();
      await expect(add()).rejects.toBeInstanceOf(RevisionConflict);
    });
  });

  describe('update group, a replace of its members (RFC 7644 §3.5.1)', () => {
    it('writes the difference when it is small', async () => {
      const world = opened();
      const connection = aConnection();
      const [a, b, c] = someUserIds(3) as [never, never, never];
      const group = await createGroup(world, connection, 'G', [a, b]);
      const answer = await world.directory.groups.update(aContext(connection), group, group.attributes, replacing([b, c]));
      expect(new Set(answer.members)).toEqual(new Set([a, c]));
      expect(await membersOf(world, connection, group.id)).toEqual([b, c].sort());
      const emptied = await world.directory.groups.update(aContext(connection), answer.resource, group.attributes, replacing([]));
      expect(emptied.resource.revision).toBe(3);
      expect(await membersOf(world, connection, group.id)).toEqual([]);
    });

    it('does not compare with a group that has changed since it was read', async () => {
      const world = opened();
      const connection = aConnection();
      const [a, b] = someUserIds(2) as [never, never];
      const group = await createGroup(world, connection, 'G', [a]);
      await world.directory.groups.update(aContext(connection), group, group.attributes, adding([b]));
      const stale = world.directory.groups.update(aContext(connection), group, group.attributes, replacing([a, b]));
      await expect(stale).rejects.toBeInstanceOf(RevisionConflict);
    });
  });
}

/** What only a table has: items, requests, faults. */
export function groupsInTableContract(opened: () => World): void {
  describe('create group (RFC 7644 §3.3)', () => {
    it('has its members at once, in one transaction up to 48', async () => {
      const world = opened();
      const connection = aConnection();
      const members = someUserIds(48);
      const from = world.faults.sent.length;
      const answer = await world.directory.groups.create(aContext(connection), { displayName: 'All', externalId: 'x' }, new Set(members));
      expect(world.faults.sent.slice(from)).toEqual(['TransactWriteItems']);
      expect(new Set(answer.members)).toEqual(new Set(members));
      expect(await membersOf(world, connection, answer.resource.id)).toEqual([...members].sort());
      expect(await world.directory.groups.read(connection, answer.resource.id)).toEqual(answer.resource);
      expect(await world.directory.groups.listing.count(connection)).toBe(1);
    });

    it('marks the group and each membership, and points from the user to the group', async () => {
      const world = opened();
      const connection = aConnection();
      const [user] = someUserIds(1);
      if (!user) throw new Error('one user');
      const { resource, messageGroup } = await world.directory.groups.create(aContext(connection), { displayName: 'Été' }, new Set([user]));
      expect(messageGroup).toBe(messageGroupOf(connection.target.id, 'group', 'été'));
      expect(await world.table.get(keys.group(connection.id, resource.id))).toMatchObject({
        marker: 'pending',
        messageGroup,
        hasMembers: true,
      });
      expect(await world.table.get(keys.member(connection.id, resource.id, user))).toMatchObject({
        type: 'member',
        wanted: 'present',
        revision: 1,
        marker: 'pending',
        messageGroup,
        groupId: resource.id,
        userId: user,
        pendingSk: expect.stringMatching(/^1#/),
        listSk: `1#${user}`,
      });
      expect(await world.table.get(keys.memberOf(connection.id, user, resource.id))).toBeDefined();
    });

    it('refuses a displayName that differs only in case, and writes no member of it', async () => {
      const world = opened();
      const connection = aConnection();
      await createGroup(world, connection, 'Tour Guides');
      const before = await world.itemsOf(connection);
      await expect(createGroup(world, connection, 'tour GUIDES', someUserIds(3))).rejects.toEqual(new NameTaken('displayName'));
      await expect(createGroup(world, connection, 'tour GUIDES', someUserIds(300))).rejects.toEqual(new NameTaken('displayName'));
      expect(await world.itemsOf(connection)).toEqual(before);
    });
  });

  describe('update group, a small change of members (DELIVERY §3.1)', () => {
    it('adds and removes, raises the revision once and leaves the group itself unmarked', async () => {
      const world = opened();
      const connection = aConnection();
      const [a, b, c] = someUserIds(3) as [never, never, never];
      const group = await createGroup(world, connection, 'G', [a, b]);
      const header = keys.group(connection.id, group.id);
      await world.table.update(header, { remove: ['marker', 'pendingPk', 'pendingSk'] });
      const change = { replaces: false, add: new Set([c]), remove: new Set([a]) };
      const answer = await world.directory.groups.update(aContext(connection), group, group.attributes, change);
      expect(answer).toMatchObject({ changed: true, members: [a, c], resource: { revision: 2 } });
      expect(await membersOf(world, connection, group.id)).toEqual([b, c].sort());
      expect(await world.table.get(keys.member(connection.id, group.id, a))).toMatchObject({
        wanted: 'absent',
        revision: 2,
        marker: 'pending',
        pendingSk: expect.stringMatching(/^0#/),
        listSk: `0#${a}`,
      });
      expect(await world.table.get(header)).not.toHaveProperty('marker');
    });

    it('turns a waiting membership into a pending one when the word changes', async () => {
      const world = opened();
      const connection = aConnection();
      const [user] = someUserIds(1) as [never];
      const group = await createGroup(world, connection, 'G', [user]);
      const key = keys.member(connection.id, group.id, user);
      await world.table.update(key, { set: { marker: 'waiting' }, remove: ['pendingPk', 'pendingSk'] });
      await world.directory.groups.update(aContext(connection), group, group.attributes, removing([user]));
      expect(await world.table.get(key)).toMatchObject({ marker: 'pending', wanted: 'absent', pendingPk: expect.any(String) });
    });

    it('drops the members whose word already says so, and writes nothing when none is left', async () => {
      const world = opened();
      const connection = aConnection();
      const [a, b, c] = someUserIds(3) as [never, never, never];
      const group = await createGroup(world, connection, 'G', [a]);
      const update = (change: ReturnType<typeof adding>) =>
        world.directory.groups.update(aContext(connection), group, group.attributes, change);
      const before = await world.itemsOf(connection);
      for (const change of [adding([a]), removing([b]), adding([]), replacing([a])]) {
        expect(await update(change)).toMatchObject({ changed: false, resource: { revision: 1 } });
      }
      expect(await world.itemsOf(connection)).toEqual(before);
      expect((await update({ replaces: false, add: new Set([a, b]), remove: new Set([c]) })).members).toEqual([b]);
    });

    it('tries a parked group again', async () => {
      const world = opened();
      const connection = aConnection();
      const created = await createGroup(world, connection, 'G');
      const key = keys.group(connection.id, created.id);
      await world.table.update(key, { set: { parkedCode: 'protected', parkedAt: 'then' }, remove: ['marker', 'pendingPk', 'pendingSk'] });
      const group = await world.directory.groups.read(connection, created.id);
      if (!group) throw new Error('gone');
      await world.directory.groups.update(aContext(connection), group, group.attributes, adding(someUserIds(1)));
      const item = await world.table.get(key);
      expect(item).toMatchObject({ marker: 'pending' });
      expect(item).not.toHaveProperty('parkedAt');
    });
  });

  describe('delete group (RFC 7644 §3.6)', () => {
    it('is gone for the client at once, its name is free, and its members stay for the worker', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const group = await createGroup(world, connection, 'G', [user.id]);
      await world.directory.groups.delete(aContext(connection), group);
      expect(await world.directory.groups.read(connection, group.id)).toBeUndefined();
      expect(await membersOf(world, connection, group.id)).toBeUndefined();
      expect(await world.directory.groups.listing.count(connection)).toBe(0);
      expect(await world.table.get(keys.group(connection.id, group.id))).toMatchObject({
        state: 'tombstone',
        revision: 2,
        layers: [],
        marker: 'pending',
        pendingSk: expect.stringMatching(/^0#/),
      });
      expect(await world.table.get(keys.member(connection.id, group.id, user.id))).toBeDefined();
      expect(await world.directory.groups.update(aContext(connection), group, { displayName: 'H' }).catch((error) => error)).toBeInstanceOf(
        RevisionConflict,
      );
      await createGroup(world, connection, 'G');
    });
  });
}
