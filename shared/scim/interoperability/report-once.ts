import type { OnTolerance } from '../resources/resource.ts';

const MAX_REPORTS = 50;

/** Tells each tolerance once a place, and no more than the request log can use: one request may need the same one 80,000 times. */
export function reportOnce(onTolerance: OnTolerance): OnTolerance {
  const reported = new Set<string>();
  return (tolerance, where) => {
    const key = `${tolerance} ${where}`;
    if (reported.has(key) || reported.size >= MAX_REPORTS) return;
    reported.add(key);
    onTolerance(tolerance, where);
  };
}
