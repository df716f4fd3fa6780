import type { Stored } from '../../../shared/directory/directory.ts';
import { tolerateResource } from '../../../shared/scim/interoperability/tolerate-resource.ts';
import { parsePatchOp } from '../../../shared/scim/messages/patch-op.ts';
import type { PatchOperation } from '../../../shared/scim/patch/operation.ts';
import { parseResource } from '../../../shared/scim/resources/parse-resource.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { subjectInBody } from '../log/subject.ts';
import { parseJsonBody } from './json-body.ts';

/** The body of POST and PUT; the dialects are translated first, where the connection tolerates them. @throws ScimError */
export function readResource<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>): ScimObject {
  const { mode, onTolerance, story } = exchange;
  const resourceType = resourceTypeOf(exchange, endpoint);
  const json = readJson(exchange);
  const subject = story.subject ?? subjectInBody(endpoint, json);
  if (subject) story.subject = subject;
  const translated = mode === 'tolerant' ? tolerateResource(resourceType, json, onTolerance) : json;
  return parseResource(resourceType, translated, { mode, onTolerance });
}

/** The operations of a PATCH body. @throws ScimError */
export function readPatch<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>): PatchOperation[] {
  const { mode, onTolerance } = exchange;
  return parsePatchOp(readJson(exchange), resourceTypeOf(exchange, endpoint), { mode, onTolerance });
}

/** The JSON of a body, kept for the log at full detail. @throws ScimError as parseJsonBody does */
export function readJson({ request, mode, onTolerance, story }: Exchange): unknown {
  const json = 'json' in request.body ? request.body.json : parseJsonBody(request.body, mode, onTolerance);
  story.requestBody = json;
  return json;
}
