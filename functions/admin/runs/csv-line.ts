/** A line of a CSV file, without its end: RFC 4180 §2.4. */
export function csvLine(cells: readonly string[]): string {
  return cells.map(cell).join(',');
}

/** RFC 4180 §2.5 to §2.7. Names come from outside: what a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
