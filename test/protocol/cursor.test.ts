import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimDependencies, scimFunction } from '../../functions/scim/scim-function.ts';
import type { StoredUser } from '../../shared/directory/directory.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { measure } from '../local/measured-dynamodb.ts';
import {
  addToken,
  apiGatewayEvent,
  ERROR,
  type Json,
  LIST,
  type Reply,
  ScimClient,
  type ScimService,
  startScimService,
} from './scim-client.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const HOUR = 3_600_000;

/** A millisecond passes at each look: the order of creation is the order in which the tests create. */
let time = Date.now();
const now = () => new Date(time++);

let service: ScimService;
let client: ScimClient;
let other: ScimClient;
const names = ['u01', 'u02', 'u03', 'u04', 'u05', 'u06', 'u07'];
beforeAll(async () => {
  service = await startScimService({ now });
  client = await service.connect({ mode: 'strict' });
  other = await service.connect({ mode: 'strict' });
  for (const [i, name] of names.entries()) await client.newUser(name, { title: i % 2 === 0 ? 'Even' : 'Odd', displayName: `${9 - i}` });
  for (const name of ['G1', 'G2', 'G3']) await client.newGroup(name, [], { externalId: 'team' });
  await other.newUser('other');
});
afterAll(() => service.close());

const namesOf = ({ json }: Reply) => (json['Resources'] as Json[]).map(({ userName, displayName }) => String(userName ?? displayName));
const cursorOf = ({ json }: Reply) => json['nextCursor'] as string | undefined;
const page = (query: string, cursor = '', as = client, path = '/Users') =>
  as.get(`${path}?cursor=${cursor}${query === '' ? '' : `&${query}`}`);

/** All pages of a walk; `between` is called after each. */
async function walk(query: string, as = client, path = '/Users', between: (walked: number) => Promise<unknown> = async () => {}) {
  const pages: string[][] = [];
  const totals: unknown[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const reply: Reply = await page(query, cursor, as, path);
    if (reply.status !== 200) throw new Error(reply.text);
    pages.push(namesOf(reply));
    totals.push(reply.json['totalResults']);
    cursor = cursorOf(reply);
    await between(pages.length);
  }
  return { pages, totals };
}

/** The client at another time, with a token that is still good then. */
async function later(ms: number): Promise<ScimClient> {
  const token = await addToken(service.connections, client.connection.id, ms + HOUR);
  const then = () => new Date(now().getTime() + ms);
  return new ScimClient(scimFunction({ ...service.dependencies, now: then }), client.connection, token);
}

