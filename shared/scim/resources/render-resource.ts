import type { ResourceType } from '../attributes/attribute.ts';
import { asDeclared } from './declared-data.ts';
import { etagOf } from './etag.ts';
import { isAssigned, ownValue } from './own-value.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/** A resource as it is kept, and the relations that were loaded with it. */
export interface KeptResource {
  readonly id: string;
  readonly revision: number;
  /** xsd:dateTime with zone. */
  readonly created: string;
  readonly lastModified: string;
  /** Canonical spelling, without id, meta, schemas, members and groups: what parseResource gives back. */
  readonly attributes: ScimObject;
  readonly members?: readonly ScimValue[];
  readonly groups?: readonly ScimValue[];
  /** Stands in the version for what is shown and changes without the revision. */
  readonly computed?: string;
}

/** A resource as a client sees it, with every attribute: RFC 7643 §3. `project` leaves out what the client did not ask for. */
export function renderResource(resourceType: ResourceType, resource: KeptResource, baseUrl: string): ScimObject {
  const { id, members = [], groups = [] } = resource;
  const attributes = asDeclared(resourceType, resource.attributes);
  return {
    schemas: schemasOf(resourceType, attributes),
    id,
    ...attributes,
    // RFC 7643 §2.5: "unassigned attributes … MAY be omitted for compactness".
    ...(members.length > 0 && { members }),
    ...(groups.length > 0 && { groups }),
    meta: {
      resourceType: resourceType.name,
      created: resource.created,
      lastModified: resource.lastModified,
      location: `${baseUrl}${resourceType.endpoint}/${id}`,
      // RFC 7643 §3.1: "This value must be the same as the entity-tag (ETag) HTTP response header".
      version: etagOf(resource.revision, resource.computed),
    },
  };
}

/** RFC 7643 §3: "all representations of that schema MUST include a non-empty array", an extension's URN where its data is. */
function schemasOf(resourceType: ResourceType, attributes: ScimObject): string[] {
  const extensions = resourceType.extensions.map(({ schema }) => schema.id).filter((id) => isAssigned(ownValue(attributes, id)));
  return [resourceType.schema.id, ...extensions];
}
