import { accountNameOf } from '../../provisioning/naming.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import type { GroupItem, MemberItem, OwnerItem } from '../items.ts';
import { type Key, keys } from '../keys.ts';

/**
 * Those of these accounts of the target that are in a group of ours because the IdP says so, or whose membership is pending. An account
 * without an owner may be about to be linked: that of a user who is called so.
 * @param anybody true where each user of the connection belongs there
 */
export async function putThere(
  table: DynamoDbTable,
  group: GroupItem,
  accounts: readonly string[],
  anybody: boolean,
): Promise<ReadonlySet<string>> {
  const { connection, id, target } = group;
  // Bound as the target spells it, or as it is made here.
  const ownerKeys = (account: string) => [account, accountNameOf(account)].map((name) => keys.accountOwner(target, name));
  const owners = await table.batchGet<OwnerItem>(distinct(accounts.flatMap(ownerKeys)));
  const ownerOf = new Map(owners.map((owner) => [owner.pk, owner]));
  const users = new Map<string, UserId>();
  const ownerless: string[] = [];
  for (const account of accounts) {
    const [owner] = ownerKeys(account).flatMap(({ pk }) => ownerOf.get(pk) ?? []);
    if (!owner) ownerless.push(account);
    else if (owner.ownerConnection === connection) users.set(account, owner.ownerId as UserId);
  }
  const owned = new Set(users.keys());

  const claims = await table.batchGet<{ pk: string; id: UserId }>(
    distinct(ownerless.map((account) => keys.userNameClaim(connection, account))),
  );
  const claimOf = new Map(claims.map((claim) => [claim.pk, claim.id]));
  for (const account of ownerless) {
    const user = claimOf.get(keys.userNameClaim(connection, account).pk);
    if (user !== undefined) users.set(account, user);
  }

  const members = await table.batchGet<MemberItem>([...new Set(users.values())].map((user) => keys.member(connection, id, user)));
  const isPut = new Set(members.filter(({ wanted, marker }) => wanted === 'present' || marker !== undefined).map(({ userId }) => userId));
  return new Set(accounts.filter((account) => (anybody && owned.has(account)) || isPut.has(users.get(account) as UserId)));
}

/** DynamoDB refuses a batch that names an item twice: two spellings of one name. */
function distinct(of: readonly Key[]): Key[] {
  return [...new Map(of.map((key) => [key.pk, key])).values()];
}
