import type { MembershipRead } from '../../directory/delivery.ts';
import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem, UserItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { membershipWish } from '../memberships/membership-wish.ts';
import { groupNameFor, messageGroupOfGroup } from '../name-in-target.ts';
import { ring, type Work } from '../work.ts';
import { correlationOf, type RunningWork, reportDrift, type Slice } from './running-work.ts';

/** Names of groups of the target in which the account should be and is not, or is and should not be. */
interface Difference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Compares the memberships of a user with the groups of their account, which are asked for once. What differs although nothing is
 * pending becomes pending again: the group's own work repairs it, under the group's lock. In a dry run what is pending is compared too.
 */
export async function compareMemberships(work: RunningWork, user: UserItem): Promise<Slice> {
  const { delivery, connection } = work;
  if (user.boundAt === undefined && !wouldHaveAccount(work)) return 'done';
  if (user.boundName !== undefined && work.protectedAccounts.has(user.boundName.toLowerCase())) return 'done';
  const groups: GroupId[] = [];
  for await (const group of delivery.memberships.groupsOf(connection.id, user.id)) groups.push(group);
  if (groups.length === 0) return 'done';

  const actual = await actualGroups(work, user);
  if (actual.size === 0 && !(await hasAccount(work, user))) return 'done';
  for (const group of groups.sort()) {
    if (work.cursor !== undefined && group <= work.cursor) continue;
    const read = await delivery.memberships.read(connection.id, group, user.id);
    if (read) await compare(work, read, actual);
    if (!work.proceed()) return { cursor: group };
  }
  return 'done';
}

/** In a dry run: of a user who has no account yet, and is to get one. */
function wouldHaveAccount({ isDryRun, tally, cursor }: RunningWork): boolean {
  return isDryRun && (cursor !== undefined || tally.counts.created !== undefined || tally.counts.linked !== undefined);
}

async function compare(work: RunningWork, read: MembershipRead, actual: ReadonlySet<string>): Promise<void> {
  const { member, group, user } = read;
  if (!group || !user) return;
  if (isHeld(member)) {
    work.tally.count(
      'held',
      `${member.marker === 'held' ? 'held by the brake' : 'rejected by an administrator'}: ${groupNameFor(work, group)}`,
    );
    return;
  }
  // A large change waits to be expanded: what it says of this user is not known here, and it is pending.
  if (group.layers.length > 0 || (member.marker === 'pending' && !work.isDryRun)) return;
  const { missing, extra } = differenceOf(work, read, actual);
  // Who waits is to be in none for now, which says nothing of those that they are in all the same.
  const differs = extra.length > 0 || (missing.length > 0 && (member.marker !== 'waiting' || work.isDryRun));
  if (!differs) return;
  if (member.marker !== 'pending') {
    const subject = { type: 'membership', id: group.id, name: group.displayName, member: user.id } as const;
    reportDrift(work, subject, [...missing.map((name) => `not in ${name}`), ...extra.map((name) => `still in ${name}`)].join(', '));
    if (!work.isDryRun) await markAgain(work, read);
  }
  for (const name of missing) work.tally.add('added', name);
  for (const name of extra) work.tally.add('removed', name);
}

function differenceOf(work: Work, read: MembershipRead, actual: ReadonlySet<string>): Difference {
  const wish = membershipWish(work.policy, read);
  const isIn = (name: string) => actual.has(name.toLowerCase());
  // Only in a dry run is there work for a group that has no name yet.
  const wanted = wish.wanted && read.group?.boundName === undefined ? namesToBe(work, read.group) : wish.in;
  const isOurs = (name: string) => !work.protectedGroups.has(name.toLowerCase());
  return {
    missing: wanted.filter((name) => !isIn(name) && isOurs(name)),
    extra: wish.out.filter((name) => isIn(name) && isOurs(name)),
  };
}

function namesToBe({ policy, isDryRun }: Pick<Work, 'policy' | 'isDryRun'>, group: GroupItem | undefined): readonly string[] {
  const naming = group && isDryRun ? policy.groupNaming(group.displayName) : undefined;
  return naming?.is === 'names' ? naming.names : [];
}

/** Marked pending with the run's own correlation id. Of a run through everything the group's turn comes; otherwise it is rung for. */
async function markAgain(work: RunningWork, read: MembershipRead): Promise<void> {
  const correlationId = correlationOf(work.run);
  const isMarked = await work.delivery.memberships.markAgain(read, correlationId);
  const { group, member } = read;
  if (!isMarked || !group || work.run.scope.of === 'all') return;
  const resource = { type: 'group', id: group.id } as const;
  const marked = { messageGroup: messageGroupOfGroup(work, group), connection: group.connection, resource, correlationId };
  await ring(work, { ...marked, members: [member.userId] }, 'woken');
}

/** False for one that is not to be usable and was deleted by hand: nobody makes it again, so it can't be added anywhere. */
async function hasAccount({ target, tally }: RunningWork, { boundName }: UserItem): Promise<boolean> {
  if (boundName === undefined || tally.counts.created !== undefined) return true;
  return (await target.findAccount(boundName)) !== undefined;
}

/** Lower-cased. An account that a dry run would create, or that was deleted by hand, is in none. */
async function actualGroups({ target }: Work, { boundName }: UserItem): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (boundName === undefined) return found;
  try {
    for await (const name of target.groupsOf(boundName)) found.add(name.toLowerCase());
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
  }
  return found;
}
