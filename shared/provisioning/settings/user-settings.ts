import * as z from 'zod';
import { isAttributePath } from '../policy/attribute-text.ts';
import { mistakeInTemplate } from '../policy/full-name.ts';
import { Replacement } from './patterns.ts';

/** The name of a Confluence group, in any spelling; compared after lower-casing. */
const GroupName = z.string().trim().min(1).max(255);

const FullNameTemplate = z
  .string()
  .max(500)
  .superRefine((template, context) => {
    const mistake = mistakeInTemplate(template);
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake });
  });

/** Where an account's name comes from, and what is made of it. */
export const UserNameSettings = z
  .strictObject({
    source: z.enum(['userName', 'email', 'externalId', 'attribute']).default('userName'),
    /** With source 'attribute': `nickName`, `name.givenName`, or an extension's `urn:…:User:attribute`. */
    attribute: z.string().refine(isAttributePath, 'write it as nickName, name.givenName or urn:…:User:attribute').exactOptional(),
    lowerCase: z.boolean().default(true),
    /** `jane@corp.example` becomes `jane`. */
    stripDomain: z.boolean().default(false),
    /** In this order; the first that matches the whole name replaces it, the others are not looked at. */
    replace: z.array(Replacement).max(50).default([]),
    /** What happens to a person whose source is empty, or to whom none of `replace` applies. */
    otherwise: z.enum(['use', 'skip', 'park']).default('use'),
  })
  .refine(({ source, attribute }) => source !== 'attribute' || attribute !== undefined, {
    path: ['attribute'],
    message: "say which: source is 'attribute'",
  });

export const UserSettings = z.strictObject({
  /** False: no account is ever made; existing ones may be linked. */
  create: z.boolean().default(true),
  /** False: names and e-mail addresses of existing accounts stay as they are. */
  update: z.boolean().default(true),
  /** False: who is inactive in the IdP keeps a usable account. */
  deactivate: z.boolean().default(true),
  /** What a SCIM DELETE does; 'keep' is the switch for delete, off. Deleting anonymises the person's content irreversibly. */
  onDelete: z.enum(['disable', 'delete', 'keep']).default('disable'),
  /** What deactivation does with the groups that this product gave; reactivation gives them back. */
  groupsOnDeactivate: z
    .strictObject({ do: z.enum(['keep', 'remove']).default('keep'), except: z.array(GroupName).default([]) })
    .prefault({}),
  userName: UserNameSettings.prefault({}),
  /** As `{name.familyName}, {name.givenName}`; absent: displayName, name.formatted, given and family name, userName. */
  fullName: FullNameTemplate.exactOptional(),
  /** May an account that exists already become a SCIM user's account, and how is it found? No default (DESIGN §4, safe defaults). */
  linking: z.enum(['user-name', 'email', 'never']),
  /** displayNames of SCIM groups; when there are any, only their members get an account, and who leaves the last one loses it. */
  onlyFromGroups: z.array(z.string().min(1)).max(100).default([]),
  /** Confluence groups that accounts get from this product itself. */
  defaultGroups: z
    .strictObject({
      /** Once, when the account is made. */
      newUsers: z.array(GroupName).max(50).default([]),
      /** Always, as long as the account is to be usable. */
      allUsers: z.array(GroupName).max(50).default([]),
    })
    .prefault({}),
});
export type UserSettings = z.infer<typeof UserSettings>;
