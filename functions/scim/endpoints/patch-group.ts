import { type Committed, RevisionConflict, type StoredGroup } from '../../../shared/directory/directory.ts';
import { isResourceId, type UserId } from '../../../shared/directory/ids.ts';
import { applyPatch } from '../../../shared/scim/patch/apply-patch.ts';
import { type Membership, resolveMembership, splitMembership } from '../../../shared/scim/patch/membership-operations.ts';
import type { PatchOperation } from '../../../shared/scim/patch/operation.ts';
import { type Exchange, writeContext } from '../exchange.ts';
import { existingUsers } from './group-members.ts';

/**
 * PATCH of a group. What it does to members is one net change that is written without reading a member (invariant 4); only a
 * removal by a filter that asks for more than ids needs them.
 * @throws ScimError, NameTaken, RevisionConflict, TooManyLayers, DirectoryBusy
 */
export async function patchGroup(
  exchange: Exchange,
  read: StoredGroup,
  operations: readonly PatchOperation[],
): Promise<Committed<StoredGroup>> {
  const { mode, onTolerance } = exchange;
  const split = splitMembership(operations, exchange.resourceTypes.Group);
  const attributes = applyPatch(exchange.resourceTypes.Group, read.attributes, split.attributes, { mode, onTolerance });
  const membership = split.needsMembers ? await resolveByMembers(exchange, read, operations) : split.membership;
  const change = membership && {
    replaces: membership.replaces,
    add: await existingUsers(exchange, membership.add, membership.replaces ? undefined : read),
    // Removing who is no member, or no user any more, is no error: nothing is asked about them.
    remove: new Set([...membership.remove].filter(isResourceId) as UserId[]),
  };
  return exchange.dependencies.directory.groups.update(writeContext(exchange), read, attributes, change);
}

async function resolveByMembers(exchange: Exchange, read: StoredGroup, operations: readonly PatchOperation[]): Promise<Membership> {
  const whole = await exchange.dependencies.directory.groups.readWithMembers(exchange.connection, read.id);
  // The members have to be those of the revision that the write is conditional on.
  if (whole?.group.revision !== read.revision) throw new RevisionConflict();
  return resolveMembership(
    operations,
    whole.members.map((value) => ({ value, type: 'User' })),
    exchange.resourceTypes.Group,
  );
}
