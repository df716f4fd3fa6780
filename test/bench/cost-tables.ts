import { type Cost, CYCLES, costOf, DRIVES, MONTH, SWEEPS } from './cost-model.ts';
import type { OperationCost } from './operation-costs.ts';

const dollars = (amount: number) => `$${amount.toFixed(4)}`;
const table = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows;
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
};

/** The generated tables of docs/cost.md, by the name of the place where each stands. */
export function costTables(counted: readonly OperationCost[]): Readonly<Record<string, string>> {
  const changes = MONTH.map((load) => costOf(load, counted));
  const all = totalOf('all changes', changes);
  const cycles = costOf(CYCLES, counted);
  const sweeps = costOf(SWEEPS, counted);
  const drives = costOf(DRIVES, counted);
  return {
    short: table([
      ['', 'a month'],
      ['changes of 10,000 people', dollars(all.total)],
      [cycles.what, dollars(cycles.total)],
      ['what varies with the tenant, in all', dollars(all.total + cycles.total)],
      [`${sweeps.what}, the same for any tenant`, dollars(sweeps.total)],
      [`${drives.what}, the same for any tenant`, dollars(drives.total)],
    ]),
    counts: table([
      ['operation', 'DynamoDB requests', 'read units', 'write units', 'messages'],
      ...counted.map(({ operation, requests, readUnits, writeUnits, sends }) =>
        [operation, requests.length, readUnits, writeUnits, sends].map(String),
      ),
    ]),
    changes: table([HEAD, ...changes.map(row), row(all)]),
    idle: table([HEAD, row(cycles), row(sweeps), row(drives)]),
  };
}

const HEAD = ['a month', 'times', 'DynamoDB', 'SQS', 'Lambda', 'API Gateway', 'log', 'in all'];

function row({ what, times, dynamoDb, sqs, lambda, gateway, log, total }: Cost): string[] {
  return [what, times.toLocaleString('en'), ...[dynamoDb, sqs, lambda, gateway, log, total].map(dollars)];
}

function totalOf(what: string, costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    what,
    times: sum(({ times }) => times),
    dynamoDb: sum(({ dynamoDb }) => dynamoDb),
    sqs: sum(({ sqs }) => sqs),
    lambda: sum(({ lambda }) => lambda),
    gateway: sum(({ gateway }) => gateway),
    log: sum(({ log }) => log),
    total: sum(({ total }) => total),
  };
}

/** A document with each `<!-- name -->` … `<!-- end -->` filled anew. @throws Error if a place is missing */
export function withTables(document: string, tables: Readonly<Record<string, string>>): string {
  let text = document;
  for (const [name, content] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);
    if (!place.test(text)) throw new Error(`the document has no place for "${name}"`);
    text = text.replace(place, (_, begin: string, end: string) => `${begin}${content}\n${end}`);
  }
  return text;
}
