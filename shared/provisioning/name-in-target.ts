import { messageGroupOf } from '../changes/change.ts';
import type { GroupItem, UserItem } from '../directory/items.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import { namesOfGroup } from './memberships/membership-wish.ts';
import { accountNameOf, groupNameOf } from './naming.ts';
import { type GroupNaming, isNamedByItself } from './policy/group-names.ts';
import type { Work } from './work.ts';

/**
 * The account of a user in the target: the bound one, else the one that the settings give (DELIVERY §1). A user to whom they give none has
 * a name all the same, which is only the message group: nothing is called under it.
 */
export function accountNameFor({ policy }: Pick<Work, 'policy'>, user: Pick<UserItem, 'boundName' | 'resource' | 'userName'>): string {
  if (user.boundName !== undefined) return user.boundName;
  const naming = policy.accountNaming(JSON.parse(user.resource) as ScimObject, user.userName);
  return naming.is === 'name' ? naming.name : accountNameOf(user.userName);
}

/** The first group of the target that a SCIM group is: its name is the message group. */
export function groupNameFor({ policy }: Pick<Work, 'policy'>, group: Pick<GroupItem, 'boundName' | 'displayName'>): string {
  if (group.boundName !== undefined) return group.boundName;
  const naming = policy.groupNaming(group.displayName);
  return naming.is === 'names' ? naming.names[0] : groupNameOf(group.displayName);
}

/**
 * What the settings make of a group that is bound already, perhaps. A name that the displayName alone gives is kept when the IdP renames
 * the group, since Confluence has no rename, unless `groups.onRename` is move; names that the settings make follow the displayName, and the
 * settings (decision 15).
 */
export function groupNamingFor({ policy }: Pick<Work, 'policy'>, group: GroupItem): GroupNaming {
  const naming = policy.groupNaming(group.displayName);
  const isBound = group.boundName !== undefined && namesOfGroup(group).length > 0;
  const { groups } = policy.settings;
  if (naming.is !== 'names' || !isBound || !isNamedByItself(groups) || groups.onRename === 'move') return naming;
  const kept = group.namedBy === undefined ? group.boundName : groupNameOf(group.namedBy);
  return kept === undefined || kept === naming.names[0] ? naming : { ...naming, names: [kept] };
}

/** DELIVERY §1: "The FIFO message group of a change is the account or group in the target." */
export function messageGroupOfGroup(work: Pick<Work, 'policy'>, group: GroupItem): string {
  return messageGroupOf(group.target, 'group', groupNameFor(work, group));
}