describe('pages by cursor (RFC 9865 §2)', () => {
  it('the first is asked for by an empty cursor, given as `cursor` or `cursor=`', async () => {
    for (const query of ['cursor&count=3', 'cursor=&count=3', 'count=3&cursor']) {
      const reply = await client.get(`/Users?${query}`);
      expect(reply.status).toBe(200);
      expect(reply.json).toMatchObject({
        schemas: [LIST],
        totalResults: 7,
        itemsPerPage: 3,
        nextCursor: expect.stringMatching(/^[A-Za-z0-9._~-]+$/),
      });
      expect(reply.json).not.toHaveProperty('startIndex');
      expect(reply.json).not.toHaveProperty('previousCursor');
      expect(namesOf(reply)).toEqual(names.slice(0, 3));
    }
  });

  it('nextCursor is missing on the last page, and only there', async () => {
    expect(await walk('count=3')).toEqual({ pages: [['u01', 'u02', 'u03'], ['u04', 'u05', 'u06'], ['u07']], totals: [7, 7, 7] });
    expect((await walk('count=7')).pages).toEqual([names]);
    expect((await walk('count=6')).pages).toEqual([names.slice(0, 6), ['u07']]);
    expect((await walk('count=1')).pages).toEqual(names.map((name) => [name]));
    expect((await walk('')).pages).toEqual([names]);
  });

  it('a page by index is as it was, and the default', async () => {
    for (const query of ['', '?startIndex=1', '?count=3']) {
      const { json } = await client.get(`/Users${query}`);
      expect(json).toMatchObject({ startIndex: 1, totalResults: 7 });
      expect(json).not.toHaveProperty('nextCursor');
    }
  });

  it('a cursor gives the same page again, for a client that missed the answer', async () => {
    const first = await page('count=2');
    const [once, again] = [await page('count=2', cursorOf(first)), await page('count=2', cursorOf(first))];
    expect(namesOf(once)).toEqual(['u03', 'u04']);
    expect(namesOf(again)).toEqual(['u03', 'u04']);
  });

  it.each(['0', '-1', '-7'])('count %s: "no resource results are to be returned except for "totalResults""', async (count) => {
    for (const query of [`count=${count}`, `count=${count}&filter=title+pr`, `count=${count}&sortBy=title`]) {
      const { json } = await page(query);
      expect(json).toMatchObject({ totalResults: 7, itemsPerPage: 0, Resources: [] });
      expect(json).not.toHaveProperty('nextCursor');
    }
  });

  it('in the body of a search too, as the result of POST (§3)', async () => {
    const search = (cursor: string) => client.post('/Users/.search', { schemas: [SEARCH], cursor, count: 4, filter: 'title pr' });
    const first = await search('');
    expect(namesOf(first)).toEqual(names.slice(0, 4));
    const second = await search(cursorOf(first) ?? '');
    expect(namesOf(second)).toEqual(names.slice(4));
    expect(second.json).not.toHaveProperty('nextCursor');
  });

  it('over both types at the root', async () => {
    const pages: string[][] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const reply: Reply = await client.post('/.search', { schemas: [SEARCH], cursor, count: 4 });
      expect(reply.json['totalResults']).toBe(10);
      pages.push(namesOf(reply));
      cursor = cursorOf(reply);
    }
    expect(pages).toEqual([names.slice(0, 4), ['u05', 'u06', 'u07', 'G1'], ['G2', 'G3']]);
  });
});

describe('filtered and sorted walks (RFC 9865 §2, §2.2)', () => {
  it('a filtered walk has no total, unless the first page is all there is', async () => {
    expect(await walk('count=2&filter=title+eq+"Even"')).toEqual({
      pages: [
        ['u01', 'u03'],
        ['u05', 'u07'],
      ],
      totals: [undefined, undefined],
    });
    expect(await walk('count=4&filter=title+eq+"Even"')).toEqual({ pages: [['u01', 'u03', 'u05', 'u07']], totals: [4] });
    expect(await walk('filter=title+eq+"None"')).toEqual({ pages: [[]], totals: [0] });
  });

  it('of what a key finds', async () => {
    expect(await walk('count=2&filter=externalId+eq+"team"', client, '/Groups')).toEqual({
      pages: [['G1', 'G2'], ['G3']],
      totals: [undefined, undefined],
    });
    expect(await walk('count=1&filter=userName+eq+"u03"')).toEqual({ pages: [['u03']], totals: [1] });
  });

  it('"cursor-paged results should be sorted"', async () => {
    const backwards = [...names].reverse();
    expect(await walk('count=3&sortBy=displayName')).toEqual({
      pages: [backwards.slice(0, 3), backwards.slice(3, 6), backwards.slice(6)],
      totals: [7, 7, 7],
    });
    const { pages } = await walk('count=2&sortBy=title&sortOrder=descending&filter=userName+pr');
    expect(pages).toEqual([['u02', 'u04'], ['u06', 'u01'], ['u03', 'u05'], ['u07']]);
    expect((await walk('count=3&sortBy=meta.created')).pages.flat()).toEqual(names);
    expect((await walk('count=3&sortBy=active')).pages.flat()).toEqual(names);
  });
});

