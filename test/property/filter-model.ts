import type { CompareOperator, Filter } from '../../shared/scim/filter/filter.ts';

/**
 * Evaluating a filter as plainly as RFC 7644 §3.4.2.2 says it: each comparison spelled out, no tables but the names of what is not a
 * text without case. It shares no code with the engine, and no cleverness.
 */
export type Plain = Record<string, unknown>;
type Kind = 'text' | 'exact' | 'boolean' | 'primary' | 'date';
type Leaf = string | boolean | undefined;

const KINDS: Readonly<Record<string, Kind>> = {
  id: 'exact',
  externalId: 'exact',
  'members.value': 'exact',
  members: 'exact',
  'groups.value': 'exact',
  active: 'boolean',
  'emails.primary': 'primary',
  'meta.created': 'date',
  'meta.lastModified': 'date',
};

export function evaluateFilter(filter: Filter, resource: Plain): boolean {
  return evaluate(filter, (path) => read(resource, path), resource);
}

interface Read {
  readonly leaves: readonly Leaf[];
  readonly kind: Kind;
  /** The value as a whole: what `pr` asks about. */
  readonly whole: unknown;
}

function evaluate(filter: Filter, readPath: (path: string) => Read, resource: Plain): boolean {
  if ('terms' in filter) {
    const answers = filter.terms.map((term) => evaluate(term, readPath, resource));
    return filter.kind === 'and' ? !answers.includes(false) : answers.includes(true);
  }
  if (filter.kind === 'not') return !evaluate(filter.term, readPath, resource);
  const { urn, attribute, subAttribute } = filter.path;
  const path = [urn, attribute, subAttribute].filter((part) => part !== undefined).join('.');
  if (filter.kind === 'valuePath') {
    // "expressions MUST be applied to the same value of a parent attribute"
    const elements = (resource[attribute] ?? []) as Plain[];
    return elements.some((element) => evaluate(filter.filter, (name) => read({ [attribute]: [element] }, `${path}.${name}`), element));
  }
  const { leaves, kind, whole } = readPath(path);
  if (filter.kind === 'present') return isPresent(whole);
  const { operator, value } = filter;
  if (value === null) return operator === 'eq' ? !isPresent(whole) : isPresent(whole);
  if (operator === 'ne' && leaves.length === 0) return true;
  return leaves.some((leaf) => compare(leaf, operator, value as string | boolean, kind));
}

/** The values under a path of names; extensions have their URN as a name. A multi-valued attribute alone means its `value`. */
function read(resource: Plain, path: string): Read {
  const dot = path.startsWith('urn:') ? path.indexOf('.', path.lastIndexOf(':')) : path.indexOf('.');
  const [name, rest] = dot < 0 ? [path] : [path.slice(0, dot), path.slice(dot + 1)];
  const value = resource[name];
  const kind = KINDS[path] ?? 'text';
  const elements = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (rest === undefined) return { leaves: elements.map((each) => (isPlain(each) ? (each['value'] as Leaf) : each)), kind, whole: value };
  const parts = elements.map((each) => (each as Plain)[rest] as Leaf);
  return { leaves: parts, kind, whole: parts };
}

/** "a non-empty or non-null value, or … a non-empty node for complex attributes" */
function isPresent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isPresent);
  return isPlain(value) ? Object.values(value).some(isPresent) : value !== undefined && value !== null && value !== '';
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(leaf: Leaf, operator: CompareOperator, value: string | boolean, kind: Kind): boolean {
  // RFC 7643 §2.4: "If not specified, the value of "primary" SHALL be assumed to be "false"."
  if (kind === 'primary') leaf ??= false;
  if (leaf === undefined) return operator === 'ne';
  if (kind === 'date' && !['co', 'sw', 'ew'].includes(operator)) return order(instant(String(leaf)), operator, instant(String(value)));
  if (typeof leaf === 'boolean' || typeof value === 'boolean') return operator === 'ne' ? leaf !== value : leaf === value;
  const [a, b] = kind === 'exact' ? [leaf, value] : [leaf.toLowerCase(), value.toLowerCase()];
  if (operator === 'co') return a.indexOf(b) >= 0;
  if (operator === 'sw') return a.slice(0, b.length) === b;
  if (operator === 'ew') return b === '' || a.slice(-b.length) === b;
  return order(a, operator, b);
}

function order<T extends string | bigint>(a: T, operator: CompareOperator, b: T): boolean {
  const answers: Partial<Record<CompareOperator, boolean>> = { eq: a === b, ne: a !== b, gt: a > b, ge: a >= b, lt: a < b, le: a <= b };
  return answers[operator] ?? false;
}

/** An instant in units of 10^-12 s, exact: Date knows the minute, the rest is counted by hand. */
function instant(text: string): bigint {
  const [, upToMinute, second, fraction = '', zone] = /^(.{16}):(..)(?:\.(\d+))?(Z|[+-]..:..)?$/.exec(text) ?? [];
  const minute = BigInt(Date.parse(`${upToMinute}:00${zone ?? 'Z'}`)) / 1000n;
  return (minute + BigInt(second ?? 0)) * 10n ** 12n + BigInt(fraction.padEnd(12, '0').slice(0, 12));
}
