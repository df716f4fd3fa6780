/**
 * The entity tag of what is shown of a revision: RFC 7644 §3.14. Weak, since `attributes` and `meta.location` change the bytes but not
 * the version. `computed` stands for what is shown with it and changes without it: a user's groups, and a group's members, of whom one
 * that is deleted leaves without a write of the group. A reply that shows neither (to PATCH 204, to Bulk, with `excludedAttributes`) has
 * the revision alone.
 */
export function etagOf(revision: number, computed?: string): string {
  return `W/"${revision}${computed === undefined ? '' : `.${computed}`}"`;
}

/** True if an If-None-Match header names this entity tag: what the client has is what it would get. */
export function matchesEtag(header: string, etag: string): boolean {
  const wanted = opaque(etag);
  return namesAny(header, (tag) => tag === wanted);
}

/** True if an If-Match header names this revision, whatever was shown with it: nothing that is computed can be written. */
export function matchesRevision(header: string, revision: number): boolean {
  const wanted = new RegExp(`^"${revision}(\\.[^"]*)?"$`);
  return namesAny(header, (tag) => wanted.test(tag));
}

/**
 * True for `*`, or a list of entity tags (RFC 9110 §13.1) with one that fits. The comparison is weak (RFC 9110 §8.8.3.2): RFC 7644
 * §3.14 has clients send the weak tags they were given. What is not an entity tag fits nothing.
 */
function namesAny(header: string, fits: (tag: string) => boolean): boolean {
  const trimmed = header.trim();
  // An opaque tag may hold a comma, but none of ours does, so a part of one can't equal ours: it lacks a quote.
  return trimmed === '*' || trimmed.split(',').some((part) => fits(opaque(part.trim())));
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
