/** The entity tag of a revision: RFC 7644 §3.14. Weak, since `attributes` and `meta.location` change the bytes but not the version. */
export function etagOf(revision: number): string {
  return `W/"${revision}"`;
}

/**
 * True if an If-Match or If-None-Match header names this revision: `*`, or a list of entity tags (RFC 9110 §13.1). The comparison is
 * weak (RFC 9110 §8.8.3.2): RFC 7644 §3.14 has clients send the weak tags they were given. What is not an entity tag matches nothing.
 */
export function matchesEtag(header: string, revision: number): boolean {
  const trimmed = header.trim();
  if (trimmed === '*') return true;
  const wanted = `"${revision}"`;
  // An opaque tag may hold a comma, but none of ours does, so a part of one can't equal ours: it lacks a quote.
  return trimmed.split(',').some((part) => {
    const tag = part.trim();
    return tag === wanted || tag === `W/${wanted}`;
  });
}
