import type { ResourceType } from '../attributes/attribute.ts';
import { findAttribute } from '../attributes/find-attribute.ts';
import type { AttributePath, Filter } from './filter.ts';

/** A look-up by one value that finds every resource the filter can match, and maybe more: the filter is still applied to what it finds. */
export interface KeyLookup {
  readonly by: 'id' | 'userName' | 'externalId' | 'email' | 'displayName' | 'member';
  readonly value: string;
}

/** Where each resource type has a key, by the path in its canonical spelling; the narrowest first. */
const KEYS: Readonly<Record<ResourceType['name'], ReadonlyMap<string, KeyLookup['by']>>> = {
  User: new Map([
    ['id', 'id'],
    ['userName', 'userName'],
    ['externalId', 'externalId'],
    ['emails.value', 'email'],
  ]),
  Group: new Map([
    ['id', 'id'],
    ['displayName', 'displayName'],
    ['externalId', 'externalId'],
    ['members.value', 'member'],
  ]),
};

const NARROWEST_FIRST: readonly KeyLookup['by'][] = ['id', 'userName', 'displayName', 'externalId', 'email', 'member'];

/**
 * The key that serves a filter: an `eq` on a string that stands alone or is a term of the outermost `and`. Undefined if there is none,
 * and the filter has to be tried on every resource.
 */
export function keyLookup(resourceType: ResourceType, filter: Filter): KeyLookup | undefined {
  const lookups = termsOf(filter).flatMap((term) => lookupOf(resourceType, term) ?? []);
  return lookups.sort((a, b) => NARROWEST_FIRST.indexOf(a.by) - NARROWEST_FIRST.indexOf(b.by))[0];
}

function termsOf(filter: Filter): readonly Filter[] {
  return filter.kind === 'and' ? filter.terms : [filter];
}

function lookupOf(resourceType: ResourceType, term: Filter): KeyLookup | undefined {
  if (term.kind === 'compare') return lookupByPath(resourceType, term, term.path);
  if (term.kind !== 'valuePath' || term.path.subAttribute !== undefined) return undefined;
  for (const inner of termsOf(term.filter)) {
    const { path } = term;
    const found = inner.kind === 'compare' && lookupByPath(resourceType, inner, { ...path, subAttribute: inner.path.attribute });
    if (found) return found;
  }
  return undefined;
}

function lookupByPath(resourceType: ResourceType, comparison: Filter & { kind: 'compare' }, path: AttributePath): KeyLookup | undefined {
  if (comparison.operator !== 'eq' || typeof comparison.value !== 'string') return undefined;
  const found = findAttribute(resourceType, path);
  if (found === undefined || found.extension !== undefined) return undefined;
  // A bare complex attribute means its value: compileFilter reads it so too.
  const subAttribute = found.subAttribute?.name ?? (found.attribute.type === 'complex' ? 'value' : undefined);
  const name = subAttribute === undefined ? found.attribute.name : `${found.attribute.name}.${subAttribute}`;
  const by = KEYS[resourceType.name].get(name);
  return by === undefined ? undefined : { by, value: comparison.value };
}
