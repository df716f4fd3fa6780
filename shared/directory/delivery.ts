import type { BrakeStates, HeldAs } from './brake.ts';
import type { ConnectionId, GroupId, TargetId, UserId } from './ids.ts';
import type { GroupItem, MemberItem, UserItem } from './items.ts';
import type { Layer, Word } from './members/membership-word.ts';
import type { PendingMarkers } from './pending-markers.ts';
import type { SeatStates } from './seats.ts';
import type { TargetPace } from './target-pace.ts';
import type { TargetStates } from './target-state.ts';
import type { UserDelivery } from './user-delivery.ts';

/**
 * The worker's side of the store (DELIVERY.md): newest state, and writes that are conditional on what was read. A verb that gives
 * false or undefined has written nothing: something moved on, start again from the newest state.
 * Every verb may throw DirectoryBusy.
 */
export interface Delivery {
  readonly resources: ResourceDelivery;
  readonly memberships: MembershipDelivery;
  readonly groupNames: GroupNames;
  readonly layers: LayerDelivery;
  readonly tombstones: TombstoneDelivery;
  readonly targets: TargetStates;
  readonly pace: TargetPace;
  readonly pending: PendingMarkers;
  readonly brake: BrakeStates;
  readonly seats: SeatStates;
  readonly users: UserDelivery;
}

export type ResourceItem = UserItem | GroupItem;

/** Something was marked pending: what to send, and where. */
export interface Marked {
  readonly messageGroup: string;
  readonly connection: ConnectionId;
  readonly resource: { readonly type: 'user'; readonly id: UserId } | { readonly type: 'group'; readonly id: GroupId };
  readonly correlationId: string;
  readonly members?: UserId[];
}

/** Whose an account or group of the target is. `live`: the owner is neither gone nor a tombstone, and has not given it up. */
export interface Owner {
  readonly connection: ConnectionId;
  readonly id: string;
  readonly creating: boolean;
  /** When that was written last. */
  readonly creatingSince?: string;
  readonly live: boolean;
  /** Nobody can be at work on it under the owner's lock any more: the owner is gone, or has given it up. */
  readonly free: boolean;
  readonly givenUp: boolean;
  /** A group that this product made. */
  readonly made?: boolean;
  /** Under which name the owner works: its lock (DELIVERY §1). */
  readonly lock?: string;
  /** displayName or userName of the owner. */
  readonly name?: string;
}

export interface Park {
  readonly code: string;
  /** A sentence for the administrator: what is wrong, what to do. */
  readonly reason: string;
}

/** Users and groups alike: DELIVERY §2. */
export interface ResourceDelivery {
  /** The newest state, tombstones too. */
  user(connection: ConnectionId, id: UserId): Promise<UserItem | undefined>;
  group(connection: ConnectionId, id: GroupId): Promise<GroupItem | undefined>;
  owner(target: TargetId, type: 'user' | 'group', name: string): Promise<Owner | undefined>;
  /** §2.2: owner and binding, on the condition that resource and owner are as read. `creating`: the account is still to be made. */
  bind(resource: ResourceItem, name: string, owner: Owner | undefined, creating: boolean): Promise<boolean>;
  /** §2.9: the account exists: recorded with its owner. Its memberships have to be woken afterwards. */
  record(resource: ResourceItem, name: string): Promise<boolean>;
  /** §2.3: binding and `creating` owner are taken back; gives those that waited for the name (§2.7). */
  release(resource: ResourceItem, name: string): Promise<Marked[]>;
  /** §2.6: the marker goes, on the condition of revision and token as read. `profile` is what was applied, as JSON. */
  clear(resource: ResourceItem, profile?: string): Promise<boolean>;
  /** §2.6: a clear has failed: the newest state is marked again with a new token. What is parked stays so, unless it is to be tried too. */
  again(resource: ResourceItem, parked?: 'parked too'): Promise<Marked | undefined>;
  /** Conditional on revision and token as read. */
  park(resource: ResourceItem, park: Park): Promise<boolean>;
  /**
   * The brake holds what would take access away: the marker leaves the sweep's index for the connection's held partition. Conditional on
   * revision and token as read, and on the brake being on still: a release finds all that it held.
   */
  hold(resource: ResourceItem): Promise<boolean>;
  /** §2.7: also checks that the owner is still live, and notes the resource on the owner item. */
  parkOwned(resource: ResourceItem, name: string, owner: Owner, park: Park): Promise<boolean>;
  /** §2.7: those parked because of the owner of this name become pending. */
  wakeWaiters(target: TargetId, type: 'user' | 'group', name: string): Promise<Marked[]>;
  /** §2.8: a tombstone whose account is done: the marker goes, the sweep has it purged from `purgeAt` on. Conditional like `clear`. */
  retire(tombstone: UserItem, purgeAt: Date): Promise<boolean>;
}

