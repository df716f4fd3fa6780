import { ENTERPRISE, type Json } from '../protocol/scim-client.ts';

/**
 * What is left of a user or group when that is taken away which the server decides: id, meta, and the attributes that are readOnly or
 * never returned (RFC 7643 §3.1, §4.1, §4.3). Of members the ids are left: `$ref` is the server's address, `display` is not kept.
 */
export function asStored(resource: Json): Json {
  const { id: _id, meta: _meta, groups: _groups, password: _password, schemas, members, ...rest } = resource;
  const extension = rest[ENTERPRISE] as Json | undefined;
  const manager = extension?.['manager'] as Json | undefined;
  const { displayName: _displayName, ...managerLeft } = manager ?? {};
  return {
    ...withoutUnassigned(rest),
    schemas: [...(schemas as string[])].sort(),
    ...(extension && { [ENTERPRISE]: { ...extension, ...(manager && { manager: managerLeft }) } }),
    ...(Array.isArray(members) && { members: (members as Json[]).map(({ value }) => String(value)).sort() }),
  };
}

/** RFC 7643 §2.5: an empty list is an unassigned attribute, and those are not returned. */
function withoutUnassigned(resource: Json): Json {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}

/** The shape of a JSON value: types in place of values, a list by what its elements are. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]));
}
