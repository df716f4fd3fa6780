import { describe, expect, it } from 'vitest';
import { NameTaken, TooManyLayers } from '../../../shared/directory/directory.ts';
import type { Effort } from './directory-contract.ts';
import { expandOldestLayer } from './expand-layers.ts';
import {
  aConnection,
  aContext,
  adding,
  createGroup,
  membersOf,
  type PortWorld,
  patchMembers,
  replacing,
  someUserIds,
  type World,
} from './world.ts';

/** What every directory does, the double too. */
export function concurrencyContract(opened: () => PortWorld): void {
  describe('parallel clients (invariants 5 and 6)', () => {
    it('loses none of the members that ten clients add to one group at once', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'Everybody');
      const added = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const client = world.client();
          const members = someUserIds(100);
          for (let from = 0; from < members.length; from += 20) {
            await patchMembers(client, connection, id, adding(members.slice(from, from + 20)));
          }
          return members;
        }),
      );
      expect(await membersOf(world, connection, id)).toEqual(added.flat().sort());
      expect(await world.directory.groups.read(connection, id)).toMatchObject({ revision: 51 });
    });
  });
}

/** What only a table has: items, requests, faults. */
export function concurrencyInTableContract(opened: () => World, effort: Effort): void {
  describe('parallel clients (invariants 5 and 6)', () => {
    it('gives a userName to one of twenty who ask for it at once', async () => {
      const world = opened();
      const connection = aConnection();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          world.client().users.create(aContext(connection), { userName: i % 2 ? 'bjensen' : 'BJENSEN', externalId: `${i}` }),
        ),
      );
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refused).toHaveLength(19);
      for (const reason of refused) expect(reason).toBeInstanceOf(NameTaken);
      expect(await world.directory.users.listing.count(connection)).toBe(1);
      const items = await world.itemsOf(connection);
      expect(items.map(({ type }) => type).sort()).toEqual(['claim', 'count', 'lookup', 'user']);
    });

    it('shows a change of 200 members whole or not at all, also while the worker expands it', async () => {
      const world = opened();
      const connection = aConnection();
      const sets = [someUserIds(200), someUserIds(200)].map((set) => set.sort());
      const { id } = await createGroup(world, connection, 'Shift', sets[0]);
      let isWriting = true;
      const write = async () => {
        for (let i = 1; isWriting; i++) {
          await patchMembers(world.client(), connection, id, replacing(sets[i % 2] ?? []));
          await expandOldestLayer(world.table, connection, id);
        }
      };
      const read = async () => {
        const seen = new Set<string>();
        for (let i = 0; i < effort.readsDuringChanges; i++) {
          const members = await retryBusy(() => membersOf(world, connection, id));
          seen.add(String(sets.findIndex((set) => JSON.stringify(set) === JSON.stringify(members))));
        }
        isWriting = false;
        return seen;
      };
      const [seen] = await Promise.all([read(), write()]);
      expect([...seen].sort()).toEqual(['0', '1']);
    });

    it('loses none of the large changes that three clients make at once', async () => {
      const world = opened();
      const connection = aConnection();
      const { id } = await createGroup(world, connection, 'Everybody');
      const added = await Promise.all(
        [0, 1, 2].map(async () => {
          const members = someUserIds(120);
          for (const half of [members.slice(0, 60), members.slice(60)]) await patchMembers(world.client(), connection, id, adding(half));
          return members;
        }),
      );
      expect(await membersOf(world, connection, id)).toEqual(added.flat().sort());
      await patchMembers(world.client(), connection, id, adding(someUserIds(60)));
      await patchMembers(world.client(), connection, id, adding(someUserIds(60)));
      await expect(patchMembers(world.client(), connection, id, adding(someUserIds(60)))).rejects.toBeInstanceOf(TooManyLayers);
    });
  });
}

/** A reader whom the writer keeps overtaking is told to come back; the test's comes back. */
async function retryBusy<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DirectoryBusy') throw error;
    }
  }
}
