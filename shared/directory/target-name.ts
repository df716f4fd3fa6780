import { messageGroupOf } from '../changes/change.ts';
import { accountNameOf, groupNameOf } from '../provisioning/naming.ts';
import type { Marked, ResourceItem } from './delivery.ts';

/** The name in the target: the bound one, else the one it would get (DELIVERY §1). */
export function targetNameOf(resource: ResourceItem): string {
  if (resource.boundName !== undefined) return resource.boundName;
  return resource.type === 'user' ? accountNameOf(resource.userName) : groupNameOf(resource.displayName);
}

/** DELIVERY §1: "The FIFO message group of a change is the account or group in the target." */
export function messageGroupFor(resource: ResourceItem): string {
  return messageGroupOf(resource.target, resource.type === 'user' ? 'account' : 'group', targetNameOf(resource));
}

/** True if applying the resource takes access away: such markers are sent first. */
export function isRemoval(resource: ResourceItem): boolean {
  return resource.state === 'tombstone' || (resource.type === 'user' && !resource.active);
}

/** What to send for a resource that was marked. */
export function markedResource(resource: ResourceItem, correlationId: string): Marked {
  const { type, id } = resource;
  return {
    messageGroup: messageGroupFor(resource),
    connection: resource.connection,
    resource: type === 'user' ? { type, id } : { type, id },
    correlationId,
  };
}