/** What a group's names become: each of the three as a whole. */
export interface NamesChange {
  readonly alsoBound: readonly string[];
  readonly retiring: readonly string[];
  readonly movedFrom?: readonly string[];
  readonly namedBy?: string;
}

/**
 * The further names of a group, and the ways in which it loses names (decision 15). Each verb that writes is conditional on the header's
 * state and names as read, by its guard, which each of them moves on.
 */
export interface GroupNames {
  /** The names become what the settings say; its memberships are to be applied again if any name is added or lost. */
  settle(group: GroupItem, change: NamesChange): Promise<boolean>;
  /** `ResourceDelivery.bind` for a further name. */
  bind(group: GroupItem, name: string, owner: Owner | undefined, creating: boolean): Promise<boolean>;
  /** The further group exists. */
  record(group: GroupItem, name: string): Promise<boolean>;
  /** `ResourceDelivery.release` for a further name. */
  release(group: GroupItem, name: string): Promise<Marked[]>;
  /** The settings give it no group: should they give it one again, its memberships are to be applied. */
  leaveOut(group: GroupItem): Promise<boolean>;
  /** How far the walk through its other members got, as text; undefined: it is done. Saves work only. */
  noteOthers(group: GroupItem, at: string | undefined): Promise<void>;
  /** The same of taking out the members of a deleted group. */
  noteEnded(group: GroupItem, upTo: UserId | undefined): Promise<void>;
  /** Marks its memberships pending, as `reapplyAfter` says. False when `proceed` said no: goes on from there. */
  reapply(group: GroupItem, proceed: () => boolean): Promise<boolean>;
  /** What is still to be taken out of `retiring`, but for who `stays`: `held` where it is only what the brake holds. Strongly consistent. */
  stillIn(group: GroupItem, stays: (user: UserId) => Promise<boolean>): Promise<'nobody' | 'pending' | 'held'>;
  /** The group loses these names, which become free; the next one is its lock. Gives those that waited for them, also if it was not done. */
  giveUp(group: GroupItem, names: readonly string[]): Promise<{ readonly done: boolean; readonly marked: readonly Marked[] }>;
}

/** What a worker has read of one membership, strongly consistent; group and user are absent where they are gone. */
export interface MembershipRead {
  readonly member: MemberItem;
  readonly group?: GroupItem;
  readonly user?: UserItem;
}

/** §3.7: the present owners of a membership's two names, when their own member item says present. */
export interface Successor {
  readonly connection: ConnectionId;
  readonly group: GroupId;
  readonly user: UserId;
  /** Of their user, as read. */
  readonly groupsWithheld?: string;
}

