import type { Connection } from '../../../shared/directory/connection.ts';
import type { Counts, Run, RunResult } from '../../../shared/directory/runs.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../../shared/provisioning/outcome.ts';
import type { Administration } from '../administration.ts';
import type { Outcome } from '../command.ts';
import { csvLine } from './csv-line.ts';

/** What only a person can end. */
const NEEDS_A_PERSON: readonly OutcomeKind[] = ['conflict', 'unsupported', 'held', 'failed'];
/** Rows on the screen; the CSV file has all. */
const SHOWN = 200;
/** Results in `--json`; the CSV file has all. */
const JSON_RESULTS = 10_000;

type Row = Readonly<Record<'type' | 'name' | 'id' | 'outcome' | 'detail', string>>;

/** What became of a run: a row for each outcome of each user and group, and the counts. */
export async function runOutcome(administration: Administration, connection: Connection, run: Run): Promise<Outcome> {
  const { counts, done } = await administration.runs.progress(run);
  const results: RunResult[] = [];
  for await (const result of administration.runs.results(run)) {
    results.push(result);
    if (results.length >= JSON_RESULTS) break;
  }
  const rows = results
    .sort(byName)
    .slice(0, SHOWN + 1)
    .flatMap(rowsOf);
  const table = rows.slice(0, SHOWN).map(({ id: _, ...shown }) => shown);
  const state = stateOf(run, done);
  const more = rows.length > SHOWN ? `The first ${SHOWN} rows; sync show ${connection.name} ${run.id} --csv FILE writes all.` : undefined;
  const text = [state, countsText(counts), more].filter((part) => part !== undefined && part !== '').join('\n');
  return {
    json: { run: { ...run, done, counts }, results },
    table,
    text,
    attention: run.state === 'working' || NEEDS_A_PERSON.some((kind) => (counts[kind] ?? 0) > 0),
  };
}

function stateOf({ id, state, dryRun, listed }: Run, done: number): string {
  const what = `${dryRun ? 'Dry run' : 'Run'} ${id}`;
  if (state === 'working') return `${what} goes on by itself: ${done} of at least ${listed} are done. sync show tells more.`;
  return `${what} ${state === 'finished' ? 'compared' : 'was cancelled after'} ${done} users and groups${dryRun ? ', and changed nothing' : ''}.`;
}

/** One line a kind; `Nothing differs.` without any. */
function countsText(counts: Counts): string {
  const lines = OUTCOME_KINDS.flatMap((kind) => (counts[kind] === undefined ? [] : [`  ${kind.padEnd(12)} ${counts[kind]}`]));
  return lines.length === 0 ? 'Nothing differs.' : lines.join('\n');
}

/** Users first, as the run goes. */
function byName(a: RunResult, b: RunResult): number {
  return a.type === b.type ? a.name.localeCompare(b.name, 'en') : a.type === 'user' ? -1 : 1;
}

/** Each detail is a row; where there are more than are kept, the counts say so. */
function rowsOf({ type, name, id, details, counts }: RunResult): Row[] {
  const rows = details.map(({ kind, text }) => ({ type, name, id, outcome: kind, detail: text }));
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = all - details.filter(({ side }) => side === undefined).length;
  const isCut = left > 0 && details.length > 0 && details.every(({ side }) => side === undefined);
  return isCut ? [...rows, { type, name, id, outcome: '…', detail: `and ${left} more` }] : rows;
}

/** All rows of a run as CSV (RFC 4180), with a head. */
export async function runAsCsv(administration: Administration, run: Run): Promise<string> {
  const lines = ['type,name,id,outcome,detail'];
  for await (const result of administration.runs.results(run))
    for (const { type, name, id, outcome, detail } of rowsOf(result)) lines.push(csvLine([type, name, id, outcome, detail]));
  return `${lines.join('\r\n')}\r\n`;
}
