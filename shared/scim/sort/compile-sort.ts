import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { attributeNamed, type FoundAttribute, findAttribute } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import type { AttributePath } from '../filter/filter.ts';
import { readAttributePath } from '../filter/read-attribute-path.ts';
import { excerpt, FILTER_LIMITS } from '../filter/tokenize.ts';
import { tolerateSortBy } from '../interoperability/tolerate-query.ts';
import { elementsOf, ownValue } from '../resources/own-value.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { type SortKey, sortKey } from './sort-key.ts';

export interface Sort {
  /** As the client named it: tells which relation has to be loaded. */
  readonly path: AttributePath;
  /** The key of a rendered resource; null for one whose type has no such attribute. */
  readonly keyOf: (resourceType: ResourceType['name'], resource: ScimObject) => SortKey;
}

/**
 * Binds `sortBy` to the resource types of an endpoint: RFC 7644 §3.4.2.3. An attribute that one of several types lacks is data that
 * its resources don't have.
 * @returns undefined for what none of them can be sorted by, in tolerant mode
 * @throws ScimError invalidFilter for an attribute that is never returned; strict: invalidPath for what can't be sorted by
 */
export function compileSort(
  resourceTypes: readonly ResourceType[],
  sortBy: string,
  { mode, onTolerance }: { readonly mode: Mode; readonly onTolerance: OnTolerance },
): Sort | undefined {
  const path = sortBy.length <= FILTER_LIMITS.characters ? readAttributePath(sortBy) : undefined;
  const readers = new Map<string, (resource: ScimObject) => SortKey>();
  for (const resourceType of path === undefined ? [] : resourceTypes) {
    const found = path && findAttribute(resourceType, path);
    if (found === undefined) continue;
    refuseHidden(sortBy, found);
    const compared = comparedOf(found);
    if (compared !== undefined) readers.set(resourceType.name, readerOf(found, compared));
  }
  if (path === undefined || readers.size === 0) {
    const names = resourceTypes.map(({ name }) => name).join(' or ');
    tolerateSortBy(
      `sortBy ${excerpt(sortBy)} is no attribute by which a ${names} can be sorted; name a sub-attribute of a complex one`,
      mode,
      onTolerance,
    );
    return undefined;
  }
  return { path, keyOf: (name, resource) => readers.get(name)?.(resource) ?? null };
}

/**
 * The order of a list tells what it is sorted by: users sorted by password, with one of a known password among them, would give every
 * password away step by step. RFC 7643 §7: "writeOnly … SHALL NOT be returned"; RFC 7644 §7.5.
 */
function refuseHidden(sortBy: string, { attribute, subAttribute }: FoundAttribute): void {
  const isHidden = [attribute, subAttribute].some((each) => each?.returned === 'never' || each?.mutability === 'writeOnly');
  if (isHidden)
    throw new ScimError('invalidFilter', `${excerpt(sortBy)} can't be sorted by: it is never returned, and the order would tell of it`);
}

/** The attribute whose values are compared: of a complex one its `value`, if it has one. */
function comparedOf({ attribute, subAttribute }: FoundAttribute): Attribute | undefined {
  const compared = subAttribute ?? (attribute.type === 'complex' ? attributeNamed(attribute.subAttributes ?? [], 'value') : attribute);
  return compared?.type === 'complex' ? undefined : compared;
}

function readerOf({ attribute, extension }: FoundAttribute, compared: Attribute): (resource: ScimObject) => SortKey {
  return (resource) => {
    const elements = elementsOf(ownValue(extension === undefined ? resource : ownValue(resource, extension), attribute.name));
    // "if it's a multi-valued attribute, resources are sorted by the value of the primary attribute …, if any, or else the first value"
    const element = elements.find((each: ScimValue) => ownValue(each, 'primary') === true) ?? elements[0];
    if (element === undefined) return null;
    return sortKey(compared, compared === attribute ? element : elementsOf(ownValue(element, compared.name))[0]);
  };
}
