import type { Marked } from './delivery.ts';
import type { ConnectionId, UserId } from './ids.ts';
import type { GroupItem, UserItem } from './items.ts';

/**
 * What the settings of users need of the store (decision 14). A verb that gives false has written nothing: the user has changed, start
 * again from the newest state. Every verb may throw DirectoryBusy.
 */
export interface UserDelivery {
  /** The live groups whose own member item has the user in it, strongly consistent. What only a layer says comes with its expansion. */
  groupsOf(connection: ConnectionId, user: UserId): Promise<GroupItem[]>;
  /** The account is made: it is to get these groups of the target, once. Conditional on the revision. */
  noteNewGroups(user: UserItem, groups: readonly string[]): Promise<boolean>;
  /** It has got them. */
  newGroupsGiven(user: UserItem): Promise<boolean>;
  /**
   * The user's memberships are kept back from now on, but for those in the groups of the target in `kept`; with `undefined` they come back,
   * and so do the groups of `noteNewGroups`. The memberships have to be woken afterwards. Conditional on the revision.
   */
  withholdGroups(user: UserItem, kept: readonly string[] | undefined): Promise<boolean>;
  /** Applied, and `profile` with it, as far as the memberships go, while the marker stays. Conditional on revision and token. */
  applied(user: UserItem, profile: string | undefined): Promise<boolean>;
  /**
   * A live user becomes pending, parked or not: a membership that decides over the account has changed. Undefined for who is not live, and
   * for whom the brake holds, or an administrator has rejected, unless the membership may give access.
   * @param removal the account may have to be disabled
   */
  wake(connection: ConnectionId, user: UserId, removal: boolean, correlationId: string): Promise<Marked | undefined>;
  /** A group begins or ceases to decide over its members' accounts: some may have been told, up to `after` all have. */
  noteAdmitting(group: GroupItem, admitting: NonNullable<GroupItem['admitting']>): Promise<void>;
  /** All have been told. */
  noteAdmits(group: GroupItem, admits: boolean): Promise<void>;
}

/** What `withholdGroups` has written: the groups of the target that the user keeps; undefined while nothing is kept back. */
export function groupsKept({ groupsWithheld }: Pick<UserItem, 'groupsWithheld'>): readonly string[] | undefined {
  return groupsWithheld === undefined ? undefined : (JSON.parse(groupsWithheld) as string[]);
}

/** What `noteNewGroups` has written. */
export function newGroupsOf({ newGroups }: Pick<UserItem, 'newGroups'>): readonly string[] {
  return newGroups === undefined ? [] : (JSON.parse(newGroups) as string[]);
}
