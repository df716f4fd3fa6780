import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/directory/connection.ts';
import { dynamoDbDelivery } from '../../../shared/directory/delivery/dynamodb-delivery.ts';
import { TOMBSTONE_AGE_MS } from '../../../shared/directory/delivery/tombstone-delivery.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';
import type { LayerChunkItem, UserItem } from '../../../shared/directory/items.ts';
import { keys } from '../../../shared/directory/keys.ts';
import { expandOldestLayer } from './expand-layers.ts';
import {
  aConnection,
  aContext,
  adding,
  createGroup,
  createUser,
  membersOf,
  patchMembers,
  removing,
  someUserIds,
  type World,
} from './world.ts';

/** What somebody reads of a group in several requests, while its worker finishes a layer between two of them. */
export function expansionMeanwhileContract(opened: () => World): void {
  /** Calls `work` once, before the request of this number (from 1), of those operations if one is named. */
  function meanwhile(world: World, operation: string | undefined, number: number, work: () => Promise<unknown>): void {
    let seen = 0;
    world.faults.before = async (sent) => {
      if ((operation !== undefined && sent !== operation) || ++seen !== number) return;
      world.faults.before = undefined;
      await work();
    };
  }

  afterEach(() => {
    Object.assign(opened().faults, { before: undefined, unprocessed: 0 });
  });

  describe('adding a member whom a waiting layer adds and a later change removes (DELIVERY §3.1)', () => {
    /** A user whom the group's only layer adds, and who was taken out again: an item says so, until the worker has applied it. */
    async function removedFromLayer(world: World): Promise<{ connection: Connection; id: GroupId; user: UserId }> {
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const { id } = await createGroup(world, connection, 'G', [user.id, ...someUserIds(60)]);
      await patchMembers(world.directory, connection, id, removing([user.id]));
      return { connection, id, user: user.id };
    }

    /** As the worker leaves it: no layer is listed, and the item of a removal that is applied is gone. */
    async function finish(world: World, connection: Connection, group: GroupId, user: UserId): Promise<void> {
      await expandOldestLayer(world.table, connection, group);
      await world.table.transact([
        { delete: keys.member(connection.id, group, user) },
        { delete: keys.memberOf(connection.id, user, group) },
      ]);
    }

    for (const joins of [true, false]) {
      const how = joins ? 'read together with the users' : 'read for the change alone';
      it(`is not lost when the layer was read before it was dropped and the item after it was applied: ${how}`, async () => {
        const world = opened();
        const { connection, id, user } = await removedFromLayer(world);
        // The first batch answers the chunk alone, which comes last; the item comes with the second.
        world.faults.unprocessed = 1;
        meanwhile(world, 'BatchGetItem', 2, () => finish(world, connection, id, user));
        await joinAsPatchDoes(world, connection, id, user, joins);
        expect(world.faults.unprocessed).toBe(0);
        expect(await membersOf(world, connection, id)).toContain(user);
      });

      it(`is not lost when a worker was ended before it had deleted the chunks of a layer it had dropped: ${how}`, async () => {
        const world = opened();
        const { connection, id, user } = await removedFromLayer(world);
        const { pk } = keys.group(connection.id, id);
        const { items: chunks } = await world.table.query<LayerChunkItem>({ pk, beginsWith: 'LAYER#' });
        expect(chunks).toHaveLength(1);
        meanwhile(world, 'BatchGetItem', 1, async () => {
          await finish(world, connection, id, user);
          await world.table.putAll(chunks);
        });
        await joinAsPatchDoes(world, connection, id, user, joins);
        expect(await membersOf(world, connection, id)).toContain(user);
      });
    }

    it('is not shown as theirs when the layer was read before it was dropped and the item after it was applied', async () => {
      const world = opened();
      const { connection, id, user } = await removedFromLayer(world);
      // The batch with the group's items and chunks is the second; it answers the chunk alone, and the item comes with the third.
      meanwhile(world, 'BatchGetItem', 2, async () => {
        world.faults.unprocessed = 1;
        meanwhile(world, 'BatchGetItem', 1, () => finish(world, connection, id, user));
      });
      expect((await world.directory.users.groupsOf(connection, [user])).get(user)).toEqual([]);
      expect(world.faults).toMatchObject({ before: undefined, unprocessed: 0 });
    });

    async function joinAsPatchDoes(world: World, connection: Connection, id: GroupId, user: UserId, joins: boolean): Promise<void> {
      const directory = joins ? { ...world.directory, groups: joiningGroups(world, connection) } : world.directory;
      await patchMembers(directory, connection, id, adding([user]));
    }

    /** Asks about the users first, with the group they are about to join. */
    function joiningGroups(world: World, connection: Connection): World['directory']['groups'] {
      const { groups, users } = world.directory;
      return {
        ...groups,
        async update(context, read, attributes, members) {
          await users.existing(connection, members?.add ?? [], read);
          return groups.update(context, read, attributes, members);
        },
      };
    }
  });

  describe('the end of a deleted user (DELIVERY §2.8)', () => {
    it('waits for a membership that the worker of a group writes from its layer at any moment of the question', async () => {
      const world = opened();
      const later = () => new Date(Date.now() + 2 * TOMBSTONE_AGE_MS);
      const { tombstones } = dynamoDbDelivery(world.table, { sweepAfterSeconds: 120, now: later });
      let moments = 0;
      for (let isAsked = true; isAsked; moments++) {
        const connection = aConnection();
        const user = await createUser(world, connection, { userName: 'u' });
        const { id } = await createGroup(world, connection, 'G', [user.id, ...someUserIds(60)]);
        await world.directory.users.delete(aContext(connection), user);
        const tombstone = await world.table.get<UserItem>(keys.user(connection.id, user.id));
        if (!tombstone) throw new Error('gone');
        meanwhile(world, undefined, moments + 1, () => expandOldestLayer(world.table, connection, id));
        expect(await tombstones.userDone(tombstone)).toBe(false);
        isAsked = world.faults.before === undefined;
        world.faults.before = undefined;
      }
      expect(moments).toBeGreaterThan(2);
    });
  });
}
