import type { AttributePath } from '../filter/filter.ts';
import type { Attribute, ResourceType } from './attribute.ts';
import { commonAttributes } from './common-attributes.ts';

export interface FoundAttribute {
  /** The URN of the extension that defines the attribute; absent for core and common attributes. */
  readonly extension?: string;
  readonly attribute: Attribute;
  readonly subAttribute?: Attribute;
}

/** True if two names, or two URNs, are the same one. RFC 7644 §3.10: all facets of an attribute's name are case insensitive. */
export function isSameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase();
}

/** Each table's attributes by their names, as they are spelled and folded. */
const byName = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

/** The attribute of this name in a list, whatever the case of the letters. The list must not change: it is a table's. */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  if (attributes.length === 0) return undefined;
  const names = byName.get(attributes) ?? indexed(attributes);
  const found = names.get(name) ?? names.get(name.toLowerCase());
  // There are letters that fold to others with a longer or shorter spelling; isSameName does not take them either.
  return found?.name.length === name.length ? found : undefined;
}

function indexed(attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> {
  // Of two that fold to the same name the first counts.
  const names = new Map(
    attributes
      .toReversed()
      .flatMap((attribute) => [[attribute.name.toLowerCase(), attribute] as const, [attribute.name, attribute] as const]),
  );
  byName.set(attributes, names);
  return names;
}

const ofResourceType = new WeakMap<ResourceType, readonly Attribute[]>();

/** RFC 7643 §3.1: "Common attributes are considered to be part of every base resource schema". Extensions apart. */
export function baseAttributes(resourceType: ResourceType): readonly Attribute[] {
  const known = ofResourceType.get(resourceType);
  if (known) return known;
  const attributes = [...commonAttributes, ...resourceType.schema.attributes];
  ofResourceType.set(resourceType, attributes);
  return attributes;
}

/**
 * The definition that a path means in a resource type (RFC 7644 §3.10), or undefined if it has none. An unqualified name is looked
 * for in the common and core attributes, then in the extensions: "Clients MAY omit core schema attribute URN prefixes but SHOULD
 * fully qualify extended attributes", and Entra ID filters by `manager` alone (SCIM.md E3).
 */
export function findAttribute(resourceType: ResourceType, path: AttributePath): FoundAttribute | undefined {
  const { urn } = path;
  if (urn === undefined || isSameName(urn, resourceType.schema.id)) {
    const attribute = attributeNamed(baseAttributes(resourceType), path.attribute);
    if (attribute !== undefined) return withSubAttribute({ attribute }, path.subAttribute);
  }
  for (const { schema } of resourceType.extensions) {
    if (urn !== undefined && !isSameName(urn, schema.id)) continue;
    const attribute = attributeNamed(schema.attributes, path.attribute);
    if (attribute !== undefined) return withSubAttribute({ extension: schema.id, attribute }, path.subAttribute);
  }
  return undefined;
}

/**
 * The URN of the schema that a path names as a whole, in its right spelling: `urn:…:enterprise:2.0:User` is read as the attribute
 * `User` of `urn:…:enterprise:2.0`, since only the tables can tell. Undefined for every other path.
 */
export function findSchema(resourceType: ResourceType, path: AttributePath): string | undefined {
  if (path.urn === undefined || path.subAttribute !== undefined) return undefined;
  const whole = `${path.urn}:${path.attribute}`;
  const ids = [resourceType.schema.id, ...resourceType.extensions.map(({ schema }) => schema.id)];
  return ids.find((id) => isSameName(id, whole));
}

function withSubAttribute(found: FoundAttribute, name: string | undefined): FoundAttribute | undefined {
  if (name === undefined) return found;
  const subAttribute = attributeNamed(found.attribute.subAttributes ?? [], name);
  return subAttribute === undefined ? undefined : { ...found, subAttribute };
}
