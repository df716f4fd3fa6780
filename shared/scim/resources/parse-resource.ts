import type { ResourceType } from '../attributes/attribute.ts';
import { baseAttributes, isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { excerpt } from '../filter/tokenize.ts';
import { reportOnce } from '../interoperability/report-once.ts';
import { refuseTolerances } from '../interoperability/tolerances.ts';
import { checkExtensions } from './check-extensions.ts';
import { isScimObject, ownValue, scimObject } from './own-value.ts';
import { parseAttributes } from './parse-value.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from './resource.ts';

export interface ParseOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/**
 * Checks the body of a POST or PUT (RFC 7644 §3.3, §3.5.1) and gives back what is kept of it: names in canonical spelling, nothing
 * unassigned, neither id, meta, schemas, groups nor password. In tolerant mode unknown attributes are left out and told to `onTolerance`.
 * @throws ScimError invalidSyntax (no object, wrong schemas, a name given twice, strict: an unknown one) or invalidValue (type, required,
 * two primary values)
 */
export function parseResource(resourceType: ResourceType, json: unknown, { mode, onTolerance }: ParseOptions): ScimObject {
  if (!isScimObject(json)) throw new ScimError('invalidSyntax', `The body must be a JSON object: a ${resourceType.name}`);
  const report = mode === 'strict' ? refuseTolerances('body') : reportOnce(onTolerance);
  const { core, extensions, listed } = separate(resourceType, json);
  checkSchemas(resourceType, listed, [...extensions.keys()], mode, report);

  const attributes = parseAttributes(baseAttributes(resourceType), core, '', report);
  const entries: [string, ScimValue][] = Object.entries(attributes);
  for (const { schema } of resourceType.extensions) {
    const data = extensions.get(schema.id);
    if (data === undefined || data === null) continue;
    if (!isScimObject(data)) throw new ScimError('invalidValue', `${schema.id}: expected an object with the attributes of this schema`);
    const extension = parseAttributes(schema.attributes, data, `${schema.id}:`, report);
    if (Object.keys(extension).length > 0) entries.push([schema.id, extension]);
  }
  const resource = scimObject(entries);
  checkRequired(resourceType, resource);
  checkExtensions(resourceType, resource);
  return resource;
}

/**
 * RFC 7643 §7, "required", with §4.1.1: "Each User MUST include a non-empty userName value". PATCH asks this of its result too.
 * @throws ScimError invalidValue naming the attribute
 */
export function checkRequired(resourceType: ResourceType, resource: ScimObject): void {
  for (const { name, required } of resourceType.schema.attributes) {
    const value = ownValue(resource, name);
    if (required && (value === undefined || value === null || (typeof value === 'string' && value.trim() === ''))) {
      throw new ScimError('invalidValue', `${name} is required for a ${resourceType.name} and can't be empty`);
    }
  }
}

interface Separated {
  readonly core: Record<string, unknown>;
  /** The data under each extension's URN, in its right spelling. */
  readonly extensions: ReadonlyMap<string, unknown>;
  /** The value of `schemas`. */
  readonly listed: unknown;
}

/** @throws ScimError invalidSyntax if `schemas` or an extension is given more than once */
function separate(resourceType: ResourceType, json: ScimObject): Separated {
  const core: [string, unknown][] = [];
  const named = new Map<string, unknown>();
  const specialNames = ['schemas', ...resourceType.extensions.map(({ schema }) => schema.id)];
  for (const [name, value] of Object.entries(json)) {
    const special = specialNames.find((each) => isSameName(each, name));
    if (special === undefined) core.push([name, value]);
    else if (named.has(special)) throw new ScimError('invalidSyntax', `${special} is given more than once, in different spellings`);
    else named.set(special, value);
  }
  const listed = named.get('schemas');
  named.delete('schemas');
  return { core: Object.fromEntries(core), extensions: named, listed };
}

/**
 * RFC 7643 §3: "The "schemas" attribute is a REQUIRED attribute and is an array of Strings containing URIs". Tolerant (T14): Entra ID
 * lists URNs of its own, and malformed ones (SCIM.md E5); they mean nothing here, and what is missing is clear from the endpoint.
 */
function checkSchemas(resourceType: ResourceType, listed: unknown, present: readonly string[], mode: Mode, onTolerance: OnTolerance): void {
  const urns: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const known = [resourceType.schema.id, ...resourceType.extensions.map(({ schema }) => schema.id)];
  const lists = (id: string) => urns.some((urn) => typeof urn === 'string' && isSameName(urn, id));
  const missing = [resourceType.schema.id, ...present].filter((id) => !lists(id));
  const unknown = urns.filter((urn) => typeof urn !== 'string' || !known.some((id) => isSameName(id, urn)));
  if (mode === 'strict' && missing[0] !== undefined) throw new ScimError('invalidSyntax', `schemas does not list ${missing[0]}`);
  if (mode === 'strict' && unknown.length > 0) {
    throw new ScimError('invalidSyntax', `schemas lists ${textOf(unknown[0])}, which is no schema of a ${resourceType.name}`);
  }
  // "Duplicate values MUST NOT be included."
  const twice = firstRepeated(urns);
  if (mode === 'strict' && twice !== undefined) throw new ScimError('invalidSyntax', `schemas lists ${textOf(twice)} twice`);
  if (twice !== undefined) onTolerance('T14', `schemas lists ${textOf(twice)} twice`);
  for (const urn of missing) onTolerance('T14', `schemas lacks ${urn}`);
  for (const urn of unknown) onTolerance('T14', `schemas lists ${textOf(urn)}`);
}

/** In one pass: a body may list as many as it has room for. */
function firstRepeated(urns: readonly unknown[]): unknown {
  const seen = new Set<string>();
  for (const urn of urns) {
    const folded = typeof urn === 'string' ? urn.toLowerCase() : undefined;
    if (folded === undefined) continue;
    if (seen.has(folded)) return urn;
    seen.add(folded);
  }
  return undefined;
}

function textOf(urn: unknown): string {
  return typeof urn === 'string' ? excerpt(urn) : 'a value that is no string';
}
