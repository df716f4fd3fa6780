import type { Attribute } from '../attributes/attribute.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import type { Filter } from '../filter/filter.ts';
import { fittingValue } from '../resources/declared-data.ts';
import { isScimObject, scimObject } from '../resources/own-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';

/**
 * T5: Entra ID adds and replaces `emails[type eq "work"].value` without asking whether there is such a value (SCIM.md E6, E13; fixtures
 * entra/006 and 013). The value that the filter describes is made from its `eq` comparisons, so that later operations with the same
 * filter land in it. Undefined for a filter that describes no single value (`or`, `not`, `co` …). The filter is compiled already: its names and types are right.
 */
export function createMissingElement(attribute: Attribute, filter: Filter, onTolerance: OnTolerance): ScimObject | undefined {
  const entries: [string, ScimValue][] = [];
  for (const term of filter.kind === 'and' ? filter.terms : [filter]) {
    if (term.kind !== 'compare' || term.operator !== 'eq') return undefined;
    const subAttribute = attributeNamed(attribute.subAttributes ?? [], term.path.attribute);
    const { value } = term;
    // What a client can't set is not set by a filter either.
    if (subAttribute === undefined || subAttribute.mutability === 'readOnly' || value === null) return undefined;
    entries.push([subAttribute.name, value]);
  }
  const element = fittingValue({ ...attribute, multiValued: false }, scimObject(entries));
  if (!isScimObject(element)) return undefined;
  onTolerance('T5', attribute.name);
  return element;
}
