import type { ResourceType } from '../attributes/attribute.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { refuseTolerances } from '../interoperability/tolerances.ts';
import { isScimObject } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';
import { parseElements } from './complex-value.ts';
import type { PatchOperation } from './operation.ts';
import { findMember, findTarget, isSchemaTarget, type PatchTarget } from './patch-target.ts';

/**
 * Holds the members that an operation of a strict connection adds against the schema, as every other attribute is held against it when
 * it is applied. Members are applied by their ids alone; a tolerant connection's may be 80,000 with whatever stands beside the id.
 * @throws ScimError invalidValue for a value of another type and for an unknown sub-attribute; invalidPath
 */
export function checkMembers(resourceType: ResourceType, { op, path, value }: PatchOperation): void {
  if (op === 'remove' || value === undefined || resourceType.name !== 'Group') return;
  const target = path === undefined ? { schema: resourceType.schema } : findTarget(resourceType, parsePatchPath(path, STRICT));
  checkTarget(resourceType, target, value);
}

function checkTarget(resourceType: ResourceType, target: PatchTarget, value: ScimValue): void {
  if (!isSchemaTarget(target)) {
    const isWhole = target.attribute.name === 'members' && target.filter === undefined && target.subAttribute === undefined;
    if (isWhole) parseElements(target.attribute, value, 'members', refuseTolerances('patch'));
    return;
  }
  if (!isScimObject(value)) return;
  for (const [name, each] of Object.entries(value)) checkTarget(resourceType, findMember(resourceType, name), each);
}

const STRICT = { mode: 'strict', onTolerance: () => {} } as const;
