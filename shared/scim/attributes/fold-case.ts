/**
 * RFC 7643 §2.2, caseExact: two texts that are equal but for case fold to the same one. One rule for filters, uniqueness and
 * look-ups by key, so that what a filter matches a key finds.
 */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
