import type { Attribute, Schema } from './attribute.ts';
import { complexList, reference, string } from './define-attribute.ts';

/** RFC 7643 §4.2: "While values MAY be added or removed, sub-attributes of members are "immutable"." */
export const membersAttribute: Attribute = complexList('members', 'The members of the group.', [
  // The value is another resource's `id`, which is case exact: §3.1.
  string('value', "The member's id.", { caseExact: true, mutability: 'immutable' }),
  // Only the id is kept. The rest is the user's own: made here for each reply, or left out as `display` is, which would cost a read of
  // every member. Confluence has no groups in groups, so a member is a User.
  reference('$ref', ['User'], 'The URI of the member.', { mutability: 'readOnly' }),
  string('display', "The member's name: accepted and left out, since the user has it.", { mutability: 'readOnly' }),
  string('type', 'The resource type of the member.', { canonicalValues: ['User'], mutability: 'immutable' }),
]);

/** RFC 7643 §4.2. */
export const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'A group of users in Confluence.',
  attributes: [
    // §4.2: "A human-readable name for the Group. REQUIRED." Unique here: it is the name of the group in Confluence.
    string('displayName', 'The name of the group. Required, and unique among the groups.', { required: true, uniqueness: 'server' }),
    membersAttribute,
  ],
};
