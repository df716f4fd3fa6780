import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import type { PatchOperation } from '../patch/operation.ts';
import { findInSchema, findMember, findTarget, isSchemaTarget, type PatchTarget } from '../patch/patch-target.ts';
import { isScimObject, ownValue } from './own-value.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/**
 * RFC 7643 §7, "request": such an attribute "is returned in response to any PUT, POST, or PATCH operations if the attribute was
 * specified by the client".
 * @param attributes what parseResource gave back
 * @returns the tables for the reply to this POST or PUT, where the attributes that the client gave are returned by default; the same
 * tables where there are none, as for every schema that no connection declared
 */
export function tablesForWritten(resourceType: ResourceType, attributes: ScimObject): ResourceType {
  return withDefault(resourceType, (urn, { name }) => ownValue(ownValue(attributes, urn), name) !== undefined);
}

/** The same for the operations of a PATCH, as parsePatchOp gave them, which were applied already. */
export function tablesForPatched(resourceType: ResourceType, operations: readonly PatchOperation[]): ResourceType {
  let named: ReadonlySet<Attribute> | undefined;
  return withDefault(resourceType, (_, attribute) => {
    named ??= new Set(operations.flatMap((operation) => namedBy(resourceType, operation)));
    return named.has(attribute);
  });
}

function withDefault(resourceType: ResourceType, isSpecified: (urn: string, attribute: Attribute) => boolean): ResourceType {
  const isOnRequest = ({ returned }: Attribute) => returned === 'request';
  if (!resourceType.extensions.some(({ schema }) => schema.attributes.some(isOnRequest))) return resourceType;
  const extensions = resourceType.extensions.map((extension) => {
    const { id, attributes } = extension.schema;
    const shown = attributes.map((each) => (isOnRequest(each) && isSpecified(id, each) ? { ...each, returned: 'default' as const } : each));
    return { ...extension, schema: { ...extension.schema, attributes: shown } };
  });
  return { ...resourceType, extensions };
}

function namedBy(resourceType: ResourceType, { path, value }: PatchOperation): Attribute[] {
  if (path !== undefined) return namedIn(findTarget(resourceType, parsePatchPath(path, { mode: 'strict', onTolerance: () => {} })), value);
  return isScimObject(value) ? Object.entries(value).flatMap(([name, each]) => namedIn(findMember(resourceType, name), each)) : [];
}

function namedIn(target: PatchTarget, value: ScimValue | undefined): Attribute[] {
  if (!isSchemaTarget(target)) return [target.attribute];
  return isScimObject(value) ? Object.keys(value).map((name) => findInSchema(target, name).attribute) : [];
}
