import type { Operation } from '../exchange.ts';
import { getServiceProviderConfig } from './discovery.ts';
import { listResources } from './list-resources.ts';

/** The parameters of RFC 7644 §3.4.2 and RFC 9865 §2 that make a query of a GET. */
const OF_A_QUERY = ['filter', 'sortBy', 'startIndex', 'count', 'cursor'] as const;

const listAll = listResources('User', 'Group');

/**
 * GET of the base URL. RFC 7644 §3.4.2.1: "Queries MAY be performed against … a SCIM server root"; such a query "indicates that all
 * resources within the server SHALL be included, subject to filtering". A client that only tries the URL (SCIM.md E1) learns what
 * this is.
 */
export const getRoot: Operation = (exchange, id) => {
  const isQuery = OF_A_QUERY.some((name) => exchange.request.query.has(name));
  return isQuery ? listAll(exchange, id) : getServiceProviderConfig(exchange, id);
};
