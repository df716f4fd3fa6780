import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/directory/connection.ts';
import { type MembershipChange, NameTaken, TooManyLayers } from '../../../shared/directory/directory.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';
import type { Effort } from './directory-contract.ts';
import { expandOldestLayer } from './expand-layers.ts';
import { aConnection, aContext, collect, createUser, patchMembers, type World } from './world.ts';

const NAMES = ['Ada', 'ada', 'Bob', 'Cleo', 'cleo'];
const CROWD = 70;

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('createUser' as const), name: fc.constantFrom(...NAMES), email: fc.constantFrom(...NAMES) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renameUser' as const), which: fc.nat(), name: fc.constantFrom(...NAMES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deleteUser' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('createGroup' as const),
      name: fc.constantFrom(...NAMES),
      from: fc.nat(CROWD),
      count: fc.nat(CROWD),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renameGroup' as const), which: fc.nat(), name: fc.constantFrom(...NAMES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteGroup' as const), which: fc.nat() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('members' as const),
      which: fc.nat(),
      how: fc.constantFrom('add', 'remove', 'replace'),
      from: fc.nat(CROWD),
      count: fc.nat(CROWD),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expand' as const), which: fc.nat() }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** What the directory should say, kept in the plainest way. */
interface Model {
  readonly users: Map<UserId, { name: string; email: string }>;
  readonly groups: Map<GroupId, { name: string; members: Set<UserId> }>;
}

