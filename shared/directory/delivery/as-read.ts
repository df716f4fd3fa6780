import type { ResourceItem } from '../delivery.ts';
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

export function userAsRead(user: UserItem | undefined): Condition {
  return user ? { expression: '#state = :readState', values: { ':readState': user.state } } : { expression: 'attribute_not_exists(#pk)' };
}

export const isLive: Condition = { expression: '#state = :live', values: { ':live': 'live' } };

/** Both conditions on one item. Their value names must differ. */
export function both(one: Condition, other: Condition): Condition {
  return { expression: `(${one.expression}) AND (${other.expression})`, values: { ...one.values, ...other.values } };
}
