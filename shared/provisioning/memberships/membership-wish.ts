import type { MembershipRead } from '../../directory/delivery.ts';
import type { GroupItem, UserItem } from '../../directory/items.ts';
import { groupsKept } from '../../directory/user-delivery.ts';
import type { Policy } from '../policy/policy.ts';

/** Where one membership should be in the target, and where not: names of groups of the target that are the SCIM group's own. */
export interface MembershipWish {
  readonly in: readonly string[];
  readonly out: readonly string[];
  /** The SCIM membership is there, but the settings keep some of it back until the user is active again. */
  readonly withheld: boolean;
  /** The SCIM membership is there. */
  readonly wanted: boolean;
}

/** DELIVERY §3.7: "The own wish is: group live, user live, item says present." Pure. */
export function membershipWish(policy: Policy, { member, group, user }: MembershipRead): MembershipWish {
  const isGiven = group?.state === 'live' && member.wanted === 'present';
  const wanted = isGiven && user?.state === 'live';
  // The account of a deleted user stays as it is, with its groups.
  if (isGiven && user?.state === 'tombstone' && policy.settings.users.onDelete === 'keep')
    return { in: [], out: [], withheld: false, wanted };
  const isLeft = isLeftAsItIs(policy, { member, ...(group && { group }), ...(user && { user }) });
  const names = group && !isLeft ? namesOfGroup(group) : [];
  // Who was on the way from one name to the other stays where they are.
  const retiring = (group?.retiring ?? []).filter((name) => !isLeft || group?.movedFrom?.includes(name) !== true);
  const kept = wanted ? groupsKept(user) : undefined;
  const back = kept === undefined ? [] : names.filter((name) => !kept.includes(name));
  // A default group of all users is not taken from an account that is to be usable, whoever else had given it.
  const always = isUsable(user) ? policy.userGroups.allUsers : [];
  const given = wanted ? names.filter((name) => !back.includes(name)) : names.filter((name) => always.includes(name));
  const taken = [...(wanted ? back : names), ...retiring].filter((name) => !always.includes(name));
  return { in: group?.state === 'live' ? given : [], out: taken, withheld: back.length > 0, wanted };
}

/** `groups.onDelete` is keep: who was a member when the group was deleted stays one, in what the settings gave to the group until then. */
function isLeftAsItIs(policy: Policy, { member, group, user }: MembershipRead): boolean {
  const isKept = group?.state === 'tombstone' && policy.settings.groups.onDelete === 'keep';
  return isKept && member.wanted === 'present' && user?.state === 'live';
}

function isUsable(user: UserItem | undefined): boolean {
  return user?.state === 'live' && user.active && user.boundAt !== undefined && user.groupsWithheld === undefined;
}

/** The groups of the target that a SCIM group is, as far as they are bound; not those that it is to lose. */
export function namesOfGroup({ boundName, alsoBound = [], retiring = [] }: GroupItem): readonly string[] {
  return boundName === undefined ? [] : [boundName, ...alsoBound].filter((name) => !retiring.includes(name));
}

/** Those that it is to lose too: all that its members may be in. */
export function allNamesOfGroup(group: GroupItem): readonly string[] {
  return [...namesOfGroup(group), ...(group.retiring ?? [])];
}
