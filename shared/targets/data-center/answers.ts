import * as z from 'zod';

/** What Confluence answers, as far as it is used. Everything else is left out by the parse. */

/** A person. `type` is `known`, `anonymous` (not logged in) or `unknown` (content of someone no directory has any more). */
export const Person = z.object({
  type: z.string(),
  username: z.string().optional(),
  userKey: z.string().optional(),
  displayName: z.string().optional(),
  /** With expand=status. */
  status: z.string().optional(),
  /** In the list of active users only. */
  email: z.string().optional(),
});
export type Person = z.infer<typeof Person>;

export const Group = z.object({ name: z.string() });

/** Of the server information and of the manifest. */
export const VersionTold = z.object({ version: z.string().regex(/^\d+\.\d+/) });

export const CreatedUser = z.object({ userKey: z.string() });

export const LongTaskSubmission = z.object({ id: z.string().min(1) });

export const LongTask = z.object({
  percentageComplete: z.number(),
  successful: z.boolean(),
  messages: z.array(z.object({ translation: z.string().optional(), key: z.string().optional() })).default([]),
});
export type LongTask = z.infer<typeof LongTask>;

/** Nothing, or something that is not looked at; it has been JSON. */
export const Ignored = z.unknown();

/** A page. Up to 9 the document has `next` at the top, later in `_links`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    results: z.array(item),
    start: z.number().optional(),
    limit: z.number().optional(),
    next: z.string().optional(),
    _links: z.object({ next: z.string().optional() }).optional(),
  });
}
