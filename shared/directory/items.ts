import type { ConnectionId, GroupId, TargetId, UserId } from './ids.ts';

/** The table's items (DESIGN: the table). Every item carries the version of its shape; times are ISO 8601 in UTC. */
export const ITEM_VERSION = 1;

/**
 * The pending marker: this revision has not reached the target yet. Flat attributes, since an index can't project into a map.
 * `token` changes each time the marker is set: a worker clears only the marker it has read.
 * `waiting` (memberships only) is not in the pending index: the user's own worker turns it into `pending`.
 * `held` by the brake, and `rejected` by an administrator, are in partitions of that index that the sweep never reads: `brake show`
 * finds them. The next change by the IdP makes both `pending` again.
 */
export interface MarkerAttributes {
  readonly marker?: 'pending' | 'waiting' | 'held' | 'rejected';
  readonly markerToken?: string;
  readonly markerSince?: string;
  /** How often the sweep has sent it: its back-off. */
  readonly markerAttempts?: number;
  /** The IdP's request that set it: the request log's thread. */
  readonly correlationId?: string;
  /** SQS message group at the time of marking; a worker that knows better sends the change on. */
  readonly messageGroup?: string;
  readonly pendingPk?: string;
  readonly pendingSk?: string;
}

export interface ParkedAttributes {
  readonly parkedCode?: string;
  /** A sentence for the administrator: what is wrong, what to do. No secrets. */
  readonly parkedReason?: string;
  readonly parkedAt?: string;
}

/** The account or group of the target that the resource is bound to: kept when its SCIM name changes. */
export interface BoundAttributes {
  readonly boundName?: string;
  /** Set once the account is known to exist (DELIVERY §2.9): memberships need it. */
  readonly boundAt?: string;
  readonly appliedRevision?: number;
  readonly appliedAt?: string;
  /** Name and e-mail as last applied, as JSON; never a password. */
  readonly appliedProfile?: string;
}

interface ResourceItem extends MarkerAttributes, ParkedAttributes, BoundAttributes {
  readonly pk: string;
  readonly sk: string;
  readonly v: number;
  readonly connection: ConnectionId;
  readonly target: TargetId;
  readonly state: 'live' | 'tombstone';
  readonly revision: number;
  /** The SCIM resource without id, meta, groups and members, as JSON text: null, empty and absent stay apart, and sizes stay small. */
  readonly resource: string;
  readonly created: string;
  readonly lastModified: string;
  readonly deletedAt?: string;
  readonly listPk?: string;
  readonly listSk?: string;
}

export interface UserItem extends ResourceItem {
  readonly type: 'user';
  /** While deactivation keeps the memberships back (`users.groupsOnDeactivate`): the groups of the target that are kept, as JSON. */
  readonly groupsWithheld?: string;
  /** The default groups that the account was given as a new one, as JSON: reactivation gives them back. */
  readonly newGroups?: string;
  /** They are still to be given. */
  readonly newGroupsDue?: boolean;
  readonly id: UserId;
  readonly userName: string;
  readonly active: boolean;
}

export interface LayerReference {
  readonly id: string;
  /** The group's revision that the layer made. */
  readonly revision: number;
  readonly replaces: boolean;
  /** How many chunks it has; `layerChunkOf` in keys.ts says which of them holds an id. */
  readonly chunks: number;
}

export interface GroupItem extends ResourceItem {
  readonly type: 'group';
  readonly id: GroupId;
  readonly displayName: string;
  /** Oldest first, at most MAX_LAYERS. */
  readonly layers: readonly LayerReference[];
  /** Counts changes of `layers`: a reader that sees it move starts again (DELIVERY §3.3). */
  readonly guard: number;
  /** True once a membership was ever written: a replace of a group that has members goes by a layer. */
  readonly hasMembers: boolean;
  /** Memberships wait for the group, which is parked: its worker wakes them once the group is in the target. */
  readonly membersWait?: boolean;
  /** Its members were told that it decides over their accounts (`users.onlyFromGroups`), or that it does no longer. */
  readonly admits?: boolean;
  /** While that goes on: what they are told, and the last who was. */
  readonly admitting?: { readonly admits: boolean; readonly after?: UserId };
  /** Further groups of the target that the map gives to this one; `boundName` is the first, and the lock. */
  readonly alsoBound?: readonly string[];
  /**
   * Those of its names, `boundName` perhaps among them, that the settings no longer give to it: its members are still to be taken out of
   * them. As long as there are any, its marker is not cleared and it is not parked (decision 15).
   */
  readonly retiring?: readonly string[];
  /**
   * Those of its names that it had before the IdP renamed it, where `groups.onRename` is move: kept until the group of the new name is there,
   * then retiring; deleted when nobody is left in them (decision 24).
   */
  readonly movedFrom?: readonly string[];
  /** The displayName by which it got its names: a name that nothing but the displayName gives is kept when that changes. */
  readonly namedBy?: string;
  /** It was linked: the members it had are still to be looked at (`groups.otherMembers`), from there on; `''` for all. */
  readonly othersFrom?: string;
  /** Its names have changed: its memberships are to be applied once more, those after this user; `''` for all. */
  readonly reapplyAfter?: UserId | '';
  /** It was deleted while these were listed: what they say is not in the items of its members. Their chunks go with it. */
  readonly lastLayers?: readonly LayerReference[];
  /** It is deleted, and a slice of taking its members out has ended: the last who was tried. */
  readonly endedUpTo?: UserId;
}

/** About CHUNK_IDS ids of 16 bytes, never changed once written. */
export interface LayerChunkItem {
  readonly pk: string;
  readonly sk: string;
  readonly v: number;
  readonly type: 'layer';
  readonly add: Uint8Array;
  readonly remove: Uint8Array;
  readonly created: string;
}

/** `revision` is the GROUP's revision at that write: the word with the highest revision wins, item or layer (DELIVERY §3). */
export interface MemberItem extends MarkerAttributes {
  readonly pk: string;
  readonly sk: string;
  readonly v: number;
  readonly type: 'member';
  readonly connection: ConnectionId;
  readonly target: TargetId;
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly wanted: 'present' | 'absent';
  readonly revision: number;
  /** In the listing index while pending: the group's worker finds its work there. */
  readonly listPk?: string;
  readonly listSk?: string;
}

/** What an account or group of the target belongs to. `creating`: written before the call that makes it (DELIVERY §2.2). */
export interface OwnerItem {
  readonly pk: string;
  readonly sk: string;
  readonly v: number;
  readonly type: 'owner';
  readonly name: string;
  readonly ownerConnection: ConnectionId;
  readonly ownerType: 'user' | 'group';
  readonly ownerId: string;
  readonly creating?: boolean;
  /** When that was written last: a call that makes it may have landed since, and not be seen yet (decision 24). */
  readonly creatingSince?: string;
  /** This product made the group: bound with `creating`. Kept for whoever has it later. */
  readonly made?: boolean;
  /** Its owner has given it up: free for whoever may have it, without a linking rule (decision 15). */
  readonly free?: boolean;
  /** Resources parked because of this owner, `connection#id`: woken when it gives the account up (DELIVERY §2.7). */
  readonly waiters?: ReadonlySet<string>;
}

export const MAX_LAYERS = 8;
/**
 * Ids in a chunk of a layer, on average. An id's hash says which chunk holds it, so what is asked about one user reads one chunk
 * of each layer; with so few ids a chunk is one read unit (4 KB, 242 ids), whatever the size of the change.
 */
export const CHUNK_IDS = 160;
/** A change of at most this many members is one transaction (DELIVERY §3.1). */
export const SMALL_CHANGE_MEMBERS = 48;
