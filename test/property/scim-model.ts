import type { Filter } from '../../shared/scim/filter/filter.ts';
import type { Mode, ScimObject } from '../../shared/scim/resources/resource.ts';
import { evaluateFilter, type Plain } from './filter-model.ts';
import { modelPatch, type Step } from './patch-model.ts';

/** A SCIM service provider as plainly as it can be written: arrays, copies, one `if` a rule, no store. Slow, and sure. */
export const BASE = 'https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2';
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export type Type = 'User' | 'Group';
/** `['emails', 'value']`, `[ENTERPRISE, 'department']`. */
export type Path = readonly string[];

export interface Projection {
  readonly attributes?: readonly Path[];
  readonly excludedAttributes?: readonly Path[];
}

/** What may be done to a group; members are ids. */
export type GroupStep =
  | { readonly op: 'add' | 'replace' | 'remove'; readonly on: 'displayName' | 'externalId'; readonly value: string | null }
  | { readonly op: 'add' | 'replace'; readonly on: 'members'; readonly ids: readonly string[] }
  | {
      readonly op: 'remove';
      readonly on: 'members';
      readonly those: 'all' | 'named' | 'filtered' | 'others';
      readonly ids: readonly string[];
    };

export interface Query extends Projection {
  readonly filter?: Filter;
  readonly sortBy?: Path;
  readonly isDescending?: boolean;
  readonly startIndex?: number;
  readonly count?: number;
}

export interface Answer {
  readonly status: number;
  readonly scimType?: string;
  readonly etag?: string;
  readonly body?: Plain;
}

interface Resource {
  readonly type: Type;
  readonly id: string;
  readonly created: string;
  revision: number;
  lastModified: string;
  attributes: Plain;
  /** Of a group. */
  members: readonly string[];
}

class Refused extends Error {
  readonly answer: Answer;
  constructor(status: number, scimType?: string) {
    super(`${status} ${scimType}`);
    this.answer = { status, ...(scimType !== undefined && { scimType }) };
  }
}

