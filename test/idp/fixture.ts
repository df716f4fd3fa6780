import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Json } from '../protocol/scim-client.ts';

/** A sequence of requests as an IdP sends them, with what the answers must hold: see fixtures/README.md. */
export interface Fixture {
  readonly file: string;
  readonly name: string;
  /** The dialect facts of SCIM.md §2 that this sequence shows: E1, O5, T10 … */
  readonly proves: readonly string[];
  readonly mode: 'tolerant' | 'strict';
  readonly steps: readonly Step[];
}

export interface Step {
  readonly method: string;
  readonly path: string;
  /** null takes a default header away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly request?: unknown;
  /** Sent as it is: bodies that are no JSON. */
  readonly rawRequest?: string;
  readonly status: number;
  readonly response?: Json;
  readonly responseHeaders?: Json;
  /** Variable → path in the response, e.g. { userId: "id" }. */
  readonly save?: Readonly<Record<string, string>>;
}

const FOLDER = join(import.meta.dirname, 'fixtures');

export function readFixtures(): Fixture[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => ({ ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')), file: relative('.', file) }) as Fixture);
}

/** The value with every {{variable}} in its strings replaced; the placeholders of expectations are left. */
export function substitute<T>(value: T, variables: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value);
  const filled = text?.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const known = variables.get(name);
    if (known === undefined && name !== 'absent') throw new Error(`no step has saved ${whole}`);
    return known === undefined ? whole : JSON.stringify(known).slice(1, -1);
  });
  return filled === undefined ? value : (JSON.parse(filled) as T);
}

/**
 * Where an answer differs from what is expected; empty if it holds all of it. Objects may hold more, lists may not:
 * same length, same order. "{{*}}" is any value, "{{absent}}" none.
 */
export function differences(expected: unknown, actual: unknown, at = ''): string[] {
  if (expected === '{{absent}}') return actual === undefined ? [] : [`${at} is there: ${JSON.stringify(actual)}`];
  if (expected === '{{*}}') return actual === undefined || actual === null ? [`${at} is not there`] : [];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
    return expected.flatMap((each, i) => differences(each, actual[i], `${at}[${i}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${at} is ${JSON.stringify(actual)}, not an object`];
    return Object.entries(expected).flatMap(([name, each]) => {
      const found = Object.hasOwn(actual, name) ? (actual as Json)[name] : undefined;
      return differences(each, found, at === '' ? name : `${at}.${name}`);
    });
  }
  return Object.is(expected, actual) ? [] : [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
}
