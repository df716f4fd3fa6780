import { afterAll, describe, expect, it } from 'vitest';
import { connectInMemory } from './connect-in-memory.ts';
import { BADGE, badge, SITE, site } from './declared-schema.ts';
import { ENTERPRISE, GROUP, type Json, type Reply, type ScimClient, startScimService, USER } from './scim-client.ts';

/**
 * The tables tell the truth: everything here is made from what /ResourceTypes and /Schemas say over the wire, for every attribute and
 * sub-attribute of every schema, those of declared ones with every type among them. The connections are strict, so that each promise
 * is held to the letter.
 */
interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact?: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness?: string;
  readonly canonicalValues?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

/** One attribute or sub-attribute in its place. */
interface Subject {
  readonly client: ScimClient;
  readonly endpoint: string;
  /** The base schema of the resource type. */
  readonly base: string;
  readonly urn: string;
  readonly isExtension: boolean;
  /** The attributes that stand beside it in its schema. */
  readonly siblings: readonly Attribute[];
  readonly attribute: Attribute;
  readonly sub?: Attribute;
}

const service = await startScimService();
const { connect } = connectInMemory(service);
const clients: ScimClient[] = [];
for (const schemaExtension of [badge, site]) clients.push(await connect({ mode: 'strict', schemaExtension }));
afterAll(() => service.close());

const subjects = (await Promise.all(clients.map(subjectsOf))).flat();

/** Both connections have User, Group and the enterprise schema: those are driven once. */
async function subjectsOf(client: ScimClient, position: number): Promise<Subject[]> {
  const types = (await client.get('/ResourceTypes')).json['Resources'] as Json[];
  const found: Subject[] = [];
  for (const { endpoint, schema, schemaExtensions } of types as { endpoint: string; schema: string; schemaExtensions: Json[] }[]) {
    for (const urn of [schema, ...schemaExtensions.map((extension) => String(extension['schema']))]) {
      if (position > 0 && [USER, GROUP, ENTERPRISE].includes(urn)) continue;
      const siblings = (await client.get(`/Schemas/${urn}`)).json['attributes'] as Attribute[];
      for (const attribute of siblings) {
        const subject = { client, endpoint, base: schema, urn, isExtension: urn !== schema, siblings, attribute };
        found.push(subject, ...(attribute.subAttributes ?? []).map((sub) => ({ ...subject, sub })));
      }
    }
  }
  return found;
}

const last = ({ attribute, sub }: Subject) => sub ?? attribute;
const isReadOnly = ({ attribute, sub }: Subject) => attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly';
const isNever = ({ attribute, sub }: Subject) => attribute.returned === 'never' || sub?.returned === 'never';
const isImmutable = (subject: Subject) => last(subject).mutability === 'immutable';
const isWritable = (subject: Subject) => !isReadOnly(subject) && !isNever(subject);
/** The value is looked at as one of several, however many there are. */
const isMulti = ({ attribute }: Subject) => attribute.multiValued;
const nameOf = ({ attribute, sub }: Subject) => (sub ? `${attribute.name}.${sub.name}` : attribute.name);
const pathOf = (subject: Subject) => (subject.isExtension ? `${subject.urn}:${nameOf(subject)}` : nameOf(subject));
const title = (subject: Subject) => `${subject.endpoint} ${pathOf(subject)}`;

let made = 0;
const members: string[] = [];

/** A value of the declared type, another for each variant; texts have both cases in them. */
function simpleValue(attribute: Attribute, variant: 0 | 1): unknown {
  switch (attribute.type) {
    case 'boolean':
      return variant === 0;
    case 'integer':
      return 41 + variant;
    case 'decimal':
      return 2.5 + variant;
    case 'dateTime':
      return `2026-0${1 + variant}-31T09:00:00Z`.replace('02-31', '03-31');
    case 'binary':
      return variant === 0 ? 'QUJDREVG' : 'R0hJSktM';
    case 'reference':
      return `https://Example.com/Aa${variant}`;
    default:
      return `Aa${variant}bB`;
  }
}

