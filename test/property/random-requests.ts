import fc from 'fast-check';
import { expect } from 'vitest';
import { printFilter } from '../../shared/scim/filter/print-filter.ts';
import type { Mode } from '../../shared/scim/resources/resource.ts';
import { ERROR, type Json, type Reply, type ScimClient, startScimService } from '../protocol/scim-client.ts';
import { type Body, type Condition, type GroupDraft, type Member, NONE, type Nth, type Request, request } from './arbitrary-requests.ts';
import type { Plain } from './filter-model.ts';
import { operationOf } from './patch-model.ts';
import {
  type Answer,
  ENTERPRISE,
  GROUP,
  type GroupStep,
  type Path,
  type Projection,
  type Query,
  ScimModel,
  type Type,
  USER,
} from './scim-model.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const START = Date.parse('2026-01-01T00:00:00Z');
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export interface Runs {
  readonly mode: Mode;
  readonly inMemory: boolean;
  readonly runs: number;
  readonly requests: number;
}

/** Sends random sequences of requests to the real handler and to the model: each answer must be the same, and the state at the end. */
export async function randomRequests({ mode, inMemory, runs, requests }: Runs): Promise<Record<string, number>> {
  let time = START;
  const service = await startScimService({ inMemory, now: () => new Date(time) });
  const seen: Record<string, number> = {};
  try {
    const sequence = fc.array(request, { minLength: 1, maxLength: requests, size: 'max' });
    await fc.assert(
      fc.asyncProperty(sequence, async (each) => {
        time = START;
        const client = await service.connect({ mode });
        const both = new Both(client, new ScimModel(mode), () => {
          // No two requests at one time: the order of lists is that of creation.
          time += 1_000;
          return new Date(time).toISOString();
        });
        for (const one of each) {
          const status = await both.send(one);
          const key = `${one.do} ${status}`;
          seen[key] = (seen[key] ?? 0) + 1;
        }
        await both.compareState();
      }),
      { numRuns: runs },
    );
  } finally {
    await service.close();
  }
  return seen;
}

/** The server and the model side by side. The model's ids are `user1`, `group2`; the server's stand for them on the wire. */
class Both {
  readonly #client: ScimClient;
  readonly #model: ScimModel;
  readonly #tick: () => string;
  /** Of each type, in order of creation, deleted ones too: the model's id and the server's. */
  readonly #made: Record<Type, { readonly name: string; readonly id: string }[]> = { User: [], Group: [] };
  /** The last version of a resource that a client was given, and what it looked like. */
  readonly #versions = new Map<string, { readonly etag: string; readonly body: Plain }>();

  constructor(client: ScimClient, model: ScimModel, tick: () => string) {
    this.#client = client;
    this.#model = model;
    this.#tick = tick;
  }

