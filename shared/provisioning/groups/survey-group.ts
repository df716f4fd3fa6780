import type { Owner } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import { groupNameFor, groupNamingFor } from '../name-in-target.ts';
import { type Plan, planGroup } from '../plan.ts';
import type { GroupNaming } from '../policy/group-names.ts';
import { grantsAccess } from '../policy/policy.ts';
import type { Work } from '../work.ts';

/** What a plan for one name of a live group is made of, as it is now, and the plan. */
export interface GroupSurvey {
  readonly name: string;
  readonly owner: Owner | undefined;
  readonly exists: boolean;
  readonly plan: Plan;
  /** A deleted group may still be at work on it, under another lock than ours: nothing is done until it is gone. A sentence. */
  readonly waitsFor?: string;
}

/**
 * Looks at one group of the target and plans: what the worker goes by, and `inspect` shows. Reads only. @throws ProvisioningError
 * @param name one of the group's own; its first unless given
 */
export async function surveyGroup(
  work: Pick<Work, 'connection' | 'delivery' | 'target' | 'policy' | 'protectedGroups'>,
  group: GroupItem,
  name = groupNameFor(work, group),
): Promise<GroupSurvey> {
  const { delivery, connection, target, policy, protectedGroups } = work;
  const naming = groupNamingFor(work, group);
  const owner = await delivery.resources.owner(connection.target.id, 'group', name);
  const mine = owner?.id === group.id && owner.connection === group.connection && !owner.givenUp;
  const isProtected = protectedGroups.has(name.toLowerCase());
  const exists = isProtected ? true : await target.groupExists(name);
  const illegal = target.illegalGroupName(name);
  const actual = {
    name,
    owner: owner && { mine, live: owner.live, creating: owner.creating },
    exists,
    recorded: group.boundAt !== undefined,
    mayLink: isMapped(naming) || policy.settings.users.linking !== 'never',
    mayCreate: policy.settings.groups.create,
    grantsAccess: grantsAccess(policy, name),
    ...(illegal !== undefined && { illegal }),
    ...(owner && { ownedBy: describe(owner, group) }),
    ...namedBySetting(naming),
  };
  const waitsFor = owner && !mine && isAtWorkElsewhere(owner, name, groupNameFor(work, group)) ? describe(owner, group) : undefined;
  return {
    name,
    owner,
    exists,
    plan: planGroup(actual, protectedGroups),
    ...(waitsFor !== undefined && {
      waitsFor: `The group ${name} is given up by ${waitsFor}, which was deleted, as soon as that is applied.`,
    }),
  };
}

/**
 * DELIVERY §1: a call without an answer may still land while its worker's message group is held, and only then nobody else acts. A deleted
 * owner that works under this very name, as we do, is never at work when we are. One that works under another name may be (decision 15).
 */
function isAtWorkElsewhere(owner: Owner, name: string, ourLock: string): boolean {
  if (owner.live || owner.free || owner.lock === undefined) return false;
  return owner.lock !== name || ourLock !== name;
}

function isMapped(naming: GroupNaming): boolean {
  return naming.is === 'names' && naming.mapped;
}

function describe(owner: Owner, group: GroupItem): string {
  const named = owner.name === undefined ? 'another group' : `the group ${owner.name}`;
  return owner.connection === group.connection ? named : `${named} of another connection`;
}

/** Which setting gave the name, for the sentence about two groups of one name. */
function namedBySetting({ steps }: GroupNaming): { readonly because?: string } {
  const step = steps.findLast(({ setting }) => /^groups\.(map|rename)/.test(setting));
  return step ? { because: `${step.setting} (${step.says})` } : {};
}
