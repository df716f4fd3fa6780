import type { Match } from '../../../shared/provisioning/move/match.ts';

/**
 * Of users, or groups, that would be one account, or group, of the target the first has it, in order of creation, and the others could not:
 * the worker sees one at a time. Only names are remembered.
 */
export async function* sameNames(matches: AsyncIterable<Match>): AsyncGenerator<Match> {
  const takenBy = new Map<string, string>();
  for await (const match of matches) {
    const other = isWanted(match) ? firstTaken(takenBy, match) : undefined;
    yield other === undefined ? match : { ...match, is: 'problem', code: 'owned', why: whyNot(match, other) };
  }
}

function isWanted({ is }: Match): boolean {
  return is === 'found' || is === 'new' || is === 'own';
}

/** Who has one of the names already; takes them all if nobody has. */
function firstTaken(takenBy: Map<string, string>, { type, name, inTarget }: Match): string | undefined {
  const wanted = inTarget.map((one) => `${type} ${one.toLowerCase()}`);
  const other = wanted.map((one) => takenBy.get(one)).find((one) => one !== undefined);
  if (other === undefined) for (const one of wanted) takenBy.set(one, name);
  return other;
}

function whyNot({ type, inTarget }: Match, other: string): string {
  const what = type === 'user' ? 'account' : 'group';
  return `The ${what} ${inTarget.join(', ')} would be that of the ${type} ${other} too, and it can belong to one only. Give one of the two another ${type === 'user' ? 'userName or e-mail address' : 'name'}.`;
}