/** The whole value of an attribute; with a sub-attribute only that one and what must stand beside it. */
function exampleOf(subject: Subject, variant: 0 | 1): unknown {
  const { attribute, sub } = subject;
  if (attribute.type !== 'complex') {
    // Names are unique: each resource has its own.
    const single = attribute.uniqueness === 'server' ? `Aa${variant}-${++made}@example.com` : simpleValue(attribute, variant);
    return attribute.multiValued ? [single] : single;
  }
  const parts = (attribute.subAttributes ?? []).filter((each) => (sub === undefined ? true : each.name === sub.name || each.required));
  const object = Object.fromEntries(parts.map((part) => [part.name, partOf(subject, part, variant)]));
  // A member is a user, whatever else is said of it.
  const element = attribute.name === 'members' ? { value: members[variant], ...object } : object;
  return attribute.multiValued ? [element] : element;
}

function partOf({ attribute, sub }: Subject, part: Attribute, variant: 0 | 1): unknown {
  if (attribute.name === 'members' && part.name === 'value') return members[variant];
  // The only type a member has: canonicalValues says so.
  if (attribute.name === 'members' && part.name === 'type') return part.canonicalValues?.[0];
  // The required one beside a sub-attribute stays the same, so that the element does; and what can't be changed in a single value.
  const isFixed = sub === undefined ? isFixedPart(attribute, part) : part.name !== sub.name;
  return simpleValue(part, isFixed ? 0 : variant);
}

/** The parts of one value stay with it; several values may be replaced by others. */
const isFixedPart = ({ multiValued }: Attribute, part: Attribute) => !multiValued && part.mutability === 'immutable';
const hasFixedPart = ({ attribute, sub }: Subject) =>
  sub === undefined && (attribute.subAttributes ?? []).some((part) => isFixedPart(attribute, part));

/** A resource with this value of the attribute, or without it. */
function bodyOf(subject: Subject, value: unknown, name = `Base-${++made}@example.com`): Json {
  const { base, urn, isExtension, siblings, attribute } = subject;
  const required = siblings.filter((each) => each.required && each.name !== attribute.name);
  const beside = isExtension ? Object.fromEntries(required.map((each) => [each.name, simpleValue(each, 0)])) : {};
  // An extension that is left out as a whole lacks nothing: something of it is there where a required attribute is not.
  const other = siblings.find((each) => value === undefined && attribute.required && isExtension && !each.required);
  const given = value === undefined ? (other ? { [other.name]: simpleValue(other, 0) } : {}) : { [attribute.name]: value };
  const data = { ...beside, ...given };
  const hasData = isExtension && Object.keys(data).length > 0;
  const core = base === USER ? { userName: name } : { displayName: name };
  return { schemas: [base, ...(hasData ? [urn] : [])], ...core, ...(isExtension ? hasData && { [urn]: data } : given) };
}

/** What a reply shows at the subject's place: of several elements the first. */
function shown(subject: Subject, json: Json): unknown {
  const { urn, isExtension, attribute, sub } = subject;
  const value = (isExtension ? (json[urn] as Json | undefined) : json)?.[attribute.name];
  if (sub === undefined) return value;
  const element = (Array.isArray(value) ? value[0] : value) as Json | undefined;
  return element?.[sub.name];
}

/** What of a value given for the subject is kept: without what is read-only or never returned. */
function kept(subject: Subject, value: unknown): unknown {
  const { attribute, sub } = subject;
  if (sub !== undefined) return ((Array.isArray(value) ? value[0] : value) as Json)[sub.name];
  if (attribute.type !== 'complex') return value;
  const parts = (attribute.subAttributes ?? []).filter(({ mutability, returned }) => mutability !== 'readOnly' && returned !== 'never');
  const strip = (element: unknown) => Object.fromEntries(parts.map(({ name }) => [name, (element as Json)[name]]));
  return Array.isArray(value) ? value.map(strip) : strip(value);
}

/** Computed parts may stand beside what was kept. */
function expectShown(subject: Subject, json: Json, value: unknown): void {
  if (value === undefined) expect(shown(subject, json)).toBeUndefined();
  else if (typeof value === 'object') expect(shown(subject, json)).toMatchObject(value as object);
  else expect(shown(subject, json)).toBe(value);
}

