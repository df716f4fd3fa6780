import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { aUser, eventOf } from './bench-event.ts';
import { type BenchService, type Served, startBenchService } from './bench-service.ts';
import { cpuTimesOf, type Effort } from './cpu-time.ts';
import type { Figure } from './figure.ts';

/** How much of the first part is done. */
export interface ServerTimeEffort extends Effort {
  /** Users of the lists: the smallest first. */
  readonly listed: readonly number[];
  /** Members of the groups: a small one and a large one. */
  readonly members: readonly [number, number];
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** A page of the lists. */
const PAGE = 100;

/** CPU time of the operations of a client, each beside its floor. */
export async function measureServerTime(effort: ServerTimeEffort): Promise<Figure[]> {
  let number = 0;
  // On a directory of its own, which grows with each request.
  const creating = new Operations(await startBenchService(), effort);
  const post = await creating.figure('POST user', 'POST', () => ['/Users', aUser(++number)], { ms: 0.12, ratio: 8 });

  const operations = new Operations(await startBenchService(), effort);
  const users: string[] = [];
  const addUsers = async (count: number) => {
    while (users.length < count) users.push(await operations.create('/Users', aUser(++number)));
  };
  await addUsers(100);
  const [first = ''] = users;

  const get = await operations.figure('GET user', 'GET', () => [`/Users/${first}`], { ms: 0.05, ratio: 5.5 });
  const find = await operations.figure('filter=userName eq', 'GET', () => ['/Users?filter=userName%20eq%20%22person.7%40example.com%22'], {
    ms: 0.06,
  });
  let active = true;
  const patch = await operations.figure(
    'PATCH active',
    'PATCH',
    () => {
      active = !active;
      return [`/Users/${first}`, { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'active', value: active }] }];
    },
    { ms: 0.1 },
  );

  const lists: Figure[] = [];
  for (const size of effort.listed) {
    await addUsers(size);
    let page = -1;
    // One page after the other, as a client walks them.
    const next = (): [string] => {
      page = (page + 1) % Math.max(1, size / PAGE);
      return [`/Users?startIndex=${page * PAGE + 1}&count=${PAGE}`];
    };
    lists.push(await operations.figure(`list of ${PAGE} of ${size} users`, 'GET', next, { ms: 1.5 }, 20));
  }

  const groups: Figure[] = [];
  // All users before the first group, so that both groups are measured in the same directory.
  await addUsers(effort.members[1] + 1);
  for (const size of effort.members) {
    groups.push(await oneMember(operations, users, size));
  }
  const [small, large] = groups;
  const sizes: Figure[] =
    small && large
      ? [ratioFigure(`group ±1 member, ${effort.members[1]} : ${effort.members[0]} members`, large.value / small.value, 1.2)]
      : [];

  return [get, post, find, ...lists, patch, ...groups, ...sizes];
}

async function oneMember(operations: Operations, users: readonly string[], size: number): Promise<Figure> {
  const members = users.slice(0, size).map((value) => ({ value }));
  const group = await operations.create('/Groups', { schemas: [GROUP], displayName: `Group of ${size} ${randomUUID()}`, members });
  const value = users[size];
  let isIn = false;
  const next = (): [string, unknown] => {
    isIn = !isIn;
    const operation = isIn ? { op: 'add', path: 'members', value: [{ value }] } : { op: 'remove', path: `members[value eq "${value}"]` };
    return [`/Groups/${group}`, { schemas: [PATCH_OP], Operations: [operation] }];
  };
  return operations.figure(`group of ${size} ±1 member`, 'PATCH', next, { ms: 0.15 });
}

function ratioFigure(operation: string, ratio: number, target: number): Figure {
  return { operation, value: ratio, unit: 'ratio', target, met: ratio <= target };
}

class Operations {
  readonly #service: BenchService;
  readonly #effort: Effort;
  constructor(service: BenchService, effort: Effort) {
    this.#service = service;
    this.#effort = effort;
  }

  /** A new resource; its id. @throws Error if it does not come about */
  async create(path: string, body: unknown): Promise<string> {
    const answer = await this.#answer('POST', path, body);
    return String((JSON.parse(answer.body) as { id: unknown }).id);
  }

  async figure(
    operation: string,
    method: string,
    next: () => readonly [path: string, body?: unknown],
    target: { readonly ms: number; readonly ratio?: number },
    /** So much rarer than others is this one measured. */
    rarer = 1,
  ): Promise<Figure> {
    const { token, serve, floor } = this.#service;
    const events = (count: number) => Array.from({ length: count }, () => eventOf(token, method, ...next()));
    const effort = { ...this.#effort, warmUp: Math.ceil(this.#effort.warmUp / rarer), perBatch: Math.ceil(this.#effort.perBatch / rarer) };
    const answer = await this.#answer(method, ...next());
    const callsOf = (served: Served) => (count: number) => events(count).map((event) => () => served(event));
    const [value = Number.NaN, floorValue = Number.NaN] = await cpuTimesOf([callsOf(serve), callsOf(floor(answer))], effort);
    const ratio = value / floorValue;
    // The ratio is the same on any machine: where one is wanted it decides, and the time is only shown.
    const met = target.ratio === undefined ? value <= target.ms : ratio <= target.ratio;
    return {
      operation,
      value,
      unit: 'ms',
      floor: floorValue,
      ratio,
      target: target.ms,
      ...(target.ratio !== undefined && { targetRatio: target.ratio }),
      met,
    };
  }

  async #answer(method: string, path: string, body?: unknown): Promise<APIGatewayProxyResult> {
    const { token, serve } = this.#service;
    return serve(eventOf(token, method, path, body));
  }
}