  async send(one: Request): Promise<number> {
    this.#model.now = this.#tick();
    switch (one.do) {
      case 'create':
        return this.#create(one.type, one.json, one.projection);
      case 'get':
        return this.#compare(
          await this.#client.get(`/${one.type}s/${this.#id(one.type, one.nth)}${queryText(one.projection)}`),
          this.#model.get(one.type, this.#name(one.type, one.nth), one.projection),
        );
      case 'revalidate':
        return this.#revalidate(one.type, one.nth);
      case 'delete':
        return this.#compare(
          await this.#client.delete(`/${one.type}s/${this.#id(one.type, one.nth)}`, this.#headers(one.type, one.nth, one.ifMatch)),
          this.#model.delete(one.type, this.#name(one.type, one.nth), this.#version(one.type, one.nth, one.ifMatch)),
        );
      case 'list':
        return this.#compare(await this.#list(one.types, one.how, one.query), this.#model.list(one.types, one.query));
      case 'walk':
        return this.#walk(one.types, one.query);
      default:
        return this.#write(one);
    }
  }

  /** At the end: every resource as it is read by itself, and the lists. */
  async compareState(): Promise<void> {
    for (const type of ['User', 'Group'] as const) {
      for (const { id, name } of this.#made[type]) {
        this.#compare(await this.#client.get(`/${type}s/${id}`), this.#model.get(type, name, {}));
      }
      await this.send({ do: 'list', types: [type], how: 'get', query: {} });
    }
  }

  async #create(type: Type, json: Body, projection: Projection): Promise<number> {
    const reply = await this.#client.post(`/${type}s${queryText(projection)}`, this.#onWire(type, json, this.#ids));
    const answer = this.#model.create(type, this.#onWire(type, json, this.#names), projection);
    if (reply.status === 201 && answer.status === 201) {
      this.#made[type].push({ name: String(answer.body?.['id']), id: String(reply.json['id']) });
      expect(reply.headers['location']).toMatch(new RegExp(`/${type}s/${reply.json['id']}$`));
    }
    return this.#compare(reply, answer);
  }

  async #write(one: Extract<Request, { do: 'replace' | 'patchUser' | 'patchGroup' }>): Promise<number> {
    const type = one.do === 'replace' ? one.type : one.do === 'patchUser' ? 'User' : 'Group';
    const path = `/${type}s/${this.#id(type, one.nth)}${queryText(one.projection)}`;
    const headers = this.#headers(type, one.nth, one.ifMatch);
    const version = this.#version(type, one.nth, one.ifMatch);
    const name = this.#name(type, one.nth);
    if (one.do === 'replace') {
      const reply = await this.#client.put(path, this.#onWire(type, one.json, this.#ids), headers);
      return this.#compare(reply, this.#model.replace(type, name, this.#onWire(type, one.json, this.#names), version, one.projection));
    }
    if (one.do === 'patchUser') {
      const reply = await this.#client.patch(path, one.steps.map(operationOf), headers);
      return this.#compare(reply, this.#model.patchUser(name, one.steps, version, one.projection));
    }
    // Whether taking out somebody who is deleted moves the revision is left open: a client sees no member either way.
    if (one.steps.some((draft) => this.#takesOutDeleted(draft))) return 0;
    const reply = await this.#client.patch(
      path,
      one.steps.map((draft) => groupOperation(withMembers(draft, this.#ids))),
      headers,
    );
    const steps = one.steps.map((draft) => withMembers(draft, this.#names));
    return this.#compare(reply, this.#model.patchGroup(name, steps, version, one.projection));
  }

  #takesOutDeleted({ step, members }: GroupDraft): boolean {
    if (step.on !== 'members' || step.op !== 'remove' || step.those !== 'named') return false;
    const names = members.map(this.#names);
    return this.#made.User.some(({ name }) => names.includes(name) && this.#model.get('User', name, {}).status === 404);
  }

  /** A client that has a version asks whether it is still the one: RFC 7644 §3.14. */
  async #revalidate(type: Type, nth: Nth): Promise<number> {
    const path = `/${type}s/${this.#id(type, nth)}`;
    const name = this.#name(type, nth);
    const known = this.#versions.get(name);
    const answer = this.#model.get(type, name, {});
    const reply = await this.#client.get(path, known && { headers: { 'If-None-Match': known.etag } });
    if (answer.body !== undefined && known !== undefined && isSame(known.body, answer.body)) {
      expect({ status: reply.status, text: reply.text, etag: reply.headers['etag'] }).toEqual({ status: 304, text: '', etag: known.etag });
    } else this.#compare(reply, answer);
    const etag = reply.headers['etag'];
    if (etag !== undefined && answer.body !== undefined) this.#versions.set(name, { etag, body: answer.body });
    return reply.status;
  }

  #list(types: readonly Type[], how: 'get' | 'search', query: Query, cursor?: string): Promise<Reply> {
    const paging = cursor === undefined ? {} : { cursor };
    const endpoint = types.length === 1 ? `/${types[0]}s` : '';
    if (how === 'get' && endpoint !== '') return this.#client.get(`${endpoint}${queryText(query, paging)}`);
    return this.#client.post(`${endpoint}/.search`, { schemas: [SEARCH], ...searchBody(query), ...paging });
  }

  /** RFC 9865: all pages together are the list. */
  async #walk(types: readonly Type[], { startIndex: _, ...query }: Query): Promise<number> {
    const count = Math.min(Math.max(1, query.count ?? 2), 3);
    const expected = this.#model.matches(types, query);
    const found: unknown[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined; pages++) {
      expect(pages, 'a walk that has no end').toBeLessThan(100);
      const reply = await this.#list(types, 'get', { ...query, count }, cursor);
      const { itemsPerPage, totalResults = expected.length, startIndex, Resources, nextCursor } = this.#inNames(reply);
      expect({ status: reply.status, totalResults, startIndex }).toEqual({
        status: 200,
        totalResults: expected.length,
        startIndex: undefined,
      });
      expect((Resources as unknown[]).length).toBe(itemsPerPage);
      expect(Number(itemsPerPage)).toBeLessThanOrEqual(count);
      found.push(...(Resources as unknown[]));
      cursor = nextCursor as string | undefined;
    }
    const all = this.#model.list(types, { ...query, count: 1000 });
    expect(found).toEqual(inOrder(all.body?.['Resources']));
    return 200;
  }

  /** @throws what vitest says of two answers that differ */
  #compare(reply: Reply, { status, scimType, etag, body }: Answer): number {
    const said = status >= 400 ? { schemas: [ERROR], status: String(status), ...(scimType !== undefined && { scimType }) } : inOrder(body);
    const { detail, ...json } = this.#inNames(reply);
    if (status >= 400) expect(detail).toEqual(expect.any(String));
    const version = reply.headers['etag'];
    expect({
      status: reply.status,
      etag: version === undefined ? undefined : masked(version),
      body: reply.text === '' ? undefined : json,
    }).toEqual({
      status,
      etag,
      body: said,
    });
    return status;
  }

  /** The reply with the model's ids, and what has no order in one. */
  #inNames(reply: Reply): Plain {
    const names = new Map([...this.#made.User, ...this.#made.Group].map(({ id, name }) => [id, name]));
    return inOrder(JSON.parse(masked((reply.text || '{}').replaceAll(UUID, (id) => names.get(id) ?? id)))) as Plain;
  }

  #id(type: Type, nth: Nth): string {
    return this.#at(type, nth)?.id ?? NOBODY;
  }

  #name(type: Type, nth: Nth): string {
    return this.#at(type, nth)?.name ?? NOBODY;
  }

  #at(type: Type, nth: Nth): { readonly name: string; readonly id: string } | undefined {
    const made = this.#made[type];
    return nth === NONE ? undefined : made[nth % made.length];
  }

  readonly #ids = (member: Member) => (member === 'nobody' ? NOBODY : this.#id(member.type, member.nth));
  readonly #names = (member: Member) => (member === 'nobody' ? NOBODY : this.#name(member.type, member.nth));

  #version(type: Type, nth: Nth, condition: Condition): string | undefined {
    const revision = this.#model.revisionOf(this.#name(type, nth));
    return { none: undefined, current: `W/"${revision}"`, other: `W/"${revision + 1}"`, any: '*', nonsense: `"${revision}` }[condition];
  }

  #headers(type: Type, nth: Nth, condition: Condition): { headers: Record<string, string> } {
    const version = this.#version(type, nth, condition);
    return { headers: version === undefined ? {} : { 'If-Match': version } };
  }

  #onWire(type: Type, { schemas, members, ...json }: Body, idOf: (member: Member) => string): Plain {
    return {
      ...(schemas === true && { schemas: type === 'User' ? [USER, ENTERPRISE] : [GROUP] }),
      ...json,
      ...(members && { members: members.map((member) => ({ value: idOf(member) })) }),
    };
  }
}