describe('a walk while resources come and go', () => {
  async function aPopulation(): Promise<{ walker: ScimClient; ids: Map<string, string> }> {
    const walker = await service.connect();
    const ids = new Map<string, string>();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) ids.set(name, await walker.newUser(name, { title: 'T' }));
    return { walker, ids };
  }

  it.each(['count=2', 'count=2&filter=title+eq+"T"', 'count=2&sortBy=userName', 'count=2&sortBy=title'])(
    'neither skips nor repeats one that is there all the time (%s)',
    async (query) => {
      const { walker, ids } = await aPopulation();
      const remove = (name: string) => walker.delete(`/Users/${ids.get(name)}`);
      const { pages } = await walk(query, walker, '/Users', async (walked) => {
        // The last of the page, one before it, and one that is to come; and one more at the end.
        if (walked === 1) await Promise.all([remove('a'), remove('b'), remove('d'), walker.newUser('h', { title: 'T' })]);
        if (walked === 2) await remove('e');
      });
      expect(pages.flat()).toEqual(['a', 'b', 'c', 'e', 'f', 'g', 'h']);
    },
  );

  it('ends where nothing is left after the place', async () => {
    const { walker, ids } = await aPopulation();
    const first = await page('count=6', '', walker);
    await walker.delete(`/Users/${ids.get('g')}`);
    const last = await page('count=6', cursorOf(first), walker);
    expect(last.json).toMatchObject({ totalResults: 6, itemsPerPage: 0, Resources: [] });
    expect(last.json).not.toHaveProperty('nextCursor');
  });
});

describe('errors of cursors (RFC 9865 §2.1, §5.2)', () => {
  const refused = (reply: Reply, scimType: string) => {
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ schemas: [ERROR], status: '400', scimType });
    return reply.json['detail'];
  };

  it('forged, of another connection, of another query: all are the same invalidCursor', async () => {
    const cursor = String(cursorOf(await page('count=3&filter=title+pr&attributes=userName')));
    const forged = cursor.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    const details = new Set([
      refused(await page('count=3&filter=title+pr&attributes=userName', forged), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr&attributes=userName', 'x'.repeat(2_000)), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr&attributes=userName', encodeURIComponent('\0{}')), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr&attributes=userName', cursor, other), 'invalidCursor'),
      refused(await page('count=3&filter=title+eq+"Even"&attributes=userName', cursor), 'invalidCursor'),
      refused(await page('count=3&attributes=userName', cursor), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr', cursor), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr&excludedAttributes=userName', cursor), 'invalidCursor'),
      refused(await page('count=3&filter=title+pr&attributes=userName&sortBy=userName', cursor), 'invalidCursor'),
      refused(await page('count=3&filter=displayName+pr&attributes=displayName', cursor, client, '/Groups'), 'invalidCursor'),
      refused(
        await client.post('/.search', { schemas: [SEARCH], cursor, count: 3, filter: 'title pr', attributes: ['userName'] }),
        'invalidCursor',
      ),
    ]);
    expect(details.size).toBe(1);
    expect((await page('count=3&filter=title+pr&attributes=userName', cursor)).status).toBe(200);
  });

  it('sortOrder belongs to the query as well', async () => {
    const cursor = cursorOf(await page('count=3&sortBy=userName'));
    refused(await page('count=3&sortBy=userName&sortOrder=descending', cursor), 'invalidCursor');
    expect((await page('count=3&sortBy=userName&sortOrder=ascending', cursor)).status).toBe(200);
  });

  it("names may be spelled in another case, as in the RFC's own example", async () => {
    const first = await client.get('/Users?filter=userName%20sw%20"U"&cursor&count=3');
    const second = await client.get(`/Users?filter=username%20SW%20"U"&cursor=${cursorOf(first)}&count=3`);
    expect(namesOf(second)).toEqual(['u04', 'u05', 'u06']);
    refused(await client.get(`/Users?filter=username%20sw%20"u"&cursor=${cursorOf(first)}&count=3`), 'invalidCursor');
  });

  it('count "must be equal to the count value of the initial query"', async () => {
    const cursor = cursorOf(await page('count=3'));
    for (const query of ['count=4', 'count=0', '']) refused(await page(query, cursor), 'invalidCount');
    const byDefault = await service.dependencies.cursors.save(client.connection, { query: 'x', position: '{}' }, new Date());
    refused(await page('', byDefault), 'invalidCursor');
  });

  it.each(['1001', '99999999999999999999', 'x', '1.5', ''])(
    'count %j is invalidCount: it "must be between 0 and … maxPageSize"',
    async (count) => {
      refused(await page(`count=${count}`), 'invalidCount');
    },
  );

  it('past its time a cursor is expiredCursor, and works until then', async () => {
    const cursor = cursorOf(await page('count=3'));
    expect((await page('count=3', cursor, await later(HOUR - 60_000))).status).toBe(200);
    refused(await page('count=3', cursor, await later(HOUR + 1_000)), 'expiredCursor');
    refused(await page('count=4&filter=title+pr', cursor, await later(HOUR + 1_000)), 'expiredCursor');
  });

  it('beside a startIndex: refused in strict mode; in tolerant the cursor decides', async () => {
    refused(await page('startIndex=2&count=3'), 'invalidValue');
    const tolerant = await service.connect();
    await tolerant.newUser('t');
    service.lines.length = 0;
    const { json } = await page('startIndex=2&count=3', '', tolerant);
    expect(json).toMatchObject({ totalResults: 1, itemsPerPage: 1 });
    expect(json).not.toHaveProperty('startIndex');
    expect(service.records('scim.request')).toMatchObject([{ tolerances: ['bothPagings startIndex'] }]);
  });
});

