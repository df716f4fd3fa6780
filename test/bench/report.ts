import type { Figure } from './figure.ts';
import type { OperationCost } from './operation-costs.ts';

/** All that one run of the benchmark has measured. */
export interface Report {
  readonly node: string;
  readonly processor: string;
  /** Of a few calls only: that everything can be measured, not how fast it is. */
  readonly quick: boolean;
  readonly figures: readonly Figure[];
  readonly operations: readonly OperationCost[];
}

/** The report as a person reads it. */
export function renderReport({ node, processor, quick, figures, operations }: Report): string {
  return [
    `Node ${node} on ${processor}`,
    'CPU time of this process, all threads. After a warm-up, the median of 15 batches; a batch of the floor follows each of the operation.',
    'The floor: parse the body of the same event, check the digest of its token, stringify an answer of that size. A bundle: fresh processes.',
    ...(quick ? ['--quick: a few calls of code that is not warm yet. The times say nothing, and no target is judged by them.'] : []),
    '',
    columns([
      ['', 'value', 'floor', 'ratio', 'target', ''],
      ...figures.map((figure) => [
        figure.operation,
        withUnit(figure.value, figure.unit),
        figure.floor === undefined ? '' : withUnit(figure.floor, figure.unit),
        figure.ratio === undefined ? '' : `${figure.ratio.toFixed(1)}×`,
        targetOf(figure),
        quick || figure.met === undefined ? '' : figure.met ? 'met' : 'NOT MET',
      ]),
    ]),
    '',
    columns([
      ['', 'DynamoDB requests', 'items', 'read units', 'write units', 'messages'],
      ...operations.map(({ operation, requests, items, readUnits, writeUnits, sends }) => [
        operation,
        String(requests.length),
        String(items),
        String(readUnits),
        String(writeUnits),
        String(sends),
      ]),
    ]),
    '',
  ].join('\n');
}

function targetOf({ unit, target, targetRatio }: Figure): string {
  if (target === undefined) return '';
  const bound = `${unit === 'a second' ? '≥' : '≤'} ${withUnit(target, unit)}`;
  return targetRatio === undefined ? bound : `≤ ${targetRatio}× (${withUnit(target, unit)})`;
}

function withUnit(value: number, unit: Figure['unit']): string {
  switch (unit) {
    case 'ms':
      return `${value.toFixed(value < 10 ? 3 : 0)} ms`;
    case 'a second':
      return `${Math.round(value).toLocaleString('en')}/s`;
    case 'ratio':
      return value.toFixed(2);
    default:
      return `${value.toFixed(0)} ${unit}`;
  }
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
