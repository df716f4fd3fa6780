import type * as z from 'zod';
import type { Fault } from '../confluence/faults.ts';
import type { RateLimit } from '../confluence/token-bucket.ts';

export interface AtlassianSimulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Where the state survives a kill; absent: in memory. */
  readonly stateDir?: string;
  /** Ids. Default `org-1`, and `dir-scim` and `dir-native` for the directory of the User Provisioning API and that of the organisation. */
  readonly organization?: string;
  readonly scimDirectory?: string;
  readonly nativeDirectory?: string;
  /** The key of the SCIM directory, and of the organisation. Default `local` for both. */
  readonly directoryKey?: string;
  readonly organizationKey?: string;
  /** Scopes that the organisation's key lacks: their calls are 403. Default: none. */
  readonly missingScopes?: readonly string[];
  /** Is there a Guard subscription? Without, the SCIM directory is 404. Default: yes. */
  readonly guard?: boolean;
  /** Is there a paid plan? Without, invitations are 402. Default: yes. */
  readonly paid?: boolean;
  /** Domains whose accounts the organisation manages; others are 400 in the SCIM directory. Default: `example.com`, `mail.example`, `corp.example`. */
  readonly verifiedDomains?: readonly string[];
  /** For so long, in milliseconds of `now`, what was made is neither found by filters nor known to other calls. Default 0. */
  readonly settlesWithinMs?: number;
  /** How many accounts may have Confluence. Default: no limit. */
  readonly seats?: number;
  readonly rateLimit?: RateLimit;
  /** Milliseconds since 1970. Default: this machine's clock. */
  readonly now?: () => number;
  /** The longest page. Default 100. */
  readonly maxPageSize?: number;
}

/** A person's Atlassian account. */
export interface SimulatedAccount {
  readonly accountId: string;
  readonly email: string;
  readonly fullName: string;
  /** Its domain is verified: the organisation manages it. */
  readonly managed: boolean;
  /** `inactive`: deactivated by the SCIM directory. `suspended`: by the organisation. */
  readonly status: 'active' | 'inactive' | 'suspended';
  /** Names of the organisation's groups, those that came by SCIM included. */
  readonly groups: readonly string[];
  /** Is in a group that grants Confluence, and active. */
  readonly hasConfluence: boolean;
}

export interface AtlassianSimulator {
  /** What stands for https://api.atlassian.com; also the base URL of the Confluence site (below it /wiki). */
  readonly url: string;
  accounts(): readonly SimulatedAccount[];
  /** All groups of the organisation; `directory` 'scim' for those of the User Provisioning API. */
  groups(): readonly {
    readonly id: string;
    readonly name: string;
    readonly directory: 'scim' | 'native';
    readonly members: readonly string[];
  }[];
  /** Records of the SCIM directory. */
  scimUsers(): readonly {
    readonly id: string;
    readonly userName: string;
    readonly email: string;
    readonly fullName: string;
    readonly active: boolean;
  }[];
  requests(): readonly { readonly at: string; readonly method: string; readonly path: string; readonly status: number }[];
  /** What was there before this product: accounts by e-mail address, groups by name; `grantsConfluence` names those that grant it. */
  seed(content: {
    readonly accounts?: readonly { readonly email: string; readonly fullName?: string }[];
    readonly groups?: readonly string[];
    readonly grantsConfluence?: readonly string[];
    readonly members?: Readonly<Record<string, readonly string[]>>;
  }): void;
  /** A person changes the e-mail address of their account. */
  changeEmail(from: string, to: string): void;
  /** The same as POST /simulator/faults. */
  fault(fault: z.input<typeof Fault>): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/**
 * An Atlassian organisation on 127.0.0.1: the User Provisioning API, the Organizations API v2 and the groups of Confluence Cloud v1, on one
 * state. Beside Atlassian's own paths it has /simulator/accounts, /simulator/groups, /simulator/scim-users, /simulator/requests and
 * /simulator/faults, which need no login.
 */
export function startAtlassianSimulator(_options: AtlassianSimulatorOptions = {}): Promise<AtlassianSimulator> {
  return Promise.reject(new Error('not built yet'));
}
