import type { Stored } from '../../../shared/directory/directory.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Operation } from '../exchange.ts';
import { noContent } from '../response/response.ts';
import { changeResource } from './preconditions.ts';
import { commit } from './representation.ts';

/** DELETE: RFC 7644 §3.6. From now on every operation on it is 404 and its name is free, whatever Confluence still has to do. */
export function deleteResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange, id) => {
    await commit(exchange, endpoint, () => changeResource(exchange, endpoint, id, (stored) => endpoint.delete(exchange, stored)));
    return noContent();
  };
}
