import type { Attribute, ResourceType, Schema } from '../attributes/attribute.ts';
import { attributeNamed, type FoundAttribute, findAttribute, findSchema } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { isSelectable } from '../filter/bind-path.ts';
import type { AttributePath, Filter, PatchPath } from '../filter/filter.ts';
import { parseAttributePath } from '../filter/parse-path.ts';
import { printAttributePath, printFilter } from '../filter/print-filter.ts';
import { excerpt } from '../filter/tokenize.ts';

/** An attribute, or the elements of it that a value path selects, or one sub-attribute of either. */
export interface AttributeTarget extends FoundAttribute {
  readonly filter?: Filter;
}

/** A schema as a whole: its URN as a path, or as the name of a member. `extension` is absent for the core schema. */
export interface SchemaTarget {
  readonly schema: Schema;
  readonly extension?: string;
}

export type PatchTarget = AttributeTarget | SchemaTarget;

export function isSchemaTarget(target: PatchTarget): target is SchemaTarget {
  return 'schema' in target;
}

/**
 * Finds what a path means in a resource type: RFC 7644 §3.5.2, `PATH = attrPath / valuePath [subAttr]`.
 * @throws ScimError invalidPath if it means nothing
 */
export function findTarget(resourceType: ResourceType, { path, filter, subAttribute }: PatchPath): PatchTarget {
  if (filter === undefined) return findUnfiltered(resourceType, path);
  const found = findAttribute(resourceType, path);
  if (found === undefined) throw unknown(resourceType, path);
  const { attribute } = found;
  // "The "valuePath" rule allows specific values of a complex multi-valued attribute to be selected."
  if (!isSelectable(attribute) || found.subAttribute !== undefined) {
    throw new ScimError('invalidPath', `${excerpt(printAttributePath(path))} is not multi-valued: it can't be followed by [ ]`);
  }
  if (subAttribute === undefined) return { ...found, filter };
  const selected = attributeNamed(attribute.subAttributes ?? [], subAttribute);
  if (selected === undefined) throw new ScimError('invalidPath', `${excerpt(subAttribute)} is not a sub-attribute of ${attribute.name}`);
  return { ...found, filter, subAttribute: selected };
}

/** False if a path is well formed and names what the resource type has not: an attribute, a sub-attribute or a schema. */
export function isKnownPath(resourceType: ResourceType, { path, filter, subAttribute }: PatchPath): boolean {
  const found = findAttribute(resourceType, path);
  if (found === undefined) return filter === undefined && findSchema(resourceType, path) !== undefined;
  return subAttribute === undefined || attributeNamed(found.attribute.subAttributes ?? [], subAttribute) !== undefined;
}

/**
 * Finds what a member of a path-less operation's value means: the name of an attribute or a schema's URN.
 * @throws ScimError invalidPath if it means nothing
 */
export function findMember(resourceType: ResourceType, name: string): PatchTarget {
  const path = parseAttributePath(name);
  // RFC 7644 §3.5.2.1: the value "contains a set of attributes"; notation for sub-attributes belongs in a path.
  if (path.subAttribute !== undefined) throw new ScimError('invalidPath', `${excerpt(name)} is a path, not the name of an attribute`);
  return findUnfiltered(resourceType, path);
}

/** @throws ScimError invalidPath if the schema has no such attribute */
export function findInSchema({ schema, extension }: SchemaTarget, name: string): AttributeTarget {
  const attribute = attributeNamed(schema.attributes, name);
  if (attribute === undefined) throw new ScimError('invalidPath', `${excerpt(name)} is not an attribute of ${schema.name}`);
  return { attribute, ...(extension !== undefined && { extension }) };
}

/** The path of a target in the spelling of the tables, fully qualified where the attribute is an extension's. */
export function printTarget(target: PatchTarget): string {
  return print(target, printFilter);
}

/** The same for an error message, without the filter: the values in it may be a person's, and messages are logged. */
export function describeTarget(target: PatchTarget): string {
  return print(target, () => '…');
}

function print(target: PatchTarget, filterText: (filter: Filter) => string): string {
  if (isSchemaTarget(target)) return target.schema.id;
  const { extension, attribute, filter, subAttribute } = target;
  const path = printAttributePath({ ...(extension !== undefined && { urn: extension }), attribute: attribute.name });
  return `${path}${filter === undefined ? '' : `[${filterText(filter)}]`}${subAttribute === undefined ? '' : `.${subAttribute.name}`}`;
}

/** The last attribute that a target names: what its value must look like, but for `add` and `replace` of one element. */
export function targetedAttribute({ attribute, subAttribute }: AttributeTarget): Attribute {
  return subAttribute ?? attribute;
}

function findUnfiltered(resourceType: ResourceType, path: AttributePath): PatchTarget {
  const found = findAttribute(resourceType, path);
  if (found !== undefined) return found;
  const id = findSchema(resourceType, path);
  if (id === resourceType.schema.id) return { schema: resourceType.schema };
  const extension = resourceType.extensions.find(({ schema }) => schema.id === id);
  if (extension === undefined) throw unknown(resourceType, path);
  return { schema: extension.schema, extension: extension.schema.id };
}

function unknown({ name }: ResourceType, path: AttributePath): ScimError {
  return new ScimError('invalidPath', `${excerpt(printAttributePath(path))} is not an attribute of ${name}`);
}
