/**
 * The subset of the Logs Insights query language that the saved queries use, as a syntax tree. Whatever is not in the subset is an
 * error: a query that this parser does not understand is not tested by it.
 */
export type Expression =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'literal'; readonly value: string | number }
  | { readonly type: 'pattern'; readonly value: RegExp }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'call'; readonly name: 'jsonparse' | 'ispresent'; readonly argument: Expression }
  | { readonly type: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly operand: Expression };
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like' | 'in';

export interface Column {
  readonly name: string;
  readonly expression: Expression;
}
export interface Aggregate {
  readonly name: string;
  readonly function: 'count' | 'sum' | 'avg' | 'min' | 'max' | 'pct';
  /** Absent for count(*). */
  readonly argument?: Expression;
  readonly percentile?: number;
}
export type Stage =
  | { readonly type: 'fields' | 'display'; readonly columns: readonly Column[] }
  | { readonly type: 'filter'; readonly condition: Expression }
  | { readonly type: 'sort'; readonly by: readonly { readonly name: string; readonly descending: boolean }[] }
  | { readonly type: 'limit'; readonly rows: number }
  | { readonly type: 'unnest'; readonly list: Expression; readonly into: string }
  | { readonly type: 'stats'; readonly aggregates: readonly Aggregate[]; readonly by: readonly Column[] };

interface Token {
  readonly type: 'word' | 'text' | 'number' | 'pattern' | 'sign' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s+|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<number>-?\d+(?:\.\d+)?)|(?<pattern>\/(?:[^/\\\n]|\\.)+\/)|(?<word>@?[A-Za-z_][\w.]*)|(?<sign>!=|<=|>=|[=<>(),|*[\]])/y;

function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < query.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(query);
    if (match === null) throw new SyntaxError(`not in the subset: ${query.slice(at, at + 20)}`);
    const found = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined);
    if (found) tokens.push({ type: found[0] as Token['type'], text: found[1] as string });
  }
  return tokens;
}

/** The stages of a query, in order. @throws SyntaxError for anything outside the subset */
export function parseQuery(query: string): Stage[] {
  const tokens = tokenize(query);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { type: 'end', text: 'the end' };
  const next = (): Token => {
    const token = peek();
    at++;
    return token;
  };
  const is = (text: string) => peek().text.toLowerCase() === text && peek().type !== 'text';
  const accept = (text: string) => is(text) && next() !== undefined;
  const expect = (text: string) => {
    if (!accept(text)) throw new SyntaxError(`${text} expected, not ${peek().text}`);
  };
  const word = (): string => {
    const token = next();
    if (token.type !== 'word') throw new SyntaxError(`a name expected, not ${token.text}`);
    return token.text;
  };
  const number = (): number => {
    const token = next();
    if (token.type !== 'number') throw new SyntaxError(`a number expected, not ${token.text}`);
    return Number(token.text);
  };
  const separated = <T>(item: () => T): T[] => {
    const items = [item()];
    while (accept(',')) items.push(item());
    return items;
  };

  function operand(): Expression {
    const token = next();
    switch (token.type) {
      case 'text':
        return { type: 'literal', value: token.text.slice(1, -1).replace(/\\(.)/g, '$1') };
      case 'number':
        return { type: 'literal', value: Number(token.text) };
      case 'pattern':
        return { type: 'pattern', value: new RegExp(token.text.slice(1, -1)) };
      case 'word': {
        if (!accept('(')) return { type: 'field', name: token.text };
        const name = token.text.toLowerCase();
        if (name !== 'jsonparse' && name !== 'ispresent') throw new SyntaxError(`function ${token.text} is not in the subset`);
        const argument = operand();
        expect(')');
        return { type: 'call', name, argument };
      }
      default:
        if (token.text !== '[') throw new SyntaxError(`unexpected ${token.text}`);
    }
    const items = separated(operand);
    expect(']');
    return { type: 'list', items };
  }

  function comparison(): Expression {
    if (accept('not')) return { type: 'not', operand: comparison() };
    if (accept('(')) {
      const inner = disjunction();
      expect(')');
      return inner;
    }
    const left = operand();
    if (left.type === 'call' && left.name === 'ispresent') return left;
    const negated = accept('not');
    const operator = next().text.toLowerCase();
    if (!['=', '!=', '<', '<=', '>', '>=', 'like', 'in'].includes(operator) || (negated && operator !== 'like' && operator !== 'in'))
      throw new SyntaxError(`${operator} is no comparison of the subset`);
    const compare: Expression = { type: 'compare', operator: operator as Comparison, left, right: operand() };
    return negated ? { type: 'not', operand: compare } : compare;
  }
  function conjunction(): Expression {
    let left = comparison();
    while (accept('and')) left = { type: 'and', left, right: comparison() };
    return left;
  }
  function disjunction(): Expression {
    let left = conjunction();
    while (accept('or')) left = { type: 'or', left, right: conjunction() };
    return left;
  }

  function column(): Column {
    const expression = operand();
    if (accept('as')) return { name: word(), expression };
    if (expression.type !== 'field') throw new SyntaxError('a computed column needs a name: as …');
    return { name: expression.name, expression };
  }
  function aggregate(): Aggregate {
    const name = word().toLowerCase();
    if (!['count', 'sum', 'avg', 'min', 'max', 'pct'].includes(name)) throw new SyntaxError(`stats function ${name} is not in the subset`);
    expect('(');
    const argument = name === 'count' && accept('*') ? undefined : operand();
    if (name === 'pct') expect(',');
    const percentile = name === 'pct' ? number() : undefined;
    expect(')');
    expect('as');
    const given = { ...(argument && { argument }), ...(percentile !== undefined && { percentile }) };
    return { name: word(), function: name as Aggregate['function'], ...given };
  }

  function sortKey(): { name: string; descending: boolean } {
    const name = word();
    const descending = accept('desc');
    if (!descending) accept('asc');
    return { name, descending };
  }

  function stage(): Stage {
    const command = word().toLowerCase();
    switch (command) {
      case 'fields':
      case 'display':
        return { type: command, columns: separated(column) };
      case 'filter':
        return { type: 'filter', condition: disjunction() };
      case 'sort':
        return { type: 'sort', by: separated(sortKey) };
      case 'limit':
        return { type: 'limit', rows: number() };
      case 'unnest': {
        const list = operand();
        expect('into');
        return { type: 'unnest', list, into: word() };
      }
      case 'stats':
        return { type: 'stats', aggregates: separated(aggregate), by: accept('by') ? separated(column) : [] };
      default:
        throw new SyntaxError(`command ${command} is not in the subset`);
    }
  }

  const stages = [stage()];
  while (accept('|')) stages.push(stage());
  if (peek().type !== 'end') throw new SyntaxError(`unexpected ${peek().text}`);
  return stages;
}
