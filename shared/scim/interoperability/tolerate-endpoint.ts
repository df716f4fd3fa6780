import { isSameName } from '../attributes/find-attribute.ts';
import type { OnTolerance } from '../resources/resource.ts';

/** RFC 7644 §3.2, table 2. */
const ENDPOINTS = ['Users', 'Groups', 'Me', 'ServiceProviderConfig', 'ResourceTypes', 'Schemas', 'Bulk', '.search'];

/**
 * The segments of a path below the base URL, with the endpoint in the spelling of RFC 7644 §3.2: Microsoft's reference collection asks
 * for `/users`. An id is left as it is.
 */
export function tolerateEndpoint(path: readonly string[], onTolerance: OnTolerance): readonly string[] {
  return path.map((segment, at) => {
    const isEndpoint = at === 0 || (at === 1 && segment.startsWith('.'));
    const endpoint = isEndpoint ? ENDPOINTS.find((each) => isSameName(each, segment)) : undefined;
    if (endpoint === undefined || endpoint === segment) return segment;
    onTolerance('endpointCase', `/${segment}`);
    return endpoint;
  });
}
