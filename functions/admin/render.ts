import type { AnyCommand, CommandDescription, Outcome } from './command.ts';
import { EXIT } from './command.ts';
import { fitToWidth, NARROWEST_COLUMN } from './fit-to-width.ts';
import { GLOBAL_OPTIONS } from './parse-command-line.ts';

/** What comes from outside may hold control characters, which a terminal would obey: each is shown as '?'. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** Rows as a table of plain text; columns are as wide as their widest cell. Control characters from outside are shown as '?'. */
export function renderTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (!first) return '';
  const columns = Object.keys(first);
  const cell = (row: Readonly<Record<string, string | number>>, column: string) => withoutControls(String(row[column] ?? ''));
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => cell(row, column).length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const isFieldList = columns.length === 2 && columns[0] === 'field';
  return [
    ...(isFieldList ? [] : [line(columns.map((name) => name.toUpperCase()))]),
    ...rows.map((row) => line(columns.map((column) => cell(row, column)))),
  ].join('\n');
}

/**
 * What standard output gets.
 * @param columns characters of the terminal; undefined where there is none, and every row is one line
 */
export function renderOutcome(outcome: Outcome, asJson: boolean, columns?: number): string {
  if (asJson) return JSON.stringify(outcome.json, null, 2);
  const { table = [], text = '', isDocument } = outcome;
  const parts = [renderWithin(table, columns), text].filter((part) => part !== '').join('\n\n');
  return isDocument ? parts : fitToWidth(parts, columns);
}

/** Of a table whose last column would begin too far to the right each row is a list of its fields. */
function renderWithin(rows: NonNullable<Outcome['table']>, columns: number | undefined): string {
  const table = renderTable(rows);
  const names = Object.keys(rows[0] ?? {});
  const begin = table.split('\n', 1)[0]?.lastIndexOf(`  ${names.at(-1)?.toUpperCase()}`) ?? 0;
  if (columns === undefined || begin <= columns - NARROWEST_COLUMN) return table;
  return rows
    .map((row) => renderTable(names.flatMap((field) => (row[field] === '' ? [] : [{ field, value: row[field] ?? '' }]))))
    .join('\n\n');
}

const WHERE = 'Add --stack NAME for a stack in AWS (your own credentials are used), or --local for the one that npm start runs.';
const CODES = `Exit codes: ${EXIT.done} done, ${EXIT.refused} not done (the message says why), ${EXIT.usage} wrong command line, ${EXIT.unreachable} stack not reached, ${EXIT.attention} done, but something needs a person.`;

/** Help on all commands, those about one thing together. */
export function renderHelp(commands: readonly AnyCommand[]): string {
  const usages = commands.map(({ name, positionals }) => [name, ...positionals].join(' '));
  const width = Math.max(...usages.map((usage) => usage.length));
  const thing = (at: number) => commands[at]?.name.split(' ')[0];
  const rows = commands.flatMap(({ summary }, i) => [
    ...(i > 0 && thing(i) !== thing(i - 1) ? [''] : []),
    `  ${usages[i]?.padEnd(width)}  ${summary}`,
  ]);
  return [
    'npm run admin -- COMMAND [options]',
    '',
    ...rows,
    '',
    WHERE,
    'Add --json for scripts, --help after a command for its options.',
    CODES,
  ].join('\n');
}

/** Help on one command. */
export function renderCommandHelp(command: CommandDescription): string {
  const options = Object.entries({ ...command.options, ...GLOBAL_OPTIONS });
  const width = Math.max(...options.map(([name]) => name.length));
  return [
    `npm run admin -- ${[command.name, ...command.positionals].join(' ')}`,
    '',
    `${command.summary}.`,
    '',
    command.help,
    '',
    ...options.map(([name, { help }]) => `  --${name.padEnd(width)}  ${help}`),
    '',
    WHERE,
  ].join('\n');
}
