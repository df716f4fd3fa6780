import { type Aggregate, type Column, type Expression, parseQuery, type Stage } from './logs-insights-syntax.ts';

/** A row of the result: a value for each column that has one. */
export type Row = Readonly<Record<string, unknown>>;

/** What a query shows that names no fields. */
const UNNAMED: readonly string[] = ['@timestamp', '@message'];

/** A log event on its way through the stages: what was discovered in its line, and what the query named. */
interface LogEvent {
  readonly line: string;
  readonly discovered: unknown;
  readonly named: ReadonlyMap<string, unknown>;
}

/**
 * Runs a query of the subset over log lines as CloudWatch would hold them: the fields of a JSON line are discovered, nested ones by
 * their path (`subject.name`, `tolerances.0`); `@timestamp` is the line's `time`, `@message` the line.
 * @throws SyntaxError for syntax outside the subset
 */
export function runQuery(query: string, lines: readonly string[]): Row[] {
  let events = lines.map(discover);
  let columns: readonly string[] = UNNAMED;
  for (const stage of parseQuery(query)) {
    ({ events, columns } = apply(stage, events, columns));
  }
  return events.map((event) =>
    Object.fromEntries(columns.map((column) => [column, fieldOf(event, column)] as const).filter(([, value]) => value !== undefined)),
  );
}

/** The names that a query reads from the log lines: those it did not name itself. */
export function fieldsReadBy(query: string): string[] {
  const named = new Set<string>();
  const read = new Set<string>();
  const visit = (expression: Expression): void => {
    if (expression.type === 'field' && !named.has(expression.name.split('.')[0] ?? '')) read.add(expression.name);
    if (expression.type === 'call') visit(expression.argument);
    if (expression.type === 'not') visit(expression.operand);
    if ('left' in expression) for (const side of [expression.left, expression.right]) visit(side);
  };
  for (const stage of parseQuery(query)) {
    if (stage.type === 'filter') visit(stage.condition);
    if (stage.type === 'unnest') {
      visit(stage.list);
      named.add(stage.into);
    }
    if (stage.type === 'sort') for (const { name } of stage.by) visit({ type: 'field', name });
    if (stage.type === 'stats') for (const { argument } of stage.aggregates) if (argument) visit(argument);
    const columns = stage.type === 'stats' ? stage.by : 'columns' in stage ? stage.columns : [];
    for (const { expression } of columns) visit(expression);
    for (const { name } of [...columns, ...(stage.type === 'stats' ? stage.aggregates : [])]) if (!read.has(name)) named.add(name);
  }
  return [...read].filter((name) => !name.startsWith('@'));
}

function discover(line: string): LogEvent {
  const message = line.trimEnd();
  try {
    return { line: message, discovered: JSON.parse(message), named: new Map() };
  } catch {
    return { line: message, discovered: undefined, named: new Map() };
  }
}

function apply(stage: Stage, events: LogEvent[], columns: readonly string[]): { events: LogEvent[]; columns: readonly string[] } {
  switch (stage.type) {
    case 'fields':
    case 'display': {
      const names = stage.columns.map(({ name }) => name);
      // Each `fields` adds to the one before; `display` shows its own only.
      const shown = stage.type === 'fields' && columns !== UNNAMED ? [...columns, ...names] : names;
      return { events: events.map((event) => withColumns(event, stage.columns)), columns: shown };
    }
    case 'filter':
      return { events: events.filter((event) => evaluate(stage.condition, event) === true), columns };
    case 'sort':
      return { events: events.toSorted((a, b) => order(a, b, stage.by)), columns };
    case 'limit':
      return { events: events.slice(0, stage.rows), columns };
    case 'unnest':
      return {
        events: events.flatMap((event) => unnested(event, evaluate(stage.list, event), stage.into)),
        columns: [...columns, stage.into],
      };
    case 'stats': {
      const names = [...stage.by, ...stage.aggregates].map(({ name }) => name);
      return { events: aggregated(events, stage.by, stage.aggregates), columns: names };
    }
  }
}