async function create(subject: Subject, value: unknown): Promise<{ id: string; reply: Reply }> {
  const reply = await subject.client.post(subject.endpoint, bodyOf(subject, value));
  expect(reply.status, `${title(subject)}: ${reply.text}`).toBe(201);
  const id = String(reply.json['id']);
  // What is computed has something to be computed from.
  if (subject.attribute.name === 'groups') await subject.client.newGroup(`Group-${++made}`, [id]);
  return { id, reply };
}

const addressOf = ({ endpoint }: Subject, id: string) => `${endpoint}/${id}`;

/** The resource with the attribute asked for by its name, so that what is returned on request is there too. */
async function read(subject: Subject, id: string): Promise<Json> {
  return (await subject.client.get(`${addressOf(subject, id)}?attributes=${encodeURIComponent(pathOf(wholeOf(subject)))}`)).json;
}

async function replace(subject: Subject, id: string, value: unknown): Promise<Reply> {
  const { json } = await subject.client.get(addressOf(subject, id));
  const name = String(json['userName'] ?? json['displayName']);
  return subject.client.put(addressOf(subject, id), bodyOf(subject, value, name));
}

const patch = (subject: Subject, id: string, operation: Json) =>
  subject.client.patch(addressOf(subject, id), [{ path: pathOf(subject), ...operation }]);

/** The resources that a filter finds, of the one with this id; or the error. */
async function finds(subject: Subject, id: string, filter: string): Promise<boolean | string> {
  const query = encodeURIComponent(`id eq "${id}" and (${filter})`);
  const { status, json } = await subject.client.get(`${subject.endpoint}?filter=${query}&attributes=id`);
  return status === 200 ? json['totalResults'] === 1 : `${status} ${json['scimType']}`;
}

for (const userName of ['member-0', 'member-1']) members.push(String(await clients[0]?.newUser(`${userName}@example.com`)));

