import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonShape } from '../../functions/scim/request/check-json-shape.ts';
import { ScimError } from '../../shared/scim/errors.ts';

/** A document before it is text: an object is a list of members, so that a name can be in it twice. */
type Document = { readonly members: readonly (readonly [string, Document])[] } | { readonly elements: readonly Document[] } | string;

const name = fc.constantFrom('a', 'b', 'A', 'value', '', '"', '\\', 'a:b', '{', '__proto__', '\u{1f600}', ...'cdefghijkl');
const { document } = fc.letrec<{ document: Document }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'medium', maxDepth: 5 },
    fc.constantFrom('1', 'null', '"a"', '":"', '"{\\""', '"\\\\"'),
    fc.record({ elements: fc.array(tie('document'), { maxLength: 4 }) }),
    fc.record({ members: fc.array(fc.tuple(name, tie('document')), { maxLength: 4 }) }),
    // More names than are compared one by one.
    fc.record({ members: fc.array(fc.tuple(name, fc.constant('1')), { maxLength: 14 }) }),
  ),
}));

/** JSON text of a document; every other name is escaped to the last letter, and there is white space where it is allowed. */
function print(node: Document): string {
  if (typeof node === 'string') return node;
  if ('elements' in node) return `[${node.elements.map(print).join(' ,')}]`;
  const members = node.members.map(([each, value], i) => `${i % 2 === 0 ? JSON.stringify(each) : escaped(each)}\n: ${print(value)}`);
  return `{ ${members.join(',')}}`;
}

function escaped(text: string): string {
  return `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
}

/** The place of the first name that comes a second time, in the order of the text; the obvious way. */
function firstRepeated(node: Document, place = ''): string | undefined {
  if (typeof node === 'string') return undefined;
  if ('elements' in node) return first(node.elements.map((each, i) => () => firstRepeated(each, `${place}[${i}]`)));
  return first(
    node.members.map(([each, value], i) => () => {
      const here = `${place}.${each}`;
      return node.members.slice(0, i).some(([earlier]) => earlier === each) ? here : firstRepeated(value, here);
    }),
  );
}

function first(attempts: readonly (() => string | undefined)[]): string | undefined {
  for (const attempt of attempts) {
    const found = attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}

function refusal(text: string): string | undefined {
  try {
    checkJsonShape(text);
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidSyntax') return error.message;
    throw error;
  }
  return undefined;
}

describe('names of a JSON object are unique, RFC 8259 §4', () => {
  it('refuses a document where an object gives a name twice, however it is spelled, and no other', () => {
    const seen = { unique: 0, repeated: 0 };
    fc.assert(
      fc.property(document, (node) => {
        const text = print(node);
        // What is printed is JSON: else the test would be about something else.
        JSON.parse(text);
        const expected = firstRepeated(node);
        seen[expected === undefined ? 'unique' : 'repeated']++;
        const found = refusal(text);
        expect(found === undefined).toBe(expected === undefined);
        if (expected !== undefined && /^[\w.[\]]{1,60}$/.test(expected)) expect(found).toContain(`"${expected.replace(/^\./, '')}"`);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.unique, seen.repeated)).toBeGreaterThan(300);
  });

  it('leaves text that is no JSON to the parser, and never fails on it', () => {
    const piece = fc.oneof(fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '"a"', '"\\u00"', '\ud800', ' '), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const message = refusal(pieces.join(''));
        if (message !== undefined) expect(message).toMatch(/more than once/);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the limits of a JSON document', () => {
  it('64 levels and no more', () => {
    expect(refusal('['.repeat(64) + ']'.repeat(64))).toBeUndefined();
    expect(refusal('['.repeat(65) + ']'.repeat(65))).toContain('64');
    expect(refusal('{"a":'.repeat(65))).toContain('64');
    expect(refusal(`[${'[[],{}],'.repeat(1_000)}1]`)).toBeUndefined();
  });

  it('1,000 names in one object and no more, in any number of objects', () => {
    const object = (count: number) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i])));
    expect(refusal(`[${object(1_000)},${object(1_000)},{"a":${object(1_000)},"b":1}]`)).toBeUndefined();
    expect(refusal(`[${object(1_001)}]`)).toContain('1000');
  });

  it('a name that comes again as the last of a thousand is found', () => {
    const names = Array.from({ length: 999 }, (_, i) => `"n${i}":${i}`).join(',');
    expect(refusal(`{${names},"n0":1}`)).toContain('"n0"');
    expect(refusal(`[{${names}},{${names}}]`)).toBeUndefined();
  });
});
