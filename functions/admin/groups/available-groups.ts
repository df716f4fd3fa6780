import type { GroupSummary } from '../../../shared/directory/overview.ts';
import type { Policy } from '../../../shared/provisioning/policy/policy.ts';
import { foldCase } from '../../../shared/scim/attributes/fold-case.ts';

/** One group that the IdP has sent, and what the settings make of it. */
export interface AvailableGroup {
  readonly displayName: string;
  readonly id: string;
  /** Counted up to a bound; `moreMembers` says that there are more. */
  readonly members: number;
  readonly moreMembers: boolean;
  /** The map of the settings names it, whether the map is in use or not. */
  readonly inMap: boolean;
  /** The Confluence groups that it is by the settings; none if a setting leaves it out. */
  readonly becomes: readonly string[];
  readonly is: 'mapped' | 'same name' | 'renamed' | 'left out' | 'parked' | 'conflict';
  /** A sentence where there is something to say: the setting that leaves it out, why it is parked, which other group has its name. */
  readonly why?: string;
  /** Groups of this connection that end up as the same Confluence group. */
  readonly conflictsWith?: readonly string[];
}

/**
 * What the settings make of each group, in order of creation. Of all groups one row is held, since the last may end up as the first one's
 * name; of their members only the number.
 */
export async function availableGroups(policy: Policy, groups: AsyncIterable<GroupSummary>): Promise<AvailableGroup[]> {
  const inMap = new Set(Object.keys(policy.settings.groups.map).map(foldCase));
  const rows: AvailableGroup[] = [];
  const byName = new Map<string, number[]>();
  for await (const group of groups) {
    const row = { ...rowOf(policy, group), inMap: inMap.has(foldCase(group.displayName)) };
    for (const name of row.becomes) byName.set(foldCase(name), [...(byName.get(foldCase(name)) ?? []), rows.length]);
    rows.push(row);
  }
  return rows.map((row, i) => {
    const others = new Set(row.becomes.flatMap((name) => byName.get(foldCase(name)) ?? []));
    others.delete(i);
    const conflictsWith = [...others].flatMap((other) => rows[other]?.displayName ?? []);
    if (conflictsWith.length === 0) return row;
    const why = `${conflictsWith.join(', ')} would be the same Confluence group: the first stays, the others are parked`;
    return { ...row, is: 'conflict', why: row.why ?? why, conflictsWith };
  });
}

function rowOf(policy: Policy, { id, displayName, members, moreMembers, bound, parked }: GroupSummary): Omit<AvailableGroup, 'inMap'> {
  const naming = policy.groupNaming(displayName);
  const common = { displayName, id, members, moreMembers };
  if (naming.is !== 'names') return { ...common, becomes: [], is: naming.is === 'skip' ? 'left out' : 'parked', why: naming.reason };
  const becomes = naming.names;
  if (parked) return { ...common, becomes, is: 'parked', why: `${parked.code}: ${parked.reason}` };
  if (naming.mapped) return { ...common, becomes, is: 'mapped' };
  const isRenamed = foldCase(becomes[0]) !== foldCase(displayName);
  const kept = bound.length > 0 && !bound.some((name) => foldCase(name) === foldCase(becomes[0]));
  return {
    ...common,
    becomes,
    is: isRenamed ? 'renamed' : 'same name',
    ...(kept && { why: `in Confluence it is ${bound.join(', ')} until its next change` }),
  };
}
