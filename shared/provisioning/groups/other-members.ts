import type { GroupItem } from '../../directory/items.ts';
import { ProvisioningError, type Target } from '../../targets/target.ts';
import { isOfWholeTarget } from '../dispositions.ts';
import { namesOfGroup } from '../memberships/membership-wish.ts';
import type { Work } from '../work.ts';

/** An account in a group of ours in which the IdP did not put it. `held`: more of them than the brake lets go in one run. */
export interface OtherMember {
  readonly group: string;
  readonly account: string;
  readonly is: 'kept' | 'removed' | 'held' | 'failed';
}

export interface OtherMembers {
  readonly others: readonly OtherMember[];
  /** Where the next page begins; absent after the last. */
  readonly next?: string;
}

type Working = Pick<Work, 'target' | 'delivery' | 'policy' | 'protectedAccounts' | 'protectedGroups' | 'isDryRun'>;

/** Members of a group that are looked at in one call: one question to the target, two to the store. */
const PAGE = 200;

/** Where a walk through the members of a group's names stands. */
interface Walk {
  /** The how manieth name. */
  readonly name: number;
  readonly start: number;
  /** Of all names so far: what the brake's share is a share of. */
  readonly seen: number;
  readonly removed: number;
}

/**
 * One page of the members of a group's Confluence groups: those whom the IdP did not put there are told and, where `groups.otherMembers`
 * is remove, taken out. Never touched: protected accounts and groups, whoever has a membership that says present or is pending, and
 * more of them than the brake lets go within an hour, in one run.
 * @param from `next` of the page before; absent for the first
 * @throws ProvisioningError of the whole target
 */
export async function otherMembersOf(work: Working, group: GroupItem, from?: string): Promise<OtherMembers> {
  const walk = parseWalk(from);
  const names = namesOfGroup(group).filter((name) => !work.protectedGroups.has(name.toLowerCase()));
  const name = names[walk.name];
  // What a layer says of somebody is not in their item yet.
  if (name === undefined || group.state !== 'live' || group.layers.length > 0) return { others: [] };

  const accounts = await pageOf(work.target, name, walk.start);
  const seen = walk.seen + accounts.length;
  const most = removable(work, seen);
  let { removed } = walk;
  const others: OtherMember[] = [];
  for (const account of await strangersOf(work, group, name, accounts)) {
    const is = await end(work, name, account, removed < most);
    if (is === 'removed') removed += 1;
    others.push({ group: name, account, is });
  }
  const isLast = accounts.length < PAGE;
  if (isLast && walk.name === names.length - 1) return { others };
  const gone = work.isDryRun ? 0 : others.filter(({ is }) => is === 'removed').length;
  const next = isLast ? { name: walk.name + 1, start: 0 } : { name: walk.name, start: walk.start + accounts.length - gone };
  return { others, next: [next.name, next.start, seen, removed].join(' ') };
}

async function strangersOf(work: Working, group: GroupItem, name: string, accounts: readonly string[]): Promise<string[]> {
  const { newUsers, allUsers } = work.policy.userGroups;
  const isDefault = [...newUsers, ...allUsers].includes(name);
  const unprotected = accounts.filter((account) => !work.protectedAccounts.has(account.toLowerCase()));
  const known = await work.delivery.memberships.putThere(group, unprotected, isDefault);
  return unprotected.filter((account) => !known.has(account));
}

async function end(work: Working, group: string, account: string, mayGo: boolean): Promise<OtherMember['is']> {
  if (work.policy.settings.groups.otherMembers === 'keep') return 'kept';
  if (!mayGo) return 'held';
  try {
    if (await hasProtectedAddress(work, account)) return 'kept';
    if (work.isDryRun) return 'removed';
    await work.target.removeMember(group, account);
    return 'removed';
  } catch (error) {
    if (!(error instanceof ProvisioningError) || isOfWholeTarget(error.code)) throw error;
    return error.code === 'not-found' ? 'removed' : 'failed';
  }
}

/** Where an address is as protected as a name, an account that somebody else has made may be called anything. */
async function hasProtectedAddress({ target, protectedAccounts }: Working, account: string): Promise<boolean> {
  if (!target.takesOverByEmail || ![...protectedAccounts].some((name) => name.includes('@'))) return false;
  const email = (await target.findAccount(account))?.email;
  return email !== undefined && protectedAccounts.has(email.toLowerCase());
}

async function pageOf(target: Target, group: string, start: number): Promise<string[]> {
  const accounts: string[] = [];
  try {
    for await (const account of target.members(group, start)) {
      accounts.push(account);
      if (accounts.length >= PAGE) break;
    }
  } catch (error) {
    // Deleted by hand: placing the group makes it again.
    if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
  }
  return accounts;
}

/** They are not users of the connection, so the brake does not count them: it lends its measure. */
function removable({ policy }: Working, seen: number): number {
  const { enabled, share, atLeast } = policy.settings.brake;
  return enabled ? Math.max(atLeast, Math.floor(share * seen)) : Number.POSITIVE_INFINITY;
}

function parseWalk(text = '0 0 0 0'): Walk {
  const [name = 0, start = 0, seen = 0, removed = 0] = text.split(' ').map(Number);
  return { name, start, seen, removed };
}
