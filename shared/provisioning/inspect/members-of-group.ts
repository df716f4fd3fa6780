import { atOnce } from '../../directory/at-once.ts';
import type { MembershipRead } from '../../directory/delivery.ts';
import type { UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { foldCase } from '../../scim/attributes/fold-case.ts';
import { explainMembership } from './explain-membership.ts';
import type { GroupInspection, MembershipFinding, MembershipKind } from './inspection.ts';
import type { Look } from './look.ts';

/** A group of the target as it was read. */
export interface MembersInTarget {
  readonly name: string;
  readonly exists: boolean;
  /** Account names, up to a bound; `more`: there are others. */
  readonly members: ReadonlySet<string>;
  readonly more: boolean;
}

/** Of a group with more memberships than this the rest is not looked at. */
const MEMBERSHIPS_READ = 1_000;
const FINDINGS_SHOWN = 50;
const READS_AT_ONCE = 12;

/**
 * The memberships of a group, compared with its groups in the target where those were read. Those that only a large change says are not
 * among them.
 */
export async function membersOfGroup(
  look: Look,
  group: GroupItem,
  inTarget: readonly MembersInTarget[] | undefined,
): Promise<GroupInspection['members']> {
  const { reads, more } = await firstMemberships(look, group);
  const found = new Map(inTarget?.map((one) => [foldCase(one.name), { ...one, members: new Set([...one.members].map(foldCase)) }]));
  const isMember = (account: string | undefined) => (name: string) => {
    const one = found.get(foldCase(name));
    if (one === undefined) return undefined;
    const isThere = account !== undefined && one.members.has(foldCase(account));
    // Of a group that was not read to its end only who was seen is known.
    return isThere || !one.more ? isThere : undefined;
  };
  const memberships = reads.flatMap((read) => explainMembership(look.policy, read, isMember(read.user?.boundName)));
  const isComplete = !more && group.layers.length === 0;
  const all = [...memberships, ...(isComplete ? extras(look, inTarget ?? [], memberships) : [])];
  const counts: Partial<Record<MembershipKind, number>> = {};
  for (const { is } of all) counts[is] = (counts[is] ?? 0) + 1;
  return { counts, more, findings: all.filter(({ is }) => is !== 'present').slice(0, FINDINGS_SHOWN) };
}

async function firstMemberships({ connection, delivery }: Look, group: GroupItem): Promise<{ reads: MembershipRead[]; more: boolean }> {
  const users: UserId[] = [];
  let more = false;
  for await (const { userId } of delivery.memberships.all(connection.id, group.id)) {
    more = users.length >= MEMBERSHIPS_READ;
    if (more) break;
    users.push(userId);
  }
  const reads = await atOnce(READS_AT_ONCE, users, (user) => delivery.memberships.read(connection.id, group.id, user));
  return { reads: reads.filter((read) => read !== undefined), more };
}

/** Members in the target of whom no membership speaks. */
function extras(
  { policy, protectedAccounts }: Look,
  inTarget: readonly MembersInTarget[],
  memberships: readonly MembershipFinding[],
): MembershipFinding[] {
  const isRemoved = policy.settings.groups.otherMembers === 'remove';
  return inTarget.flatMap(({ name, members }) => {
    const inThis = memberships.filter(
      ({ confluenceGroup }) => confluenceGroup !== undefined && foldCase(confluenceGroup) === foldCase(name),
    );
    const explained = new Set(inThis.map(({ account }) => foldCase(account ?? '')));
    return [...members]
      .filter((account) => !explained.has(foldCase(account)))
      .map((account) => ({ is: 'extra' as const, account, confluenceGroup: name, why: whyExtra(isRemoved, protectedAccounts, account) }));
  });
}

function whyExtra(isRemoved: boolean, protectedAccounts: ReadonlySet<string>, account: string): string {
  if (protectedAccounts.has(foldCase(account))) return 'a protected account: it stays';
  return isRemoved
    ? 'not granted by the identity provider: removed (groups.otherMembers)'
    : 'not granted by the identity provider: left alone';
}
