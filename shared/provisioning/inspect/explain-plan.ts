import type { ResourceItem } from '../../directory/delivery.ts';
import { type Action, namesOf, type Plan } from '../plan.ts';
import type { Outlook } from './inspection.ts';

/**
 * A plan in words: each action with its reason. Pure.
 * @param group the group of the target that the plan is for, where there may be several
 */
export function explainPlan(plan: Plan, resource: ResourceItem, group?: string): Outlook {
  if ('park' in plan) return { is: 'parked', code: plan.park, reason: plan.reason };
  const { actions, skipped = [] } = plan;
  if (actions.length === 0) return { is: 'nothing', why: skipped.length > 0 ? 'a setting says so' : whyNothing(resource), skipped };
  return { is: 'actions', actions: actions.map((action) => ({ do: inWords(action, group), why: whyOf(action, resource) })), skipped };
}

function inWords(action: Action, group: string | undefined): string {
  return action.do === 'create group' && group !== undefined ? `create group ${group}` : namesOf([action]).join();
}

function whyNothing(resource: ResourceItem): string {
  if (resource.type === 'group') return 'the group is as it should be';
  const isWanted = resource.state === 'live' && resource.active;
  return isWanted ? 'the account is as it should be' : 'no account of this user can be used';
}

function whyOf(action: Action, resource: ResourceItem): string {
  switch (action.do) {
    case 'disable account':
      return resource.state === 'tombstone'
        ? 'the user was deleted in the identity provider'
        : resource.type === 'user' && !resource.active
          ? 'the user is inactive in the identity provider'
          : 'the settings do not give this person an account';
    case 'delete account':
      return 'the user was deleted in the identity provider, and users.onDelete is delete';
    case 'bind':
      return action.creating ? 'the name is free, and noted as this one’s before anything is made' : 'it exists, and the settings allow it';
    case 'create account':
    case 'create group':
      return 'there is none of that name in Confluence';
    case 'record':
      return 'it is noted that it exists and belongs to this one';
    case 'enable account':
      return 'the user is active and the account is disabled';
    case 'update profile':
      return 'it differs from what the identity provider sends';
    case 'add to default group':
      return 'users.defaultGroups names it, and the account is not in it';
    case 'remove from default group':
      return 'users.defaultGroups gave it, and the account is not to be used any more';
    case 'withhold groups':
      return 'the user is inactive, and users.groupsOnDeactivate takes the groups away';
    case 'give groups back':
      return 'the user is active again';
    default:
      return 'the settings say so';
  }
}
