import type { GroupItem } from '../../directory/items.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { namesOfGroup } from '../membership-wish.ts';
import { groupNameFor } from '../name-in-target.ts';
import { surveyGroup } from '../survey-group.ts';
import { explainGroup } from './explain-group.ts';
import { explainPlan } from './explain-plan.ts';
import type { ConfluenceGroup, Difference, GroupInspection, Outlook } from './inspection.ts';
import { canAsk, type Look, type LookWithTarget } from './look.ts';
import { type MembersInTarget, membersOfGroup } from './members-of-group.ts';
import { stateOf } from './resource-state.ts';

/** Of a Confluence group with more members than this the rest is not read: `sync --group` compares all. */
const MEMBERS_READ = 1_000;
const MEMBERS_SHOWN = 50;

/**
 * Everything about one group: what was sent, what the settings make of it, what there is, what would be done. Reads only.
 * @throws ProvisioningError if the target can't be asked
 */
export async function inspectGroup(look: Look, group: GroupItem): Promise<GroupInspection> {
  const { connection, delivery, policy } = look;
  const naming = policy.groupNaming(group.displayName);
  const names = group.boundName !== undefined ? namesOfGroup(group) : naming.is === 'names' ? naming.names : [];
  const owner = names.length > 0 ? await delivery.resources.owner(connection.target.id, 'group', groupNameFor(look, group)) : undefined;
  const seen = canAsk(look) ? await lookAtGroups(look, group, names) : undefined;
  return {
    type: 'group',
    id: group.id,
    name: group.displayName,
    resource: JSON.parse(group.resource) as ScimObject,
    state: stateOf(group, owner),
    settings: explainGroup(policy, group, look.protectedGroups),
    isDryRun: connection.settings.apply === 'dry-run',
    ...('reason' in look.target && { notAsked: look.target }),
    ...(seen && { confluenceGroups: seen.groups.map(shown), differences: seen.differences, outlook: seen.outlook }),
    members: await membersOfGroup(look, group, seen?.groups),
  };
}

interface GroupsSeen {
  readonly groups: readonly MembersInTarget[];
  readonly differences: readonly Difference[];
  readonly outlook: Outlook;
}

async function lookAtGroups(look: LookWithTarget, group: GroupItem, names: readonly string[]): Promise<GroupsSeen> {
  const outlook = await outlookOf(look, group);
  const groups: MembersInTarget[] = [];
  for (const name of names) groups.push(await membersInTarget(look, name));
  const missing = group.state === 'live' ? groups.filter(({ exists }) => !exists) : [];
  return { groups, differences: missing.map(({ name }) => ({ what: `group ${name}`, wanted: 'there', found: 'none' })), outlook };
}

async function outlookOf(look: LookWithTarget, group: GroupItem): Promise<Outlook> {
  if (group.state === 'tombstone') return outlookOfDeleted(look, group);
  const naming = look.policy.groupNaming(group.displayName);
  if (group.boundName === undefined && naming.is === 'skip') return { is: 'nothing', why: 'a setting says so', skipped: [naming.reason] };
  if (group.boundName === undefined && naming.is === 'park') return { is: 'parked', code: 'bad-request', reason: naming.reason };
  try {
    const { plan } = await surveyGroup(look, group);
    return explainPlan(plan, group);
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    return { is: 'parked', code: error.code, reason: error.message };
  }
}

function outlookOfDeleted({ policy }: Look, { boundName }: GroupItem): Outlook {
  if (boundName === undefined) return { is: 'nothing', why: 'it was never in Confluence', skipped: [] };
  const { onDelete } = policy.settings.groups;
  if (onDelete === 'keep') return { is: 'nothing', why: 'groups.onDelete is keep', skipped: [] };
  const why = `the group was deleted in the identity provider, and groups.onDelete is ${onDelete}`;
  const empty = { do: `take the members it was given out of ${boundName}`, why };
  return { is: 'actions', actions: onDelete === 'delete' ? [empty, { do: `delete the group ${boundName}`, why }] : [empty], skipped: [] };
}

async function membersInTarget({ target }: LookWithTarget, name: string): Promise<MembersInTarget> {
  const members = new Set<string>();
  if (!(await target.groupExists(name))) return { name, exists: false, members, more: false };
  for await (const member of target.members(name)) {
    if (members.size >= MEMBERS_READ) return { name, exists: true, members, more: true };
    members.add(member);
  }
  return { name, exists: true, members, more: false };
}

function shown({ name, exists, members, more }: MembersInTarget): ConfluenceGroup {
  return { name, exists, members: [...members].slice(0, MEMBERS_SHOWN), count: members.size, more };
}