function withColumns(event: LogEvent, columns: readonly Column[]): LogEvent {
  const computed = columns.filter(({ name, expression }) => expression.type !== 'field' || expression.name !== name);
  return {
    ...event,
    named: new Map([...event.named, ...computed.map(({ name, expression }) => [name, evaluate(expression, event)] as const)]),
  };
}

/** A record for each element; anything but a list counts as a list of one, and nothing as none. */
function unnested(event: LogEvent, list: unknown, into: string): LogEvent[] {
  if (list === undefined) return [];
  return (Array.isArray(list) ? list : [list]).map((element) => ({ ...event, named: new Map([...event.named, [into, element]]) }));
}

function aggregated(events: readonly LogEvent[], by: readonly Column[], aggregates: readonly Aggregate[]): LogEvent[] {
  const groups = Map.groupBy(events, (event) => JSON.stringify(by.map(({ expression }) => evaluate(expression, event))));
  return [...groups].map(([key, members]) => {
    const keys = JSON.parse(key) as unknown[];
    // A field that is missing is a group of its own, whose column is empty.
    const named = new Map<string, unknown>(by.map(({ name }, i) => [name, keys[i] ?? undefined]));
    for (const aggregate of aggregates) named.set(aggregate.name, aggregateOf(aggregate, members));
    return { line: '', discovered: undefined, named };
  });
}

function aggregateOf({ function: name, argument, percentile }: Aggregate, events: readonly LogEvent[]): unknown {
  if (argument === undefined) return events.length;
  const values = events.map((event) => evaluate(argument, event)).filter((value) => value !== undefined);
  const sorted = values.toSorted(compare);
  const sum = () => values.reduce<number>((total, value) => total + Number(value), 0);
  switch (name) {
    case 'count':
      return values.length;
    case 'sum':
      return sum();
    case 'avg':
      return sum() / values.length;
    case 'min':
      return sorted[0];
    case 'max':
      return sorted.at(-1);
    case 'pct':
      return sorted[Math.max(0, Math.ceil(((percentile ?? 0) / 100) * sorted.length) - 1)];
  }
}

function fieldOf(event: LogEvent, name: string): unknown {
  if (event.named.has(name)) return event.named.get(name);
  if (name === '@message') return event.line === '' ? undefined : event.line;
  const path = name === '@timestamp' ? ['time'] : name.split('.');
  const [first = '', ...rest] = path;
  return event.named.has(first) ? at(event.named.get(first), rest) : at(event.discovered, path);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}

function evaluate(expression: Expression, event: LogEvent): unknown {
  switch (expression.type) {
    case 'field':
      return fieldOf(event, expression.name);
    case 'literal':
    case 'pattern':
      return expression.value;
    case 'list':
      return expression.items.map((item) => evaluate(item, event));
    case 'call': {
      const value = evaluate(expression.argument, event);
      if (expression.name === 'ispresent') return value !== undefined;
      return typeof value === 'string' ? discover(value).discovered : undefined;
    }
    case 'not':
      return evaluate(expression.operand, event) !== true;
    case 'and':
      return evaluate(expression.left, event) === true && evaluate(expression.right, event) === true;
    case 'or':
      return evaluate(expression.left, event) === true || evaluate(expression.right, event) === true;
    case 'compare':
      return holds(expression.operator, evaluate(expression.left, event), evaluate(expression.right, event));
  }
}

/** A field that is missing equals nothing and is not compared; it is unequal to everything. */
function holds(operator: string, left: unknown, right: unknown): boolean {
  if (operator === '!=') return left !== right;
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '=':
      return left === right;
    case 'in':
      return Array.isArray(right) && right.includes(left);
    case 'like':
      return right instanceof RegExp ? right.test(String(left)) : String(left).includes(String(right));
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    default:
      return compare(left, right) >= 0;
  }
}

function order(a: LogEvent, b: LogEvent, by: readonly { readonly name: string; readonly descending: boolean }[]): number {
  for (const { name, descending } of by) {
    const difference = compare(fieldOf(a, name), fieldOf(b, name));
    if (difference !== 0) return descending ? -difference : difference;
  }
  return 0;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}
