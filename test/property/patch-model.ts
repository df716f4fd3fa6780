import { ScimError } from '../../shared/scim/errors.ts';
import type { PatchOperation } from '../../shared/scim/patch/operation.ts';
import type { Mode, ScimObject, ScimValue } from '../../shared/scim/resources/resource.ts';

/** A PATCH operation as the model sees it: no text to parse, four attributes of four kinds. */
export interface Step {
  readonly op: 'add' | 'replace' | 'remove';
  readonly on: string;
  readonly sub?: string;
  readonly filter?: Filter;
  readonly value: ScimValue;
}

/** What a value path asks: one comparison by `eq`, or several put together. */
export type Filter =
  | { readonly by: 'type' | 'value' | 'primary'; readonly is: string | boolean }
  | { readonly and: readonly [Filter, Filter] }
  | { readonly or: readonly [Filter, Filter] }
  | { readonly not: Filter };

type Plain = Record<string, ScimValue>;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function pathOf({ on, sub, filter }: Step): string {
  const path = isOfExtension(on) ? `${ENTERPRISE}:${on}` : on;
  return `${path}${filter ? `[${textOf(filter)}]` : ''}${sub ? `.${sub}` : ''}`;
}

function isOfExtension(name: string): boolean {
  return name === 'department' || name === 'employeeNumber';
}

function textOf(filter: Filter): string {
  if ('and' in filter) return filter.and.map((term) => ('or' in term ? `(${textOf(term)})` : textOf(term))).join(' and ');
  if ('or' in filter) return filter.or.map(textOf).join(' or ');
  if ('not' in filter) return `not (${textOf(filter.not)})`;
  return `${filter.by} eq ${JSON.stringify(filter.is)}`;
}

export function operationOf(step: Step): PatchOperation {
  return step.op === 'remove' ? { op: 'remove', path: pathOf(step) } : { op: step.op, path: pathOf(step), value: step.value };
}

/** RFC 7644 §3.5.2 as plainly as it can be written: on a copy, with no tables, one `if` a sentence. Slow, and sure. */
export function modelPatch(resource: ScimObject, steps: readonly Step[], mode: Mode): ScimObject {
  const copy = structuredClone(resource) as Plain;
  for (const step of steps) apply(copy, step, mode);
  if (String(copy['userName']).trim() === '') throw new ScimError('invalidValue', 'userName');
  return copy;
}

function apply(resource: Plain, step: Step, mode: Mode): void {
  if (isOfExtension(step.on)) {
    const extension = { ...(resource[ENTERPRISE] as ScimObject | undefined) } as Plain;
    setOrDelete(extension, step.on, step.op === 'remove' ? null : step.value);
    setOrDelete(resource, ENTERPRISE, Object.keys(extension).length === 0 ? null : extension);
  } else if (step.on === 'emails') applyToEmails(resource, step, mode);
  else if (step.on === 'name') applyToName(resource, step);
  else {
    const value = step.op === 'remove' ? null : step.value;
    if (step.on === 'userName' && value === null) throw new ScimError('mutability', 'userName');
    setOrDelete(resource, step.on, value);
  }
}

function applyToName(resource: Plain, { op, sub, value }: Step): void {
  const name = { ...(resource['name'] as ScimObject | undefined) } as Plain;
  if (sub !== undefined) setOrDelete(name, sub, op === 'remove' ? null : value);
  else if (op === 'remove' || value === null) for (const each of Object.keys(name)) delete name[each];
  else Object.assign(name, value);
  setOrDelete(resource, 'name', Object.keys(name).length === 0 ? null : name);
}

function applyToEmails(resource: Plain, { op, sub, filter, value }: Step, mode: Mode): void {
  let emails = structuredClone((resource['emails'] ?? []) as Plain[]);
  let primaries: Plain[] = [];
  if (filter === undefined && sub === undefined) {
    const added =
      op === 'remove' || value === null ? [] : (structuredClone(value) as Plain[]).filter((each) => Object.keys(each).length > 0);
    if (added.filter(({ primary }) => primary === true).length > 1) throw new ScimError('invalidValue', 'primary');
    if (op !== 'add') emails = [];
    for (const each of added) {
      // The first comes of those that are the same by value and type is not asked for: a user may have had two all along.
      const same = emails.filter((other) => isSameEmail(other, each)).at(-1);
      if (same !== undefined) Object.assign(same, each);
      else emails.push(each);
      if (each['primary'] === true) primaries.push(same ?? each);
    }
  } else {
    let selected = emails.filter((each) => matches(each, filter));
    if (selected.length === 0 && op !== 'remove') {
      const described = filter === undefined ? {} : describedBy(filter);
      if (described === undefined || (filter !== undefined && mode === 'strict')) throw new ScimError('noTarget', 'emails');
      const isNothing = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
      if (isNothing) return;
      selected = [described];
      emails.push(...selected);
      if (sub === undefined && op === 'replace') Object.assign(selected[0] as Plain, value);
    } else if (sub === undefined && op !== 'add') for (const each of selected) for (const key of Object.keys(each)) delete each[key];
    for (const each of selected) {
      if (sub !== undefined) setOrDelete(each, sub, op === 'remove' ? null : value);
      else if (op !== 'remove') Object.assign(each, value);
    }
    if (op !== 'remove') primaries = selected.filter(({ primary }) => primary === true);
  }
  if (primaries.length > 1) throw new ScimError('invalidValue', 'primary');
  for (const each of emails) if (primaries.length === 1 && each !== primaries[0] && each['primary'] === true) each['primary'] = false;
  emails = emails.filter((each) => Object.keys(each).length > 0);
  setOrDelete(resource, 'emails', emails.length === 0 ? null : emails);
}

/** RFC 7643 §2.4: "If not specified, the value of "primary" SHALL be assumed to be "false"." */
function matches(email: Plain, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if ('and' in filter) return filter.and.every((term) => matches(email, term));
  if ('or' in filter) return filter.or.some((term) => matches(email, term));
  if ('not' in filter) return !matches(email, filter.not);
  return filter.by === 'primary' ? (email['primary'] ?? false) === filter.is : email[filter.by] === filter.is;
}

/** T5: the one value that a filter describes, if it describes one: by `eq` alone, or several joined by `and`. */
function describedBy(filter: Filter): Plain | undefined {
  if ('by' in filter) return { [filter.by]: filter.is };
  const terms = 'and' in filter ? filter.and.map((term) => ('or' in term || 'not' in term ? undefined : describedBy(term))) : [undefined];
  return terms.includes(undefined) ? undefined : Object.assign({}, ...terms);
}

/** RFC 7643 §2.4: the same value and type; without a value, the same altogether. */
function isSameEmail(a: Plain, b: Plain): boolean {
  if (a['value'] !== undefined || b['value'] !== undefined) return a['value'] === b['value'] && a['type'] === b['type'];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

function setOrDelete(object: Plain, name: string, value: ScimValue): void {
  if (value === null) delete object[name];
  else object[name] = value;
}
