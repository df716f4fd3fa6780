import type { GroupItem } from '../../directory/items.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { groupNameFor, groupNamingFor } from '../name-in-target.ts';
import { explainGroup } from './explain-group.ts';
import type { ConfluenceGroup, Difference, GroupInspection, Outlook } from './inspection.ts';
import { canAsk, type Look, type LookWithTarget } from './look.ts';
import { type MembersInTarget, membersOfGroup } from './members-of-group.ts';
import { outlookOfGroup } from './outlook-of-group.ts';
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
  const naming = groupNamingFor(look, group);
  const names = naming.is === 'names' ? naming.names : [];
  const lock = groupNameFor(look, group);
  const isNamed = names.length > 0 || group.boundName !== undefined;
  const owner = isNamed ? await delivery.resources.owner(connection.target.id, 'group', lock) : undefined;
  const seen = canAsk(look) ? await lookAtGroups(look, group, group.state === 'live' ? names : []) : undefined;
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

async function lookAtGroups(look: LookWithTarget, group: GroupItem, wanted: readonly string[]): Promise<GroupsSeen> {
  const groups: MembersInTarget[] = [];
  for (const name of new Set([...wanted, ...allNamesOfGroup(group)])) groups.push(await membersInTarget(look, name));
  const missing = group.state === 'live' ? groups.filter(({ name, exists }) => wanted.includes(name) && !exists) : [];
  const differences = missing.map(({ name }) => ({ what: `group ${name}`, wanted: 'there', found: 'none' }));
  return { groups, differences, outlook: await outlookOfGroup(look, group) };
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