describe.each(subjects.map((subject) => [title(subject), subject] as const))('%s', (_, subject) => {
  const { attribute, sub } = subject;
  const target = last(subject);
  const isPart = sub !== undefined;
  /** The value at the end of the path, for PATCH and filters. */
  const at = (variant: 0 | 1) => {
    const value = exampleOf(subject, variant);
    return isPart ? ((Array.isArray(value) ? value[0] : value) as Json)[target.name] : value;
  };

  it('has every characteristic of RFC 7643 §7', () => {
    expect(target).toMatchObject({ multiValued: expect.any(Boolean), required: expect.any(Boolean) });
    expect(['readOnly', 'readWrite', 'immutable', 'writeOnly']).toContain(target.mutability);
    expect(['always', 'never', 'default', 'request']).toContain(target.returned);
    if (target.type === 'complex') expect(target.subAttributes?.length).toBeGreaterThan(0);
  });

  it('POST, GET and the projections: kept if it is writable, shown as "returned" says', async () => {
    const value = exampleOf(subject, 0);
    const { id, reply } = await create(subject, value);
    if (!isWritable(subject)) {
      for (const json of [reply.json, await read(subject, id)]) expect(shown(subject, json)).not.toEqual(kept(subject, value));
      return;
    }
    const expected = kept(subject, value);
    expectShown(subject, reply.json, expected);
    expectShown(subject, await read(subject, id), expected);
    const get = async (query: string) => (await subject.client.get(`${addressOf(subject, id)}${query}`)).json;
    const path = encodeURIComponent(pathOf(subject));
    expectShown(subject, await get(''), attribute.returned === 'request' ? undefined : expected);
    expectShown(subject, await get(`?attributes=${path}`), expected);
    expectShown(subject, await get(`?attributes=${path.toUpperCase()}`), expected);
    expectShown(subject, await get('?attributes=meta'), attribute.returned === 'always' ? expected : undefined);
    expectShown(subject, await get(`?excludedAttributes=${path}`), attribute.returned === 'always' ? expected : undefined);
  });

  it('POST refuses a value of another type, and several values where one is declared', async () => {
    if (isReadOnly(subject) || isNever(subject)) return;
    const wrong =
      target.type === 'string' || target.type === 'reference' || target.type === 'binary'
        ? 7
        : target.type === 'dateTime'
          ? 'soon'
          : 'text';
    const wrapped = (value: unknown) => {
      if (!isPart) return value;
      const given = exampleOf(subject, 0);
      const element = { ...((Array.isArray(given) ? given[0] : given) as Json), [target.name]: value };
      return attribute.multiValued ? [element] : element;
    };
    const one = at(0);
    const values = target.multiValued ? [wrapped([wrong]), wrapped(Array.isArray(one) ? one[0] : one)] : [wrapped(wrong), wrapped([one])];
    for (const value of values) {
      const { status, json, text } = await subject.client.post(subject.endpoint, bodyOf(subject, value));
      expect([status, json['scimType']], text).toEqual([400, 'invalidValue']);
    }
  });

  it('PUT: another value, none, and the same again, as "mutability" and "required" say', async () => {
    const { id } = await create(subject, exampleOf(subject, 0));
    const before = shown(subject, await read(subject, id));
    const other = exampleOf(subject, 1);
    const replaced = await replace(subject, id, other);
    if (isReadOnly(subject) || isNever(subject)) {
      expect(replaced.status, replaced.text).toBe(200);
      if (!isMulti(subject) || !isPart) expect(shown(subject, await read(subject, id))).toEqual(before);
      return;
    }
    // RFC 7643 §4.2: members may be others, each with its own parts.
    if (isImmutable(subject) && !(isPart && isMulti(subject))) {
      expect([replaced.status, replaced.json['scimType']]).toEqual([400, 'mutability']);
      expect((await replace(subject, id, undefined)).status).toBe(200);
      return expectShown(subject, await read(subject, id), kept(subject, exampleOf(subject, 0)));
    }
    expect(replaced.status, replaced.text).toBe(200);
    expectShown(subject, await read(subject, id), kept(subject, other));
    const without = await subject.client.put(addressOf(subject, id), emptied(bodyOf(subject, undefined), subject));
    if (attribute.required) return expect([without.status, without.json['scimType']]).toEqual([400, 'invalidValue']);
    expect(without.status, without.text).toBe(200);
    if (!hasFixedPart(subject)) expectShown(subject, await read(subject, id), undefined);
  });

  it('PATCH: replace, remove and add, as "mutability" and "required" say', async () => {
    const { id } = await create(subject, exampleOf(subject, 0));
    const refused = async (operation: Json) => {
      const { status, json, text } = await patch(subject, id, operation);
      expect([status, json['scimType']], text).toEqual([400, 'mutability']);
    };
    if (isReadOnly(subject)) {
      for (const op of ['add', 'replace']) await refused({ op, value: at(1) });
      return refused({ op: 'remove' });
    }
    const done = async (operation: Json) => expect((await patch(subject, id, operation)).status).toBeLessThan(300);
    if (isNever(subject)) {
      await done({ op: 'replace', value: at(1) });
      return expectShown(subject, await read(subject, id), undefined);
    }
    if (isImmutable(subject)) {
      if (target.name !== 'type' || attribute.name !== 'members') await refused({ op: 'replace', value: at(1) });
      return refused({ op: 'remove' });
    }
    const other = at(1);
    await done({ op: 'replace', value: other });
    expectShown(subject, await read(subject, id), isPart ? other : kept(subject, other));
    if (target.required || hasFixedPart(subject)) return refused({ op: 'remove' });
    await done({ op: 'remove' });
    expectShown(subject, await read(subject, id), undefined);
    // Without its only part an element is gone: it is added as a whole.
    const isGone = isPart && isMulti(subject) && shown(wholeOf(subject), await read(subject, id)) === undefined;
    const value = isGone ? exampleOf(subject, 0) : at(0);
    await done({ op: 'add', value, ...(isGone && { path: pathOf(wholeOf(subject)) }) });
    expectShown(subject, await read(subject, id), isPart ? at(0) : kept(subject, value));
  });

  it('filter: every operator its type has, and invalidFilter for the others', async () => {
    const { id } = await create(subject, exampleOf(subject, 0));
    const path = pathOf(subject);
    const is = (filter: string) => finds(subject, id, filter);
    if (isNever(subject)) {
      for (const filter of [`${path} eq ${JSON.stringify(simpleValue(target, 0))}`, `${path} pr`])
        expect(await is(filter)).toBe('400 invalidFilter');
      return;
    }
    const compared = target.type === 'complex' ? target.subAttributes?.find(({ name }) => name === 'value') : target;
    if (compared === undefined) {
      expect(await is(`${path} eq "x"`)).toBe('400 invalidFilter');
      return expect(await is(`${path} pr`)).toBe(!isReadOnly(subject));
    }
    const given = shown(subject, await read(subject, id));
    const first = Array.isArray(given) ? given[0] : given;
    const value = target.type === 'complex' ? (first as Json | undefined)?.['value'] : first;
    expect(await is(`${path} pr`)).toBe(value !== undefined);
    const literal = JSON.stringify(value ?? simpleValue(compared, 0));
    const isThere = value !== undefined;
    expect(await is(`${path} eq ${literal}`)).toBe(isThere);
    expect(await is(`${path} ne ${literal}`)).toBe(!isThere);
    expect(await is(`${path} eq null`)).toBe(!isThere);
    const isText = ['string', 'reference', 'binary'].includes(compared.type);
    if (isText && isThere) {
      const swapped = [...String(value)]
        .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
        .join('');
      if (swapped !== value) expect(await is(`${path} eq ${JSON.stringify(swapped)}`)).toBe(compared.caseExact === false);
    }
    const inner = JSON.stringify(String(value ?? 'x').slice(1, -1));
    const parts: [string, string][] = [
      ['co', inner],
      ['sw', JSON.stringify(String(value ?? 'x').slice(0, 2))],
      ['ew', JSON.stringify(String(value ?? 'x').slice(-2))],
    ];
    const hasParts = !['boolean', 'integer', 'decimal'].includes(compared.type);
    for (const [operator, part] of parts)
      expect(await is(`${path} ${operator} ${hasParts ? part : literal}`)).toBe(hasParts ? isThere : '400 invalidFilter');
    // RFC 7644 §3.4.2.2: "Boolean and Binary attributes SHALL cause a failed response".
    const hasOrder = !['boolean', 'binary'].includes(compared.type);
    for (const [operator, matches] of [
      ['ge', true],
      ['le', true],
      ['gt', false],
      ['lt', false],
    ] as const) {
      expect(await is(`${path} ${operator} ${literal}`), operator).toBe(hasOrder ? matches && isThere : '400 invalidFilter');
    }
    const other = compared.type === 'string' || isText || compared.type === 'dateTime' ? '7' : '"7"';
    expect(await is(`${path} eq ${other}`)).toBe('400 invalidFilter');
  });

  it('sortBy: 200, or 400 for what is never returned and for what has no value of its own', async () => {
    const { id } = await create(subject, exampleOf(subject, 0));
    const filter = encodeURIComponent(`id eq "${id}"`);
    for (const order of ['ascending', 'descending']) {
      const reply = await subject.client.get(
        `${subject.endpoint}?filter=${filter}&sortBy=${encodeURIComponent(pathOf(subject))}&sortOrder=${order}`,
      );
      const hasValue = target.type !== 'complex' || target.subAttributes?.some(({ name }) => name === 'value') === true;
      const expected = isNever(subject) ? [400, 'invalidFilter'] : hasValue ? [200, undefined] : [400, 'invalidPath'];
      expect([reply.status, reply.json['scimType']], reply.text).toEqual(expected);
    }
  });
});

/** A required name is left out where it is what is looked at. */
function emptied(body: Json, { attribute, isExtension }: Subject): Json {
  const { [attribute.name]: _, ...rest } = body;
  return isExtension ? body : rest;
}

function wholeOf({ sub: _, ...subject }: Subject): Subject {
  return subject;
}

describe('the subjects', () => {
  it('are all attributes of all schemas, those of the declared ones with every type', () => {
    expect(new Set(subjects.map(({ urn }) => urn))).toEqual(new Set([USER, GROUP, ENTERPRISE, BADGE, SITE]));
    const types = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'];
    expect(new Set(subjects.filter(({ urn }) => urn === BADGE).map((subject) => last(subject).type))).toEqual(new Set(types));
    expect(subjects.length).toBeGreaterThanOrEqual(120);
  });
});
