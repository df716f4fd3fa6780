import type { GroupItem } from '../../directory/items.ts';
import { ring, type Work } from '../work.ts';

/**
 * The group loses these names: from then on they are free for others, and those that waited for them are sent. When the first is among
 * them, the next one is the lock: whoever calls this makes no call after it.
 * @returns false if the group has moved on
 */
export async function giveUpNames(work: Work, group: GroupItem, names: readonly string[]): Promise<boolean> {
  const { done, marked } = await work.delivery.groupNames.giveUp(group, names);
  for (const one of marked) await ring(work, one, 'woken');
  return done;
}