export interface MembershipDelivery {
  read(connection: ConnectionId, group: GroupId, user: UserId): Promise<MembershipRead | undefined>;
  /** All member items of a group, by user id, from after `after`. */
  all(connection: ConnectionId, group: GroupId, after?: UserId): AsyncIterable<MemberItem>;
  /** The groups that may have said something of a user: those that the user has a pointer to, and those in expansion. */
  groupsOf(connection: ConnectionId, user: UserId): AsyncIterable<GroupId>;
  /** §3.7: waits for its user, in a transaction that checks that the user has no account and lives. */
  waitForUser(read: MembershipRead): Promise<boolean>;
  /** Taken away and kept back until the user is active again: waits, in a transaction that checks the user as read. */
  withhold(read: MembershipRead): Promise<boolean>;
  /** Waits for its group, which is parked; the header notes that someone waits. */
  waitForGroup(read: MembershipRead): Promise<boolean>;
  /**
   * The brake holds the removal, like `ResourceDelivery.hold`, in a transaction that checks the user as read: who is reactivated is not to be
   * held (decision 21). `rejected`: as its user is, whatever the brake says.
   */
  hold(read: MembershipRead, as?: HeldAs): Promise<boolean>;
  /** §3.9: it has failed and is left to the sweep, which puts it back: the next slice of its group does not begin with it. */
  setAside(read: MembershipRead): Promise<void>;
  /** §3.6: a newer layer's word is written into the item before it is applied. */
  materialise(read: MembershipRead, word: Word): Promise<boolean>;
  successor(read: MembershipRead, groupName: string, accountName: string): Promise<Successor | undefined>;
  /** §3.7: deletes the item without a call, in a transaction that checks the successor's own. */
  handOver(read: MembershipRead, successors: readonly Successor[]): Promise<boolean>;
  /** §3.7: conditional on revision, token, user and header as read. */
  clear(read: MembershipRead, applied: 'present' | 'absent'): Promise<boolean>;
  /**
   * §3.7: a clear has failed after a call: the marker is set again; a missing item comes back as absent at the revision applied. The marker
   * has the id of the request that set it before.
   */
  putBack(read: MembershipRead): Promise<void>;
  /** Synchronize found that it is not as applied. Conditional on revision and token as read: who marked it since knows more. */
  markAgain(read: MembershipRead, correlationId: string): Promise<boolean>;
  /**
   * §2.9 and §3.8: the user's memberships become pending: of a live user those that wait and those already applied to an account
   * that was made anew, of a tombstone all. `proceed` is asked before each; `complete` is false when it said no.
   */
  wakeOfUser(user: UserItem, proceed: () => boolean): Promise<{ marked: Marked[]; complete: boolean }>;
  /**
   * Those of these accounts of the target that are in one of the group's names because the IdP says so, or whose membership is pending.
   * @param anybody true where every user of the connection belongs there
   */
  putThere(group: GroupItem, accounts: readonly string[], anybody: boolean): Promise<ReadonlySet<string>>;
  /** Those that waited for a group become pending, then the header's note goes. False when `proceed` said no: those left wait still. */
  wakeOfGroup(group: GroupItem, proceed: () => boolean): Promise<boolean>;
}

/** Large changes: DELIVERY §3.5. */
export interface LayerDelivery {
  /** The layers with their ids, or only those `about` whom is asked, oldest first; undefined if the header has moved on. */
  contents(group: GroupItem, about?: Iterable<UserId>): Promise<Layer[] | undefined>;
  /**
   * Writes a layer's word into the items of at most 48 members, in one transaction that checks that the header still lists it.
   * @returns those that were written; undefined if the header or an item moved on
   */
  expand(group: GroupItem, layer: Layer, members: readonly UserId[], wanted: 'present' | 'absent'): Promise<UserId[] | undefined>;
  /** The layer leaves the header; its chunks are deleted. */
  drop(group: GroupItem, layer: Layer): Promise<boolean>;
  /** How far the expansion of a layer got; saves work only. */
  cursor(group: GroupItem): Promise<string | undefined>;
  saveCursor(group: GroupItem, cursor: string): Promise<void>;
  /** Chunks the header does not list and older than an hour; absent items without marker if no layer is left. */
  tidy(group: GroupItem, proceed: () => boolean): Promise<void>;
}

export interface TombstoneDelivery {
  /** §2.8: true if nothing names the user any more and the tombstone is an hour old. */
  userDone(user: UserItem): Promise<boolean>;
  /** The tombstone goes, the owner item stays. */
  purgeUser(user: UserItem): Promise<boolean>;
  /** §3.8: none of its members left: chunks and header go. False if a member is left. */
  purgeGroup(group: GroupItem): Promise<boolean>;
}
