import { afterAll, beforeAll, expect, it } from 'vitest';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { GroupItem, MemberItem } from '../../shared/directory/items.ts';
import { keys } from '../../shared/directory/keys.ts';
import { expandOldestLayer } from '../contract/directory/expand-layers.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { type Measure, measure } from '../local/measured-dynamodb.ts';
import { GROUP, type ScimClient, type ScimService, startScimService } from '../protocol/scim-client.ts';
import { seedUsers } from './seed-users.ts';

/** Group sizes, ascending. */
export interface Sizes {
  /** Groups whose members are items. */
  readonly expanded: readonly number[];
  /** Groups whose members are in a large change that waits to be expanded: more than 48. */
  readonly layered: readonly number[];
}

/** More members than this are not in any reply. */
const IN_A_REPLY = 40_000;
const NO_RATES = { rates: { add: async () => 0 } };

/** What a request cost: its action, its items and its units. */
type Cost = readonly [string, number, number, number];

/** The cost of one member, and of no member, in groups of these sizes: through the SCIM function, on the embedded engine. */
export function groupSizes({ expanded: EXPANDED, layered: LAYERED }: Sizes): void {
  const LARGEST = EXPANDED.at(-1) ?? 0;
  let engine: EmbeddedDynamoDb;
  let table: DynamoDbTable;
  let service: ScimService;
  let client: ScimClient;
  let users: UserId[];
  let measured: Measure;
  const expanded = new Map<number, GroupId>();
  const layered = new Map<number, GroupId>();

  /** One request with as many members as a body of 5 MB holds when nothing but their ids is sent. */
  async function newGroup(name: string, size: number): Promise<GroupId> {
    const members = users.slice(0, size).map((value) => ({ value }));
    const { status, json } = await client.post('/Groups?excludedAttributes=members', { schemas: [GROUP], displayName: name, members });
    expect(status).toBe(201);
    return json['id'] as GroupId;
  }

  beforeAll(async () => {
    engine = await startEmbeddedDynamoDb();
    table = new DynamoDbTable(engine.client, engine.tableName);
    service = await startScimService({ engine });
    const connected = await service.connect();
    client = service.clientWith(connected, NO_RATES);
    users = await seedUsers(table, connected.connection, LARGEST + 2);
    for (const size of EXPANDED) {
      const id = await newGroup(`expanded ${String(size).padStart(6, '0')}`, size);
      while (await expandOldestLayer(table, client.connection, id));
      expanded.set(size, id);
    }
    await settle(expanded.get(10) as GroupId);
    for (const size of LAYERED) layered.set(size, await newGroup(`layered ${String(size).padStart(6, '0')}`, size));
    measured = measure(engine.client);
  }, 300_000);
  afterAll(() => service?.close());

  /** A group that was made by a small change, as the worker leaves it. */
  async function settle(id: GroupId): Promise<void> {
    for (const user of users.slice(0, 10)) {
      const markers = [
        'marker',
        'markerToken',
        'markerSince',
        'correlationId',
        'messageGroup',
        'pendingPk',
        'pendingSk',
        'listPk',
        'listSk',
      ];
      await table.update(keys.member(client.connection.id, id, user), { remove: markers });
    }
  }

  /** What the requests cost that `work` makes, in order. */
  async function costOf(work: () => Promise<unknown>): Promise<Cost[]> {
    measured.reset();
    await work();
    return measured.requests().map(({ action, items, readUnits, writeUnits }) => [action, items, readUnits, writeUnits]);
  }

  async function patch(id: GroupId, operation: object): Promise<void> {
    const { status, text } = await client.patch(`/Groups/${id}`, [operation]);
    expect([status, text]).toEqual([204, '']);
  }

  /** A newcomer comes, comes again, goes, and one who was always there goes. */
  async function oneMember(id: GroupId): Promise<Cost[][]> {
    const add = { op: 'add', path: 'members', value: [{ value: users[LARGEST] }] };
    const costs = [await costOf(() => patch(id, add)), await costOf(() => patch(id, add))];
    for (const user of [users[LARGEST], users[3]]) {
      costs.push(await costOf(() => patch(id, { op: 'remove', path: `members[value eq "${user}"]` })));
    }
    return costs;
  }

  it('are there, header and member items', async () => {
    const header = await table.get<GroupItem>(keys.group(client.connection.id, expanded.get(LARGEST) as GroupId));
    expect(header).toMatchObject({ layers: [], hasMembers: true });
    let members = 0;
    for await (const { wanted } of table.queryAll<MemberItem>({ pk: header?.pk ?? '', beginsWith: 'MEMBER#', attributes: ['wanted'] }))
      if (wanted === 'present') members++;
    expect(members).toBe(LARGEST);
  });

  it('take one member more or less for the same four requests, items and units', async () => {
    const [smallest, ...others] = await inTurn(EXPANDED, (size) => oneMember(expanded.get(size) as GroupId));
    const actions = smallest?.map((costs) => costs.map(([action]) => action));
    // Token and connection; the group; the user and what the group says of them; the write.
    const change = ['BatchGetItem', 'GetItem', 'BatchGetItem', 'TransactWriteItems'];
    expect(actions).toEqual([change, change.slice(0, 3), change, change]);
    for (const other of others) expect(other).toEqual(smallest);
  });

  it('take one member for the same while a large change waits to be expanded: one chunk of it is read, of one unit', async () => {
    const [smallest, ...others] = await inTurn(LAYERED, (size) => oneMember(layered.get(size) as GroupId));
    expect(smallest?.map((costs) => costs.length)).toEqual([4, 3, 4, 4]);
    for (const other of others) expect(other).toEqual(smallest);
  });

  it('never have a member read for excludedAttributes=members', async () => {
    const costs = (size: number) => {
      const id = expanded.get(size) as GroupId;
      const name = `expanded ${String(size).padStart(6, '0')}`;
      return inTurn(
        [
          () => client.get(`/Groups/${id}?excludedAttributes=members`),
          () => client.get(`/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${name}"`)}`),
          () => client.get('/Groups?excludedAttributes=members'),
          () => client.patch(`/Groups/${id}?excludedAttributes=members`, [{ op: 'replace', path: 'externalId', value: 'x' }]),
        ],
        async (request) => {
          let status = 0;
          const cost = await costOf(async () => {
            ({ status } = await request());
          });
          expect(status).toBeLessThan(300);
          return cost;
        },
      );
    };
    const [of10, ...others] = await inTurn(EXPANDED, costs);
    for (const other of others) expect(other).toEqual(of10);
    const read = of10?.flat().reduce((sum, [, items]) => sum + items, 0);
    // Eight groups in the list, and the token and the connection each time.
    expect(read).toBeLessThan(50);
  });

  if (LARGEST < IN_A_REPLY) return;

  it('never have a member read for the reply to a PUT or POST with excludedAttributes=members', async () => {
    const members = users.slice(0, 10_000).map((value) => ({ value }));
    const replies: number[] = [];
    const costs = await costOf(async () => {
      const send = (displayName: string) => ({ schemas: [GROUP], displayName, members });
      replies.push((await client.put(`/Groups/${expanded.get(10_000)}?excludedAttributes=members`, send('put'))).status);
      replies.push((await client.post('/Groups?excludedAttributes=members', send('posted'))).status);
    });
    expect(replies).toEqual([200, 201]);
    // Members are read by a query of their group, and by nothing else.
    expect(costs.filter(([action]) => action === 'Query')).toEqual([]);
  });

  it('are refused in a reply that can not hold them, before all members are read', async () => {
    let reply: Awaited<ReturnType<ScimClient['get']>> | undefined;
    const costs = await costOf(async () => {
      reply = await client.get(`/Groups/${expanded.get(LARGEST)}`);
    });
    expect(reply?.status).toBe(400);
    expect(reply?.json).toMatchObject({ scimType: 'tooMany', detail: expect.stringContaining('excludedAttributes=members') });
    const read = costs.reduce((sum, [, items]) => sum + items, 0);
    expect(read).toBeGreaterThan(10_000);
    expect(read).toBeLessThan(LARGEST / 2);
    expect((await client.get(`/Groups/${expanded.get(10_000)}`)).status).toBe(200);
  });
}

async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of all) results.push(await work(one));
  return results;
}
