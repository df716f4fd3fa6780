import { type StoredGroup, TooManyMembers } from '../../../shared/directory/directory.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';
import { etagOf } from '../../../shared/scim/resources/etag.ts';
import { type Projection, project } from '../../../shared/scim/resources/project.ts';
import { renderResource } from '../../../shared/scim/resources/render-resource.ts';
import { type Exchange, writeContext } from '../exchange.ts';
import { MAX_REPLY_BYTES, replyBytes, replyTooLarge } from '../response/response.ts';
import { digestOfShown } from './digest-of-shown.ts';
import { type Endpoint, type Rendered, resourceTypeOf } from './endpoint.ts';
import { takeMembers } from './group-members.ts';
import { patchGroup } from './patch-group.ts';

const NOBODY: ReadonlySet<UserId> = new Set();
const A_USER = '00000000-0000-4000-8000-000000000000' as UserId;

/** /Groups: RFC 7643 §4.2. A PATCH is answered without the group, which may be large (SCIM.md §3 B). */
export const groupEndpoint: Endpoint<StoredGroup> = {
  type: 'Group',
  nameAttribute: 'displayName',
  relation: 'members',
  isRelationWritten: true,
  patchReply: 204,

  listing: ({ dependencies }) => dependencies.directory.groups.listing,
  // isResourceId has looked at it: the brand is given here, where the path says that it is a group's.
  read: ({ dependencies, connection }, id) => dependencies.directory.groups.read(connection, id as GroupId),
  create: async (exchange, resource) => {
    const { attributes, members } = await takeMembers(exchange, resource);
    return exchange.dependencies.directory.groups.create(writeContext(exchange), attributes, members);
  },
  replace: async (exchange, read, resource) => {
    const { attributes, members } = await takeMembers(exchange, resource);
    const change = { replaces: true, add: members, remove: NOBODY };
    return exchange.dependencies.directory.groups.update(writeContext(exchange), read, attributes, change);
  },
  patch: patchGroup,
  delete: (exchange, read) => exchange.dependencies.directory.groups.delete(writeContext(exchange), read),

  render: async (exchange, groups, withRelation, returned) => {
    if (!withRelation) return groups.map((group) => rendered(exchange, group));
    return Promise.all(groups.map((group) => renderedWithMembers(exchange, group, returned)));
  },
  pointer: ({ id }) => ({ type: 'group', id }),
};

/** @throws ScimError tooMany */
async function renderedWithMembers(
  exchange: Exchange,
  group: StoredGroup,
  returned: Projection | undefined,
): Promise<Rendered | undefined> {
  const most = returned && mostMembers(exchange, group, returned);
  try {
    const whole = await exchange.dependencies.directory.groups.readWithMembers(exchange.connection, group.id, most);
    return whole && rendered(exchange, whole.group, whole.members);
  } catch (error) {
    if (error instanceof TooManyMembers) throw replyTooLarge({ cause: error });
    throw error;
  }
}

/** How many members at most fit in a reply beside everything else: each takes the same room, since ids are of one length. */
function mostMembers(exchange: Exchange, group: StoredGroup, returned: Projection): number {
  const bare = { ...group, attributes: {} };
  const bytes = (members: readonly UserId[]) =>
    replyBytes(JSON.stringify(project(resourceTypeOf(exchange, groupEndpoint), rendered(exchange, bare, members).resource, returned)));
  return Math.floor(MAX_REPLY_BYTES / (bytes([A_USER, A_USER]) - bytes([A_USER])));
}

/**
 * A member who is deleted leaves the group without a new revision of it: the members shown are part of the version. None are, too: a
 * reply to PATCH has the revision alone, and who kept that has not seen that the last member is gone.
 */
function rendered(exchange: Exchange, group: StoredGroup, members?: readonly UserId[]): Rendered {
  const { baseUrl } = exchange.request;
  const users = (members ?? []).map((value) => ({ value, $ref: `${baseUrl}/Users/${value}`, type: 'User' }));
  const computed = members && digestOfShown(members);
  const kept = { ...group, members: users, ...(computed !== undefined && { computed }) };
  return {
    etag: etagOf(group.revision, computed),
    resource: renderResource(resourceTypeOf(exchange, groupEndpoint), kept, baseUrl),
  };
}