export class ScimModel {
  readonly #mode: Mode;
  #live: Resource[] = [];
  #made = 0;
  /** The time of the request that is answered. */
  now = '';

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  create(type: Type, json: Plain, projection: Projection): Answer {
    return this.#answer(() => {
      const { attributes, members } = this.#parse(type, json);
      const id = `${type.toLowerCase()}${this.#made + 1}`;
      this.#claim(type, attributes, id);
      const resource = { type, id, revision: 1, created: this.now, lastModified: this.now, attributes, members };
      this.#live.push(resource);
      this.#made++;
      return this.#shown(201, resource, projection);
    });
  }

  get(type: Type, id: string, projection: Projection): Answer {
    return this.#answer(() => this.#shown(200, this.#find(type, id), projection));
  }

  replace(type: Type, id: string, json: Plain, ifMatch: string | undefined, projection: Projection): Answer {
    return this.#answer(() => {
      const resource = this.#findFor(type, id, ifMatch);
      const { attributes, members } = this.#parse(type, json);
      this.#change(resource, attributes, members);
      return this.#shown(200, resource, projection);
    });
  }

  patchUser(id: string, steps: readonly Step[], ifMatch: string | undefined, projection: Projection): Answer {
    return this.#answer(() => {
      const resource = this.#findFor('User', id, ifMatch);
      this.#change(resource, modelPatch(resource.attributes as ScimObject, steps, this.#mode) as Plain, []);
      return this.#shown(200, resource, projection);
    });
  }

  patchGroup(id: string, steps: readonly GroupStep[], ifMatch: string | undefined, projection: Projection): Answer {
    return this.#answer(() => {
      const resource = this.#findFor('Group', id, ifMatch);
      // RFC 7644 §3.5.2.2 gives `remove` no value: it is a dialect (T6).
      const byValue = steps.some((step) => step.op === 'remove' && 'those' in step && step.those === 'named');
      if (this.#mode === 'strict' && byValue) throw new Refused(400, 'invalidValue');
      const attributes = steps.filter((step) => step.on !== 'members').reduce(patchAttribute, { ...resource.attributes });
      if (String(attributes['displayName']).trim() === '') throw new Refused(400, 'invalidValue');
      const members = steps.reduce(patchMembers, resource.members);
      this.#change(resource, attributes, this.#users(members));
      if (projection.attributes === undefined) return { status: 204, etag: `W/"${resource.revision}"` };
      return this.#shown(200, resource, projection);
    });
  }

  delete(type: Type, id: string, ifMatch: string | undefined): Answer {
    return this.#answer(() => {
      const resource = this.#findFor(type, id, ifMatch);
      this.#live = this.#live.filter((each) => each !== resource);
      // "the service provider MUST … remove the resource": a group has no member that is not there.
      for (const each of this.#live) each.members = each.members.filter((member) => member !== id);
      return { status: 204 };
    });
  }

  /** The resources of a list, all of them, in order. */
  matches(types: readonly Type[], query: Query): Plain[] {
    const { filter, sortBy, isDescending = false } = query;
    const inOrder = types.flatMap((type) => this.#live.filter((each) => each.type === type)).map((each) => this.#render(each, query));
    const found = inOrder.filter((each) => filter === undefined || evaluateFilter(filter, each));
    if (sortBy === undefined) return found;
    const sign = isDescending ? -1 : 1;
    const key = (each: Plain) => sortKey(each, sortBy);
    // "if there is no data … they are ordered last if ascending and first if descending"
    const less = (a: string | undefined, b: string | undefined) => a !== b && (b === undefined || (a !== undefined && a < b));
    const compare = (a: Plain, b: Plain) => (less(key(a), key(b)) ? -sign : less(key(b), key(a)) ? sign : 0);
    return found.sort(compare);
  }

  list(types: readonly Type[], query: Query): Answer {
    const found = this.matches(types, query);
    const start = Math.max(1, query.startIndex ?? 1);
    const page = found.slice(start - 1, start - 1 + Math.min(1000, Math.max(0, query.count ?? 100)));
    const Resources = page.map((each) => project(each, query));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
    return { status: 200, body: { schemas, totalResults: found.length, startIndex: start, itemsPerPage: page.length, Resources } };
  }

  revisionOf(id: string): number {
    return this.#live.find((each) => each.id === id)?.revision ?? 1;
  }

  #answer(act: () => Answer): Answer {
    try {
      return act();
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      // The model of PATCH says it in the product's own words.
      if (error instanceof Error && error.name === 'ScimError') {
        const { status, scimType } = error as Error & { status: number; scimType: string };
        return { status, scimType };
      }
      throw error;
    }
  }

  #find(type: Type, id: string): Resource {
    const found = this.#live.find((each) => each.id === id && each.type === type);
    if (found === undefined) throw new Refused(404);
    return found;
  }

  #findFor(type: Type, id: string, ifMatch: string | undefined): Resource {
    const found = this.#find(type, id);
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `W/"${found.revision}"`) throw new Refused(412);
    return found;
  }

  #change(resource: Resource, attributes: Plain, members: readonly string[]): void {
    this.#claim(resource.type, attributes, resource.id);
    const sorted = (ids: readonly string[]) => [...ids].sort();
    if (isSame([resource.attributes, sorted(resource.members)], [attributes, sorted(members)])) return;
    Object.assign(resource, { attributes, members, revision: resource.revision + 1, lastModified: this.now });
  }

  #claim(type: Type, attributes: Plain, id: string): void {
    const name = type === 'User' ? 'userName' : 'displayName';
    const isTaken = (other: Resource) =>
      other.type === type && other.id !== id && String(other.attributes[name]).toLowerCase() === String(attributes[name]).toLowerCase();
    if (this.#live.some(isTaken)) throw new Refused(409, 'uniqueness');
  }

  #parse(type: Type, json: Plain): { attributes: Plain; members: readonly string[] } {
    if (this.#mode === 'strict' && json['schemas'] === undefined) throw new Refused(400, 'invalidSyntax');
    const attributes: Plain = {};
    let members: readonly string[] = [];
    for (const [name, value] of Object.entries(json)) {
      if (name === 'schemas' || name === 'id' || name === 'meta' || name === 'password' || name === 'groups') continue;
      if (name === 'unknown') {
        if (this.#mode === 'strict') throw new Refused(400, 'invalidSyntax');
      } else if (name === 'members') members = this.#users((value as { value: string }[]).map((each) => each.value));
      else if (!isUnassigned(value)) attributes[name] = this.#kept(name, value);
    }
    const required = attributes[type === 'User' ? 'userName' : 'displayName'];
    if (typeof required !== 'string' || required.trim() === '') throw new Refused(400, 'invalidValue');
    return { attributes, members };
  }

  #kept(name: string, value: unknown): unknown {
    if (name === 'active' && typeof value === 'string' && this.#mode === 'tolerant') return value === 'True';
    const expected = { active: 'boolean', name: 'object', emails: 'object', [ENTERPRISE]: 'object' }[name] ?? 'string';
    if (typeof value !== expected) throw new Refused(400, 'invalidValue');
    if (name === 'emails') {
      const emails = (value as Plain[]).filter((each) => !isUnassigned(each)).map(withoutUnassigned);
      if (emails.filter((each) => each['primary'] === true).length > 1) throw new Refused(400, 'invalidValue');
      return emails;
    }
    return expected === 'object' ? withoutUnassigned(value as Plain) : value;
  }

  /** Those of the ids that are users: a strict connection refuses the others (RFC 7643 §4.2), a tolerant one leaves them out (T10). */
  #users(ids: readonly string[]): string[] {
    const isUser = (id: string) => this.#live.some((each) => each.id === id && each.type === 'User');
    if (this.#mode === 'strict' && !ids.every(isUser)) throw new Refused(400, 'invalidValue');
    return [...new Set(ids)].filter(isUser);
  }

  #shown(status: number, resource: Resource, projection: Projection): Answer {
    return { status, etag: this.#version(resource, projection), body: project(this.#render(resource, projection), projection) };
  }

  #render(resource: Resource, projection: Projection): Plain {
    const { type, id, created, lastModified, attributes, members } = resource;
    const groups = this.#live.filter((each) => each.members.includes(id));
    const users = members.map((value) => ({ value, $ref: `${BASE}/Users/${value}`, type: 'User' }));
    return {
      schemas: [type === 'User' ? USER : GROUP, ...(ENTERPRISE in attributes ? [ENTERPRISE] : [])],
      id,
      ...attributes,
      ...(users.length > 0 && { members: users }),
      ...(groups.length > 0 && {
        groups: groups.map((each) => ({
          value: each.id,
          $ref: `${BASE}/Groups/${each.id}`,
          display: each.attributes['displayName'],
          type: 'direct',
        })),
      }),
      meta: {
        resourceType: type,
        created,
        lastModified,
        location: `${BASE}/${type}s/${id}`,
        version: this.#version(resource, projection),
      },
    };
  }

  /**
   * A `+` stands for what tells of a user's groups, if there are any, or of a group's members: they change without the revision, and
   * count where they are shown.
   */
  #version({ type, id, revision }: Resource, { attributes, excludedAttributes = [] }: Projection): string {
    const relation = type === 'User' ? 'groups' : 'members';
    const isShown = attributes === undefined || attributes.some(([name]) => name === relation);
    const isLeftOut = excludedAttributes.some((path) => path[0] === relation && path.length === 1);
    const hasRelated = type === 'Group' || this.#live.some((each) => each.members.includes(id));
    return `W/"${revision}${isShown && !isLeftOut && hasRelated ? '+' : ''}"`;
  }
}

