import type { Directory, StoredGroup, StoredUser } from './directory.ts';
import { dynamoDbGroups, toStoredGroup } from './dynamodb-groups.ts';
import { dynamoDbListing } from './dynamodb-listing.ts';
import { lookUpGroups, lookUpUsers } from './dynamodb-lookup.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { dynamoDbUsers, toStoredUser } from './dynamodb-users.ts';
import type { GroupItem, UserItem } from './items.ts';
import { namedMembers } from './members/named-members.ts';
import type { StoreOptions } from './resource-write.ts';

/** The directory in the table: what the SCIM function reads and writes. The worker's side of the same items is in delivery/. */
export function dynamoDbDirectory(table: DynamoDbTable, options: StoreOptions): Directory {
  const users = dynamoDbListing<UserItem, StoredUser>(table, {
    type: 'User',
    toStored: toStoredUser,
    lookUp: (c, lookup) => lookUpUsers(table, c, lookup),
  });
  const groups = dynamoDbListing<GroupItem, StoredGroup>(table, {
    type: 'Group',
    toStored: toStoredGroup,
    lookUp: (c, lookup) => lookUpGroups(table, c, lookup),
  });
  const members = namedMembers(table);
  return {
    users: { ...dynamoDbUsers(table, members, options), listing: users },
    groups: { ...dynamoDbGroups(table, members, options), listing: groups },
  };
}
