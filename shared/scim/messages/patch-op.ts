import type { ResourceType } from '../attributes/attribute.ts';
import { isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { excerpt } from '../filter/tokenize.ts';
import { reportOnce } from '../interoperability/report-once.ts';
import { translateOperation } from '../interoperability/translate-operation.ts';
import { isRemovalByValue } from '../interoperability/translate-removal.ts';
import { checkMembers } from '../patch/check-members.ts';
import type { PatchOperation } from '../patch/operation.ts';
import { findTarget, isSchemaTarget } from '../patch/patch-target.ts';
import { isScimObject, soleValue } from '../resources/own-value.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';

export const PATCH_OP_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * The attributes in the value of an operation count as well. ServiceProviderConfig has this number as `bulk.maxOperations`, by which
 * authentik, too, that sends one operation a member, splits its PATCH requests (SCIM.md §2.3).
 */
export const MAX_OPERATIONS = 1_000;

export interface PatchOpOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/**
 * The operations of a PATCH body: RFC 7644 §3.5.2. A tolerant connection's come out translated: whatever the client's dialect, the
 * result is in the RFC's own words. None (tolerant only) means that nothing is to be changed.
 * @throws ScimError invalidSyntax for a body that is no PatchOp or gives a name twice, 413 for too many operations; tolerant: also what the translation finds
 */
export function parsePatchOp(json: unknown, resourceType: ResourceType, { mode, onTolerance }: PatchOpOptions): PatchOperation[] {
  if (!isScimObject(json)) throw new ScimError('invalidSyntax', 'The body must be a JSON object: a PatchOp message');
  const report = reportOnce(onTolerance);
  checkSchemas(json, mode, report);
  const operations = soleValue(json, 'Operations');
  if (!Array.isArray(operations)) throw new ScimError('invalidSyntax', 'The body needs "Operations", an array');
  if (operations.length === 0) acceptNoOperations(mode, report);
  if (operations.length > MAX_OPERATIONS) throw tooManyOperations(operations.length);
  const parsed = operations.map((operation: ScimValue) => parseOperation(operation, mode, report));
  const changes = parsed.reduce((sum, { value }) => sum + countChanges(value), 0);
  if (changes > MAX_OPERATIONS) throw tooManyOperations(changes);
  if (mode === 'tolerant') return parsed.flatMap((operation) => translateOperation(resourceType, operation, report));
  for (const operation of parsed) {
    refuseRemovalByValue(resourceType, operation);
    checkMembers(resourceType, operation);
  }
  return parsed;
}

/** How many attributes a value sets: those of a complex attribute, and of an extension, are counted one by one. */
function countChanges(value: ScimValue | undefined): number {
  if (!isScimObject(value)) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + (isScimObject(each) ? Object.keys(each).length : 1), 1);
}

function tooManyOperations(count: number): ScimError {
  return new ScimError(413, `The body has ${count} operations and attributes in them; at most ${MAX_OPERATIONS} are possible in one PATCH`);
}

/** "The body of each request MUST contain the "schemas" attribute with the URI value of …:PatchOp". @throws ScimError invalidSyntax */
function checkSchemas(json: ScimObject, mode: Mode, onTolerance: OnTolerance): void {
  const schemas = soleValue(json, 'schemas');
  const isListed = Array.isArray(schemas) && schemas.some((urn: ScimValue) => typeof urn === 'string' && isSameName(urn, PATCH_OP_SCHEMA));
  if (isListed) return;
  if (mode === 'strict') throw new ScimError('invalidSyntax', `schemas must list ${PATCH_OP_SCHEMA}`);
  onTolerance('T14', 'schemas');
}

/**
 * T17: "an array of one or more PATCH operations", but Entra ID's validator sends an empty one (SCIM.md E13; fixture entra/013).
 * @throws ScimError invalidSyntax
 */
function acceptNoOperations(mode: Mode, onTolerance: OnTolerance): void {
  if (mode === 'strict') throw new ScimError('invalidSyntax', 'Operations is empty; it needs one operation at least');
  onTolerance('T17', 'Operations');
}

function parseOperation(operation: ScimValue, mode: Mode, onTolerance: OnTolerance): PatchOperation {
  if (!isScimObject(operation)) throw new ScimError('invalidSyntax', 'Each of the Operations must be an object');
  const op = parseOp(soleValue(operation, 'op'), mode, onTolerance);
  const path = soleValue(operation, 'path') ?? undefined;
  const value = soleValue(operation, 'value');
  if (path !== undefined && typeof path !== 'string') throw new ScimError('invalidPath', 'The path of an operation must be a string');
  return { op, ...(path !== undefined && { path }), ...(value !== undefined && { value }) };
}

/**
 * "Each PATCH operation object MUST have exactly one "op" member, whose value … MAY be one of "add", "remove", or "replace"."
 * T1: Entra ID's default dialect capitalises it (SCIM.md E6; fixture entra/006).
 * @throws ScimError invalidSyntax
 */
function parseOp(op: ScimValue | undefined, mode: Mode, onTolerance: OnTolerance): PatchOperation['op'] {
  const folded = typeof op === 'string' && op.length <= 7 ? op.toLowerCase() : undefined;
  const isKnown = folded === 'add' || folded === 'remove' || folded === 'replace';
  if (!isKnown || (mode === 'strict' && op !== folded)) {
    const given = typeof op === 'string' ? excerpt(op) : 'missing or no string';
    throw new ScimError('invalidSyntax', `op must be "add", "remove" or "replace"; it is ${given}`);
  }
  if (op !== folded) onTolerance('T1', 'op');
  return folded;
}

/**
 * By the letter of §3.5.2.2 a `remove` of `members` with a value removes every member: no client that sends one means that. The RFC
 * gives `remove` no value, so a strict connection refuses it rather than empty the group.
 * @throws ScimError invalidValue
 */
function refuseRemovalByValue(resourceType: ResourceType, { op, path, value }: PatchOperation): void {
  if (op !== 'remove' || path === undefined || value === undefined) return;
  const target = findTarget(resourceType, parsePatchPath(path, { mode: 'strict', onTolerance: () => {} }));
  if (isSchemaTarget(target) || !isRemovalByValue(target, value)) return;
  throw new ScimError('invalidValue', `remove has no value; name the values of ${target.attribute.name} in the path: [value eq "…"]`);
}
