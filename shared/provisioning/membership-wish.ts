import type { MembershipRead } from '../directory/delivery.ts';
import type { GroupItem } from '../directory/items.ts';
import type { Policy } from './policy/policy.ts';

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
export function membershipWish(_policy: Policy, { member, group, user }: MembershipRead): MembershipWish {
  const wanted = group?.state === 'live' && user?.state === 'live' && member.wanted === 'present';
  const names = group ? namesOfGroup(group) : [];
  const retiring = group?.retiring ?? [];
  return { in: wanted ? names : [], out: wanted ? retiring : [...names, ...retiring], withheld: false, wanted };
}

/** The groups of the target that a SCIM group is, as far as they are bound. */
export function namesOfGroup({ boundName, alsoBound = [] }: GroupItem): readonly string[] {
  return boundName === undefined ? [] : [boundName, ...alsoBound];
}