function patchAttribute(attributes: Plain, step: GroupStep): Plain {
  if (step.on === 'members') return attributes;
  const { on, value } = step;
  if (step.op !== 'remove' && value !== null) return { ...attributes, [on]: value };
  if (on === 'displayName') throw new Refused(400, 'mutability');
  const { [on]: _, ...rest } = attributes;
  return rest;
}

function patchMembers(members: readonly string[], step: GroupStep): readonly string[] {
  if (step.on !== 'members') return members;
  if (!('those' in step)) return [...new Set(step.op === 'add' ? [...members, ...step.ids] : step.ids)];
  if (step.those === 'all') return [];
  return members.filter((id) => step.ids.includes(id) === (step.those === 'others'));
}

/** RFC 7643 §2.5: null, an empty array and an object without values are no value. */
function isUnassigned(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.every(isUnassigned);
  return typeof value === 'object' && Object.values(value).every(isUnassigned);
}

function withoutUnassigned(object: Plain): Plain {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isUnassigned(value)));
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => isSame((a as Plain)[name], (b as Plain)[name]));
}

/** RFC 7644 §3.4.2.3: the primary value or else the first, without case unless it is exact. */
function sortKey(resource: Plain, [name = '', part]: Path): string | undefined {
  const value = resource[name];
  const element = Array.isArray(value) ? ((value as Plain[]).find((each) => each['primary'] === true) ?? (value as Plain[])[0]) : value;
  const leaf = typeof element === 'object' && element !== null ? (element as Plain)[part ?? 'value'] : element;
  if (leaf === undefined) return undefined;
  return name === 'externalId' ? String(leaf) : String(leaf).toLowerCase();
}

/** RFC 7644 §3.9. */
function project(resource: Plain, { attributes, excludedAttributes }: Projection): Plain {
  const paths = attributes ?? excludedAttributes ?? [];
  const isOnly = attributes !== undefined;
  const shown: Plain = {};
  for (const [name, value] of Object.entries(resource)) {
    const parts = paths.filter((path) => path[0] === name && path.length > 1).map((path) => path[1]);
    const isWhole = paths.some((path) => path[0] === name && path.length === 1);
    if (name === 'id' || name === 'schemas' || isWhole === isOnly) {
      if (name === 'id' || name === 'schemas' || isWhole || parts.length === 0) shown[name] = value;
      else shown[name] = keep(value, (part) => !parts.includes(part));
    } else if (isOnly) shown[name] = keep(value, (part) => parts.includes(part));
  }
  for (const name of Object.keys(shown)) if (isUnassigned(shown[name])) delete shown[name];
  if (!(ENTERPRISE in shown)) shown['schemas'] = (shown['schemas'] as string[]).filter((urn) => urn !== ENTERPRISE);
  return shown;
}

function keep(value: unknown, isKept: (part: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => keep(each, isKept)).filter((each) => !isUnassigned(each));
  if (typeof value !== 'object' || value === null) return isKept('') ? value : undefined;
  return Object.fromEntries(Object.entries(value).filter(([part]) => isKept(part)));
}
