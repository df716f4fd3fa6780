import type { Committed } from '../../../shared/directory/directory.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';
import { describeError } from '../../../shared/log/request-log.ts';
import type { Exchange } from '../exchange.ts';

export type ResourcePointer = { readonly type: 'user'; readonly id: UserId } | { readonly type: 'group'; readonly id: GroupId };

/**
 * Rings the bell after a commit. A send that fails is logged and counted and nothing else: the marker in the table is the truth,
 * the sweep sends it (invariant 1). So this never throws.
 */
export async function sendChange(
  exchange: Exchange,
  resource: ResourcePointer,
  committed: Committed<{ readonly revision: number }>,
): Promise<void> {
  if (!committed.changed) return;
  const { dependencies, connection, story } = exchange;
  try {
    await dependencies.queue.send(committed.messageGroup, {
      v: 1,
      connection: connection.id,
      resource,
      revision: committed.resource.revision,
      correlationId: story.correlationId,
      ...(committed.members && { members: [...committed.members] }),
      reason: 'change',
    });
  } catch (error) {
    dependencies.log.write({
      kind: 'change.send-failed',
      correlationId: story.correlationId,
      connection: connection.id,
      subject: resource,
      error: describeError(error)
        .map(({ name, message }) => `${name}: ${message}`)
        .join(' ← '),
    });
  }
}
