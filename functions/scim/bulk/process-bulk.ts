import { orderOperations } from '../../../shared/scim/bulk/order-operations.ts';
import { planBulk } from '../../../shared/scim/bulk/plan-bulk.ts';
import { type BulkRequest, checkPayloadSize, parseBulkRequest } from '../../../shared/scim/messages/bulk-request.ts';
import { bulkResponse } from '../../../shared/scim/messages/bulk-response.ts';
import type { Exchange, Operation } from '../exchange.ts';
import { parseJsonBody } from '../request/json-body.ts';
import { jsonResponse } from '../response/response.ts';
import { knowNames } from './know-names.ts';
import { runOperations } from './run-operations.ts';

/**
 * POST /Bulk: RFC 7644 §3.7. Parse ▶ plan: ids and references ▶ order ▶ run each operation as the single request it stands for ▶
 * results in the order of the request. Each operation is atomic; the whole is not, and the RFC does not ask for it.
 * @throws ScimError for a message that is refused as a whole; nothing is executed then
 */
export const processBulk: Operation = async (exchange) => {
  const { dependencies, resourceTypes, request } = exchange;
  const { failOnErrors, operations } = readBulkRequest(exchange);
  const plan = await knowNames(exchange, planBulk(operations, { resourceTypes, baseUrl: request.baseUrl, newId: dependencies.newId }));
  const results = await runOperations(exchange, plan, orderOperations(plan), failOnErrors);
  // "If a bulk job is processed successfully, HTTP response code 200 OK MUST be returned", whatever became of each operation.
  return jsonResponse(200, bulkResponse(results));
};

function readBulkRequest({ request, mode, onTolerance, story }: Exchange): BulkRequest {
  if ('json' in request.body) throw new Error('a Bulk request is never inside another message');
  const { text, isBase64 } = request.body;
  checkPayloadSize(Buffer.byteLength(text, isBase64 ? 'base64' : 'utf8'));
  const json = parseJsonBody(request.body, mode, onTolerance);
  story.requestBody = json;
  return parseBulkRequest(json, { mode, onTolerance });
}
