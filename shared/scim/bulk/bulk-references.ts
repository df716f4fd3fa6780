import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { wellFormedUrn } from '../interoperability/tolerate-resource.ts';
import { findTarget, isSchemaTarget, targetedAttribute } from '../patch/patch-target.ts';
import { isScimObject, namedValue, scimObject } from '../resources/own-value.ts';
import type { ScimObject, ScimValue } from '../resources/resource.ts';

const PREFIX = 'bulkId:';
/** A JSON string in a path or in a name that is a path: `members[value eq "bulkId:qwerty"]`. The path is parsed, so each has its end. */
const STRING = /"(?:[^"\\]|\\.)*"/g;

/** What stands for a reference: the id for `value` and the like, the URI for `$ref`; undefined leaves it as it is. */
export interface Replacement {
  readonly id: string;
  readonly uri: string;
}
export type Resolve = (bulkId: string) => Replacement | undefined;

/** A segment of an operation's path with its reference replaced: `/Users/bulkId:qwerty`. */
export function resolveSegment(segment: string, resolve: Resolve): string {
  const bulkId = bulkIdIn(segment);
  return bulkId === undefined ? segment : (resolve(bulkId)?.id ?? segment);
}

/**
 * The data of a POST or PUT with its references replaced. RFC 7644 §3.7.2: "The service provider MUST replace the string
 * "bulkId:qwerty" with the permanent resource id once created", and "Extensions that include references to other resources MUST be
 * handled in the same way". The tables tell which attributes refer to resources: a title that begins with bulkId: is a title.
 */
export function resolveResource(resourceType: ResourceType, data: ScimValue | undefined, resolve: Resolve): ScimValue | undefined {
  return isScimObject(data) ? resolveMembers(resourceType, data, resolve) : data;
}

/** The data of a PATCH: in the values of its operations and in the filters of their paths. */
export function resolvePatch(resourceType: ResourceType, data: ScimValue | undefined, resolve: Resolve): ScimValue | undefined {
  const operations = isScimObject(data) ? namedValue(data, 'Operations') : undefined;
  if (!isScimObject(data) || !Array.isArray(operations)) return data;
  const resolved = operations.map((operation: ScimValue) => {
    if (!isScimObject(operation)) return operation;
    const path = namedValue(operation, 'path');
    const value = namedValue(operation, 'value');
    if (typeof path === 'string' && path !== '') {
      const [newPath, newValue] = resolveAttribute(resourceType, path, value, resolve);
      return withMembers(operation, { path: newPath, value: newValue });
    }
    return isScimObject(value) ? withMembers(operation, { value: resolveMembers(resourceType, value, resolve) }) : operation;
  });
  return withMembers(data, { operations: resolved });
}

function resolveMembers(resourceType: ResourceType, object: ScimObject, resolve: Resolve, prefix = ''): ScimObject {
  return scimObject(
    Object.entries(object).map(([name, value]): [string, ScimValue] => {
      const [path, resolved] = resolveAttribute(resourceType, `${prefix}${name}`, value, resolve);
      return [path.slice(prefix.length), resolved ?? null];
    }),
  );
}

/** An attribute's path, which may be a schema's URN or have a filter, and its value. What means nothing is for the operation to refuse. */
function resolveAttribute(
  resourceType: ResourceType,
  path: string,
  value: ScimValue | undefined,
  resolve: Resolve,
): [string, ScimValue | undefined] {
  const target = targetOf(resourceType, path);
  if (target === undefined) return [path, value];
  if (isSchemaTarget(target)) {
    return [path, isScimObject(value) ? resolveMembers(resourceType, value, resolve, `${target.schema.id}:`) : value];
  }
  if (!refersToResources(target.attribute)) return [path, value];
  const newPath = path.replaceAll(STRING, (literal) => {
    const bulkId = bulkIdIn(JSON.parse(literal) as string);
    const id = bulkId === undefined ? undefined : resolve(bulkId)?.id;
    return id === undefined ? literal : JSON.stringify(id);
  });
  const isUri = targetedAttribute(target).type === 'reference';
  return [newPath, value === undefined ? undefined : resolveValue(value, isUri, resolve)];
}

function targetOf(resourceType: ResourceType, path: string) {
  try {
    const silent = () => {};
    return findTarget(resourceType, parsePatchPath(wellFormedUrn(resourceType, path, silent), { mode: 'tolerant', onTolerance: silent }));
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/**
 * True for an attribute whose value is another resource (RFC 7643 §2.3.7, "referenceTypes"): manager, members, a reference of an
 * extension. What a client can't write is not looked at: `groups` of a user would make circles that are none.
 */
function refersToResources(attribute: Attribute): boolean {
  if (attribute.mutability === 'readOnly') return false;
  const $ref = attributeNamed(attribute.subAttributes ?? [], '$ref');
  return [attribute, $ref].some((each) => each?.referenceTypes?.some((type) => type !== 'external' && type !== 'uri') === true);
}

/** Every string of the value: as a whole, in a list, or under `value` and `$ref`. */
function resolveValue(value: ScimValue, isUri: boolean, resolve: Resolve): ScimValue {
  if (typeof value === 'string') return resolveText(value, isUri, resolve);
  if (Array.isArray(value)) return value.map((each: ScimValue) => resolveValue(each, isUri, resolve));
  if (!isScimObject(value)) return value;
  return scimObject(
    Object.entries(value).map(([name, each]): [string, ScimValue] => {
      const folded = name.length <= 5 ? name.toLowerCase() : '';
      if (typeof each !== 'string' || (folded !== 'value' && folded !== '$ref')) return [name, each];
      return [name, resolveText(each, folded === '$ref', resolve)];
    }),
  );
}

/** In a `$ref` the reference may be the last segment of the URI: `../Users/bulkId:qwerty`. */
function resolveText(text: string, isUri: boolean, resolve: Resolve): string {
  const bulkId = bulkIdIn(text) ?? (isUri ? bulkIdIn(text.slice(text.lastIndexOf('/') + 1)) : undefined);
  const replacement = bulkId === undefined ? undefined : resolve(bulkId);
  if (replacement === undefined) return text;
  return isUri ? replacement.uri : replacement.id;
}

function bulkIdIn(text: string): string | undefined {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/** The object with other values under these names, in the client's own spelling of them; undefined leaves the member as it is. */
function withMembers(object: ScimObject, values: Readonly<Record<string, ScimValue | undefined>>): ScimObject {
  return scimObject(
    Object.entries(object).map(([name, value]): [string, ScimValue] => {
      const folded = name.toLowerCase();
      return [name, (Object.hasOwn(values, folded) ? values[folded] : undefined) ?? value];
    }),
  );
}
