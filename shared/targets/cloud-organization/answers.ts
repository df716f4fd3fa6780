import * as z from 'zod';

/** What Atlassian answers, as far as it is used. Everything else is left out by the parse. */

/** An opaque cursor: bare, or in a URL. Absent or null: the last page. */
const Links = z.object({ next: z.string().nullish() });

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), links: Links.nullish() });
}

/** `status` is composed of the two others: active, suspended, not_invited, deactivated, for_deletion. */
export const User = z.object({
  accountId: z.string().min(1),
  accountType: z.string().nullish(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  status: z.string().nullish(),
  accountStatus: z.string().nullish(),
  membershipStatus: z.string().nullish(),
  /** With expand: groups. */
  groups: z.array(z.object({ name: z.string().nullish() })).nullish(),
});
export type User = z.infer<typeof User>;

export const Group = z.object({
  id: z.string().min(1),
  name: z.string(),
  /** It comes from an identity provider: nobody but that changes its members. */
  externalSynced: z.boolean().nullish(),
  managementAccess: z.object({ modifiable: z.boolean().nullish() }).nullish(),
});
export type Group = z.infer<typeof Group>;

export const Directory = z.object({ directoryId: z.string().min(1), name: z.string().nullish() });
export type Directory = z.infer<typeof Directory>;

export const OrganizationTold = z.object({ data: z.object({ attributes: z.object({ name: z.string() }).nullish() }) });

/** One result for each address and group; a 202 has no content. */
export const Invitation = z
  .object({
    data: z
      .array(
        z.object({
          email: z.string().nullish(),
          results: z
            .array(
              z.object({
                groupAssignmentResult: z
                  .array(z.object({ group: z.string().nullish(), status: z.string().nullish(), statusReason: z.string().nullish() }))
                  .nullish(),
              }),
            )
            .nullish(),
        }),
      )
      .nullish(),
  })
  .optional();
export type Invitation = z.infer<typeof Invitation>;

export const RoleAssignment = z.object({
  /** `ari:cloud:confluence::site/…`. */
  resourceId: z.string().nullish(),
  /** `confluence`. */
  resourceOwner: z.string().nullish(),
});

/** A page of Confluence's own list. */
export const ConfluenceMembers = z.object({ results: z.array(z.object({ accountId: z.string().nullish() })), size: z.number().nullish() });

/** Nothing, or something that is not looked at; it has been JSON. */
export const Ignored = z.unknown();
