import { isSameName } from '../../../shared/scim/attributes/find-attribute.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { listResponse } from '../../../shared/scim/messages/list-response.ts';
import { renderResourceTypes } from '../../../shared/scim/resources/render-resource-type.ts';
import { renderSchemas } from '../../../shared/scim/resources/render-schema.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { serviceProviderConfig } from '../../../shared/scim/resources/service-provider-config.ts';
import type { Exchange, Operation } from '../exchange.ts';
import { jsonResponse } from '../response/response.ts';

/** The discovery endpoints: RFC 7644 §4. */
export const getServiceProviderConfig: Operation = async (exchange) => {
  refuseFilter(exchange);
  return jsonResponse(200, serviceProviderConfig(exchange.request.baseUrl));
};

export const listResourceTypes: Operation = async (exchange) => list(exchange, resourceTypesOf(exchange));
export const getResourceType: Operation = async (exchange, name) => one(exchange, resourceTypesOf(exchange), name);
export const listSchemas: Operation = async (exchange) => list(exchange, schemasOf(exchange));
export const getSchema: Operation = async (exchange, urn) => one(exchange, schemasOf(exchange), urn);

/** What this connection has: the schema extension that another one declared is not there. */
const resourceTypesOf = ({ resourceTypes, request }: Exchange) => renderResourceTypes(resourceTypes, request.baseUrl);
const schemasOf = ({ resourceTypes, request }: Exchange) => renderSchemas(resourceTypes, request.baseUrl);

/** "Query parameters described in Section 3.4.2, such as filtering, sorting, and pagination, SHALL be ignored" */
function list(exchange: Exchange, resources: readonly ScimObject[]) {
  refuseFilter(exchange);
  return jsonResponse(200, listResponse({ resources, totalResults: resources.length, startIndex: 1 }));
}

function one(exchange: Exchange, resources: readonly ScimObject[], id: string) {
  refuseFilter(exchange);
  const resource = resources.find((candidate) => isSameName(String(candidate['id']), id));
  if (!resource) throw new ScimError(404, `There is no ${id.slice(0, 200)} here.`);
  return jsonResponse(200, resource);
}

/** "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403 (Forbidden)" */
function refuseFilter({ request }: Exchange): void {
  if (request.query.has('filter')) throw new ScimError(403, 'The discovery endpoints take no filter; ask without it.');
}
