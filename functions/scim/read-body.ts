import type { ResourceType } from '../../shared/scim/attributes/attribute.ts';
import { tolerateResource } from '../../shared/scim/interoperability/tolerate-resource.ts';
import { parsePatchOp } from '../../shared/scim/messages/patch-op.ts';
import type { PatchOperation } from '../../shared/scim/patch/operation.ts';
import { parseResource } from '../../shared/scim/resources/parse-resource.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import type { Exchange } from './exchange.ts';
import { parseJsonBody } from './json-body.ts';

/** The body of POST and PUT; the dialects are translated first, where the connection tolerates them. @throws ScimError */
export function readResource(exchange: Exchange, { resourceType }: { readonly resourceType: ResourceType }): ScimObject {
  const { mode, onTolerance } = exchange;
  const json = readJson(exchange);
  const translated = mode === 'tolerant' ? tolerateResource(resourceType, json, onTolerance) : json;
  return parseResource(resourceType, translated, { mode, onTolerance });
}

/** The operations of a PATCH body. @throws ScimError */
export function readPatch(exchange: Exchange, { resourceType }: { readonly resourceType: ResourceType }): PatchOperation[] {
  const { mode, onTolerance } = exchange;
  return parsePatchOp(readJson(exchange), resourceType, { mode, onTolerance });
}

function readJson({ request, mode, onTolerance, story }: Exchange): unknown {
  const json = parseJsonBody(request.body, mode, onTolerance);
  story.requestBody = json;
  return json;
}
