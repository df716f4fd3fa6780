import * as z from 'zod';
import { TARGET_KINDS } from '../../shared/targets/target-address.ts';
import { killPoints } from './kill-points.ts';

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);

/** The alphabet of a bearer token (RFC 6750 §2.1): anything else could not be sent. */
const bearer = z.string().regex(/^[A-Za-z0-9\-._~+/]+=*$/, 'has characters that no bearer token has');

const webAddress = (example: string) => z.url({ protocol: /^https?$/, error: `must be a web address, such as ${example}` });

/** What is for one kind of target, and would do nothing with another. */
const OF_KIND = {
  'data-center': ['CONFLUENCE_URL', 'CONFLUENCE_TOKEN', 'CONFLUENCE_VERSION'],
  'cloud-guard': ['ATLASSIAN_KEY', 'DIRECTORY_ID', 'ATLASSIAN_API'],
  'cloud-organization': [
    ...(['ATLASSIAN_KEY', 'ORGANIZATION_ID', 'DIRECTORY_ID', 'ATLASSIAN_API'] as const),
    ...(['ATLASSIAN_SITE', 'ATLASSIAN_SITE_LOGIN', 'ACCESS_GROUPS'] as const),
  ],
} as const;
type KindVariable = (typeof OF_KIND)[keyof typeof OF_KIND][number];

const Environment = z
  .object({
    PORT: wholeNumber(0, 65_532).default(3000),
    SCIM_TOKEN: bearer.optional(),
    STATE_DIR: z.string().default('.local'),
    SWEEP_AFTER_SECONDS: wholeNumber(1, 86_400).default(120),
    LATE_CALL_SECONDS: wholeNumber(0, 3_600).default(2),
    /** Absent: what the connection has, 200 for a new one. */
    REQUESTS_PER_SECOND: wholeNumber(1, 10_000).optional(),
    /** Absent: what the connection has, 5 for a new one. */
    BRAKE_AT_LEAST: wholeNumber(0, 1_000_000).optional(),
    /** What the connection `local` provisions into: its kind. */
    TARGET: z.enum(TARGET_KINDS, { error: `must be ${TARGET_KINDS.join(', ')}` }).default('data-center'),
    CONFLUENCE_URL: webAddress('https://wiki.example.com').optional(),
    CONFLUENCE_TOKEN: z.string().optional(),
    /** Of the simulated one. Older ones know no personal access token, by which the local connection logs in. */
    CONFLUENCE_VERSION: z
      .string()
      .regex(/^(7\.(9|\d\d)|[89]\.\d+|\d\d\.\d+)(\.\d+)?$/, 'must be a version from 7.9 on, such as 8.5')
      .optional(),
    /** Of a real organisation; without it the simulated one is used. */
    ATLASSIAN_KEY: z.string().optional(),
    ORGANIZATION_ID: z.string().optional(),
    DIRECTORY_ID: z.string().optional(),
    /** Absent: https://api.atlassian.com. */
    ATLASSIAN_API: webAddress('https://api.atlassian.com').optional(),
    ATLASSIAN_SITE: webAddress('https://acme.atlassian.net').optional(),
    /** The e-mail address and the API token of a site administrator, to compare groups with what the site says. */
    ATLASSIAN_SITE_LOGIN: z
      .string()
      .regex(/^[^:]+:.+$/, 'must be EMAIL:API_TOKEN')
      .optional(),
    /** Groups of the organisation that grant Confluence. */
    ACCESS_GROUPS: z.string().optional(),
    /** For tests: where the process kills itself, once. */
    LOCAL_KILL_AT: z.enum(killPoints).optional(),
  })
  .refine((env) => (env.CONFLUENCE_URL === undefined) === (env.CONFLUENCE_TOKEN === undefined), {
    path: ['CONFLUENCE_URL'],
    error: 'and CONFLUENCE_TOKEN belong together: set both, or none for the simulated Confluence',
  })
  .superRefine((env, context) => {
    const allowed: readonly KindVariable[] = OF_KIND[env.TARGET];
    for (const name of Object.values(OF_KIND).flat())
      if (env[name] !== undefined && !allowed.includes(name))
        context.addIssue({ code: 'custom', path: [name], message: `means nothing with TARGET=${env.TARGET}` });
    if (env.TARGET === 'data-center') return;
    const id = env.TARGET === 'cloud-guard' ? 'DIRECTORY_ID' : 'ORGANIZATION_ID';
    if ((env.ATLASSIAN_KEY === undefined) !== (env[id] === undefined))
      context.addIssue({
        code: 'custom',
        path: ['ATLASSIAN_KEY'],
        message: `and ${id} belong together: set both, or none for the simulated organisation`,
      });
    else if (env.ATLASSIAN_KEY === undefined)
      for (const name of allowed)
        if (env[name] !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: 'is for a real organisation: set ATLASSIAN_KEY too' });
    if (env.ATLASSIAN_SITE_LOGIN !== undefined && env.ATLASSIAN_SITE === undefined)
      context.addIssue({ code: 'custom', path: ['ATLASSIAN_SITE_LOGIN'], message: 'is for ATLASSIAN_SITE, which is not set' });
  });

export type StackSettings = z.output<typeof Environment>;

/** Thrown for settings that are wrong; the message lists every problem. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** The settings of `npm start` from its environment; an empty variable counts as absent. @throws InvalidSettings */
export function parseStackSettings(env: NodeJS.ProcessEnv): StackSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = Environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')} ${message}`);
  throw new InvalidSettings(['These settings are wrong:', ...problems].join('\n'), { cause: parsed.error });
}
