import * as z from 'zod';
import { Pattern, Replacement } from './patterns.ts';

export const GroupSettings = z.strictObject({
  /**
   * 'same-name': each SCIM group is the Confluence group of its own name, after `rename`. 'map': only the groups of `map` are provisioned,
   * each to the Confluence groups it lists.
   */
  mapping: z.enum(['same-name', 'map']).default('same-name'),
  /** displayName of a SCIM group, compared without regard to case, to one or more Confluence groups. */
  map: z.record(z.string().min(1), z.array(z.string().trim().min(1).max(255)).min(1).max(10)).default({}),
  /** False: a Confluence group that does not exist parks. */
  create: z.boolean().default(true),
  /** Patterns of displayNames. With any in `include`, others are not provisioned; `exclude` wins. */
  include: z.array(Pattern).max(100).default([]),
  exclude: z.array(Pattern).max(100).default([]),
  /** The first that matches the whole displayName names the Confluence group. Not used for mapped groups. */
  rename: z.array(Replacement).max(50).default([]),
  /** Members of a Confluence group of ours whom the IdP did not put there. */
  otherMembers: z.enum(['keep', 'remove']).default('keep'),
  /** What a SCIM DELETE of a group does. Deleting a Confluence group removes the restrictions that use it. */
  onDelete: z.enum(['keep', 'empty', 'delete']).default('empty'),
  /**
   * What a new displayName does to a group that has its name from it alone. 'keep': the Confluence group stays as it is. 'move': a group of the
   * new name is made, the members go there, and the old one is deleted if this product made it and nobody else is in it; what was granted to
   * the old one is not granted to the new one. With `rename`, whose names follow the displayName anyway, 'move' says how they do.
   */
  onRename: z.enum(['keep', 'move']).default('keep'),
});
export type GroupSettings = z.infer<typeof GroupSettings>;
