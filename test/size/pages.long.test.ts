import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { type Measure, measure } from '../local/measured-dynamodb.ts';
import { type Reply, ScimClient, type ScimService, startScimService } from '../protocol/scim-client.ts';
import { seedUsers } from './seed-users.ts';

const USERS = 100_000;
const COUNT = 1_000;
/** From the sixth page on a look for the nearest bookmark finds the five it asks for, in case some have expired. */
const EARLY = 5;
const NO_RATES = { rates: { add: async () => 0 } };

describe('walking all pages of 100,000 users', () => {
  let service: ScimService;
  let measuredService: ScimService;
  /** On the same engine by two clients: measuring takes longer than the request. */
  let client: ScimClient;
  let measuredClient: ScimClient;
  let measured: Measure;
  let users: UserId[];
  beforeAll(async () => {
    const engine = await startEmbeddedDynamoDb();
    service = await startScimService({ engine });
    client = service.clientWith(await service.connect(), NO_RATES);
    users = await seedUsers(new DynamoDbTable(engine.client, engine.tableName), client.connection, USERS);
    const { requestHandler, endpoint, credentials } = engine.client.config;
    if (!endpoint) throw new Error('the engine has an endpoint');
    const second = new DynamoDBClient({ region: 'us-east-1', requestHandler, endpoint, credentials });
    measured = measure(second);
    measuredService = await startScimService({ engine: { ...engine, client: second } });
    measuredClient = measuredService.clientWith(new ScimClient(measuredService.handle, client.connection, client.token), NO_RATES);
    // From now on the token is known, as to any instance that is warm.
    await measuredClient.get('/Users?count=0');
  }, 120_000);
  afterAll(() => service?.close());

  const idsOf = ({ json }: Reply) => (json['Resources'] as { id: UserId }[]).map(({ id }) => id);

  /** Every page; a few of them measured: the first, one near it, one in the middle, the last. */
  async function walk(next: (reply: Reply | undefined, page: number) => string | undefined) {
    const ids: UserId[] = [];
    const costs: unknown[][] = [];
    let reply: Reply | undefined;
    for (let page = 0; ; page++) {
      const query = next(reply, page);
      if (query === undefined) return { ids, costs };
      const isMeasured = page === 0 || page === EARLY || page === USERS / COUNT / 2 || page === USERS / COUNT - 1;
      measured.reset();
      reply = await (isMeasured ? measuredClient : client).get(`/Users?excludedAttributes=groups&count=${COUNT}&${query}`);
      expect(reply.status).toBe(200);
      expect(reply.json['totalResults']).toBe(USERS);
      ids.push(...idsOf(reply));
      if (isMeasured)
        costs.push(measured.requests().map(({ action, items, readUnits, writeUnits }) => [action, items, readUnits, writeUnits]));
    }
  }

  it('by index costs each page the same, and gives each user once, in order of creation', async () => {
    const { ids, costs } = await walk((_, page) => (page * COUNT < USERS ? `startIndex=${page * COUNT + 1}` : undefined));
    expect(ids).toEqual(users);
    const [first, early, middle, last] = costs;
    expect(middle).toEqual(early);
    expect(last).toEqual(early);
    // Beside the ten batches of the page: who asks, how many there are, where the page begins, the index, where the next begins.
    expect(early).toHaveLength(15);
    // The first page begins where the list does.
    expect(first).toHaveLength(14);
  });

  it('by cursor costs each page the same, and gives each user once, in order of creation', async () => {
    const { ids, costs } = await walk((reply) => {
      const cursor = reply ? reply.json['nextCursor'] : '';
      return cursor === undefined ? undefined : `cursor=${cursor}`;
    });
    expect(ids).toEqual(users);
    const [first, early, middle, last] = costs;
    expect(middle).toEqual(early);
    // There is no place to read before the first page, and none to keep after the last.
    for (const end of [first, last]) expect(end?.length).toBeLessThanOrEqual(early?.length ?? 0);
  });

  it('with the groups of each user asks once more for each, and twice for all of them, on any page', async () => {
    const asked = async (startIndex: number, count: number, parameters = '') => {
      measured.reset();
      expect((await measuredClient.get(`/Users?count=${count}&startIndex=${startIndex}${parameters}`)).status).toBe(200);
      return measured
        .requests()
        .map(({ action, readUnits, writeUnits }) => [action, readUnits, writeUnits].join(' '))
        .sort();
    };
    const pages: string[][] = [];
    // Where pages of the walk began: the places are kept.
    for (const startIndex of [EARLY * COUNT + 1, USERS / 2 + 1, USERS - COUNT + 1]) {
      for (const count of [10, 20]) {
        const without = await asked(startIndex, count, '&excludedAttributes=groups');
        const page = await asked(startIndex, count);
        expect(page.length - without.length).toBe(count + 2);
        pages.push(page);
      }
    }
    const [early, , middle, , last] = pages;
    expect(middle).toEqual(early);
    expect(last).toEqual(early);
  });
});