function withMembers({ step, members }: GroupDraft, idOf: (member: Member) => string): GroupStep {
  return step.on === 'members' ? { ...step, ids: members.map(idOf) } : step;
}

function groupOperation(step: GroupStep): Json {
  if (step.on !== 'members') return { op: step.op, path: step.on, ...(step.op !== 'remove' && { value: step.value }) };
  const values = step.ids.map((value) => ({ value }));
  if (step.op !== 'remove') return { op: step.op, path: 'members', value: values };
  const filter = step.ids.map((id) => `value eq "${id}"`).join(' or ');
  if (step.those === 'named') return { op: 'remove', path: 'members', value: values };
  return { op: 'remove', path: { all: 'members', filtered: `members[${filter}]`, others: `members[not (${filter})]` }[step.those] };
}

function pathText(path: Path): string {
  return path.join(path[0] === ENTERPRISE ? ':' : '.');
}

function searchBody({ filter, sortBy, isDescending, attributes, excludedAttributes, ...paging }: Query): Plain {
  return {
    ...(filter && { filter: printFilter(filter) }),
    ...(sortBy && { sortBy: pathText(sortBy) }),
    ...(isDescending !== undefined && { sortOrder: isDescending ? 'descending' : 'ascending' }),
    ...(attributes && { attributes: attributes.map(pathText) }),
    ...(excludedAttributes && { excludedAttributes: excludedAttributes.map(pathText) }),
    ...paging,
  };
}

function queryText(query: Query, more: Plain = {}): string {
  const parameters = Object.entries({ ...searchBody(query), ...more }).map(([name, value]): [string, string] => [name, String(value)]);
  return parameters.length === 0 ? '' : `?${new URLSearchParams(parameters)}`;
}

/** What tells of a user's groups, or a group's members, in a version is nobody's to predict: a `+`. */
function masked(text: string): string {
  return text.replaceAll(/W\/(\\?)"(\d+)\.[0-9a-f]+/g, 'W/$1"$2+');
}

/** Members and groups have no order: RFC 7643 §2.4. */
function inOrder(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(inOrder);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([name, value]) => [name, inOrder(value)] as const);
  return Object.fromEntries(entries.map(([name, value]) => [name, name === 'members' || name === 'groups' ? sorted(value) : value]));
}

function sorted(list: unknown): unknown {
  return [...(list as Plain[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Whether a client has what it would get. */
function isSame(a: Plain, b: Plain): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}
