import { afterEach, describe, expect, it } from 'vitest';
import { DirectoryBusy } from '../../../shared/directory/dynamodb-table.ts';
import { requestsOf } from './faults.ts';
import { aConnection, aContext, adding, createGroup, createUser, membersOf, removing, someUserIds, type World } from './world.ts';

export function faultsContract(opened: () => World): void {
  describe('faults of the table', () => {
    afterEach(() => Object.assign(opened().faults, { conflicts: 0, throttles: 0, lostAnswers: 0, performedButRefused: 0, unprocessed: 0 }));

    it('does not create twice, and answers the created user, when the answer is lost after the commit', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.lostAnswers = 1;
      const requests = await requestsOf(world.faults, () => createUser(world, connection, { userName: 'once' }));
      expect(requests).toEqual(['TransactWriteItems', 'TransactWriteItems']);
      expect(world.faults.lostAnswers).toBe(0);
      expect(await world.directory.users.listing.count(connection)).toBe(1);
    });

    it('does not fail its own conditions when the answer to an update or delete is lost', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'a' });
      world.faults.lostAnswers = 1;
      const { resource } = await world.directory.users.update(aContext(connection), user, { userName: 'b' });
      expect(resource.revision).toBe(2);
      world.faults.lostAnswers = 1;
      await world.directory.users.delete(aContext(connection), resource);
      expect(world.faults.lostAnswers).toBe(0);
      expect(await world.directory.users.listing.count(connection)).toBe(0);
    });

    it('still asks with the same token when the SDK has given up after a lost answer', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.performedButRefused = 1;
      await createUser(world, connection, { userName: 'once' });
      expect(world.faults.performedButRefused).toBe(0);
      expect(await world.directory.users.listing.count(connection)).toBe(1);
    });

    it('adds and removes members once when answers are lost', async () => {
      const world = opened();
      const connection = aConnection();
      const members = someUserIds(60);
      world.faults.lostAnswers = 1;
      const group = await createGroup(world, connection, 'G', members);
      world.faults.lostAnswers = 1;
      await world.directory.groups.update(aContext(connection), group, group.attributes, removing(members.slice(0, 1)));
      expect(await membersOf(world, connection, group.id)).toEqual(members.slice(1).sort());
      expect(await world.directory.groups.read(connection, group.id)).toMatchObject({ revision: 2 });
    });

    it('tries a transaction in conflict again', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.conflicts = 2;
      await createUser(world, connection, { userName: 'patient' });
      expect(world.faults.conflicts).toBe(0);
      expect(await world.directory.users.listing.count(connection)).toBe(1);
    });

    it('says that it is busy when the conflict stays, and has written nothing', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.conflicts = 9;
      await expect(createGroup(world, connection, 'G', someUserIds(3))).rejects.toBeInstanceOf(DirectoryBusy);
      expect(world.faults.conflicts).toBe(0);
      expect(await world.itemsOf(connection)).toEqual([]);
    });

    it('gets through when it is throttled', async () => {
      const world = opened();
      const connection = aConnection();
      world.faults.throttles = 1;
      const group = await createGroup(world, connection, 'G', someUserIds(2));
      world.faults.throttles = 1;
      expect(await membersOf(world, connection, group.id)).toHaveLength(2);
      expect(world.faults.throttles).toBe(0);
    });

    it('asks again for the keys that a batch hands back', async () => {
      const world = opened();
      const connection = aConnection();
      const members = someUserIds(20);
      const group = await createGroup(world, connection, 'G', members);
      world.faults.unprocessed = 2;
      const answer = await world.directory.groups.update(aContext(connection), group, group.attributes, adding(members));
      expect(world.faults.unprocessed).toBe(0);
      expect(answer.changed).toBe(false);
    });
  });
}
