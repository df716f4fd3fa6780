import type { Owner, ResourceItem } from '../delivery.ts';
import type { Condition } from '../dynamodb-expression.ts';
import type { GroupItem, MemberItem, UserItem } from '../items.ts';

/** DELIVERY §2.6: "Clearing and parking are conditional on the revision (and the marker's token) as read." */
export function markerAsRead(item: Pick<ResourceItem | MemberItem, 'revision' | 'markerToken'>): Condition {
  return item.markerToken === undefined
    ? { expression: '#revision = :readRevision AND attribute_not_exists(#markerToken)', values: { ':readRevision': item.revision } }
    : {
        expression: '#revision = :readRevision AND #markerToken = :readToken',
        values: { ':readRevision': item.revision, ':readToken': item.markerToken },
      };
}

/** The header as a membership's worker read it: its life and its layers, which `guard` counts. */
export function headerAsRead(group: GroupItem | undefined): Condition {
  return group
    ? { expression: '#state = :readState AND #guard = :readGuard', values: { ':readState': group.state, ':readGuard': group.guard } }
    : { expression: 'attribute_not_exists(#pk)' };
}

/** The user as a membership's worker read them: their life, and what deactivation keeps back. */
export function userAsRead(user: Pick<UserItem, 'state' | 'groupsWithheld'> | undefined): Condition {
  if (!user) return { expression: 'attribute_not_exists(#pk)' };
  const life = { expression: '#state = :readState', values: { ':readState': user.state } };
  return user.groupsWithheld === undefined
    ? both(life, { expression: 'attribute_not_exists(#groupsWithheld)' })
    : both(life, { expression: '#groupsWithheld = :readKept', values: { ':readKept': user.groupsWithheld } });
}

export const isLive: Condition = { expression: '#state = :live', values: { ':live': 'live' } };

/** Both conditions on one item. Their value names must differ. */
export function both(one: Condition, other: Condition): Condition {
  return { expression: `(${one.expression}) AND (${other.expression})`, values: { ...one.values, ...other.values } };
}

/** The owner item still names this user or group. */
export function ownedBy({ connection, id }: Pick<Owner | ResourceItem, 'connection' | 'id'>): Condition {
  return { expression: '#ownerId = :owner AND #ownerConnection = :ownerOf', values: { ':owner': id, ':ownerOf': connection } };
}

/** The owner item as it was read: whose it is, and whether it was given up. */
export function ownerAsRead(owner: Owner | undefined): Condition {
  if (!owner) return { expression: 'attribute_not_exists(#pk)' };
  return both(ownedBy(owner), { expression: owner.givenUp ? 'attribute_exists(#free)' : 'attribute_not_exists(#free)' });
}
