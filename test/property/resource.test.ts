import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { ScimError } from '../../shared/scim/errors.ts';
import { parseResource } from '../../shared/scim/resources/parse-resource.ts';
import { parseProjection, project, wantsAttribute } from '../../shared/scim/resources/project.ts';
import { renderResource } from '../../shared/scim/resources/render-resource.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const tolerant = { mode: 'tolerant', onTolerance: () => {} } as const;

const names = [
  'userName',
  'USERNAME',
  'active',
  'name',
  'emails',
  'roles',
  'value',
  'primary',
  'givenName',
  'manager',
  'id',
  'password',
  'groups',
  ENTERPRISE,
];
const key = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...names, '__proto__', 'constructor') },
  { weight: 1, arbitrary: fc.string() },
);
const { body } = fc.letrec((tie) => ({
  body: fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries as [string, unknown][])),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer(), fc.constant(null)),
    tie('body'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
/** A user that is right, with a rubbish attribute here and there. */
const user = fc.record(
  {
    userName: fc.string({ minLength: 1 }).map((text) => `u${text}`),
    externalId: fc.option(fc.string()),
    active: fc.option(fc.boolean()),
    name: fc.option(fc.record({ givenName: fc.option(fc.string()), rubbish: body })),
    emails: fc.option(fc.array(fc.option(fc.record({ value: fc.string(), type: fc.option(fc.constantFrom('work', 'home')) })))),
    password: fc.string(),
    groups: body,
    rubbish: body,
    [ENTERPRISE]: fc.option(fc.record({ department: fc.option(fc.string()), manager: fc.option(fc.record({ value: fc.string() })) })),
  },
  { requiredKeys: ['userName'] },
);

function outcome(json: unknown): ScimObject | ScimError {
  try {
    return parseResource(userResourceType, json, tolerant);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

describe('parsing resources, RFC 7644 §3.3', () => {
  it('answers any JSON with a resource or a ScimError, and parses what it made to the same', () => {
    fc.assert(
      fc.property(fc.oneof(body, user, fc.jsonValue()), (json) => {
        const before = JSON.stringify(json);
        const resource = outcome(json);
        expect(JSON.stringify(json)).toBe(before);
        if (resource instanceof ScimError) expect(['invalidSyntax', 'invalidValue']).toContain(resource.scimType);
        else expect(outcome(resource)).toEqual(resource);
      }),
      { numRuns: 2000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('keeps a right user, without password, groups and what it does not know', () => {
    fc.assert(
      fc.property(user, (json) => {
        const resource = parseResource(userResourceType, json, tolerant);
        expect(resource['userName']).toBe(json['userName']);
        for (const name of ['password', 'groups', 'rubbish', 'schemas']) expect(Object.keys(resource)).not.toContain(name);
      }),
      { numRuns: 500 },
    );
  });
});

describe('projecting resources, RFC 7644 §3.9', () => {
  const list = fc
    .array(
      fc.constantFrom(
        'userName',
        'name',
        'name.givenName',
        'emails.value',
        'EMAILS',
        'groups',
        'groups.value',
        ENTERPRISE,
        'meta',
        'id',
        'x',
      ),
    )
    .map((chosen) => chosen.join(','));
  const groups = [{ value: 'g', display: 'G' }];

  function shown(json: object, query: { attributes: string } | { excludedAttributes: string }) {
    const attributes = parseResource(userResourceType, json, tolerant);
    const kept = { id: 'i', revision: 1, created: 'c', lastModified: 'l', attributes, groups };
    const full = renderResource(userResourceType, kept, 'https://h');
    const projection = parseProjection(userResourceType, query, tolerant);
    return { full, projection, part: project(userResourceType, full, projection) };
  }

  it('always shows id and schemas, and groups only where they had to be loaded', () => {
    const query = fc.oneof(fc.record({ attributes: list }), fc.record({ excludedAttributes: list }));
    fc.assert(
      fc.property(user, query, (json, asked) => {
        const { full, projection, part } = shown(json, asked);
        expect(part).toMatchObject({ id: 'i', schemas: expect.arrayContaining(['urn:ietf:params:scim:schemas:core:2.0:User']) });
        expect(Object.keys(full)).toEqual(expect.arrayContaining(Object.keys(part)));
        if (!wantsAttribute(projection, 'groups')) expect(part['groups']).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('shows each attribute either by naming it or by not excluding it', () => {
    fc.assert(
      fc.property(user, fc.constantFrom('userName', 'name', 'emails', 'groups', 'active', 'meta'), (json, name) => {
        const { full, part: named } = shown(json, { attributes: name });
        const { part: others } = shown(json, { excludedAttributes: name });
        expect({ ...others, ...named, schemas: full['schemas'] }).toEqual(full);
        expect(Object.keys(others)).not.toContain(name);
      }),
      { numRuns: 500 },
    );
  });
});
