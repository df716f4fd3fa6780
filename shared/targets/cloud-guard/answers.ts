import * as z from 'zod';

/** What Atlassian's directory answers (RFC 7643, RFC 7644), as far as it is used. Everything else is left out by the parse. */

const Reference = z.object({ value: z.string().min(1), display: z.string().nullish(), type: z.string().nullish() });

export const UserRecord = z.object({
  id: z.string().min(1),
  userName: z.string(),
  displayName: z.string().nullish(),
  name: z.object({ formatted: z.string().nullish(), givenName: z.string().nullish(), familyName: z.string().nullish() }).nullish(),
  emails: z.array(z.object({ value: z.string().nullish(), primary: z.boolean().nullish() })).nullish(),
  active: z.boolean().nullish(),
  groups: z.array(Reference).nullish(),
});
export type UserRecord = z.infer<typeof UserRecord>;

export const GroupRecord = z.object({ id: z.string().min(1), displayName: z.string(), members: z.array(Reference).nullish() });
export type GroupRecord = z.infer<typeof GroupRecord>;

/** After a change of members: the group as it is now, or nothing. */
export const ChangedGroup = z.object({ members: z.array(Reference).nullish() }).optional();

/** After a change of a user: the user as it is now, or nothing. */
export const ChangedUser = z.object({ active: z.boolean().nullish() }).optional();

/** RFC 7644 §3.4.2: "Resources ... REQUIRED if totalResults is non-zero". */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ totalResults: z.number().int().min(0), Resources: z.array(item).default([]) });
}

/** Nothing, or something that is not looked at; it has been JSON. */
export const Ignored = z.unknown();

/** The primary e-mail address, else the first. */
export function emailOf({ emails }: UserRecord): string | undefined {
  const email = emails?.find(({ primary }) => primary === true) ?? emails?.[0];
  return email?.value ?? undefined;
}
