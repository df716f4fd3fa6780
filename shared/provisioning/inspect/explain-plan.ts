import type { ResourceItem } from '../../directory/delivery.ts';
import { type Action, namesOf, type Plan } from '../plan.ts';
import type { Outlook } from './inspection.ts';

/** A plan in words: each action with its reason. Pure. */
export function explainPlan(plan: Plan, resource: ResourceItem): Outlook {
  if ('park' in plan) return { is: 'parked', code: plan.park, reason: plan.reason };
  if (plan.actions.length === 0) return { is: 'nothing', why: whyNothing(resource) };
  return { is: 'actions', actions: plan.actions.map((action) => ({ do: namesOf([action]).join(), why: whyOf(action, resource) })) };
}

function whyNothing(resource: ResourceItem): string {
  const isWanted = resource.state === 'live' && (resource.type === 'group' || resource.active);
  if (isWanted) return `the ${resource.type === 'user' ? 'account' : 'group'} is as it should be`;
  return resource.type === 'user'
    ? 'there is no usable account of this user to take away'
    : 'the group was deleted and had no members left';
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
    default:
      return 'the settings say so';
  }
}
