import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { ScimError } from '../../shared/scim/errors.ts';
import { parsePatchOp } from '../../shared/scim/messages/patch-op.ts';
import { applyPatch } from '../../shared/scim/patch/apply-patch.ts';
import { resolveMembership, splitMembership } from '../../shared/scim/patch/membership-operations.ts';
import type { PatchOperation } from '../../shared/scim/patch/operation.ts';
import { sameAttributes } from '../../shared/scim/patch/same-attributes.ts';
import { parseResource } from '../../shared/scim/resources/parse-resource.ts';
import type { Mode } from '../../shared/scim/resources/resource.ts';
import { anyStep, email, name } from './arbitrary-step.ts';
import { modelPatch, operationOf } from './patch-model.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const silent = () => {};

const text = fc.constantFrom('a', 'b', 'c', '');

/** A canonical user: parseResource has the last word, so the arbitrary needs no rules of its own. */
const user = fc
  .record(
    { title: text, active: fc.boolean(), name, emails: fc.array(email, { maxLength: 4 }), department: text, employeeNumber: text },
    { requiredKeys: [] },
  )
  .map(({ department, employeeNumber, ...core }) => {
    let primaries = 0;
    const emails = core.emails?.map((each) => (each['primary'] === true && primaries++ > 0 ? { ...each, primary: false } : each));
    const extension = {
      [ENTERPRISE]: { ...(department !== undefined && { department }), ...(employeeNumber !== undefined && { employeeNumber }) },
    };
    const json = { schemas: [userResourceType.schema.id, ENTERPRISE], userName: 'u', ...core, ...(emails && { emails }), ...extension };
    return parseResource(userResourceType, json, { mode: 'tolerant', onTolerance: silent });
  });

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** The result of an attempt: a resource, or the error's keyword. Anything that is no ScimError fails the test. */
function attempt<T>(run: () => T): { readonly done: T } | { readonly refused: string } {
  try {
    return { done: run() };
  } catch (error) {
    if (error instanceof ScimError) return { refused: error.scimType ?? String(error.status) };
    throw error;
  }
}

describe('PATCH against a model: RFC 7644 §3.5.2', () => {
  it.each(['strict', 'tolerant'] as Mode[])('%s: equals a slow reference, and never changes its input', (mode) => {
    const prototype = Object.getOwnPropertyNames(Object.prototype).sort();
    fc.assert(
      fc.property(user, fc.array(anyStep, { maxLength: 6 }), (resource, steps) => {
        deepFreeze(resource);
        const operations = deepFreeze(steps.map(operationOf));
        const actual = attempt(() => applyPatch(userResourceType, resource, operations, { mode, onTolerance: silent }));
        expect(actual).toEqual(attempt(() => modelPatch(resource, steps, mode)));
      }),
      { numRuns: 2_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype);
  });

  it('gives a canonical resource: parsing the result changes nothing', () => {
    fc.assert(
      fc.property(user, fc.array(anyStep, { maxLength: 6 }), (resource, steps) => {
        const result = attempt(() =>
          applyPatch(userResourceType, resource, steps.map(operationOf), { mode: 'tolerant', onTolerance: silent }),
        );
        if ('refused' in result) return;
        const again = parseResource(userResourceType, result.done, { mode: 'tolerant', onTolerance: silent });
        expect(sameAttributes(result.done, again)).toBe(true);
        expect(JSON.stringify(result.done)).not.toMatch(/null|\[\]|\{\}/);
      }),
    );
  });

  it('answers any JSON with a resource or a ScimError, and pollutes no prototype', () => {
    const key = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'emails',
      'name.givenName',
      'members',
      'manager',
      'id',
      ENTERPRISE,
      'emails[type eq "work"].value',
      'emails[__proto__ eq "x"]',
      'password',
    );
    const anything = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 7, 'x', 'True', ''),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(key, tie('json'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).json;
    const operation = fc.record(
      { op: fc.constantFrom('add', 'Remove', 'replace', 'x'), path: fc.option(key, { nil: undefined }), value: anything },
      { requiredKeys: ['op'] },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), fc.constantFrom<Mode>('strict', 'tolerant'), (Operations, mode) => {
        const options = { mode, onTolerance: silent };
        const json = deepFreeze(JSON.parse(JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })));
        attempt(() => applyPatch(userResourceType, { userName: 'u' }, parsePatchOp(json, userResourceType, options), options));
        attempt(() => {
          const { attributes } = splitMembership(parsePatchOp(json, groupResourceType, options));
          return applyPatch(groupResourceType, { displayName: 'g' }, attributes, options);
        });
        expect(Object.keys({ ...Object.prototype })).toEqual([]);
        expect(({} as Record<string, unknown>)['emails']).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the net change of memberships', () => {
  const id: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd');
  const change: fc.Arbitrary<PatchOperation> = fc.oneof(
    fc.record({
      op: fc.constantFrom('add' as const, 'replace' as const),
      path: fc.constant('members'),
      value: fc.array(
        id.map((value) => ({ value })),
        { maxLength: 3 },
      ),
    }),
    id.map((each): PatchOperation => ({ op: 'remove', path: `members[value eq "${each}"]` })),
    fc.tuple(id, id).map(([a, b]): PatchOperation => ({ op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` })),
    fc.constant<PatchOperation>({ op: 'remove', path: 'members' }),
  );

  it('equals the operations one by one, whoever is in the group', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id), fc.array(change, { maxLength: 8 }), (before, operations) => {
        const expected = new Set(before);
        for (const { op, path, value } of operations) {
          if (op === 'replace' || (path === 'members' && op === 'remove')) expected.clear();
          if (op === 'remove') for (const each of [...expected]) if (path?.includes(`"${each}"`)) expected.delete(each);
          if (op !== 'remove') for (const each of value as { value: string }[]) expected.add(each.value);
        }
        const { membership } = splitMembership(operations);
        for (const net of [
          membership ?? { replaces: false, add: new Set<string>(), remove: new Set<string>() },
          resolveMembership(
            operations,
            before.map((value) => ({ value })),
          ),
        ]) {
          expect([...net.add].filter((each) => net.remove.has(each))).toEqual([]);
          const kept = net.replaces ? [] : before.filter((each) => !net.remove.has(each));
          expect(new Set([...kept, ...net.add])).toEqual(expected);
        }
      }),
    );
  });
});
