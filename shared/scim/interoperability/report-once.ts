import type { OnTolerance } from '../resources/resource.ts';
import type { ToleranceId } from './tolerances.ts';

/** So many places of one tolerance are told. */
const MAX_PLACES = 50;

/**
 * Tells each tolerance once a place, and no more places of it than the request log can use: one request may need the same one 80,000
 * times. One tolerance never uses up what another may tell.
 */
export function reportOnce(onTolerance: OnTolerance): OnTolerance {
  const reported = new Map<ToleranceId, Set<string>>();
  return (tolerance, where) => {
    const places = reported.get(tolerance) ?? new Set();
    if (places.size === 0) reported.set(tolerance, places);
    if (places.size >= MAX_PLACES || places.has(where)) return;
    places.add(where);
    onTolerance(tolerance, where);
  };
}
