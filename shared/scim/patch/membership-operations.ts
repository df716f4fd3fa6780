import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { isSameName } from '../attributes/find-attribute.ts';
import { membersAttribute } from '../attributes/group-schema.ts';
import { groupResourceType } from '../attributes/resource-types.ts';
import { ScimError } from '../errors.ts';
import { compileValueFilter } from '../filter/compile-filter.ts';
import type { Filter } from '../filter/filter.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { isScimObject, scimObject, soleValue } from '../resources/own-value.ts';
import type { ScimObject, ScimValue } from '../resources/resource.ts';
import type { PatchOperation } from './operation.ts';
import { findMember, findTarget, isSchemaTarget, type PatchTarget } from './patch-target.ts';
import { countTerms } from './work-limit.ts';

/** What a PATCH does to the members of a group, in the end. An id is never in both sets. `replaces`: only those added are left. */
export interface Membership {
  readonly replaces: boolean;
  readonly add: Set<string>;
  readonly remove: Set<string>;
}

export interface SplitOperations {
  /** What is left for applyPatch. */
  readonly attributes: PatchOperation[];
  /** Absent if no operation is about members, and if `needsMembers`. */
  readonly membership?: Membership;
  /** True if a value path can only be answered with the members at hand: load them and call resolveMembership. */
  readonly needsMembers: boolean;
}

/** Each term of a value path over the members looks at all of them. */
const MAX_MEMBER_TERMS = 20;

/**
 * Separates what a PATCH of a group does to its members from the rest: RFC 7644 §3.5.2, for operations that parsePatchOp gave. Adds,
 * removals by id, removals of all and replacements become ONE net change, in order, without reading a member: it costs the same in a
 * group of 10 and of 290,000. Removing who is no member, and adding who is one, is no error.
 * @throws ScimError invalidPath, invalidFilter, invalidValue (no value, a nested group), invalidSyntax (a value given twice) or mutability (a
 * member's sub-attributes)
 */
export function splitMembership(operations: readonly PatchOperation[], resourceType: ResourceType = groupResourceType): SplitOperations {
  const { attributes, changes } = separate(operations, resourceType);
  if (changes.some(({ kind }) => kind === 'filter')) return { attributes, needsMembers: true };
  if (changes.length === 0) return { attributes, needsMembers: false };
  const membership = { replaces: false, add: new Set<string>(), remove: new Set<string>() };
  for (const change of changes) applyToNet(membership, change);
  return { attributes, membership, needsMembers: false };
}

/**
 * The net change of the same operations where a value path needs the members. `members` are the group's, as they would be returned:
 * a filter may ask for `type` and `display`.
 * @throws ScimError as splitMembership; tooMany for too many such value paths
 */
export function resolveMembership(
  operations: readonly PatchOperation[],
  members: readonly (ScimObject & { readonly value: string })[],
  resourceType: ResourceType = groupResourceType,
): Membership {
  const { changes } = separate(operations, resourceType);
  const terms = changes.reduce((sum, change) => sum + (change.kind === 'filter' ? countTerms(change.filter) : 0), 0);
  if (terms > MAX_MEMBER_TERMS) {
    throw new ScimError(
      'tooMany',
      `At most ${MAX_MEMBER_TERMS} comparisons of members are possible in one PATCH; remove by [value eq "…"]`,
    );
  }
  const before = new Set(members.map(({ value }) => value));
  let present = new Map<string, ScimObject>(members.map((member) => [member.value, member]));
  for (const change of changes) {
    if (change.kind === 'replace') present = new Map();
    if (change.kind === 'filter') {
      const matches = compileValueFilter(membersAttribute, change.filter);
      for (const [id, member] of present) if (matches(member)) present.delete(id);
    } else if (change.kind === 'remove') {
      for (const id of change.ids) present.delete(id);
    } else {
      for (const id of change.ids) if (!present.has(id)) present.set(id, { value: id, type: 'User' });
    }
  }
  const add = new Set([...present.keys()].filter((id) => !before.has(id)));
  return { replaces: false, add, remove: new Set([...before].filter((id) => !present.has(id))) };
}

/**
 * The ids in a `members` value, of a POST, a PUT or an operation; each once, in order.
 * @throws ScimError invalidValue for another shape and for a nested group, invalidSyntax for a value given twice
 */
export function membersOf(value: ScimValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  const members: readonly ScimValue[] = Array.isArray(value) ? value : [value as ScimValue];
  return [...new Set(members.filter((member) => member !== null).map(memberId))];
}

/** Only the id is kept of a member: the rest is the user's. There may be 80,000 of them, so no more is looked at. */
function memberId(member: ScimValue): string {
  const id = soleValue(member, 'value');
  if (typeof id !== 'string') throw new ScimError('invalidValue', 'members: each member is an object with a "value", the id of a user');
  const type = soleValue(member, 'type');
  if (typeof type === 'string' && isSameName(type, 'Group'))
    throw new ScimError('invalidValue', 'members: nested groups are not supported');
  return id;
}

