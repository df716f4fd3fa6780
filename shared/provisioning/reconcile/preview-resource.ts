import { messageGroupOf } from '../../changes/change.ts';
import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem, UserItem } from '../../directory/items.ts';
import type { Outstanding, RunDetail } from '../../directory/runs.ts';
import { foldCase } from '../../scim/attributes/fold-case.ts';
import type { Target } from '../../targets/target.ts';
import { type OtherMembers, otherMembersOf } from '../groups/other-members.ts';
import { surveyGroup } from '../groups/survey-group.ts';
import { namesOfGroup } from '../memberships/membership-wish.ts';
import { accountNameFor, groupNamingFor } from '../name-in-target.ts';
import type { GroupNaming } from '../policy/group-names.ts';
import { type Policy, policyOf } from '../policy/policy.ts';
import { Settings } from '../settings/settings.ts';
import { applyUser } from '../users/apply-user.ts';
import { compareMemberships } from './compare-memberships.ts';
import { RunTally } from './run-tally.ts';
import type { RunningWork, Slice } from './running-work.ts';

/**
 * What other settings would make of a user or group, beside what the present ones do: both are planned against the target, and what only
 * one of them does is kept. Nothing is written and no lock is needed.
 */
export async function previewResource(work: RunningWork, { type, id }: Outstanding['resource']): Promise<Slice> {
  const candidate = policyOf(Settings.parse(JSON.parse(work.run.candidate ?? '')));
  if (type === 'group') await previewGroup(work, id, candidate);
  else {
    const user = await work.delivery.resources.user(work.connection.id, id);
    if (user?.state === 'live') await previewUser(work, user, candidate);
  }
  return 'done';
}

async function previewUser(work: RunningWork, user: UserItem, candidate: Policy): Promise<void> {
  const target = readOnce(work.target);
  const sides = [];
  for (const policy of [work.policy, candidate]) {
    const tally = new RunTally();
    const name = accountNameFor({ policy }, user);
    await plan({ ...withPolicy(work, policy), target, tally, messageGroup: messageGroupOf(user.target, 'account', name) }, user);
    sides.push(tally.details);
  }
  const [now = [], then = []] = sides;
  keepDifference(work.tally, now, then);
}

async function plan(work: RunningWork, user: UserItem): Promise<void> {
  await applyUser(work, user.id);
  await compareMemberships({ ...work, proceed: () => true }, user);
}

/** The names that the settings give, how many members they would be given to or taken from, and what stands in the way. */
async function previewGroup(work: RunningWork, id: GroupId, candidate: Policy): Promise<void> {
  const group = await work.delivery.resources.group(work.connection.id, id);
  if (group?.state !== 'live') return;
  const other = withPolicy(work, candidate);
  const [now, then] = [groupNamingFor(work, group), groupNamingFor(other, group)];
  // A parked group has given its members to the names that are its own, if any, and to no other.
  const before = group.parkedCode === undefined ? namesOf(now) : namesOfGroup(group);
  const after = namesOf(then);
  if (work.policy.settings.groups.otherMembers === 'keep') await previewOthers(other, group);
  const conflicts = then.is === 'park' ? [then.reason] : await conflictsOf(other, group, before, after);
  const added = conflicts.length > 0 ? [] : after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name) && !other.protectedGroups.has(foldCase(name)));
  const parked = group.parkedCode === undefined ? [] : [group.parkedReason ?? group.parkedCode];
  const isSame = sameTexts(parked, conflicts) && now.is === then.is;
  if (added.length + removed.length === 0 && isSame) return;
  const members = await countMembers(work, group);
  const whom = members === 1 ? '1 member' : `${members} members`;
  for (const name of added) work.tally.add('added', `${whom} to ${name}`, members);
  for (const name of removed) work.tally.add('removed', `${whom} from ${name}`, members);
  if (!sameTexts(parked, conflicts)) {
    for (const text of conflicts) work.tally.add('conflict', text);
    for (const text of parked) work.tally.tell({ kind: 'conflict', text, side: 'now' });
  }
  if (then.is === 'skip') work.tally.add('skipped', then.reason);
}

