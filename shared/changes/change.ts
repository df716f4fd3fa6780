import { hash } from 'node:crypto';
// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import type { ConnectionId, GroupId, TargetId, UserId } from '../directory/ids.ts';

/**
 * A change: "resource R of connection C is at revision N". A pointer with ids only: no names, no personal data, no secrets,
 * also in the dead-letter queue. It only saves time: correctness never depends on one arriving (DELIVERY §1).
 */
export const Change = z.object({
  v: z.literal(1),
  connection: z.string().transform((id) => id as ConnectionId),
  resource: z.discriminatedUnion('type', [
    z.object({ type: z.literal('user'), id: z.string().transform((id) => id as UserId) }),
    z.object({ type: z.literal('group'), id: z.string().transform((id) => id as GroupId) }),
  ]),
  revision: z.number().int().optional(),
  correlationId: z.string(),
  /** Members to look at first, read consistently; the index serves more. At most 48. */
  members: z
    .array(z.string().transform((id) => id as UserId))
    .max(48)
    .optional(),
  /** The run of Synchronize that asks, with reason `reconcile`: what is found is counted there, and its dry run and settings hold. */
  run: z.string().optional(),
  reason: z.enum(['change', 'sweep', 'continuation', 'forwarded', 'woken', 'again', 'reconcile']),
});
export type Change = z.infer<typeof Change>;

/**
 * The FIFO message group of an account or group IN THE TARGET: the only lock (DELIVERY §1). Two resources that mean one account
 * get one group. A digest, since SQS takes 128 characters of ASCII and a name is personal data.
 */
export function messageGroupOf(target: TargetId, kind: 'account' | 'group', name: string): string {
  return hash('sha256', `${target}\n${kind}\n${name}`);
}
