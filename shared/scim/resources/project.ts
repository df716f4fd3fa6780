import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { baseAttributes, findAttribute, findSchema } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { readAttributePath } from '../filter/read-attribute-path.ts';
import { FILTER_LIMITS } from '../filter/tokenize.ts';
import { isAssigned, isScimObject, ownValue, scimObject, setOwn } from './own-value.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from './resource.ts';

export interface ProjectionQuery {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

/** What `attributes` or `excludedAttributes` names, in canonical spelling. */
interface Selection {
  /** The names of a schema or of the resource that are selected as a whole. */
  readonly whole: ReadonlySet<string>;
  /** Of the other attributes, the sub-attributes that are selected. */
  readonly parts: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Which attributes of a resource a reply shows: RFC 7644 §3.9. By schema: the core under '', extensions under their URN. */
export interface Projection {
  readonly kind: 'default' | 'only' | 'except';
  readonly schemas: ReadonlyMap<string, Selection | 'whole'>;
}

const CORE = '';

/**
 * Reads `attributes` and `excludedAttributes`: lists of names, qualified by a URN or not, with a sub-attribute or not, in any case.
 * Unknown names select nothing.
 * @throws ScimError invalidValue in strict mode if both are given: they are "mutually exclusive", and the RFC gives no status for it
 */
export function parseProjection(
  resourceType: ResourceType,
  query: ProjectionQuery,
  { mode, onTolerance }: { readonly mode: Mode; readonly onTolerance: OnTolerance },
): Projection {
  const attributes = query.attributes?.trim() ? query.attributes : undefined;
  const excluded = query.excludedAttributes?.trim() ? query.excludedAttributes : undefined;
  if (attributes !== undefined && excluded !== undefined) {
    if (mode === 'strict') throw new ScimError('invalidValue', 'attributes and excludedAttributes exclude each other: send one of them');
    onTolerance('bothProjections', 'excludedAttributes');
  }
  if (attributes !== undefined) return { kind: 'only', schemas: select(resourceType, attributes) };
  if (excluded !== undefined) return { kind: 'except', schemas: select(resourceType, excluded) };
  return { kind: 'default', schemas: new Map() };
}

/** True if the reply will show the attribute or a part of it: a caller need not load what is false. */
export function wantsAttribute(projection: Projection, name: string): boolean {
  if (projection.kind === 'default') return true;
  const selection = projection.schemas.get(CORE);
  const isWhole = selection === 'whole' || selection?.whole.has(name) === true;
  if (projection.kind === 'except') return !isWhole;
  return isWhole || (typeof selection === 'object' && selection.parts.has(name));
}

/** The part of a rendered resource that the projection shows. `id` and `schemas` are always in it: RFC 7643 §3.1. */
export function project(resourceType: ResourceType, resource: ScimObject, projection: Projection): ScimObject {
  const { schema, extensions } = resourceType;
  const shown = projectAttributes(baseAttributes(resourceType), resource, projection, CORE);
  for (const { schema: extension } of extensions) {
    const data = ownValue(resource, extension.id);
    const object = isScimObject(data) ? projectAttributes(extension.attributes, data, projection, extension.id) : undefined;
    if (object !== undefined && isAssigned(object)) setOwn(shown, extension.id, object);
  }
  // RFC 7643 §3: schemas tells which "namespaces … define the attributes present in the current JSON structure".
  const urns = ownValue(resource, 'schemas');
  if (Array.isArray(urns)) {
    shown['schemas'] = urns.filter((urn: ScimValue) => urn === schema.id || Object.hasOwn(shown, String(urn)));
  }
  return shown;
}

function projectAttributes(
  attributes: readonly Attribute[],
  source: ScimObject,
  { kind, schemas }: Projection,
  urn: string,
): Record<string, ScimValue> {
  const selection = schemas.get(urn);
  const shown: Record<string, ScimValue> = {};
  for (const attribute of attributes) {
    const value = ownValue(source, attribute.name);
    const part = value === undefined ? undefined : shownPart(attribute, value, kind, selection);
    if (part !== undefined) setOwn(shown, attribute.name, part);
  }
  return shown;
}

/** What is shown of an attribute; undefined for nothing. */
function shownPart(
  { name, returned }: Attribute,
  value: ScimValue,
  kind: Projection['kind'],
  selection: Selection | 'whole' | undefined,
): ScimValue | undefined {
  if (returned === 'never') return undefined;
  // "each resource returned MUST contain the minimum set of resource attributes": those whose "returned" is "always".
  if (returned === 'always') return value;
  if (selection === 'whole' || selection?.whole.has(name)) return kind === 'only' ? value : undefined;
  const parts = selection?.parts.get(name);
  if (parts !== undefined && (kind === 'only' || returned === 'default')) {
    const kept = keepParts(value, (part) => parts.has(part) === (kind === 'only'));
    return isAssigned(kept) ? kept : undefined;
  }
  return kind !== 'only' && returned === 'default' ? value : undefined;
}

function keepParts(value: ScimValue, keeps: (name: string) => boolean): ScimValue {
  if (Array.isArray(value)) return value.map((element: ScimValue) => keepParts(element, keeps)).filter(isAssigned);
  return isScimObject(value) ? scimObject(Object.entries(value).filter(([name]) => keeps(name))) : value;
}

function select(resourceType: ResourceType, list: string): Map<string, Selection | 'whole'> {
  const selections = new Map<string, { whole: Set<string>; parts: Map<string, Set<string>> } | 'whole'>();
  for (const text of names(list)) {
    const path = text.length <= FILTER_LIMITS.characters ? readAttributePath(text) : undefined;
    if (path === undefined) continue;
    const schema = findSchema(resourceType, path);
    if (schema !== undefined) selections.set(schema === resourceType.schema.id ? CORE : schema, 'whole');
    const found = schema === undefined ? findAttribute(resourceType, path) : undefined;
    if (found === undefined) continue;
    const { attribute, subAttribute, extension = CORE } = found;
    const selection = selections.get(extension) ?? { whole: new Set(), parts: new Map() };
    if (selection === 'whole') continue;
    selections.set(extension, selection);
    if (subAttribute === undefined) selection.whole.add(attribute.name);
    else selection.parts.set(attribute.name, new Set(selection.parts.get(attribute.name)).add(subAttribute.name));
  }
  return selections;
}

/**
 * The names of a comma-separated list. What stands in brackets is left out: Microsoft's collection asks for
 * `emails[type eq "work"]` (SCIM.md §5), and a value path is not attribute notation (§3.10).
 */
function names(list: string): string[] {
  let depth = 0;
  let kept = '';
  for (const character of list) {
    if (character === '[') depth++;
    if (depth === 0) kept += character;
    if (character === ']') depth = Math.max(0, depth - 1);
  }
  return kept.split(',').map((name) => name.trim());
}
