/** An assertion of a vendor's collection, as the runs name it, and why it may fail. */
export type AcceptedFailures = Readonly<Record<string, string>>;

/**
 * What a run differs from its list by: assertions that fail and are not on it, and assertions on it that no longer fail. Both are
 * a change that somebody has to look at.
 */
export function unexpected(failures: readonly string[], accepted: AcceptedFailures): { newlyFailing: string[]; noLongerFailing: string[] } {
  const failing = new Set(failures);
  return {
    newlyFailing: failures.filter((failure) => !Object.hasOwn(accepted, failure)),
    noLongerFailing: Object.keys(accepted).filter((name) => !failing.has(name)),
  };
}
