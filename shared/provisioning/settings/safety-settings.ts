import * as z from 'zod';

/** Never touched by this connection, in any spelling; the service account and ALWAYS_PROTECTED_GROUPS always are. */
export const ProtectedSettings = z.strictObject({
  accounts: z.array(z.string().trim().min(1)).default([]),
  groups: z.array(z.string().trim().min(1)).default([]),
});

/** The administrators' groups: a pushed group of that name would grant administration. */
export const ALWAYS_PROTECTED_GROUPS: readonly string[] = ['confluence-administrators', 'system-administrators'];

/** The mass-deprovisioning brake: past the larger of the two, within an hour, what takes access away is held. */
export const BrakeSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Of the connection's users, 0 to 1. */
  share: z.number().min(0).max(1).default(0.1),
  /** Accounts that may always lose access within an hour. */
  atLeast: z.int().min(0).default(5),
});

/** The seat guard: accounts that count for the licence. Without a limit, and where the target tells none, 402 alone stops. */
export const SeatSettings = z.strictObject({
  limit: z.int().min(1).exactOptional(),
  /** Confluence groups whose members count; without any, every active account does. */
  licenceGroups: z.array(z.string().trim().min(1)).default([]),
});

/** How people get into Confluence in an organisation without Atlassian Guard. */
const OrganizationSettings = z.strictObject({
  /** Groups of the organisation that grant Confluence: an account is in them as long as it is to be usable. */
  accessGroups: z.array(z.string().trim().min(1).max(255)).max(20).default([]),
  /** 'leave-groups': out of the access groups; other products stay as they are. 'suspend': out of everything in the directory. */
  onDisable: z.enum(['leave-groups', 'suspend']).default('leave-groups'),
});

/** How the target may be called, all functions together. The calls of connections that share it count together; each keeps to its own limit. */
export const TargetSettings = z.strictObject({
  requestsPerSecond: z.number().min(0.1).max(1_000).exactOptional(),
  /** With a password always one, whatever is said here. */
  parallelCalls: z.int().min(1).max(50).exactOptional(),
  organization: OrganizationSettings.prefault({}),
  /** `8.5`; absent: found by probing. */
  version: z
    .string()
    .regex(/^\d+\.\d+(\.\d+)?$/, 'write the version as 8.5 or 7.19.3')
    .exactOptional(),
});
