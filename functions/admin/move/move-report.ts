import type { Connection } from '../../../shared/directory/connection.ts';
import type { Match, MatchKind } from '../../../shared/provisioning/move/match.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Outcome } from '../command.ts';
import { csvLine } from '../runs/csv-line.ts';
import { sameNames } from './same-names.ts';

/** Rows on the screen; the CSV file has all. */
const SHOWN = 200;
/** Rows in `--json`; the CSV file has all. */
const JSON_ROWS = 10_000;

/** In the order in which a person reads them: what needs somebody first. */
const SAYS: Readonly<Record<MatchKind, Readonly<Record<Match['type'], string>>>> = {
  problem: { user: 'would not match: something is in the way', group: 'could not be provisioned' },
  new: { user: 'no account is found: one would be made', group: 'would be made' },
  found: { user: 'linked to the account that is found', group: 'is there, and would be taken' },
  own: { user: 'has the account already', group: 'is there already' },
  nothing: { user: 'need no account', group: 'are not provisioned' },
};
const KINDS = Object.keys(SAYS) as MatchKind[];

type Counts = Readonly<Record<Match['type'], Partial<Record<MatchKind, number>>>>;

/**
 * Who would be whom after a move, and who would not match. A problem needs a person; so does an account that would be made, unless the
 * target is a directory that shows only what it was sent: there Atlassian itself finds the managed account of the address.
 * @param onRow told of each row as it comes, with all of it for a file
 */
export async function moveReport(
  from: Connection,
  to: Connection,
  matches: AsyncIterable<Match>,
  onRow: (csv: string, counts: Counts) => void,
): Promise<Outcome> {
  const counts: Counts = { user: {}, group: {} };
  const rows: Match[] = [];
  const telling: Match[] = [];
  for await (const match of sameNames(matches)) {
    counts[match.type][match.is] = (counts[match.type][match.is] ?? 0) + 1;
    if (rows.length < JSON_ROWS) rows.push(match);
    if (telling.length < JSON_ROWS && isWorthARow(match)) telling.push(match);
    onRow(asCsv(match), counts);
  }
  telling.sort((a, b) => KINDS.indexOf(a.is) - KINDS.indexOf(b.is));
  const table = telling.slice(0, SHOWN).map(({ type, name, email = '', is, why = '' }) => ({ type, name, email, is, why }));
  const isDirectory = to.target.kind === 'cloud-guard';
  const text = [
    `${from.name} as it would be in ${to.name} (${describeTarget(to.target)}); nothing was changed.`,
    ...(['user', 'group'] as const).flatMap((type) => countsText(type, counts)),
    ...(isDirectory && counts.user.new !== undefined
      ? [
          'A directory shows only what it was sent: Atlassian gives those the managed account of their e-mail address, if its domain is verified.',
        ]
      : []),
    ...(telling.length > SHOWN ? [`The first ${SHOWN} rows; --csv FILE writes all.`] : []),
  ].join('\n');
  const isUnmatched =
    counts.user.problem !== undefined || counts.group.problem !== undefined || (!isDirectory && counts.user.new !== undefined);
  return { json: { from: from.id, to: to.id, counts, rows }, table, text, attention: isUnmatched };
}

/** The head of the file whose lines `onRow` is told. */
export const CSV_HEAD = csvLine(['type', 'name', 'id', 'email', 'result', 'in the target', 'key', 'code', 'why']);

function asCsv({ type, name, id, email = '', is, inTarget, key = '', code = '', why = '' }: Match): string {
  return csvLine([type, name, id, email, is, inTarget.join(' '), key, code, why]);
}

function isWorthARow({ type, is }: Match): boolean {
  return is === 'problem' || (type === 'user' && is === 'new');
}

function countsText(type: Match['type'], counts: Counts): string[] {
  const lines = KINDS.flatMap((kind) => {
    const count = counts[type][kind];
    return count === undefined ? [] : [`  ${String(count).padStart(7)}  ${SAYS[kind][type]}`];
  });
  return lines.length === 0 ? [`no ${type}s`] : [`${type}s`, ...lines];
}
