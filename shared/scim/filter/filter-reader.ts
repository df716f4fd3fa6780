import { ScimError, type ScimType } from '../errors.ts';
import type { AttributePath, CompareOperator, Filter, FilterLiteral } from './filter.ts';
import { type FilterOptions, tolerateBooleanText, tolerateUnquotedValue } from './filter-dialect.ts';
import { isAttributeName, readAttributePath } from './read-attribute-path.ts';
import { excerpt, type Token } from './tokenize.ts';

const COMPARE_OPERATORS: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] satisfies CompareOperator[];
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A bracket that is still open, with the terms read in it so far: `alternatives` or (`conjunction` and …). */
interface Frame {
  readonly closing: ')' | ']' | 'end';
  readonly negated: boolean;
  /** The attribute before a `[`. */
  readonly path?: AttributePath;
  /** Inside `[ ]`, at whatever depth: the attribute before the bracket, whose sub-attributes the names are. */
  readonly element?: AttributePath | undefined;
  readonly alternatives: Filter[];
  conjunction: Filter[];
}

/**
 * Reads filters from tokens: RFC 7644 §3.4.2.2. "`not` takes precedence over `and`, which takes precedence over `or`".
 * Brackets are kept on a stack of its own, so that no input deepens the call stack.
 */
export class FilterReader {
  readonly #tokens: readonly Token[];
  readonly #keyword: ScimType;
  readonly #options: FilterOptions;
  #position = 0;

  constructor(tokens: readonly Token[], keyword: ScimType, options: FilterOptions) {
    this.#tokens = tokens;
    this.#keyword = keyword;
    this.#options = options;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  take(): Token | undefined {
    return this.#tokens[this.#position++];
  }

  /** Reads a filter up to the end of the text. @throws ScimError */
  readFilter(): Filter {
    return this.#read({ closing: 'end', negated: false, alternatives: [], conjunction: [] });
  }

  /** Reads the filter of the value path of an attribute, after its `[`, and the `]`. @throws ScimError */
  readValueFilter(element: AttributePath): Filter {
    return this.#read({ closing: ']', negated: false, element, alternatives: [], conjunction: [] });
  }

  /** Takes `.subAttribute` if it stands directly after the last token. @throws ScimError if what stands there is no name */
  takeSubAttribute(): string | undefined {
    const token = this.peek();
    if (token?.kind !== 'word' || !token.text.startsWith('.') || token.at !== this.#tokens[this.#position - 1]?.end) return undefined;
    const name = token.text.slice(1);
    if (!isAttributeName(name)) throw this.#error(`${excerpt(name)} is not the name of a sub-attribute`);
    this.#position++;
    return name;
  }

  #read(root: Frame): Filter {
    const open: Frame[] = [];
    let frame = root;
    for (;;) {
      const opened = this.#takeOpening(frame);
      if (opened !== undefined) {
        open.push(frame);
        frame = opened;
        continue;
      }
      let term = this.#takeExpression(frame);
      while (!this.#continues(frame, term)) {
        const inner = finish(frame);
        const outer = open.pop();
        if (outer === undefined) return inner;
        term = frame.path === undefined ? inner : this.#valuePath(frame.path, inner);
        frame = outer;
      }
    }
  }

