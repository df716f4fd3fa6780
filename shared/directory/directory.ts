import type { ScimObject } from '../scim/resources/resource.ts';
import type { Connection } from './connection.ts';
import type { GroupId, UserId } from './ids.ts';

/**
 * The directory: the IdP's state as it last left it, and the pending markers. This is the side the SCIM function uses;
 * the worker's side is in delivery.ts. Every write is one transaction: resource, claims, look-ups, counts and marker.
 */
export interface WriteContext {
  readonly connection: Connection;
  readonly correlationId: string;
  readonly now: Date;
  /** The id that `create` gives the new resource: a UUID that nothing else has. The store makes one where there is none. */
  readonly newId?: string;
  /** What is copied from another connection, as it is there: its clients go on with the id, the ETag and the times that they know. */
  readonly original?: Pick<Stored<string>, 'revision' | 'created' | 'lastModified'>;
}

/** What a client may see of a stored resource, plus what the next write needs. `attributes` has neither id, meta, groups nor members. */
export interface Stored<Id extends string> {
  readonly id: Id;
  readonly revision: number;
  readonly created: string;
  readonly lastModified: string;
  readonly attributes: ScimObject;
  /** The account or group of the target it is bound to, when it is. */
  readonly boundName?: string;
}
export type StoredUser = Stored<UserId>;
export interface StoredGroup extends Stored<GroupId> {
  /** The header as read; the adapter's own, handed back to it on a write. */
  readonly header: unknown;
}

/** After a commit: what the worker is told. */
export interface Committed<R> {
  readonly resource: R;
  /** False for a write that changed nothing: no revision, no marker, nothing to send. */
  readonly changed: boolean;
  readonly messageGroup: string;
  /** Members changed by a small change, for the message; absent if many or none. */
  readonly members?: readonly UserId[];
}

/** What a write wants with the members of a group. `replaces`: those added are the only ones afterwards. A user is never in both. */
export interface MembershipChange {
  readonly replaces: boolean;
  readonly add: ReadonlySet<UserId>;
  readonly remove: ReadonlySet<UserId>;
}

/** Thrown when userName or displayName is taken by another live resource: nothing was written. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
  readonly attribute: 'userName' | 'displayName';
  constructor(attribute: 'userName' | 'displayName', options?: ErrorOptions) {
    super(`${attribute} is taken`, options);
    this.attribute = attribute;
  }
}

/** Thrown when the resource is not at the revision that was read (or is gone): read again and decide again. Nothing was written. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
}

/** Thrown when a group has MAX_LAYERS large changes that the worker has not expanded yet: the client should come back. */
export class TooManyLayers extends Error {
  override readonly name = 'TooManyLayers';
}

/** Thrown when a group has more members than the reader asked for at most. */
export class TooManyMembers extends Error {
  override readonly name = 'TooManyMembers';
}

/** How a list is found. All key look-ups are strongly consistent; `all` walks the listing index in order of creation. */
export type Lookup =
  | { readonly by: 'id' | 'userName' | 'externalId' | 'email' | 'displayName'; readonly value: string }
  /** Groups that have this member: from the user's own pointers. */
  | { readonly by: 'member'; readonly value: string }
  | { readonly by: 'all' };

/** What a user shows of a group. */
export interface GroupOfUser {
  readonly id: GroupId;
  readonly displayName: string;
}

export interface UserDirectory {
  /** `attributes` is validated. @throws NameTaken, DirectoryBusy */
  create(context: WriteContext, attributes: ScimObject): Promise<Committed<StoredUser>>;
  read(connection: Connection, id: UserId): Promise<StoredUser | undefined>;
  /**
   * Replaces the attributes, on the condition that the revision is the one read. Equal attributes write nothing, unless an original is at
   * a later revision.
   * @throws NameTaken, RevisionConflict, DirectoryBusy
   */
  update(context: WriteContext, read: StoredUser, attributes: ScimObject): Promise<Committed<StoredUser>>;
  /** Leaves a tombstone; claims are free at once. @throws RevisionConflict, DirectoryBusy */
  delete(context: WriteContext, read: StoredUser): Promise<Committed<StoredUser>>;
  /**
   * Which of these ids are live users. Costs one request a 100 ids.
   * @param joining the group they are about to be added to, as read: what its `update` asks about a few users is then read in the
   *   same requests. @throws RevisionConflict if that group has changed since
   */
  existing(connection: Connection, ids: Iterable<string>, joining?: StoredGroup): Promise<Set<UserId>>;
  /**
   * The groups each of the users is in, in order of creation: base items and the layers of groups in expansion. Who is no live user has
   * none, or no entry. Users asked for together cost one request each, and share the others.
   * @throws DirectoryBusy
   */
  groupsOf(connection: Connection, ids: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly GroupOfUser[]>>;
}

export interface GroupDirectory {
  /** @throws NameTaken, DirectoryBusy */
  create(context: WriteContext, attributes: ScimObject, members: ReadonlySet<UserId>): Promise<Committed<StoredGroup>>;
  /** The header only: never reads a member. */
  read(connection: Connection, id: GroupId): Promise<StoredGroup | undefined>;
  /**
   * Header and all members, as one committed state (DELIVERY §3.3).
   * @param most the reader has no use for more members than this: reading may end as soon as there are more for certain
   * @throws DirectoryBusy when it keeps changing under the reader; TooManyMembers
   */
  readWithMembers(connection: Connection, id: GroupId, most?: number): Promise<{ group: StoredGroup; members: UserId[] } | undefined>;
  /**
   * Replaces the attributes and/or changes members, on the condition that the revision is the one read. Small changes cost the
   * same at any size of the group. A write that changes nothing writes nothing.
   * @throws NameTaken, RevisionConflict, TooManyLayers, DirectoryBusy
   */
  update(context: WriteContext, read: StoredGroup, attributes: ScimObject, members?: MembershipChange): Promise<Committed<StoredGroup>>;
  /** @throws RevisionConflict, DirectoryBusy */
  delete(context: WriteContext, read: StoredGroup): Promise<Committed<StoredGroup>>;
}

/** A place in the order of creation: what comes after this resource, which may be gone by now. */
export interface Place {
  readonly created: string;
  readonly id: string;
}

/** Lists of one resource type. */
export interface Listing<R> {
  /** The exact number of live resources of the connection. */
  count(connection: Connection): Promise<number>;
  /**
   * `count` resources from position `startIndex` (1-based) in order of creation. A client that walks the pages pays O(page) for
   * each: the place where the next page starts is kept as a bookmark.
   */
  page(connection: Connection, startIndex: number, count: number, now: Date): Promise<R[]>;
  /**
   * All resources of a look-up, in order of creation, those after `after` only; `all` is a walk that the caller bounds by not
   * asking for more, and costs nothing for what comes before `after`.
   * @param atATime the caller is likely to take so many: a walk reads so many at once
   */
  find(connection: Connection, lookup: Lookup, after?: Place, atATime?: number): AsyncIterable<R>;
}

export interface Directory {
  readonly users: UserDirectory & { readonly listing: Listing<StoredUser> };
  readonly groups: GroupDirectory & { readonly listing: Listing<StoredGroup> };
}