describe('what a page by cursor costs', () => {
  it('one more resource than it shows, from any place', async () => {
    const { listing } = service.directory.users;
    const asked: unknown[] = [];
    let read = 0;
    const counting = {
      ...listing,
      async *find(...[connection, lookup, after, atATime]: Parameters<typeof listing.find>) {
        asked.push([after?.id, atATime]);
        for await (const user of listing.find(connection, lookup, after, atATime)) {
          read++;
          yield user;
        }
      },
      page: () => {
        throw new Error('a page by index was read');
      },
    };
    const watched = service.clientWith(client, {
      directory: { ...service.directory, users: { ...service.directory.users, listing: counting } },
    });
    await walk('count=2', watched);
    expect(asked).toEqual([
      [undefined, 3],
      [expect.any(String), 3],
      [expect.any(String), 3],
      [expect.any(String), 3],
    ]);
    expect(read).toBe(3 + 3 + 3 + 1);
  });

  it('the same from any place: requests, items and capacity', async () => {
    const engine = await startEmbeddedDynamoDb();
    const own = await startScimService({ engine, now });
    try {
      const walker = await own.connect();
      for (let i = 10; i < 45; i++) await walker.newUser(`walker${i}`);
      const measured = measure(engine.client);
      const query = 'count=5&excludedAttributes=groups';
      const costs: string[][] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        measured.reset();
        const reply: Reply = await page(query, cursor, walker);
        // Not the rate limit's, which writes once for many requests.
        const requests = measured.requests().filter(({ action }) => action !== 'UpdateItem');
        costs.push(requests.map(({ action, items, readUnits, writeUnits }) => `${action} ${items} ${readUnits} ${writeUnits}`).sort());
        cursor = cursorOf(reply);
      }
      expect(costs.length).toBe(7);
      const [first = [], second = [], ...others] = costs;
      // A cursor is read for each page but the first, and written for each but the last.
      expect(second.length).toBe(first.length + 1);
      expect(others.pop()?.length).toBe(first.length);
      for (const other of others) expect(other).toEqual(second);
    } finally {
      await own.close();
    }
  });

  it('one cursor for each page but the last', async () => {
    let saved = 0;
    const cursors: ScimDependencies['cursors'] = {
      save: (...parameters) => {
        saved++;
        return service.dependencies.cursors.save(...parameters);
      },
      read: (...parameters) => service.dependencies.cursors.read(...parameters),
    };
    expect((await walk('count=2', service.clientWith(client, { cursors }))).pages.length).toBe(4);
    expect(saved).toBe(3);
  });

  /** A service whose users are as many as it is asked for: `number` of them, the last one titled Last. */
  async function crowd(number: number): Promise<{ as: ScimClient; directory: ScimDependencies['directory']; read: () => number }> {
    const [first] = (await client.get('/Users?count=1')).json['Resources'] as Json[];
    const stored = await service.directory.users.read(client.connection, String(first?.['id']) as never);
    if (!stored) throw new Error('no user');
    let read = 0;
    const start = Date.parse('2026-01-01T00:00:00Z');
    const user = (i: number): StoredUser => ({
      ...stored,
      id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}` as StoredUser['id'],
      created: new Date(start + i).toISOString(),
      attributes: { userName: `u${i}`, title: i === number - 1 ? 'Last' : 'Other' },
    });
    const listing = {
      ...service.directory.users.listing,
      async *find(...[, , after]: Parameters<typeof service.directory.users.listing.find>) {
        for (let i = after ? Date.parse(after.created) - start + 1 : 0; i < number; i++) {
          read++;
          yield user(i);
        }
      },
    };
    const directory = { ...service.directory, users: { ...service.directory.users, listing } };
    return { as: service.clientWith(client, { directory }), directory, read: () => read };
  }

  it('a filter that no key serves goes on where it stopped: each request is bounded, the walk is not', async () => {
    const { as, read } = await crowd(25_000);
    expect((await as.get('/Users?filter=title+eq+"Last"')).json['scimType']).toBe('tooMany');
    const before = read();
    const { pages, totals } = await walk('filter=title+eq+"Last"', as);
    expect(pages).toEqual([[], [], ['u24999']]);
    expect(totals).toEqual([undefined, undefined, undefined]);
    // A batch that was begun is looked at to its end.
    expect(read() - before).toBeLessThan(25_100);
  });

  it('a request whose time runs out ends its page early, and the walk goes on', async () => {
    const { as, directory } = await crowd(300);
    const handle = scimFunction({ ...service.dependencies, directory });
    const brief = async (cursor: string): Promise<Json> => {
      const event = apiGatewayEvent('GET', `/Users?filter=title+eq+"Last"&cursor=${cursor}`, {
        headers: { authorization: `Bearer ${as.token}` },
      });
      const result = await handle(event, { getRemainingTimeInMillis: () => 4_000 } as Context);
      return JSON.parse(result.body) as Json;
    };
    const pages: number[] = [];
    let cursor: unknown = '';
    while (typeof cursor === 'string') {
      const json = await brief(cursor);
      pages.push(Number(json['itemsPerPage']));
      cursor = json['nextCursor'];
    }
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.reduce((sum, each) => sum + each, 0)).toBe(1);
  });

  describe('a query that has to see every match', () => {
    it.each(['filter=title+eq+"Last"', 'sortBy=title', 'cursor&sortBy=title'])(
      '%s: is refused with the way out when there is no time to look at all of them',
      async (query) => {
        const { as, directory } = await crowd(300);
        const handle = scimFunction({ ...service.dependencies, directory });
        const event = apiGatewayEvent('GET', `/Users?${query}`, { headers: { authorization: `Bearer ${as.token}` } });
        const result = await handle(event, { getRemainingTimeInMillis: () => 4_000 } as Context);
        expect(result.statusCode).toBe(400);
        expect(JSON.parse(result.body)).toMatchObject({ scimType: 'tooMany', detail: expect.stringMatching(/or for too long/) });
      },
    );
  });
});

describe('the cursors themselves', () => {
  it('are made of 128 random bits and hold nothing of the query or the place', async () => {
    const cursor = cursorOf(await page('count=3&filter=title+pr'));
    expect(cursor).toMatch(/^[0-9a-f]{32}$/);
    const again = cursorOf(await page('count=3&filter=title+pr'));
    expect(again).not.toBe(cursor);
  });
});
