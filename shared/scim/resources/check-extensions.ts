import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import { elementsOf, ownValue } from './own-value.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/**
 * RFC 7643 §6: a resource may omit an extension that is not required, so its required attributes (§7) are asked for where its data is
 * given. Data that a PATCH did not touch is not asked about: a connection may have declared the attribute required since, and a user
 * must be deactivated all the same.
 * @throws ScimError invalidValue naming the attribute
 */
export function checkExtensions({ extensions }: ResourceType, resource: ScimObject, before: ScimObject = {}): void {
  for (const { schema } of extensions) {
    const data = ownValue(resource, schema.id);
    if (data === undefined || data === ownValue(before, schema.id)) continue;
    checkRequiredIn(schema.attributes, data, `${schema.id}:`);
    for (const { name, subAttributes = [] } of schema.attributes) {
      if (!subAttributes.some(({ required }) => required)) continue;
      for (const element of elementsOf(ownValue(data, name))) checkRequiredIn(subAttributes, element, `${schema.id}:${name}.`);
    }
  }
}

function checkRequiredIn(attributes: readonly Attribute[], object: ScimValue, prefix: string): void {
  for (const { name, required } of attributes) {
    if (required && isBlank(ownValue(object, name))) {
      throw new ScimError('invalidValue', `${prefix}${name} is required where other attributes beside it are given, and can't be empty`);
    }
  }
}

function isBlank(value: ScimValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
