import { randomUUID } from 'node:crypto';
import { scimStore } from '../../functions/scim/compose.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import { inMemoryStore } from '../doubles/in-memory-store.ts';
import { startWorld } from '../flow/harness.ts';
import { measure } from '../local/measured-dynamodb.ts';
import { aUser, eventOf } from './bench-event.ts';
import { startBenchService } from './bench-service.ts';

/** What one operation asks of DynamoDB and SQS, counted at the clients of the real adapters. */
export interface OperationCost {
  readonly operation: string;
  /** DynamoDB's requests in order: `GetItem`, `TransactWriteItems` … */
  readonly requests: readonly string[];
  readonly items: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Messages sent. */
  readonly sends: number;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const MEMBERS = 11;

/**
 * The SCIM function, the worker and the sweep on the embedded engine, one operation after the other. Each is counted on a day on
 * which the token was used before. Confluence is a double: its calls cost no request here. Nor is the count of the rate limit there,
 * which is written once in 25 requests and depends on the clock.
 */
export async function countOperationCosts(): Promise<OperationCost[]> {
  const world = await startWorld({ settings: { brake: {} } });
  const measured = measure(world.client);
  let sends = 0;
  const queue: ChangeQueue = {
    send: async (group, change) => {
      sends++;
      await world.queue.send(group, change);
    },
    length: () => world.queue.length(),
  };
  const { token, serve } = await startBenchService({ ...scimStore(world.table, 120), rates: inMemoryStore().rates }, queue, 10_000);
  const request = async (method: string, path: string, body?: unknown): Promise<string> => {
    const { body: text } = await serve(eventOf(token, method, path, body));
    return text === '' ? '' : String((JSON.parse(text) as { id?: unknown }).id);
  };
  const patch = (path: string, operation: object) => request('PATCH', path, { schemas: [PATCH_OP], Operations: [operation] });
  const costs: OperationCost[] = [];
  async function count<T>(operation: string, work: () => Promise<T>): Promise<T> {
    measured.reset();
    sends = 0;
    const result = await work();
    const requests = measured.requests();
    const sum = (unit: 'items' | 'readUnits' | 'writeUnits') => requests.reduce((total, each) => total + each[unit], 0);
    costs.push({
      operation,
      requests: requests.map(({ action }) => action),
      items: sum('items'),
      readUnits: sum('readUnits'),
      writeUnits: sum('writeUnits'),
      sends,
    });
    return result;
  }

  try {
    await request('GET', '/Users?count=0');
    let number = 1_000;
    const others: string[] = [];
    for (let i = 0; i < MEMBERS; i++) others.push(await request('POST', '/Users', aUser(++number)));
    await world.settle();

    const person = aUser(++number);
    await count('GET filter=userName eq, no match', () =>
      request('GET', `/Users?filter=${encodeURIComponent(`userName eq "${person.userName}"`)}`),
    );
    const user = await count('POST user', () => request('POST', '/Users', person));
    await count('worker: create the account', () => world.settle());
    await count('GET filter=userName eq, a match', () =>
      request('GET', `/Users?filter=${encodeURIComponent(`userName eq "${person.userName}"`)}`),
    );
    await count('GET user', () => request('GET', `/Users/${user}`));
    await count('GET user without groups', () => request('GET', `/Users/${user}?excludedAttributes=groups`));
    await count('PATCH title', () => patch(`/Users/${user}`, { op: 'replace', path: 'title', value: 'Head' }));
    await count('worker: profile', () => world.settle());
    await count('PATCH active', () => patch(`/Users/${user}`, { op: 'replace', path: 'active', value: false }));
    await count('worker: disable the account', () => world.settle());
    await patch(`/Users/${user}`, { op: 'replace', path: 'active', value: true });
    await world.settle();

    const members = others.slice(0, MEMBERS - 1).map((value) => ({ value }));
    const group = await count(`POST group with ${members.length} members`, () =>
      request('POST', '/Groups', { schemas: [GROUP], displayName: `Group ${randomUUID()}`, members }),
    );
    await count('worker: create the group and its members', () => world.settle());
    await count('GET group without members', () => request('GET', `/Groups/${group}?excludedAttributes=members`));
    await count('group +1 member', () => patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: user }] }));
    await count('worker: add the member', () => world.settle());
    await count('group −1 member', () => patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${user}"]` }));
    await count('worker: remove the member', () => world.settle());
    await count('list of 10, first page', () => request('GET', '/Users?startIndex=1&count=10'));
    await count('DELETE user', () => request('DELETE', `/Users/${user}`));
    await count('worker: disable the account of a deleted user', () => world.settle());
    // Once an hour it writes down which secret it has seen.
    await world.sweep();
    await count('sweep, nothing pending', () => world.sweep());
    await count('driver, no run', () => world.reconcile());
    return costs;
  } finally {
    await world.close();
  }
}
