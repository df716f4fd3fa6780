import type { UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import type { Layer } from '../../directory/members/membership-word.ts';
import type { ProvisioningError } from '../../targets/target.ts';
import { expandOldestLayer } from '../groups/expand-layers.ts';
import type { Work } from '../work.ts';
import { applyMembership, type GroupAtHand } from './apply-membership.ts';

/** So many failures in a row say that the rest would not fare better now: it is left to the sweep. */
const FAILURES_IN_A_ROW = 25;

interface Slice {
  readonly is: 'applied' | 'more';
  readonly unseen?: ProvisioningError;
}

/**
 * One slice of a group's memberships, in the order of DELIVERY §3.4: "pending removals; expansion of the oldest layer, its removals
 * before its additions; additions."
 * @returns 'applied' when nothing is left to do now, 'more' when a new message has to go on; `unseen`: one failed only because the target
 * may not know yet of an account or a group
 */
export async function applyMembers(work: Work, group: GroupItem, ready: boolean): Promise<Slice> {
  const { delivery, change, connection } = work;
  const unseen: ProvisioningError[] = [];
  const at: GroupAtHand = { group, ready, layersOf: layerCache(work), unseen };
  const tried = new Set<UserId>();
  let failures = 0;
  let more = false;

  /** False when the slice is over. */
  const apply = async (userId: UserId, only?: 'removals'): Promise<boolean> => {
    if (tried.has(userId) || failures >= FAILURES_IN_A_ROW) return true;
    if (!work.proceed()) return false;
    const outcome = await applyMembership(work, at, userId, only);
    if (outcome !== 'skipped') tried.add(userId);
    failures = outcome === 'left' ? failures + 1 : 0;
    return true;
  };
  const applyAll = async (members: Iterable<UserId> | AsyncIterable<UserId>, only?: 'removals'): Promise<boolean> => {
    for await (const userId of members) if (!(await apply(userId, only))) return false;
    return true;
  };

  if (!(await applyAll(change.members ?? [], 'removals'))) return { is: 'more' };
  if (!(await applyAll(delivery.pending.ofGroup(connection.id, group.id, true), 'removals'))) return { is: 'more' };

  const additions: UserId[] = [];
  for (;;) {
    const header = await delivery.resources.group(group.connection, group.id);
    const oldest = header?.state === 'live' ? (await at.layersOf(header))?.[0] : undefined;
    if (header?.state !== 'live' || header.layers.length === 0) break;
    if (!oldest) return { is: 'more' };
    const expansion = await expandOldestLayer(work, header, oldest, async (members, wanted) => {
      for (const userId of members) tried.delete(userId);
      if (wanted === 'present') additions.push(...members);
      else if (!(await applyAll(members, 'removals'))) more = true;
    });
    if (expansion !== 'done') return { is: 'more' };
    await delivery.layers.tidy(header, work.proceed);
    // What was written a moment ago may not be in the index yet: one more message looks for it.
    more = true;
  }

  if (!(await applyAll(change.members ?? []))) return { is: 'more' };
  if (!(await applyAll(additions))) return { is: 'more' };
  if (!(await applyAll(delivery.pending.ofGroup(connection.id, group.id, false)))) return { is: 'more' };
  return { is: more ? 'more' : 'applied', ...(unseen[0] && { unseen: unseen[0] }) };
}

/** A layer never changes once written, so each is read once a slice. */
export function layerCache({ delivery }: Pick<Work, 'delivery'>): GroupAtHand['layersOf'] {
  const known = new Map<string, Layer>();
  return async ({ connection, id, state, layers: listed, lastLayers = [] }) => {
    const layers = state === 'tombstone' ? lastLayers : listed;
    if (layers.some((layer) => !known.has(layer.id)))
      for (const layer of (await delivery.layers.contents({ connection, id, layers } as GroupItem)) ?? []) known.set(layer.id, layer);
    const all = layers.map((layer) => known.get(layer.id));
    // Nobody lists another layer of a deleted group: what is gone comes no more.
    if (state === 'tombstone') return all.filter((layer) => layer !== undefined);
    return all.every((layer) => layer !== undefined) ? all : undefined;
  };
}
