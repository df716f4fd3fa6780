import { atOnce } from '../../directory/at-once.ts';
import type { MembershipRead } from '../../directory/delivery.ts';
import type { UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { foldCase } from '../../scim/attributes/fold-case.ts';
import { type OtherMember, otherMembersOf } from '../groups/other-members.ts';
import { grantsAccess } from '../policy/policy.ts';
import { explainMembership } from './explain-membership.ts';
import type { GroupInspection, MembershipFinding, MembershipKind } from './inspection.ts';
import { canAsk, type Look } from './look.ts';

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
/** Of 200 members each: as many as were read. */
const OTHERS_PAGES = 6;

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
  const all = [...memberships, ...(isComplete ? await extras(look, group, inTarget ?? [], memberships) : [])];
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

/** Members in the target of whom no membership of this group speaks, and what Synchronize does about each. */
async function extras(look: Look, group: GroupItem, inTarget: readonly MembersInTarget[], memberships: readonly MembershipFinding[]) {
  const unexplained = inTarget.flatMap(({ name, members }) => {
    const inThis = memberships.filter(
      ({ confluenceGroup }) => confluenceGroup !== undefined && foldCase(confluenceGroup) === foldCase(name),
    );
    const explained = new Set(inThis.map(({ account }) => foldCase(account ?? '')));
    return [...members].filter((account) => !explained.has(foldCase(account))).map((account) => ({ account, confluenceGroup: name }));
  });
  if (unexplained.length === 0) return [];
  const others = await othersOf(look, group);
  return unexplained.map(({ account, confluenceGroup }) => {
    const is = others.get(`${confluenceGroup}\n${account}`);
    const isProtected = look.protectedAccounts.has(foldCase(account)) || look.protectedGroups.has(foldCase(confluenceGroup));
    const why = grantsAccess(look.policy, confluenceGroup) ? 'active accounts are in this group' : 'protected: it stays';
    return { is: 'extra' as const, account, confluenceGroup, why: isProtected ? why : WHY_EXTRA[is ?? 'known'] };
  });
}

/** By Synchronize's own judgement, in a dry run. */
async function othersOf(look: Look, group: GroupItem): Promise<ReadonlyMap<string, OtherMember['is']>> {
  const found = new Map<string, OtherMember['is']>();
  if (!canAsk(look)) return found;
  let from: string | undefined;
  for (let page = 0; page < OTHERS_PAGES; page++) {
    const { others, next } = await otherMembersOf({ ...look, isDryRun: true }, group, from);
    for (const { group: name, account, is } of others) found.set(`${name}\n${account}`, is);
    if (next === undefined) break;
    from = next;
  }
  return found;
}

const WHY_EXTRA: Readonly<Record<OtherMember['is'] | 'known', string>> = {
  kept: 'not granted by the identity provider: left alone (groups.otherMembers)',
  removed: 'not granted by the identity provider: sync takes it out (groups.otherMembers)',
  held: 'not granted by the identity provider: more of them than the brake lets go in one run',
  failed: 'not granted by the identity provider',
  known: 'put there by another group, a default group or another connection: left alone',
};
