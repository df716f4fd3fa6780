import type { MembershipRead } from '../../directory/delivery.ts';
import { membershipWish, namesOfGroup } from '../memberships/membership-wish.ts';
import { grantsAccess, type Policy } from '../policy/policy.ts';
import type { MembershipFinding } from './inspection.ts';

/** Where an account is at present: undefined where the target was not asked. */
export type IsMember = (confluenceGroup: string) => boolean | undefined;

/**
 * How one SCIM membership stands: one finding for each group of the target that it is about. By the worker's own wish. Pure.
 * @param read a membership that only a large change says has a member item made of that word
 */
export function explainMembership(policy: Policy, read: MembershipRead, isMember: IsMember): MembershipFinding[] {
  const { member, group, user } = read;
  const about = {
    group: { id: member.groupId as string, displayName: group?.displayName ?? '' },
    user: { id: member.userId as string, userName: user?.userName ?? '' },
    ...(user?.boundName !== undefined && { account: user.boundName }),
  };
  const finding = (is: MembershipFinding['is'], why: string, confluenceGroup?: string): MembershipFinding => ({
    is,
    ...about,
    ...(confluenceGroup !== undefined && { confluenceGroup }),
    why,
  });

  const wish = membershipWish(policy, read);
  const waits = wish.wanted ? whyWaiting(policy, read) : undefined;
  if (waits) return [finding(waits.is, waits.why, group && namesOfGroup(group)[0])];
  const on = member.marker === undefined ? '' : `; pending since ${member.markerSince ?? 'a moment ago'}`;
  return [
    ...wish.in.map((name) => {
      const isThere = isMember(name);
      if (isThere === undefined) return finding('waiting', `the identity provider put the user there${on}; Confluence was not asked`, name);
      return isThere
        ? finding('present', 'the identity provider put the user there', name)
        : finding('missing', `the identity provider put the user there${on || BY_HAND}`, name);
    }),
    ...wish.out.flatMap((name) => {
      if (isMember(name) === false) return wish.withheld ? [finding('withheld', 'kept back until the user is active again', name)] : [];
      if (member.marker === 'held') return [finding('held', 'to be taken away; the brake holds it: brake show', name)];
      if (member.marker === 'rejected') return [finding('rejected', 'an administrator has rejected that it is taken away', name)];
      return [finding('obsolete', `${whyNotWanted(read, wish.withheld, name)}${on}`, name)];
    }),
  ];
}

/** What is not pending was there once. */
const BY_HAND = '; taken out in Confluence by hand: sync puts it right';

/** Why a wanted membership can't be made yet. */
function whyWaiting(policy: Policy, { member, group, user }: MembershipRead): Pick<MembershipFinding, 'is' | 'why'> | undefined {
  const naming = group && policy.groupNaming(group.displayName);
  const access = naming?.is === 'names' ? naming.names.find((name) => grantsAccess(policy, name)) : undefined;
  if (access !== undefined) return { is: 'skipped', why: `${access} is an access group: who is active is in it, whoever is pushed` };
  // What was applied before the group was parked is there.
  if (group?.parkedCode !== undefined && (member.marker !== undefined || group.boundAt === undefined))
    return { is: 'waiting', why: `the group is parked: ${group.parkedReason ?? group.parkedCode}` };
  if (group && naming?.is !== 'names' && namesOfGroup(group).length === 0)
    return { is: 'skipped', why: naming?.reason ?? 'the settings give the group no name' };
  if (group && group.boundAt === undefined) return { is: 'waiting', why: 'the group is not in Confluence yet' };
  if (user?.boundAt !== undefined) return undefined;
  const why = user?.parkedReason;
  return { is: 'waiting', why: `the user has no account yet${why === undefined ? '' : `, and is parked: ${why}`}` };
}

function whyNotWanted({ member, group, user }: MembershipRead, withheld: boolean, name: string): string {
  if (withheld) return 'kept back until the user is active again';
  if (group?.state !== 'live') return 'the group was deleted in the identity provider';
  if (user?.state !== 'live') return 'the user was deleted in the identity provider';
  if (member.wanted === 'absent') return 'the identity provider took the user out';
  return `the settings do not give ${name} to this group any more`;
}
