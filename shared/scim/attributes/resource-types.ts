import type { ResourceType } from './attribute.ts';
import { enterpriseUserSchema } from './enterprise-user-schema.ts';
import { groupSchema } from './group-schema.ts';
import { userSchema } from './user-schema.ts';

/** The resource types as one connection has them. */
export type ResourceTypes = Readonly<Record<ResourceType['name'], ResourceType>>;

/** RFC 7643 §6: the resource types of this service provider. */
export const userResourceType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: userSchema.description,
  schema: userSchema,
  extensions: [{ schema: enterpriseUserSchema, required: false }],
};

export const groupResourceType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: groupSchema.description,
  schema: groupSchema,
  extensions: [],
};

/** The resource types of a connection that declares no schema extension of its own. */
export const standardResourceTypes: ResourceTypes = { User: userResourceType, Group: groupResourceType };
