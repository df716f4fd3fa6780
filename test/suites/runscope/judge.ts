import { isDeepStrictEqual } from 'node:util';
import { createContext, Script } from 'node:vm';
import type { RunscopeAssertion } from './collection.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An assertion of what was answered. How fast it was says more of the machine, and of what else runs on it, than of the server. */
export type JudgedAssertion = RunscopeAssertion & { readonly source: Exclude<RunscopeAssertion['source'], 'response_time'> };

export function isJudged(assertion: RunscopeAssertion): assertion is JudgedAssertion {
  return assertion.source !== 'response_time';
}

/** Whether an answer is as an assertion wants it; its variables are filled in already. */
export function holds({ source, property = '', comparison, value }: JudgedAssertion, answer: Answer): boolean {
  const actual = {
    response_status: () => answer.status,
    response_json: () => valueAt(answer.text, property),
  };
  return COMPARISONS[comparison](actual[source](), String(value));
}

/** Expected values are text in these collections: `"true"` means the boolean too. */
const COMPARISONS: Readonly<Record<RunscopeAssertion['comparison'], (actual: unknown, expected: string) => boolean>> = {
  equal: (actual, expected) => isSimple(actual) && String(actual) === expected,
  equal_number: (actual, expected) => isSimple(actual) && Number(actual) === Number(expected),
  not_empty: (actual) =>
    ![undefined, null, ''].includes(actual as null) && !isDeepStrictEqual(actual, []) && !isDeepStrictEqual(actual, {}),
  has_value: (actual, expected) => Array.isArray(actual) && actual.includes(expected),
  contains: (actual, expected) => (Array.isArray(actual) || typeof actual === 'string') && actual.includes(expected),
  is_a_number: (actual) => typeof actual === 'number',
  is_less_than: (actual, expected) => typeof actual === 'number' && actual < Number(expected),
};

function isSimple(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** `Resources[0].name.familyName` in a JSON text; undefined where there is none. */
export function valueAt(text: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const name of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Runs a script of a step, which says by `assert` what it thinks of the answer. Gives back whether it had nothing against it. */
export function scriptHolds(source: string, { status, text }: Answer): boolean {
  let isHeld = true;
  const check = (condition: unknown) => {
    isHeld = isHeld && Boolean(condition);
  };
  const assert = Object.assign(check, { ok: check });
  try {
    new Script(source).runInContext(createContext({ response: { body: text, status }, assert, log: () => {} }), { timeout: 1_000 });
  } catch {
    return false;
  }
  return isHeld;
}
