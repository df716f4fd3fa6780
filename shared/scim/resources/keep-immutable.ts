import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import { sameValue } from '../patch/same-attributes.ts';
import { asDeclared } from './declared-data.ts';
import { isScimObject, ownValue } from './own-value.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/**
 * What a PUT makes of immutable attributes: RFC 7644 §3.5.1, "If one or more values are already set for the attribute, the input
 * value(s) MUST match … If the service provider has no existing values, the new value(s) SHALL be applied." One that the client leaves
 * out stays as it is. Sub-attributes of a single complex value go by the same rule; the values of a multi-valued one may be others.
 * Only a declared schema has such attributes: those of the RFC's own are sub-attributes of `members`.
 * @throws ScimError mutability
 */
export function keepImmutable(resourceType: ResourceType, before: ScimObject, after: ScimObject): ScimObject {
  let kept = after;
  const declared = asDeclared(resourceType, before);
  for (const { schema } of resourceType.extensions) {
    const stored = ownValue(declared, schema.id);
    if (stored === undefined) continue;
    const data = keepIn(schema.attributes, stored, ownValue(after, schema.id), `${schema.id}:`);
    if (data !== undefined) kept = { ...kept, [schema.id]: data };
  }
  return kept;
}

function keepIn(attributes: readonly Attribute[], before: ScimValue, after: ScimValue | undefined, prefix: string): ScimObject | undefined {
  let kept: ScimObject | undefined = isScimObject(after) ? after : undefined;
  for (const { name, mutability, multiValued, subAttributes } of attributes) {
    const stored = ownValue(before, name);
    if (stored === undefined) continue;
    const given = ownValue(kept, name);
    if (mutability === 'immutable') {
      if (given !== undefined && !sameValue(given, stored)) {
        throw new ScimError('mutability', `${prefix}${name} can't be changed once it is set`);
      }
      kept = { ...kept, [name]: stored };
    } else if (!multiValued && subAttributes !== undefined) {
      const value = keepIn(subAttributes, stored, given, `${prefix}${name}.`);
      if (value !== undefined) kept = { ...kept, [name]: value };
    }
  }
  return kept;
}
