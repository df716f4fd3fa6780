import { ScimError, type ScimType } from '../errors.ts';

/** One piece of a filter or path. `at` and `end` are positions in the text. */
export type Token = { readonly at: number; readonly end: number } & (
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: '(' | ')' | '[' | ']' }
);

/** What a client may send; checked before anything is parsed, so that no input costs more than one pass over 4 KB. */
export const FILTER_LIMITS = { characters: 4096, depth: 32, terms: 100 } as const;

/**
 * Splits a filter or a PATCH path into words, strings and brackets, within FILTER_LIMITS.
 * @throws ScimError of this keyword for text that is too long, too deep or has too many terms, or a malformed string
 */
export function tokenize(text: string, keyword: ScimType): Token[] {
  if (text.length > FILTER_LIMITS.characters) {
    throw new ScimError(keyword, `The filter or path is longer than ${FILTER_LIMITS.characters} characters`);
  }
  const tokens: Token[] = [];
  let depth = 0;
  let connectives = 0;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (isSpace(character)) {
      at++;
      continue;
    }
    if (isBracket(character)) {
      depth += character === '(' || character === '[' ? 1 : -1;
      if (depth > FILTER_LIMITS.depth) throw new ScimError(keyword, `The filter is nested deeper than ${FILTER_LIMITS.depth} levels`);
      tokens.push({ kind: character, at, end: at + 1 });
      at++;
      continue;
    }
    const end = character === '"' ? endOfString(text, at, keyword) : endOfWord(text, at);
    if (character === '"') {
      tokens.push({ kind: 'string', value: stringValue(text.slice(at, end), at, keyword), at, end });
    } else {
      const word = text.slice(at, end);
      if (isConnective(word)) connectives++;
      tokens.push({ kind: 'word', text: word, at, end });
    }
    at = end;
  }
  // A filter with n terms has at least n - 1 of these words outside its value paths, and each value path is a term itself.
  if (connectives >= FILTER_LIMITS.terms) throw new ScimError(keyword, `The filter has more than ${FILTER_LIMITS.terms} terms`);
  return tokens;
}

/**
 * A client's text in an error message: short, safe to encode as UTF-8, and without what stands in quotes. That is a value, which may
 * be a person's, and messages are logged.
 */
export function excerpt(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short.replaceAll(/"(?:[^"\\]|\\.)*"?/gs, '"…"').toWellFormed());
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function isBracket(character: string): character is '(' | ')' | '[' | ']' {
  return character === '(' || character === ')' || character === '[' || character === ']';
}

function isConnective(word: string): boolean {
  const folded = word.length <= 3 ? word.toLowerCase() : '';
  return folded === 'and' || folded === 'or';
}

function endOfWord(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== '"' && !isSpace(text.charAt(end)) && !isBracket(text.charAt(end))) end++;
  return end;
}

/** The position after the closing quote. A backslash takes the next character with it, whatever it is. */
function endOfString(text: string, from: number, keyword: ScimType): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new ScimError(keyword, `The string that begins at position ${from + 1} has no closing quote`);
}

/** RFC 7644 §3.4.2.2: "compValue = false / null / true / number / string ; rules from JSON (RFC 7159)". */
function stringValue(literal: string, at: number, keyword: ScimType): string {
  let value: unknown;
  try {
    value = JSON.parse(literal);
  } catch (cause) {
    throw new ScimError(keyword, `The string at position ${at + 1} is not a JSON string`, { cause });
  }
  // RFC 7643 §2.3.1: "A sequence of zero or more Unicode characters encoded using UTF-8": half of a surrogate pair has no encoding.
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw new ScimError(keyword, `The string at position ${at + 1} holds half of a surrogate pair`);
  }
  return value;
}