export function randomOperationsContract(opened: () => World, effort: Effort): void {
  describe('any history of operations', () => {
    it('leaves resources, claims, look-ups, counts, lists and memberships in agreement', async () => {
      const world = opened();
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 25 }), async (operations) => {
          const connection = aConnection();
          const model: Model = { users: new Map(), groups: new Map() };
          const crowd: UserId[] = [];
          for (let i = 0; i < 3; i++) crowd.push(await addUser(world, connection, model, `member${i}`));
          // Members that are no users: the directory does not ask, its caller does.
          for (let i = 3; i < CROWD; i++) crowd.push(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}` as UserId);
          for (const each of operations) await perform(world, connection, model, crowd, each);
          await expectAgreement(world, connection, model);
        }),
        { numRuns: effort.randomRuns },
      );
    });
  });
}

async function addUser(world: World, connection: Connection, model: Model, name: string): Promise<UserId> {
  const { id } = await createUser(world, connection, { userName: name, emails: [{ value: name }] });
  model.users.set(id, { name, email: name });
  return id;
}

async function perform(world: World, connection: Connection, model: Model, crowd: UserId[], step: Operation): Promise<void> {
  const { users, groups } = world.directory;
  const context = aContext(connection);
  const names = (of: Map<string, { name: string }>, except?: string) =>
    new Set([...of].filter(([id]) => id !== except).map(([, { name }]) => name.toLowerCase()));
  const slice = (from: number, count: number) => new Set(crowd.slice(from, from + count));
  switch (step.do) {
    case 'createUser': {
      const created = users.create(context, { userName: step.name, externalId: step.email, emails: [{ value: step.email }] });
      if (names(model.users).has(step.name.toLowerCase())) return void (await expect(created).rejects.toBeInstanceOf(NameTaken));
      model.users.set((await created).resource.id, { name: step.name, email: step.email });
      return;
    }
    case 'createGroup': {
      const members = slice(step.from, step.count);
      const created = groups.create(context, { displayName: step.name }, members);
      if (names(model.groups).has(step.name.toLowerCase())) return void (await expect(created).rejects.toBeInstanceOf(NameTaken));
      model.groups.set((await created).resource.id, { name: step.name, members });
      return;
    }
    case 'renameUser':
    case 'deleteUser': {
      const id = pick([...model.users.keys()], step.which);
      const read = await users.read(connection, id);
      const known = model.users.get(id);
      if (!read || !known) throw new Error('a live user is not there');
      if (step.do === 'deleteUser') {
        await users.delete(context, read);
        model.users.delete(id);
        for (const { members } of model.groups.values()) members.delete(id);
        crowd.splice(0, crowd.length, ...crowd.filter((each) => each !== id));
        if (model.users.size === 0) crowd.push(await addUser(world, connection, model, 'another'));
        return;
      }
      const updated = users.update(context, read, { ...read.attributes, userName: step.name });
      if (names(model.users, id).has(step.name.toLowerCase())) return void (await expect(updated).rejects.toBeInstanceOf(NameTaken));
      expect((await updated).changed).toBe(step.name !== known.name);
      known.name = step.name;
      return;
    }
    default: {
      if (model.groups.size === 0) return;
      const id = pick([...model.groups.keys()], step.which);
      const known = model.groups.get(id);
      const read = await groups.read(connection, id);
      if (!read || !known) throw new Error('a live group is not there');
      if (step.do === 'expand') return void (await expandOldestLayer(world.table, connection, id));
      if (step.do === 'deleteGroup') {
        await groups.delete(context, read);
        model.groups.delete(id);
        return;
      }
      if (step.do === 'renameGroup') {
        const updated = groups.update(context, read, { displayName: step.name });
        if (names(model.groups, id).has(step.name.toLowerCase())) return void (await expect(updated).rejects.toBeInstanceOf(NameTaken));
        await updated;
        known.name = step.name;
        return;
      }
      await changeMembers(world, connection, id, known.members, step.how, slice(step.from, step.count));
    }
  }
}

async function changeMembers(world: World, connection: Connection, id: GroupId, known: Set<UserId>, how: string, ids: Set<UserId>) {
  const change: MembershipChange = {
    replaces: how === 'replace',
    add: how === 'remove' ? new Set() : ids,
    remove: how === 'remove' ? ids : new Set(),
  };
  try {
    const before = JSON.stringify([...known].sort());
    const answer = await patchMembers(world.directory, connection, id, change);
    if (change.replaces) known.clear();
    for (const each of change.add) known.add(each);
    for (const each of change.remove) known.delete(each);
    expect(answer.changed).toBe(JSON.stringify([...known].sort()) !== before);
  } catch (error) {
    if (!(error instanceof TooManyLayers)) throw error;
  }
}

async function expectAgreement(world: World, connection: Connection, model: Model): Promise<void> {
  const { users, groups } = world.directory;
  const items = await world.itemsOf(connection);
  const idsOf = (type: string, part: string) =>
    items
      .filter((item) => item.type === type && item.pk.includes(part))
      .map(({ id }) => id)
      .sort();
  const ids = (of: Map<string, unknown>) => [...of.keys()].sort();

  expect(await users.listing.count(connection)).toBe(model.users.size);
  expect(await groups.listing.count(connection)).toBe(model.groups.size);
  expect((await collect(users.listing.find(connection, { by: 'all' }))).map(({ id }) => id).sort()).toEqual(ids(model.users));
  expect((await collect(groups.listing.find(connection, { by: 'all' }))).map(({ id }) => id).sort()).toEqual(ids(model.groups));
  expect(idsOf('claim', '#USERNAME#')).toEqual(ids(model.users));
  expect(idsOf('claim', '#GROUPNAME#')).toEqual(ids(model.groups));
  expect(idsOf('lookup', '#EMAIL#')).toEqual(ids(model.users));
  const groupsOf = await users.groupsOf(connection, [...model.users.keys()]);
  for (const [id, { name }] of model.users) {
    expect((await collect(users.listing.find(connection, { by: 'userName', value: name }))).map((user) => user.id)).toEqual([id]);
    const expected = [...model.groups].flatMap(([group, { members }]) => (members.has(id) ? [group] : []));
    expect(
      groupsOf
        .get(id)
        ?.map((group) => group.id)
        .sort(),
    ).toEqual(expected.sort());
    expect(await users.groupsOf(connection, [id])).toEqual(new Map([[id, groupsOf.get(id)]]));
  }
  for (const [id, { members }] of model.groups) {
    expect((await groups.readWithMembers(connection, id))?.members).toEqual([...members].sort());
  }
  const expanding = items.filter((item) => item.type === 'group' && (item['layers'] as unknown[]).length > 0).map(({ id }) => id);
  expect(
    items
      .filter(({ type }) => type === 'expanding')
      .map(({ sk }) => sk)
      .sort(),
  ).toEqual(expanding.sort());
}

function pick<T>(from: readonly T[], which: number): T {
  const chosen = from[which % from.length];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