/** Why the group could not have the names that it would get, or keep those that would be protected: each parks it. */
async function conflictsOf(work: RunningWork, group: GroupItem, before: readonly string[], after: readonly string[]): Promise<string[]> {
  const reasons: string[] = [];
  for (const name of after) {
    if (before.includes(name) && !work.protectedGroups.has(foldCase(name))) continue;
    const { plan } = await surveyGroup(work, group, name);
    if ('park' in plan) reasons.push(plan.reason);
  }
  return reasons;
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, i) => text === other[i]);
}

/** Whom other settings would take out of the group, since the IdP did not put them there. */
async function previewOthers(work: RunningWork, group: GroupItem): Promise<void> {
  if (work.policy.settings.groups.otherMembers === 'keep' || group.parkedCode !== undefined) return;
  for (let page: string | undefined = ''; page !== undefined; ) {
    if (!work.proceed()) return work.tally.add('removed', 'and perhaps more who were not put there by the identity provider');
    const { others, next }: OtherMembers = await otherMembersOf(work, group, page === '' ? undefined : page);
    for (const { group: name, account, is } of others) if (is !== 'kept') work.tally.add(is, `${account} of ${name}`);
    page = next;
  }
}

function namesOf(naming: GroupNaming): readonly string[] {
  return naming.is === 'names' ? naming.names : [];
}

/** Those of layers that are not expanded yet are missing: nothing of them has reached the target either. */
async function countMembers({ delivery }: RunningWork, { connection, id }: GroupItem): Promise<number> {
  let count = 0;
  for await (const { wanted } of delivery.memberships.all(connection, id)) if (wanted === 'present') count += 1;
  return count;
}

/** What only one of the two does. Counted is what would newly be done; what would no longer be done is told. */
function keepDifference(tally: RunTally, now: readonly RunDetail[], then: readonly RunDetail[]): void {
  const onlyIn = (one: readonly RunDetail[], other: readonly RunDetail[]) => {
    const rest = other.map(nameOf);
    return one.filter((detail) => {
      const at = rest.indexOf(nameOf(detail));
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  for (const { kind, text } of onlyIn(then, now)) tally.add(kind, text);
  for (const { kind, text } of onlyIn(now, then)) tally.tell({ kind, text, side: 'now' });
}

function nameOf({ kind, text }: RunDetail): string {
  return `${kind} ${text}`;
}

/** The work as it would be with other settings. */
function withPolicy(work: RunningWork, policy: Policy): RunningWork {
  const worker = [...work.protectedAccounts].filter((name) => !work.policy.protectedAccounts.has(name));
  return {
    ...work,
    policy,
    connection: { ...work.connection, settings: policy.settings },
    protectedAccounts: new Set([...policy.protectedAccounts, ...worker]),
    protectedGroups: policy.protectedGroups,
    isDryRun: true,
  };
}

/** The same question is asked of the target once: both plans are made from one answer. */
function readOnce(target: Target): Target {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(question: string, ask: () => Promise<T>): Promise<T> => {
    const known = answers.get(question) ?? ask();
    answers.set(question, known);
    return known as Promise<T>;
  };
  const allOf = async (names: AsyncIterable<string>) => {
    const all: string[] = [];
    for await (const name of names) all.push(name);
    return all;
  };
  return {
    ...target,
    findAccount: (name) => once(`account ${name}`, () => target.findAccount(name)),
    findAccountsByEmail: (email) => once(`email ${email}`, () => target.findAccountsByEmail(email)),
    capabilities: () => once('capabilities', () => target.capabilities()),
    async *groupsOf(account) {
      yield* await once(`groups ${account}`, () => allOf(target.groupsOf(account)));
    },
  };
}
