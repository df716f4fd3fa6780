/** A last column narrower than this is hard to read. */
export const NARROWEST_COLUMN = 20;
const INDENT = 4;

/**
 * Text as wide as the terminal: a line that is longer goes on below, under the beginning of its last column (what comes after the last two
 * blanks), or a little indented where that leaves too little room. Words are never divided: a token or an address stays in one piece.
 * @param columns characters of the terminal; undefined where there is none, and nothing is changed
 */
export function fitToWidth(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < 2 * NARROWEST_COLUMN) return text;
  return text
    .split('\n')
    .flatMap((line) => (line.length <= columns ? [line] : fitted(line, columns)))
    .join('\n');
}

function fitted(line: string, columns: number): string[] {
  const margin = line.length - line.trimStart().length;
  const last = Math.max(margin, line.lastIndexOf('  ') + 2);
  const indent = columns - last >= NARROWEST_COLUMN ? last : margin + INDENT;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const from = lines.length === 0 ? (indent === last ? last : margin) : indent;
    const before = rest.lastIndexOf(' ', columns);
    const at = before > from ? before : rest.indexOf(' ', columns);
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${' '.repeat(indent)}${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest];
}