type MemberChange =
  | { readonly kind: 'add' | 'remove' | 'replace'; readonly ids: readonly string[] }
  | { readonly kind: 'filter'; readonly filter: Filter };

function applyToNet(net: { replaces: boolean; add: Set<string>; remove: Set<string> }, change: MemberChange): void {
  if (change.kind === 'filter') return;
  if (change.kind === 'replace') {
    net.replaces = true;
    net.add = new Set();
    net.remove = new Set();
  }
  for (const id of change.ids) {
    if (change.kind !== 'remove') {
      net.add.add(id);
      net.remove.delete(id);
      continue;
    }
    net.add.delete(id);
    // After a replacement whoever is not added is gone.
    if (!net.replaces) net.remove.add(id);
  }
}

function separate(
  operations: readonly PatchOperation[],
  resourceType: ResourceType,
): { attributes: PatchOperation[]; changes: MemberChange[] } {
  const attributes: PatchOperation[] = [];
  const changes: MemberChange[] = [];
  for (const operation of operations) {
    const { op, path, value } = operation;
    const id = op === 'remove' && path !== undefined ? REMOVAL_BY_ID.exec(path)?.[1] : undefined;
    if (id !== undefined) {
      changes.push({ kind: 'remove', ids: [id] });
      continue;
    }
    const target = path === undefined ? undefined : findTarget(resourceType, parsePatchPath(path, STRICT));
    if (target !== undefined && isMembers(target)) changes.push(memberChange(operation, target));
    // The schema's URN as a path has the same members in its value as no path at all.
    else if (op !== 'remove' && (target === undefined || isCoreSchema(target)) && isScimObject(value)) {
      const entries = flatten(value, resourceType);
      const isMember = ([name]: [string, ScimValue]) => isMembers(findMember(resourceType, name));
      for (const [, each] of entries.filter(isMember)) changes.push({ kind: op, ids: membersOf(each) });
      const rest = entries.filter((entry) => !isMember(entry));
      if (rest.length > 0) attributes.push({ ...operation, value: scimObject(rest) });
    } else attributes.push(operation);
  }
  return { attributes, changes };
}

/** The attributes in a value, those under the schema's URN among them. @throws ScimError invalidPath */
function flatten(value: ScimObject, resourceType: ResourceType): [string, ScimValue][] {
  return Object.entries(value).flatMap(([name, each]): [string, ScimValue][] =>
    isCoreSchema(findMember(resourceType, name)) && isScimObject(each) ? Object.entries(each) : [[name, each]],
  );
}

/** One operation with a path to `members`. @throws ScimError */
function memberChange(
  { op, value }: PatchOperation,
  { filter, subAttribute }: Extract<PatchTarget, { attribute: Attribute }>,
): MemberChange {
  // RFC 7643 §4.2: "While values MAY be added or removed, sub-attributes of members are "immutable"."
  if (subAttribute !== undefined || (filter !== undefined && op !== 'remove')) {
    throw new ScimError('mutability', 'A member can be added and removed, but not changed');
  }
  if (op === 'remove') {
    // §3.5.2.2: "If the target location is a multi-valued attribute and no filter is specified, the attribute and all values are removed".
    if (filter === undefined) return { kind: 'replace', ids: [] };
    compileValueFilter(membersAttribute, filter);
    const ids = idsOf(filter);
    return ids === undefined ? { kind: 'filter', filter } : { kind: 'remove', ids };
  }
  if (value === undefined) throw new ScimError('invalidValue', `${op} needs a value`);
  return { kind: op, ids: membersOf(value) };
}

/** The ids that a filter selects when it compares nothing else: `value eq "x"`, also several joined by "or". */
function idsOf(filter: Filter): string[] | undefined {
  const ids: string[] = [];
  for (const term of filter.kind === 'or' ? filter.terms : [filter]) {
    if (term.kind !== 'compare' || term.operator !== 'eq' || typeof term.value !== 'string') return undefined;
    if (!isSameName(term.path.attribute, 'value')) return undefined;
    ids.push(term.value);
  }
  return ids;
}

/** The commonest path by far, which one push can hold 80,000 times; any other spelling of it goes through the parser. */
const REMOVAL_BY_ID = /^members\[value eq "([\w-]{1,100})"\]$/;
const STRICT = { mode: 'strict', onTolerance: () => {} } as const;

/** True for the URN of the group's own schema; that of an extension has no members. */
function isCoreSchema(target: PatchTarget): boolean {
  return isSchemaTarget(target) && target.extension === undefined;
}

function isMembers(target: PatchTarget): target is Extract<PatchTarget, { attribute: Attribute }> {
  return !isSchemaTarget(target) && target.attribute === membersAttribute;
}
