import type { ConnectionId } from '../../directory/ids.ts';
import type { MarkerAttributes } from '../../directory/items.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import type { Account } from '../../targets/target.ts';
import type { Step } from '../policy/step.ts';

/** Which resource is inspected: what the worker is invoked with. */
export interface InspectionRequest {
  readonly connection: ConnectionId;
  readonly type: 'user' | 'group';
  readonly id: string;
}

/** Where the resource stands on its way to the target. Times are ISO 8601. */
export interface StateOfResource {
  readonly is: 'live' | 'deleted';
  readonly revision: number;
  readonly created: string;
  readonly lastModified: string;
  readonly deletedAt?: string;
  /** Not applied yet: on its way, or held or rejected by the brake. */
  readonly pending?: {
    readonly marker: NonNullable<MarkerAttributes['marker']>;
    readonly since: string;
    readonly sentBySweep: number;
    readonly correlationId?: string;
  };
  readonly parked?: { readonly code: string; readonly reason: string; readonly since?: string };
  /** The account or group of the target that it is. Without `since` it is still to be made, or was never seen. */
  readonly bound?: { readonly name: string; readonly since?: string };
  readonly applied?: { readonly revision: number; readonly at?: string };
  /** Whose the name is in the target: this resource's, or another one's. */
  readonly owner?: { readonly is: 'this' | 'other'; readonly connection: string; readonly id: string; readonly live: boolean };
  /** Large changes of a group that are still being worked through. */
  readonly largeChanges?: number;
}

/** One thing that is not as it should be. */
export interface Difference {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
}

/** What the worker would do now. `skipped`: what a setting leaves out, a sentence each. */
export type Outlook =
  | { readonly is: 'nothing'; readonly why: string; readonly skipped: readonly string[] }
  | {
      readonly is: 'actions';
      readonly actions: readonly { readonly do: string; readonly why: string }[];
      readonly skipped: readonly string[];
    }
  | { readonly is: 'parked'; readonly code: string; readonly reason: string };

export type MembershipKind =
  /** Wanted, and there. */
  | 'present'
  /** Wanted, and not there. */
  | 'missing'
  /** There, and not wanted any more: it is taken away. */
  | 'obsolete'
  /** There, and nobody here has put it there. */
  | 'extra'
  /** The settings keep it back while the user is inactive. */
  | 'withheld'
  /** For the user's account, or for the group. */
  | 'waiting'
  /** By the brake. */
  | 'held'
  | 'rejected'
  /** The settings provision the group nowhere. */
  | 'skipped';

export interface MembershipFinding {
  readonly is: MembershipKind;
  /** The SCIM group; absent for a group of the target that no SCIM group explains. */
  readonly group?: { readonly id: string; readonly displayName: string };
  /** The SCIM user; absent for an account that no SCIM user explains. */
  readonly user?: { readonly id: string; readonly userName: string };
  /** The group of the target; absent while there is none. */
  readonly confluenceGroup?: string;
  readonly account?: string;
  readonly why: string;
}

/** Why the target was not asked: it is paused, or does not answer. What depends on it is missing then. */
export interface NotAsked {
  readonly code: string;
  readonly reason: string;
}

interface Inspection {
  readonly id: string;
  /** userName or displayName. */
  readonly name: string;
  /** As the identity provider sent it, with what is never returned: whoever shows it leaves that out. */
  readonly resource: ScimObject;
  readonly state: StateOfResource;
  /** What each setting makes of it, in the order in which they are asked. */
  readonly settings: readonly Step[];
  /** Plans are made and logged, and nothing of them is done. */
  readonly isDryRun: boolean;
  readonly notAsked?: NotAsked;
  readonly differences?: readonly Difference[];
  readonly outlook?: Outlook;
}

export interface UserInspection extends Inspection {
  readonly type: 'user';
  /** The account's name in the target: bound, or what it would get; absent if the settings give none. */
  readonly accountName?: string;
  /** null: there is none. `isOwn`: it is this user's, or nobody's and the linking rule gives it to them. */
  readonly account?: (Account & { readonly isOwn: boolean; readonly groups: readonly string[]; readonly moreGroups: boolean }) | null;
  /** What this product has last set, where the target does not tell it. */
  readonly lastSetEmail?: string;
  readonly memberships: readonly MembershipFinding[];
}

export interface ConfluenceGroup {
  readonly name: string;
  readonly exists: boolean;
  /** The first 50 account names. */
  readonly members: readonly string[];
  /** Counted up to a bound; `more` says that there are more. */
  readonly count: number;
  readonly more: boolean;
}

export interface GroupInspection extends Inspection {
  readonly type: 'group';
  readonly confluenceGroups?: readonly ConfluenceGroup[];
  /** How many memberships are what; counted up to a bound, `more` says that there are more. */
  readonly members: {
    readonly counts: Readonly<Partial<Record<MembershipKind, number>>>;
    readonly more: boolean;
    /** The first 50 that are not simply present. */
    readonly findings: readonly MembershipFinding[];
  };
}

export type ResourceInspection = UserInspection | GroupInspection;
