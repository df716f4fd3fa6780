import { messageGroupOf } from '../../changes/change.ts';
import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem, UserItem } from '../../directory/items.ts';
import type { Outstanding, RunDetail } from '../../directory/runs.ts';
import type { Target } from '../../targets/target.ts';
import { applyUser } from '../apply-user.ts';
import { accountNameFor } from '../name-in-target.ts';
import { type OtherMembers, otherMembersOf } from '../other-members.ts';
import type { GroupNaming } from '../policy/group-names.ts';
import { type Policy, policyOf } from '../policy/policy.ts';
import { Settings } from '../settings/settings.ts';
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

/** The names that the settings give, and how many members they would be given to or taken from. */
async function previewGroup(work: RunningWork, id: GroupId, candidate: Policy): Promise<void> {
  const group = await work.delivery.resources.group(work.connection.id, id);
  if (group?.state !== 'live') return;
  const [now, then] = [work.policy, candidate].map((policy) => policy.groupNaming(group.displayName)) as [GroupNaming, GroupNaming];
  const [before, after] = [namesOf(now), namesOf(then)];
  if (work.policy.settings.groups.otherMembers === 'keep') await previewOthers(withPolicy(work, candidate), group);
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  if (added.length + removed.length === 0 && now.is === then.is) return;
  const members = await countMembers(work, group);
  for (const name of added) work.tally.add('added', `${members} members to ${name}`, members);
  for (const name of removed) work.tally.add('removed', `${members} members from ${name}`, members);
  if (then.is === 'park') work.tally.add('conflict', then.reason);
  if (then.is === 'skip') work.tally.add('skipped', then.reason);
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
