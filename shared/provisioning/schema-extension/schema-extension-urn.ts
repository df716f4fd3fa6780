import { standardResourceTypes } from '../../scim/attributes/resource-types.ts';

/** RFC 8141 §2, without the characters that have another meaning in lists, paths and addresses. */
const URN = /^urn:[a-z0-9][a-z0-9-]{1,31}:[a-z0-9:._~-]+$/i;
/** What a path can tell from an attribute: `urn:…:Employee` is read as the attribute `Employee` of `urn:…` first. */
const LAST_PART = /:[A-Za-z][A-Za-z0-9_-]*$/;
/** RFC 7643 §10.3 and RFC 7644 §8.2: these belong to the resource types and messages of the RFCs. */
const RESERVED = ['urn:ietf:params:scim:schemas:core:', 'urn:ietf:params:scim:api:'];

const TAKEN: readonly string[] = [standardResourceTypes.User, standardResourceTypes.Group].flatMap(({ schema, extensions }) => [
  schema.id,
  ...extensions.map((extension) => extension.schema.id),
]);

const EXAMPLE = 'urn:ietf:params:scim:schemas:extension:example:2.0:User';

/** Why the URN can't be the `id` of a connection's own schema, and what to do; undefined if it can. */
export function urnProblem(urn: string): string | undefined {
  if (!URN.test(urn)) return `${quoted(urn)} is no URN; write one like ${EXAMPLE}`;
  if (!LAST_PART.test(urn))
    return `the last part of ${quoted(urn)} must be a name (a letter, then letters, digits, "-" or "_"), as in ${EXAMPLE}`;
  const folded = urn.toLowerCase();
  if (RESERVED.some((prefix) => folded.startsWith(prefix))) {
    return `${quoted(urn)} belongs to the RFCs' own schemas and messages; choose another, such as ${EXAMPLE}`;
  }
  const taken = TAKEN.find((other) => isConfusable(folded, other.toLowerCase()));
  return taken === undefined ? undefined : `${quoted(urn)} can't be told from ${taken}, which is here already; choose another`;
}

/** The same URN, the same but for colons (a tolerant connection mends those), or one that a path could mean by the other. */
function isConfusable(urn: string, other: string): boolean {
  return urn.replaceAll(':', '') === other.replaceAll(':', '') || urn.startsWith(`${other}:`) || other.startsWith(`${urn}:`);
}

function quoted(urn: string): string {
  return JSON.stringify(urn.length > 100 ? `${urn.slice(0, 100)}…` : urn);
}
