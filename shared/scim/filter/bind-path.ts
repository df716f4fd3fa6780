import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { attributeNamed, findAttribute, isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { elementsOf, isPresent, ownValue } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';
import type { AttributePath } from './filter.ts';
import { printAttributePath } from './print-filter.ts';
import { excerpt } from './tokenize.ts';

/** An attribute of a filter, found in the tables: how to read it from a resource, or from an element of a value path. */
export interface BoundAttribute {
  /** As the client spelled it, for error messages. */
  readonly name: string;
  /** The attribute whose values are compared: `value` for a complex attribute that has one. */
  readonly compared: Attribute;
  /** The values to compare; undefined for an element without the sub-attribute. */
  readonly values: (source: ScimValue) => readonly (ScimValue | undefined)[];
  readonly isPresent: (source: ScimValue) => boolean;
  /** The attribute before the sub-attribute, and its elements: what a value path selects from. */
  readonly parent: Attribute;
  readonly elements: (source: ScimValue) => readonly ScimValue[];
}

/**
 * Finds a path in a resource type.
 * @throws ScimError invalidFilter for an unknown attribute and for one that is never returned
 */
export function bindInResource(resourceType: ResourceType, path: AttributePath): BoundAttribute {
  const name = printAttributePath(path);
  const found = findAttribute(resourceType, path);
  if (found === undefined) throw new ScimError('invalidFilter', `${excerpt(name)} is not an attribute of ${resourceType.name}`);
  const { attribute, subAttribute, extension } = found;
  refuseHidden(name, attribute);
  if (subAttribute !== undefined) refuseHidden(name, subAttribute);

  const whole = (source: ScimValue) => ownValue(extension === undefined ? source : ownValue(source, extension), attribute.name);
  const elements = (source: ScimValue) => elementsOf(whole(source));
  // The filter `emails co "example.com"` of RFC 7644 §3.4.2.2, figure 2, is about the value of each e-mail address.
  const read = subAttribute ?? attributeNamed(attribute.subAttributes ?? [], 'value');
  const values = read === undefined ? elements : (source: ScimValue) => elements(source).map((element) => ownValue(element, read.name));
  return {
    name,
    compared: read ?? attribute,
    values,
    isPresent: (source) => (subAttribute === undefined ? isPresent(whole(source)) : values(source).some(isPresent)),
    parent: attribute,
    elements,
  };
}

/**
 * Finds a sub-attribute's name in an element: the names inside `[ ]`.
 * @throws ScimError invalidFilter if the attribute has no such sub-attribute
 */
export function bindInElement(parent: Attribute, path: AttributePath): BoundAttribute {
  const name = `${parent.name}[${printAttributePath(path)}]`;
  const isPlain = path.urn === undefined && path.subAttribute === undefined;
  const attribute = isPlain ? attributeNamed(parent.subAttributes ?? [], path.attribute) : undefined;
  if (attribute === undefined) {
    throw new ScimError('invalidFilter', `${excerpt(printAttributePath(path))} is not a sub-attribute of ${parent.name}`);
  }
  refuseHidden(name, attribute);
  const read = (element: ScimValue) => ownValue(element, attribute.name);
  return {
    name,
    compared: attribute,
    values: (element) => [read(element)],
    isPresent: (element) => isPresent(read(element)),
    parent: attribute,
    elements: (element) => elementsOf(read(element)),
  };
}

/**
 * True if a value path can stand on the attribute: it is complex and multi-valued (RFC 7644 §3.5.2), or a list of simple values, which
 * only a declared attribute is. `schemas` follows from the data that is present: nobody selects in it.
 */
export function isSelectable({ multiValued, name }: Attribute): boolean {
  return multiValued && name !== 'schemas';
}

/**
 * An element that is no object: RFC 7643 §2.4 calls an element's "significant value" its `value`, and without that name no client could
 * take one of several texts or numbers away: `[value eq "x"]`.
 * @throws ScimError invalidFilter for any other name
 */
export function bindInSimpleElement(parent: Attribute, path: AttributePath): BoundAttribute {
  const name = printAttributePath(path);
  if (!isSameName(name, 'value')) {
    throw new ScimError('invalidFilter', `${excerpt(name)} is not a sub-attribute of ${parent.name}: its values are compared as value`);
  }
  const attribute = { ...parent, multiValued: false };
  return {
    name: `${parent.name}[value]`,
    compared: attribute,
    values: (element) => [element],
    isPresent,
    parent: attribute,
    elements: elementsOf,
  };
}

/** A value that is never returned must not be found out by filtering: RFC 7643 §7, "returned", and RFC 7644 §7.5. */
function refuseHidden(name: string, attribute: Attribute): void {
  if (attribute.returned === 'never' || attribute.mutability === 'writeOnly') {
    throw new ScimError('invalidFilter', `${excerpt(name)} can't be used in a filter: it is never returned`);
  }
}
