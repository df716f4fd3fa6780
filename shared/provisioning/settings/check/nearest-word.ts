/** More changes than this make another word, not a slip of the finger. */
const MOST_CHANGES = 3;

/** The word that was probably meant: the same but for case, dashes or dots, else the one with the fewest slips; undefined if none is near. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const same = words.find((word) => letters(word) === letters(typed));
  if (same !== undefined) return same;
  const ranked = words
    .map((word) => ({ word, slips: slipsBetween(letters(typed), letters(word)) }))
    .filter(({ word, slips }) => slips <= Math.min(MOST_CHANGES, Math.ceil(word.length / 3)))
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.word;
}

function letters(word: string): string {
  return word.toLowerCase().replace(/[\s._-]/g, '');
}

/** Letters left out, added, changed, or two neighbours swapped, to get from one word to the other (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
