import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

/** Retention times that CloudWatch Logs knows, in days. */
const RETENTION = Object.values(RetentionDays).filter((days): days is RetentionDays => typeof days === 'number' && days < 9999);

/** `-c key=value` gives text: a schema for anything else reads JSON from it first, and a list also from `a,b`. */
function fromText<T extends z.ZodType>(schema: T, list = false) {
  return z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return list ? value.split(',').map((part) => part.trim()) : value;
    }
  }, schema);
}

const seconds = (least: number, most: number) => fromText(z.int().min(least).max(most));
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), `must look like ${prefix}-0123abcd`);

/** How the worker reaches AWS from a private network: by endpoints, or through a NAT gateway that is named. */
const egress = { endpoints: z.literal(true).optional(), natGateway: z.string().min(1).optional() };
const exactlyOneEgress = (vpc: { endpoints?: true | undefined; natGateway?: string | undefined }) =>
  (vpc.endpoints === undefined) !== (vpc.natGateway === undefined);
const ONE_EGRESS = 'needs exactly one of endpoints: true and natGateway: "name"';

const existingVpc = z
  .strictObject({
    vpcId: idOf('vpc'),
    subnetIds: z.array(idOf('subnet')).min(1),
    /** Of the subnets; the DynamoDB endpoint puts its route there. */
    routeTableIds: z.array(idOf('rtb')).min(1).optional(),
    /** Of the functions. Without it one is made that lets only outgoing traffic through. */
    securityGroupIds: z.array(idOf('sg')).min(1).optional(),
    ...egress,
  })
  .refine(exactlyOneEgress, ONE_EGRESS)
  .refine(
    (vpc) => vpc.endpoints === undefined || vpc.routeTableIds !== undefined,
    'endpoints need routeTableIds for the route to DynamoDB',
  );
const newVpc = z.strictObject({ cidr: z.cidrv4(), ...egress }).refine(exactlyOneEgress, ONE_EGRESS);

const Configuration = z.strictObject({
  /** The CloudFormation stack's name; also the prefix of the target's secrets. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be 1 to 64 letters, digits and dashes, a letter first')
    .default('ScimForConfluence'),
  /** Days that the request log is kept. */
  retentionDays: fromText(z.literal(RETENTION, `must be one of ${RETENTION.join(', ')}`)).default(365),
  /** Who hears the alarms; more subscribers can be added to the topic. */
  alarmEmail: z.email().optional(),
  /** PEM file with the certificate authority of a Confluence in a private network. */
  targetCaFile: z
    .string()
    .transform((path) => resolve(path))
    .refine((path) => existsSync(path), 'is no file on this machine')
    .optional(),
  /** L of DELIVERY §1: how long a call without an answer may still land. */
  lateCallSeconds: seconds(10, 3600).default(120),
  /** Age from which the sweep sends a pending change again. */
  sweepAfterSeconds: seconds(60, 3600).default(120),
  /** The hour, in UTC, in which everything is compared with Confluence each night. */
  nightlySyncHour: fromText(z.union([z.int().min(0).max(23), z.literal('off')], 'must be an hour from 0 to 23, or off')).default(2),
  /** How many workers run at once; SQS takes 2 to 1,000. Confluence's own limits set the pace. */
  workerConcurrency: fromText(z.int().min(2).max(1000)).default(5),
  /** What the API takes in a second, all connections together, for as long as it comes; twice as many at once. */
  requestsPerSecond: fromText(z.int().min(200).max(10_000)).default(1000),
  /** Puts worker and sweep into a private network. */
  vpc: fromText(
    z.unknown().transform((value, context) => {
      const made = typeof value === 'object' && value !== null && 'cidr' in value;
      const result = (made ? newVpc : existingVpc).safeParse(value);
      if (result.success) return result.data;
      for (const issue of result.error.issues) context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
      return z.NEVER;
    }),
  ).optional(),
  /** A name of one's own for the SCIM base URL. The DNS record is up to the name's owner. */
  domain: fromText(
    z.strictObject({
      name: z.hostname(),
      certificateArn: z.string().regex(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'must be the ARN of an ACM certificate'),
      basePath: z
        .string()
        .regex(/^[\w.~-]+$/, 'must be one path segment without a slash')
        .optional(),
    }),
  ).optional(),
  /** AWS WAF in front of the API. */
  waf: fromText(z.boolean()).default(false),
  /** Only these networks may call the API (CIDR). Empty: everybody who has a token. */
  allowedIps: fromText(z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 203.0.113.0/24')), true).default([]),
  /** False where another stack sets the role by which API Gateway writes logs: it is one for the account and region. */
  apiGatewayAccountRole: fromText(z.boolean()).default(true),
});
export type Configuration = z.output<typeof Configuration>;
export type VpcConfiguration = z.output<typeof existingVpc> | z.output<typeof newVpc>;
export type DomainConfiguration = NonNullable<Configuration['domain']>;

/** Where cdk.json keeps the settings; `-c key=value` on the command line goes before it. */
const CONTEXT_KEY = 'scim-for-confluence';

/** Everything that is wrong with the settings, in one message. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(problems: readonly string[]) {
    super(`The stack can't be built with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * The settings of the stack from the CDK app's whole context: the object under "scim-for-confluence" and, before it, the keys
 * given by `-c key=value`. A key that is no setting is an error, since a typo would otherwise silently be the default.
 * @throws ConfigurationError with every problem
 */
export function readConfiguration(context: Readonly<Record<string, unknown>>): Configuration {
  const { [CONTEXT_KEY]: saved = {}, ...rest } = context;
  // Feature flags, look-ups and the CLI's own keys carry a colon, a slash or a dash; settings are plain words.
  const given = Object.fromEntries(Object.entries(rest).filter(([key]) => /^[A-Za-z]+$/.test(key)));
  const parsed = fromText(z.record(z.string(), z.unknown(), `"${CONTEXT_KEY}" in cdk.json must be an object`)).safeParse(saved);
  const result = Configuration.safeParse({ ...(parsed.success ? parsed.data : {}), ...given });
  const issues = [...(parsed.error?.issues ?? []), ...(result.error?.issues ?? [])];
  if (issues.length > 0 || !result.success) throw new ConfigurationError(issues.map(sentence));
  return result.data;
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 ? `; there are ${Object.keys(Configuration.shape).join(', ')}` : '';
    return `${[...issue.path, issue.keys.join(', ')].join('.')}: no such setting${known}`;
  }
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
