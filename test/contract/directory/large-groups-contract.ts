import { describe, expect, it } from 'vitest';
import { RevisionConflict, TooManyLayers } from '../../../shared/directory/directory.ts';
import { DirectoryBusy } from '../../../shared/directory/dynamodb-table.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { CHUNK_IDS, type GroupItem } from '../../../shared/directory/items.ts';
import { keys } from '../../../shared/directory/keys.ts';
import type { Effort } from './directory-contract.ts';
import { expandOldestLayer } from './expand-layers.ts';
import { requestsOf } from './faults.ts';
import {
  aConnection,
  aContext,
  adding,
  createGroup,
  createUser,
  groupsOf,
  membersOf,
  patchMembers,
  removing,
  replacing,
  someUserIds,
  type World,
} from './world.ts';

export function largeGroupsContract(opened: () => World, effort: Effort): void {
  describe('update group, a large change of members (DELIVERY §3.2)', () => {
    it('is visible at once as a layer, and the same after the worker has expanded it', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const members = [user.id, ...someUserIds(99)];
      const group = await createGroup(world, connection, 'G', members);
      expect(await world.table.get(keys.expanding(connection.id, group.id))).toBeDefined();
      expect(await groupsOf(world, connection, user.id)).toEqual([{ id: group.id, displayName: 'G' }]);
      expect(await membersOf(world, connection, group.id)).toEqual([...members].sort());
      expect(await expandOldestLayer(world.table, connection, group.id)).toBe(true);
      expect(await membersOf(world, connection, group.id)).toEqual([...members].sort());
      expect(await groupsOf(world, connection, user.id)).toEqual([{ id: group.id, displayName: 'G' }]);
    });

    it('lists the layer with guard, marker and EXPANDING in its one transaction, removals first when it takes access', async () => {
      const world = opened();
      const connection = aConnection();
      const group = await createGroup(world, connection, 'G', someUserIds(3));
      const answer = await world.directory.groups.update(aContext(connection), group, group.attributes, replacing(someUserIds(60)));
      expect(answer.members).toBeUndefined();
      expect(await world.table.get(keys.group(connection.id, group.id))).toMatchObject({
        revision: 2,
        guard: 1,
        layers: [{ revision: 2, replaces: true, chunks: 1 }],
        marker: 'pending',
        pendingSk: expect.stringMatching(/^0#/),
      });
      expect(await world.table.get(keys.expanding(connection.id, group.id))).toBeDefined();
    });

    it('lets the word with the highest revision win, member item or layer', async () => {
      const world = opened();
      const connection = aConnection();
      const [item, layered, both] = someUserIds(3) as [never, never, never];
      const crowd = someUserIds(60);
      const { id } = await createGroup(world, connection, 'G', [item, both]);
      await patchMembers(world.directory, connection, id, { replaces: false, add: new Set([...crowd, layered]), remove: new Set([both]) });
      expect(await membersOf(world, connection, id)).toEqual([item, layered, ...crowd].sort());
      await patchMembers(world.directory, connection, id, { replaces: false, add: new Set([both]), remove: new Set([layered]) });
      expect(await membersOf(world, connection, id)).toEqual([item, both, ...crowd].sort());
      const others = someUserIds(70);
      await patchMembers(world.directory, connection, id, replacing([...others, layered]));
      expect(await membersOf(world, connection, id)).toEqual([...others, layered].sort());
      while (await expandOldestLayer(world.table, connection, id));
      expect(await membersOf(world, connection, id)).toEqual([...others, layered].sort());
    });

    it('drops from a small change what a layer already says', async () => {
      const world = opened();
      const connection = aConnection();
      const crowd = someUserIds(60);
      const { id } = await createGroup(world, connection, 'G', crowd);
      expect(await patchMembers(world.directory, connection, id, adding(crowd.slice(0, 5)))).toMatchObject({ changed: false });
      expect((await patchMembers(world.directory, connection, id, removing(crowd.slice(0, 2)))).members).toHaveLength(2);
    });

    it('writes nothing when a large change or a replace says what is so already', async () => {
      const world = opened();
      const connection = aConnection();
      const crowd = someUserIds(120);
      const { id } = await createGroup(world, connection, 'G', crowd);
      for (const change of [adding(crowd), replacing(crowd), removing(someUserIds(60))]) {
        expect(await patchMembers(world.directory, connection, id, change)).toMatchObject({ changed: false });
      }
      expect((await patchMembers(world.directory, connection, id, replacing(crowd.slice(1)))).members).toEqual(crowd.slice(0, 1));
    });

    it('takes eight layers, then asks the client to come back; a replace needs no room', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'G');
      for (let i = 0; i < 8; i++) await patchMembers(world.directory, connection, id, adding(someUserIds(50)));
      const before = await world.itemsOf(connection);
      await expect(patchMembers(world.directory, connection, id, adding(someUserIds(50)))).rejects.toBeInstanceOf(TooManyLayers);
      expect(await world.itemsOf(connection)).toEqual(before);
      await patchMembers(world.directory, connection, id, replacing(someUserIds(500)));
      expect((await world.table.get<GroupItem>(keys.group(connection.id, id)))?.layers).toHaveLength(1);
      expect(await membersOf(world, connection, id)).toHaveLength(500);
    });

    it('does not list again a layer that the worker has expanded since the header was read', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'G', someUserIds(60));
      const read = await world.directory.groups.read(connection, id);
      if (!read) throw new Error('gone');
      await expandOldestLayer(world.table, connection, id);
      const before = await world.itemsOf(connection);
      const late = world.directory.groups.update(aContext(connection), read, read.attributes, adding(someUserIds(1_200)));
      await expect(late).rejects.toBeInstanceOf(RevisionConflict);
      expect(await world.itemsOf(connection)).toEqual(before);
      await patchMembers(world.directory, connection, id, adding(someUserIds(1_200)));
      expect(await membersOf(world, connection, id)).toHaveLength(1_260);
    });

    it('leaves nothing behind when the group itself is too large', async () => {
      const world = opened();
      const connection = aConnection();
      const group = await createGroup(world, connection, 'G', someUserIds(2));
      const before = await world.itemsOf(connection);
      const large = { displayName: 'G', notes: 'x'.repeat(400_000) };
      const late = world.directory.groups.update(aContext(connection), group, large, adding(someUserIds(60)));
      await expect(late).rejects.toMatchObject({ name: 'ScimError', status: 413 });
      expect(await world.itemsOf(connection)).toEqual(before);
    });

    it('hides deleted users in layers, too', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const { id } = await createGroup(world, connection, 'G', [user.id, ...someUserIds(60)]);
      await world.directory.users.delete(aContext(connection), user);
      expect(await membersOf(world, connection, id)).toHaveLength(60);
    });

    it('empties the layers of a deleted group', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const group = await createGroup(world, connection, 'G', [user.id, ...someUserIds(60)]);
      await world.directory.groups.delete(aContext(connection), group);
      expect(await world.table.get(keys.group(connection.id, group.id))).toMatchObject({ layers: [], guard: 2 });
      expect(await world.table.get(keys.expanding(connection.id, group.id))).toBeUndefined();
      expect(await groupsOf(world, connection, user.id)).toEqual([]);
    });

    it('holds more ids than fit in one item', async () => {
      const world = opened();
      const connection = aConnection();
      const members = someUserIds(26_000);
      const { id } = await createGroup(world, connection, 'Everybody', members);
      const [layer] = (await world.table.get<GroupItem>(keys.group(connection.id, id)))?.layers ?? [];
      expect(layer?.chunks).toBe(Math.ceil(26_000 / CHUNK_IDS));
      expect(await membersOf(world, connection, id)).toEqual(members.sort());
    });
  });

  describe('reading a group while it changes (DELIVERY §3.3)', () => {
    it('starts again when the guard moved, and answers 503 only when it moved three times', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'G', someUserIds(2));
      const header = keys.group(connection.id, id);
      let moves = 2;
      world.faults.before = async (operation) => {
        if (operation !== 'GetItem' || moves-- <= 0) return;
        await world.table.update(header, { add: { guard: 1 } });
      };
      try {
        expect(await membersOf(world, connection, id)).toHaveLength(2);
        moves = 3;
        await expect(membersOf(world, connection, id)).rejects.toBeInstanceOf(DirectoryBusy);
      } finally {
        world.faults.before = undefined;
      }
    });

    it('answers 503 rather than a part of the members while a chunk of a listed layer is not there', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'G', someUserIds(60));
      const [layer] = (await world.table.get<GroupItem>(keys.group(connection.id, id)))?.layers ?? [];
      await world.table.transact([{ delete: keys.layerChunk(connection.id, id, layer?.id ?? '', 0) }]);
      await expect(membersOf(world, connection, id)).rejects.toBeInstanceOf(DirectoryBusy);
    });

    it('reads a group again in which members changed meanwhile, while that is cheap', async () => {
      const world = opened();
      const connection = aConnection();
      const [before, after] = someUserIds(2) as [never, never];
      const { id } = await createGroup(world, connection, 'G', [before]);
      let changes = 1;
      world.faults.before = async (operation) => {
        if (operation !== 'GetItem' || changes-- <= 0) return;
        await patchMembers(world.directory, connection, id, { replaces: false, add: new Set([after]), remove: new Set([before]) });
      };
      try {
        expect(await world.directory.groups.readWithMembers(connection, id)).toMatchObject({ group: { revision: 2 }, members: [after] });
      } finally {
        world.faults.before = undefined;
      }
    });

    it('finds the groups of users wherever between two requests a layer is expanded', async () => {
      const world = opened();
      // EXPANDING, a query for each user, then batches of which the first hands back all keys but one.
      for (let moment = 1; moment <= 6; moment++) {
        const connection = aConnection();
        const users = [await createUser(world, connection, { userName: 'a' }), await createUser(world, connection, { userName: 'b' })];
        const ids = users.map((user) => user.id);
        const { id } = await createGroup(world, connection, 'G', [...ids, ...someUserIds(60)]);
        // A second layer keeps the group in EXPANDING when the first has gone, and says nothing about them.
        await patchMembers(world.directory, connection, id, adding(someUserIds(60)));
        for (let layers = 2; layers > 0; layers--) {
          world.faults.unprocessed = 1;
          let requests = 0;
          world.faults.before = async (operation) => {
            if ((operation !== 'BatchGetItem' && operation !== 'Query') || ++requests !== moment) return;
            await expandOldestLayer(world.table, connection, id);
          };
          try {
            const found = await world.directory.users.groupsOf(connection, ids);
            for (const user of ids) expect(found.get(user), `expanded before request ${moment}`).toEqual([{ id, displayName: 'G' }]);
          } finally {
            world.faults.before = undefined;
            world.faults.unprocessed = 0;
          }
        }
      }
    });

    it('answers 503 rather than a part of the groups while a chunk of a listed layer is not there', async () => {
      const world = opened();
      const connection = aConnection();
      const user = await createUser(world, connection, { userName: 'u' });
      const { id } = await createGroup(world, connection, 'G', [user.id, ...someUserIds(60)]);
      const [layer] = (await world.table.get<GroupItem>(keys.group(connection.id, id)))?.layers ?? [];
      await world.table.transact([{ delete: keys.layerChunk(connection.id, id, layer?.id ?? '', 0) }]);
      await expect(groupsOf(world, connection, user.id)).rejects.toBeInstanceOf(DirectoryBusy);
    });

    it('asks for the groups of 40 users by one query each and shared batches, in which each header is once', async () => {
      const world = opened();
      const connection = aConnection();
      const users: UserId[] = [];
      for (let i = 0; i < 40; i++) users.push((await createUser(world, connection, { userName: `u${i}` })).id);
      await createGroup(world, connection, 'Small', users);
      const { id } = await createGroup(world, connection, 'Large', [...users, ...someUserIds(60)]);
      const queries = Array.from({ length: 41 }, () => 'Query');
      const ask = () => requestsOf(world.faults, () => world.directory.users.groupsOf(connection, users));
      // 40 users, two headers and 40 items of the small group; then 40 items of the large one and its chunk; then its header once more.
      expect(await ask()).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem', ...queries]);
      while (await expandOldestLayer(world.table, connection, id));
      // 40 users, two headers and 80 items.
      expect(await ask()).toEqual(['BatchGetItem', 'BatchGetItem', ...queries]);
    });
  });

  describe('the cost of one member (invariant 4)', () => {
    it(`is the same in a group of 10 and of ${effort.largeGroup}`, async () => {
      const world = opened();
      const connection = aConnection();
      const cost = async (size: number) => {
        const members = someUserIds(size);
        const { id } = await createGroup(world, connection, `Group of ${size}`, members);
        while (await expandOldestLayer(world.table, connection, id));
        const newcomer = someUserIds(1);
        return [
          await requestsOf(world.faults, () => patchMembers(world.directory, connection, id, adding(newcomer))),
          await requestsOf(world.faults, () => patchMembers(world.directory, connection, id, removing(members.slice(0, 1)))),
          await requestsOf(world.faults, () => patchMembers(world.directory, connection, id, adding(newcomer))),
        ];
      };
      const change = ['BatchGetItem', 'GetItem', 'TransactWriteItems'];
      expect(await cost(10)).toEqual([change, change, ['BatchGetItem', 'GetItem']]);
      expect(await cost(effort.largeGroup)).toEqual([change, change, ['BatchGetItem', 'GetItem']]);
    });

    it('is asked for together with whether the users are there, and still says so after the worker was at it', async () => {
      const world = opened();
      const connection = aConnection();
      const [inLayer, newcomer] = [
        await createUser(world, connection, { userName: 'a' }),
        await createUser(world, connection, { userName: 'b' }),
      ];
      const { id } = await createGroup(world, connection, 'G', [inLayer.id, ...someUserIds(60)]);
      const read = await world.directory.groups.read(connection, id);
      if (!read) throw new Error('gone');
      const users = [inLayer.id, newcomer.id, ...someUserIds(1)];
      const requests = await requestsOf(world.faults, async () => {
        const existing = await world.directory.users.existing(connection, users, read);
        expect([...existing].sort()).toEqual([inLayer.id, newcomer.id].sort());
        await expandOldestLayer(world.table, connection, id);
        const written = await world.directory.groups.update(aContext(connection), read, read.attributes, adding([newcomer.id]));
        expect(written.members).toEqual([newcomer.id]);
      });
      // What the worker does beside it is one transaction of the layer's items and two that drop it, after reading header, layer and items.
      expect(requests.filter((request) => request === 'BatchGetItem')).toHaveLength(2);
      // What only the layer said is no longer sure.
      const late = world.directory.groups.update(aContext(connection), read, read.attributes, adding([inLayer.id]));
      await expect(late).rejects.toBeInstanceOf(RevisionConflict);
      await expect(world.directory.users.existing(connection, users, read)).rejects.toBeInstanceOf(RevisionConflict);
    });
  });
}
