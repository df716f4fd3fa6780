import { refuseTolerances } from '../../shared/scim/interoperability/tolerances.ts';
import type { Mode, OnTolerance } from '../../shared/scim/resources/resource.ts';
import type { RequestStory } from './exchange.ts';

/** A log line names this many places; the rest is counted. */
const NAMED_TOLERANCES = 50;

/** What is done with a tolerance that a request asks for: a tolerant connection notes it in the story, a strict one refuses it. */
export function toleranceOf(mode: Mode, story: RequestStory): OnTolerance {
  if (mode === 'strict') return refuseTolerances();
  return (tolerance, where) => {
    story.tolerated++;
    story.toleranceIds.add(tolerance);
    if (story.tolerances.size < NAMED_TOLERANCES) story.tolerances.add(`${tolerance} ${where}`.slice(0, 200));
  };
}