  /** Takes `(`, `not (` or `attribute[`, if one of them is next. */
  #takeOpening(frame: Frame): Frame | undefined {
    const token = this.peek();
    const next = this.#tokens[this.#position + 1];
    if (token?.kind === '(') {
      this.#position++;
      return { closing: ')', negated: false, element: frame.element, alternatives: [], conjunction: [] };
    }
    if (token?.kind !== 'word') return undefined;
    if (next?.kind === '(' && isWord(token, 'not')) {
      this.#position += 2;
      return { closing: ')', negated: true, element: frame.element, alternatives: [], conjunction: [] };
    }
    if (next?.kind !== '[') return undefined;
    // RFC 7643 §2.3.8: a complex attribute has no complex sub-attributes, so an element holds no value path.
    if (frame.element !== undefined) throw this.#error(`${excerpt(token.text)} stands inside [ ] already: value paths can't be nested`);
    const path = this.#path(token.text);
    this.#position += 2;
    return { closing: ']', negated: false, path, element: path, alternatives: [], conjunction: [] };
  }

  /** `attrExp = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)` */
  #takeExpression(frame: Frame): Filter {
    const token = this.take();
    if (token?.kind !== 'word') throw this.#unexpected(token, 'the name of an attribute');
    // `FILTER = attrExp / logExp / valuePath / *1"not" "(" FILTER ")"`
    if (isWord(token, 'not')) throw this.#error('After "not" the filter must stand in parentheses');
    const path = this.#path(token.text);
    if (frame.element !== undefined && (path.urn !== undefined || path.subAttribute !== undefined)) {
      throw this.#error(`${excerpt(token.text)}: only a sub-attribute's own name can stand inside [ ]`);
    }
    const word = this.take();
    if (word?.kind !== 'word') throw this.#unexpected(word, `an operator after ${excerpt(token.text)}`);
    // "Attribute names and attribute operators used in filters are case insensitive."
    const operator = word.text.length === 2 ? word.text.toLowerCase() : word.text;
    if (operator === 'pr') return { kind: 'present', path };
    // "Providers MUST decline to filter results if the specified filter operation is not recognized".
    if (!isCompareOperator(operator)) throw this.#error(`The operator ${excerpt(word.text)} is not supported`);
    return { kind: 'compare', path, operator, value: this.#literal(within(frame.element, path)) };
  }

  /** True if the filter goes on in this frame after the term; false if the frame ends there. */
  #continues(frame: Frame, term: Filter): boolean {
    frame.conjunction.push(term);
    const token = this.take();
    if (token !== undefined && isWord(token, 'and')) return true;
    if (token !== undefined && isWord(token, 'or')) {
      frame.alternatives.push(combine('and', frame.conjunction));
      frame.conjunction = [];
      return true;
    }
    if ((token?.kind ?? 'end') === frame.closing) return false;
    throw this.#unexpected(token, frame.closing === 'end' ? '"and", "or" or the end of the filter' : `"and", "or" or ${frame.closing}`);
  }

  /** T3: Entra ID matches by `emails[type eq "work"].value eq "x"`, which the grammar has not: all of it holds for one element. */
  #valuePath(path: AttributePath, filter: Filter): Filter {
    const subAttribute = this.takeSubAttribute();
    if (subAttribute === undefined) return { kind: 'valuePath', path, filter };
    if (this.#options.mode === 'strict') throw this.#error(`".${subAttribute}" can't follow ] in a filter`);
    this.#options.onTolerance('T3', `${path.attribute}[…].${subAttribute}`);
    const word = this.take();
    const operator = word?.kind === 'word' ? word.text.toLowerCase() : '';
    const inner: AttributePath = { attribute: subAttribute };
    if (operator === 'pr') return { kind: 'valuePath', path, filter: conjunction(filter, { kind: 'present', path: inner }) };
    if (!isCompareOperator(operator)) throw this.#unexpected(word, `an operator after ".${subAttribute}"`);
    const compare: Filter = { kind: 'compare', path: inner, operator, value: this.#literal(within(path, inner)) };
    return { kind: 'valuePath', path, filter: conjunction(filter, compare) };
  }

  #path(text: string): AttributePath {
    const path = readAttributePath(text);
    if (path === undefined) throw this.#error(`${excerpt(text)} is not the name of an attribute`);
    return path;
  }

  /** The value after an operator; `path` is the whole path, from the resource on. */
  #literal(path: AttributePath): FilterLiteral {
    const isTolerant = this.#options.mode === 'tolerant';
    const token = this.take();
    if (token?.kind === 'string') {
      return (isTolerant ? tolerateBooleanText(path, token.value, this.#options) : undefined) ?? token.value;
    }
    if (token?.kind !== 'word') throw this.#unexpected(token, `a value to compare ${excerpt(path.attribute)} with`);
    const { text } = token;
    if (text === 'null') return null;
    if (text === 'true' || text === 'false') return text === 'true';
    const tolerated = isTolerant ? tolerateUnquotedValue(path, text, this.#options) : undefined;
    if (tolerated !== undefined) return tolerated;
    const number = JSON_NUMBER.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(number)) {
      throw this.#error(
        `The value at position ${token.at + 1} is neither a JSON string in double quotes nor a number, true, false or null`,
      );
    }
    return number === 0 ? 0 : number;
  }

  #unexpected(token: Token | undefined, expected: string): ScimError {
    if (token === undefined) return this.#error(`The text ends where ${expected} should stand`);
    // A string, and a word of an unquoted value (T3), may be a person's: details are logged.
    const found = token.kind === 'word' ? 'a word' : token.kind === 'string' ? 'a string' : token.kind;
    return this.#error(`Expected ${expected} at position ${token.at + 1}, found ${found}`);
  }

  #error(detail: string): ScimError {
    return new ScimError(this.#keyword, detail);
  }
}

function isWord(token: Token, word: 'and' | 'or' | 'not'): boolean {
  return token.kind === 'word' && token.text.length === word.length && token.text.toLowerCase() === word;
}

/** A name inside `[ ]` as a path from the resource on. */
function within(element: AttributePath | undefined, path: AttributePath): AttributePath {
  return element === undefined ? path : { ...element, subAttribute: path.attribute };
}

function isCompareOperator(text: string): text is CompareOperator {
  return COMPARE_OPERATORS.includes(text);
}

function combine(kind: 'and' | 'or', terms: readonly Filter[]): Filter {
  const [only] = terms;
  return terms.length === 1 && only !== undefined ? only : { kind, terms };
}

function conjunction(filter: Filter, term: Filter): Filter {
  return { kind: 'and', terms: filter.kind === 'and' ? [...filter.terms, term] : [filter, term] };
}

function finish(frame: Frame): Filter {
  const filter = combine('or', [...frame.alternatives, combine('and', frame.conjunction)]);
  return frame.negated ? { kind: 'not', term: filter } : filter;
}
