import type { HeldAs, HeldChange } from '../../../shared/directory/brake.ts';
import type { ConnectionId } from '../../../shared/directory/ids.ts';
import type { Administration } from '../administration.ts';

type Held = Pick<Administration, 'brake' | 'heldChanges' | 'queue'>;

/**
 * Everything that is held (or rejected) goes through: its marker is pending again, its account permitted, its message sent. May be
 * ended at any moment and run again: what was not reached is still held. What the brake holds anew meanwhile stays held.
 * @returns how many changes were released
 */
export async function releaseHeld(
  { brake, heldChanges, queue }: Held,
  connection: ConnectionId,
  as: HeldAs,
  correlationId: string,
): Promise<number> {
  if (as === 'held') await brake.reset(connection);
  let released = 0;
  await untilNoneIsLeft({ brake, heldChanges }, connection, as, async (page) => {
    for (const marked of await heldChanges.release(connection, as, page, correlationId)) {
      const { messageGroup, resource, members } = marked;
      await queue.send(messageGroup, {
        v: 1,
        connection,
        resource,
        correlationId: marked.correlationId,
        ...(members !== undefined && { members }),
        reason: 'woken',
      });
    }
    released += page.length;
  });
  return released;
}

/**
 * What is held stays as it is in Confluence until the IdP's next word about it, and the hour of the brake begins anew. May be run again.
 * @returns how many changes were rejected
 */
export async function rejectHeld(held: Pick<Held, 'brake' | 'heldChanges'>, connection: ConnectionId): Promise<number> {
  let rejected = 0;
  await held.brake.reset(connection);
  await untilNoneIsLeft(held, connection, 'held', async (page) => {
    rejected += await held.heldChanges.reject(connection, page);
  });
  return rejected;
}

/** Page by page, and once more from the beginning until nothing is found: the index shows what was held in the last moment late. */
async function untilNoneIsLeft(
  { brake, heldChanges }: Pick<Held, 'brake' | 'heldChanges'>,
  connection: ConnectionId,
  as: HeldAs,
  decide: (page: readonly HeldChange[]) => Promise<void>,
): Promise<void> {
  for (let found = 1; found > 0; ) {
    found = 0;
    for await (const page of heldChanges.pages(connection, as)) {
      const again = as === 'held' ? (await brake.read(connection)).engaged : undefined;
      const decided = again ? page.filter(({ since }) => since < again.since) : page;
      if (decided.length === 0) continue;
      found += decided.length;
      await decide(decided);
    }
  }
}
