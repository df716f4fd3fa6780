import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ScimError, type ScimType } from '../../../../shared/scim/errors.ts';
import { TAKEN_ALIKE } from '../../../../shared/scim/interoperability/taken-alike.ts';
import {
  type Place,
  refuseTolerances,
  type StrictAnswer,
  TOLERANCES,
  type ToleranceId,
} from '../../../../shared/scim/interoperability/tolerances.ts';

const PLACES: Readonly<Record<Place, string>> = {
  body: 'POST, PUT',
  patch: 'PATCH',
  path: 'path',
  filter: 'filter',
  query: 'query',
  search: 'search',
  bulk: 'Bulk',
  header: 'header',
  address: 'address',
};
const document = readFileSync('docs/strict-and-tolerant.md', 'utf8');
/** The rows of a table of the document, by what its first column is called. */
const rowsUnder = (heading: string) =>
  (document.split(`| ${heading} |`)[1]?.split('\n\n', 1)[0] ?? '')
    .split('\n')
    .slice(2)
    .filter((line) => line !== '');

/** `400 invalidValue (POST, PUT, PATCH), 400 invalidFilter (filter)` */
function answersOf(strict: Readonly<Partial<Record<Place, StrictAnswer>>>): string {
  const byAnswer = Map.groupBy(Object.entries(strict) as [Place, StrictAnswer][], ([, answer]) => answer);
  return [...byAnswer].map(([answer, places]) => `${answerText(answer)} (${places.map(([place]) => PLACES[place]).join(', ')})`).join(', ');
}

function answerText(answer: StrictAnswer): string {
  if (answer === 'literally') return 'taken as it stands';
  return typeof answer === 'number' ? String(answer) : `${new ScimError(answer satisfies ScimType, '').status} ${answer}`;
}

describe('the table of tolerances (SCIM.md §2.4)', () => {
  it('has, with what both modes take, each of T1 to T25', () => {
    const ids = new Set<string>([...Object.keys(TOLERANCES), ...Object.keys(TAKEN_ALIKE)]);
    expect(Array.from({ length: 25 }, (_, i) => `T${i + 1}`).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('is what docs/strict-and-tolerant.md says, row by row', () => {
    const rows = Object.entries(TOLERANCES).map(
      ([id, { tolerated, strict, rule }]) => `| ${id} | ${tolerated} | ${answersOf(strict)} | ${rule} |`,
    );
    expect(rowsUnder('tolerance')).toEqual(rows);
  });

  it('and what both modes take is there too', () => {
    expect(rowsUnder('no tolerance')).toEqual(
      Object.entries(TAKEN_ALIKE).map(([id, { taken, reason }]) => `| ${id} | ${taken} | ${reason} |`),
    );
  });

  it.each(Object.keys(TOLERANCES) as ToleranceId[])(
    '%s: whoever asks a strict connection for it is refused with the answer of the table',
    (id) => {
      for (const [place, answer] of Object.entries(TOLERANCES[id].strict) as [Place, StrictAnswer][]) {
        const ask = () => refuseTolerances(place)(id, 'here');
        if (answer === 'literally') expect(ask).not.toThrow();
        else {
          const expected = typeof answer === 'number' ? { status: answer } : { scimType: answer };
          expect(ask).toThrow(expect.objectContaining({ ...expected, message: expect.stringContaining('here') }));
        }
      }
    },
  );

  it('gives the first answer of a row where the place is not known', () => {
    expect(() => refuseTolerances()('T2', 'active')).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    expect(() => refuseTolerances('query')('T1', 'op')).toThrow(expect.objectContaining({ scimType: 'invalidSyntax' }));
  });
});
