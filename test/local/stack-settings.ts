import * as z from 'zod';
import { killPoints } from './kill-points.ts';

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);

/** The alphabet of a bearer token (RFC 6750 §2.1): anything else could not be sent. */
const bearer = z.string().regex(/^[A-Za-z0-9\-._~+/]+=*$/, 'has characters that no bearer token has');

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
    CONFLUENCE_URL: z.url({ protocol: /^https?$/, error: 'must be a web address, such as https://wiki.example.com' }).optional(),
    CONFLUENCE_TOKEN: z.string().optional(),
    /** Of the simulated one. Older ones know no personal access token, by which the local connection logs in. */
    CONFLUENCE_VERSION: z
      .string()
      .regex(/^(7\.(9|\d\d)|[89]\.\d+|\d\d\.\d+)(\.\d+)?$/, 'must be a version from 7.9 on, such as 8.5')
      .optional(),
    /** For tests: where the process kills itself, once. */
    LOCAL_KILL_AT: z.enum(killPoints).optional(),
  })
  .refine((env) => (env.CONFLUENCE_URL === undefined) === (env.CONFLUENCE_TOKEN === undefined), {
    path: ['CONFLUENCE_URL'],
    error: 'and CONFLUENCE_TOKEN belong together: set both, or none for the simulated Confluence',
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
