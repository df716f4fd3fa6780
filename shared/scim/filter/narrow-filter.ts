import type { ResourceType } from '../attributes/attribute.ts';
import { findAttribute } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { compileFilter } from './compile-filter.ts';
import type { Filter } from './filter.ts';
import { printAttributePath } from './print-filter.ts';
import { excerpt } from './tokenize.ts';

type Leaf = Extract<Filter, { kind: 'compare' | 'present' | 'valuePath' }>;

/**
 * What is left of a filter for the resources of one type, or what it comes to for all of them: what `meta.resourceType` is compared
 * with is known, and so is an attribute that the type has not. RFC 7644 §3.4.2.1: "For filtered attributes that are not part of a
 * particular resource type, the service provider SHALL treat the attribute as if there is no attribute value."
 * The filter itself if nothing of it is known.
 */
export function narrowFilter(resourceType: ResourceType, filter: Filter): Filter | boolean {
  switch (filter.kind) {
    case 'not': {
      const term = narrowFilter(resourceType, filter.term);
      if (typeof term === 'boolean') return !term;
      return term === filter.term ? filter : { kind: 'not', term };
    }
    case 'and':
    case 'or': {
      const terms = filter.terms.map((term) => narrowFilter(resourceType, term));
      if (terms.every((term, i) => term === filter.terms[i])) return filter;
      // One term decides the whole: a false one an "and", a true one an "or"; the opposite says nothing.
      const decisive = filter.kind === 'or';
      if (terms.includes(decisive)) return decisive;
      const left = terms.filter((term) => typeof term !== 'boolean');
      const [only] = left;
      return only === undefined ? !decisive : left.length === 1 ? only : { kind: filter.kind, terms: left };
    }
    default:
      return narrowLeaf(resourceType, filter);
  }
}

/**
 * Checks the comparisons of attributes that the type has, whatever `narrowFilter` leaves of them.
 * @throws ScimError invalidFilter, as `compileFilter` does
 */
export function checkFilter(resourceType: ResourceType, filter: Filter): void {
  for (const leaf of leavesOf(filter)) if (findAttribute(resourceType, leaf.path) !== undefined) compileFilter(resourceType, leaf);
}

/** @throws ScimError invalidFilter for an attribute that none of the types has: never a full list, nor a surprise of no match */
export function checkNames(resourceTypes: readonly ResourceType[], filter: Filter): void {
  const unknown = leavesOf(filter).find(({ path }) =>
    resourceTypes.every((resourceType) => findAttribute(resourceType, path) === undefined),
  );
  if (unknown === undefined) return;
  const names = resourceTypes.map(({ name }) => name).join(' or ');
  throw new ScimError('invalidFilter', `${excerpt(printAttributePath(unknown.path))} is not an attribute of ${names}`);
}

/** Whether a filter looks at an attribute of this name anywhere outside of value paths; its depth is bounded by the parser. */
export function mentions(filter: Filter, attribute: string): boolean {
  const name = attribute.toLowerCase();
  return leavesOf(filter).some(({ path }) => path.attribute.toLowerCase() === name);
}

function leavesOf(filter: Filter): readonly Leaf[] {
  switch (filter.kind) {
    case 'not':
      return leavesOf(filter.term);
    case 'and':
    case 'or':
      return filter.terms.flatMap(leavesOf);
    default:
      return [filter];
  }
}

function narrowLeaf(resourceType: ResourceType, leaf: Leaf): Leaf | boolean {
  const found = findAttribute(resourceType, leaf.path);
  // "For example, a presence or equality filter for an undefined attribute evaluates to false."
  if (found === undefined) return leaf.kind === 'compare' && (leaf.value === null ? leaf.operator === 'eq' : leaf.operator === 'ne');
  if (found.attribute.name !== 'meta' || found.subAttribute?.name !== 'resourceType' || leaf.kind === 'valuePath') return leaf;
  // "A filter expression using "meta.resourceType" MAY be used to restrict results to one or more specific resource types".
  return compileFilter(resourceType, leaf)({ meta: { resourceType: resourceType.name } });
}
