import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import type { ScimObject, ScimValue } from '../resources/resource.ts';
import { type BoundAttribute, bindInElement, bindInResource, bindInSimpleElement, isSelectable } from './bind-path.ts';
import { criterion } from './compare-values.ts';
import type { AttributePath, Filter } from './filter.ts';

type Bind = (path: AttributePath) => BoundAttribute;
type Predicate = (source: ScimValue) => boolean;

/**
 * Binds a filter to a resource type: RFC 7644 §3.4.2.2. The predicate is for rendered resources, with id, meta and members.
 * @throws ScimError invalidFilter for attributes the type has not, comparisons their types have not, and values of another type
 */
export function compileFilter(resourceType: ResourceType, filter: Filter): (resource: ScimObject) => boolean {
  return compile(filter, (path) => bindInResource(resourceType, path));
}

/**
 * Binds the filter of a value path to the attribute before the bracket; the predicate is for one element of it.
 * @throws ScimError invalidFilter
 */
export function compileValueFilter(attribute: Attribute, filter: Filter): (element: ScimValue) => boolean {
  if (attribute.type === 'complex') return compile(filter, (path) => bindInElement(attribute, path));
  if (isSelectable(attribute)) return compile(filter, (path) => bindInSimpleElement(attribute, path));
  throw new ScimError('invalidFilter', `${attribute.name} has no sub-attributes to filter by`);
}

/** The parser bounds the depth of a filter (FILTER_LIMITS), so the recursion here is bounded too. */
function compile(filter: Filter, bind: Bind): Predicate {
  switch (filter.kind) {
    case 'present':
      return bind(filter.path).isPresent;
    case 'compare':
      return compileComparison(filter, bind(filter.path));
    case 'valuePath': {
      // "expressions MUST be applied to the same value of a parent attribute specified immediately before the left square bracket"
      const { name, parent, compared, elements } = bind(filter.path);
      if (filter.path.subAttribute !== undefined) throw new ScimError('invalidFilter', `${name} (${compared.type}) can't stand before [ ]`);
      const matches = compileValueFilter(parent, filter.filter);
      return (source) => elements(source).some(matches);
    }
    case 'not': {
      const term = compile(filter.term, bind);
      return (source) => !term(source);
    }
    case 'and': {
      const terms = filter.terms.map((term) => compile(term, bind));
      return (source) => terms.every((term) => term(source));
    }
    case 'or': {
      const terms = filter.terms.map((term) => compile(term, bind));
      return (source) => terms.some((term) => term(source));
    }
  }
}

function compileComparison({ operator, value }: Filter & { kind: 'compare' }, bound: BoundAttribute): Predicate {
  if (value === null) {
    // RFC 7643 §2.5: null is the same state as unassigned, so these are "not pr" and "pr".
    if (operator === 'eq') return (source) => !bound.isPresent(source);
    if (operator === 'ne') return bound.isPresent;
    throw new ScimError('invalidFilter', `${bound.name} can't be compared with null by "${operator}"`);
  }
  if (operator === 'ne') {
    // "The attribute and operator values are not identical": what is unassigned (RFC 7643 §2.5) is not identical to any value.
    const equals = criterion(bound.compared, bound.name, 'eq', value);
    return (source) => {
      const values = bound.values(source);
      return values.length === 0 || values.some((each) => !equals(each));
    };
  }
  // "the filter matches if any of the values of the specified attribute match the specified criterion"
  const holds = criterion(bound.compared, bound.name, operator, value);
  return (source) => bound.values(source).some(holds);
}
