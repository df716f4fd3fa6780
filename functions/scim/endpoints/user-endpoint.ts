import type { GroupOfUser, StoredUser } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { applyPatch } from '../../../shared/scim/patch/apply-patch.ts';
import { etagOf } from '../../../shared/scim/resources/etag.ts';
import { renderResource } from '../../../shared/scim/resources/render-resource.ts';
import { type Exchange, writeContext } from '../exchange.ts';
import { digestOfShown } from './digest-of-shown.ts';
import { type Endpoint, type Rendered, resourceTypeOf } from './endpoint.ts';

/** /Users: RFC 7643 §4.1. Entra ID's validator wants the resource back from a PATCH (SCIM.md E13). */
export const userEndpoint: Endpoint<StoredUser> = {
  type: 'User',
  nameAttribute: 'userName',
  relation: 'groups',
  isRelationWritten: false,
  patchReply: 200,

  listing: ({ dependencies }) => dependencies.directory.users.listing,
  // isResourceId has looked at it: the brand is given here, where the path says that it is a user's.
  read: ({ dependencies, connection }, id) => dependencies.directory.users.read(connection, id as UserId),
  create: (exchange, attributes) => exchange.dependencies.directory.users.create(writeContext(exchange), attributes),
  replace: (exchange, read, attributes) => exchange.dependencies.directory.users.update(writeContext(exchange), read, attributes),
  patch: (exchange, read, operations) => {
    const { mode, onTolerance } = exchange;
    const attributes = applyPatch(resourceTypeOf(exchange, userEndpoint), read.attributes, operations, { mode, onTolerance });
    return exchange.dependencies.directory.users.update(writeContext(exchange), read, attributes);
  },
  delete: (exchange, read) => exchange.dependencies.directory.users.delete(writeContext(exchange), read),

  // RFC 7643 §4.1.2: `groups` is computed from the groups; no write ever sets it.
  render: async (exchange, users, withRelation) => {
    const { dependencies, connection } = exchange;
    const ids = users.map(({ id }) => id);
    const groups = withRelation ? await dependencies.directory.users.groupsOf(connection, ids) : undefined;
    return users.map((user) => rendered(exchange, user, groups?.get(user.id) ?? []));
  },
  pointer: ({ id }) => ({ type: 'user', id }),
};

function rendered(exchange: Exchange, user: StoredUser, groups: readonly GroupOfUser[]): Rendered {
  const { baseUrl } = exchange.request;
  const shown = groups.map(({ id, displayName }) => ({ value: id, $ref: `${baseUrl}/Groups/${id}`, display: displayName, type: 'direct' }));
  const computed = digestOf(groups);
  const kept = { ...user, groups: shown, ...(computed !== undefined && { computed }) };
  return {
    etag: etagOf(user.revision, computed),
    resource: renderResource(resourceTypeOf(exchange, userEndpoint), kept, baseUrl),
  };
}

/** Tells one set of groups, with their names, from another; undefined for none, so that a user without groups has the revision alone. */
function digestOf(groups: readonly GroupOfUser[]): string | undefined {
  return groups.length === 0 ? undefined : digestOfShown(groups.map(({ id, displayName }) => JSON.stringify([id, displayName])));
}
