import { join } from 'node:path';
import type * as z from 'zod';
import type { Fault } from '../faults.ts';
import { type Answer, type Incoming, openSimulatorServer, parsedJson, type SimulatedRequest } from '../simulator-server.ts';
import { type RateLimit, tokenBucket } from '../token-bucket.ts';
import { adminApi } from './admin-api.ts';
import { adminError } from './admin-errors.ts';
import { Organization } from './organization.ts';
import type { ApiRequest } from './routes.ts';
import { scimApi } from './scim-api.ts';
import { failure, scimError } from './scim-errors.ts';
import { wikiApi, wikiError } from './wiki-api.ts';

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
  /** Scopes that the organisation's key lacks, such as `write:groups:admin` (Scope of admin-api.ts): their calls are 403. Default: none. */
  readonly missingScopes?: readonly string[];
  /** Until when the organisation's key is good, ISO 8601, as its list of keys tells. Default: in a year. */
  readonly keyExpires?: string;
  /** Who may log in to Confluence by e-mail address and API token. Default `admin@example.com` and `local`. */
  readonly site?: { readonly email: string; readonly token: string };
  /** E-mail addresses of the organisation's administrators, who can't be suspended. Default: none. */
  readonly admins?: readonly string[];
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
  /** False: removed from the organisation's directory, or known by its verified domain only. */
  readonly inDirectory: boolean;
  /** Names of the organisation's groups, those that came by SCIM included. */
  readonly groups: readonly string[];
  /** Is in a group that grants Confluence, and active. */
  readonly hasConfluence: boolean;
}

export interface AtlassianSimulator {
  /** What stands for https://api.atlassian.com; also the base URL of the Confluence site (below it /wiki). */
  readonly url: string;
  /** Whoever is or was in the organisation's directory. */
  accounts(): readonly SimulatedAccount[];
  /** All groups of the organisation; `directory` 'scim' for those of the User Provisioning API. `members`: e-mail addresses. */
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
  requests(): readonly SimulatedRequest[];
  /**
   * What was there before this product, and long enough to be known everywhere: accounts by e-mail address, groups by name;
   * `grantsConfluence` names those that grant it, whether they are there already or come later. What is there stays as it is.
   */
  seed(content: {
    readonly accounts?: readonly { readonly email: string; readonly fullName?: string }[];
    readonly groups?: readonly string[];
    readonly grantsConfluence?: readonly string[];
    readonly members?: Readonly<Record<string, readonly string[]>>;
  }): void;
  /** A person changes the e-mail address of their account. @throws TypeError when nobody has the one, or somebody the other */
  changeEmail(from: string, to: string): void;
  /** The same as POST /simulator/faults. */
  fault(fault: z.input<typeof Fault>): void;
  clearFaults(): void;
  close(): Promise<void>;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * An Atlassian organisation on 127.0.0.1: the User Provisioning API, the Organizations API v2 and the groups of Confluence Cloud v1, on one
 * state, empty at first. Beside Atlassian's own paths it has /simulator/accounts, /simulator/groups, /simulator/scim-users,
 * /simulator/requests and /simulator/faults, which need no login.
 * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken
 */
export async function startAtlassianSimulator(options: AtlassianSimulatorOptions = {}): Promise<AtlassianSimulator> {
  const now = options.now ?? Date.now;
  const verifiedDomains = options.verifiedDomains ?? ['example.com', 'mail.example', 'corp.example'];
  const maxPageSize = options.maxPageSize ?? 100;
  const scimDirectory = options.scimDirectory ?? 'dir-scim';
  const site = options.site ?? { email: 'admin@example.com', token: 'local' };
  const isSettled = ({ madeAt }: { readonly madeAt: number }) => now() - madeAt >= (options.settlesWithinMs ?? 0);
  const isManaged = (email: string) => verifiedDomains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
  const bucket = options.rateLimit && tokenBucket(options.rateLimit, now);

  const server = await openSimulatorServer(options.port ?? 0);
  const { url } = server;
  const file = options.stateDir === undefined ? undefined : join(options.stateDir, 'atlassian-simulator.jsonl');
  const organization = new Organization(file, now);
  const scim = scimApi({
    organization,
    directory: scimDirectory,
    base: `${url}/scim/directory/${scimDirectory}`,
    verifiedDomains,
    maxPageSize,
    isSettled,
  });
  const admin = adminApi({
    organization,
    organizationId: options.organization ?? 'org-1',
    directoryId: options.nativeDirectory ?? 'dir-native',
    missingScopes: options.missingScopes ?? [],
    paid: options.paid ?? true,
    seats: options.seats ?? Number.POSITIVE_INFINITY,
    admins: options.admins ?? [],
    isManaged,
    site: url,
    removalTakesMs: options.settlesWithinMs ?? 0,
    now,
    keyExpires: options.keyExpires ?? new Date(now() + YEAR_MS).toISOString(),
    maxPageSize,
    isSettled,
  });
  const wiki = wikiApi({ organization, base: `${url}/wiki`, isSettled });

  const accounts = (): SimulatedAccount[] => {
    organization.removeWhoLeft();
    return organization.accounts().map((account) => ({
      accountId: account.accountId,
      email: account.email,
      fullName: account.fullName,
      managed: isManaged(account.email),
      status: !account.active ? 'inactive' : account.suspended ? 'suspended' : 'active',
      inDirectory: account.inDirectory,
      groups: organization
        .groupsOf(account.accountId)
        .map(({ name }) => name)
        .sort(),
      hasConfluence: organization.hasConfluence(account),
    }));
  };
  const groups = () =>
    organization.groups().map(({ id, name, directory }) => ({
      id,
      name,
      directory,
      members: organization
        .members(id)
        .map(({ email }) => email)
        .sort(),
    }));
  const scimUsers = () =>
    organization.records().map(({ id, userName, active, accountId }) => {
      const account = organization.account(accountId);
      return { id, userName, email: account?.email ?? '', fullName: account?.fullName ?? '', active };
    });

  /** What a request is answered past faults and rate limits: the API that its path belongs to, once its login is right. */
  function perform(request: ApiRequest, authorization: string): Answer {
    organization.removeWhoLeft();
    switch (apiOf(request.path)) {
      case 'scim':
        if (authorization === '') return failure(401, 'Missing authorization header.');
        if (authorization !== `Bearer ${options.directoryKey ?? 'local'}`) return failure(401, 'The API key is invalid or has expired.');
        if (options.guard === false) return scimError(404, `Directory ${scimDirectory} not found.`);
        return scim(request);
      case 'admin':
        if (authorization !== `Bearer ${options.organizationKey ?? 'local'}`) return adminError('401-1');
        return admin(request);
      case 'wiki':
        if (authorization !== `Basic ${btoa(`${site.email}:${site.token}`)}`) return wikiError(401, 'Client must be authenticated');
        return wiki(request);
      case 'none':
        return { status: 404, body: { code: 404, message: 'Not Found' } };
    }
  }

  /** What comes too often is not looked at. */
  function limited(request: ApiRequest, authorization: string): Answer {
    const taken = bucket?.take();
    if (!taken) return perform(request, authorization);
    const { 'x-ratelimit-limit': limit = '', 'x-ratelimit-remaining': remaining = '', 'retry-after': retryAfter = '0' } = taken.headers;
    const headers = { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining };
    if (!taken.allowed) return tooMany({ ...headers, 'retry-after': retryAfter });
    const answer = perform(request, authorization);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  }

  const shown = (what: () => unknown) => () => ({ status: 200, body: what() });
  server.play({
    answer: (request) => typed(request, limited(apiRequestOf(request), request.headers.authorization ?? '')),
    injected: (request, status, retryAfterSeconds) => typed(request, injected(apiOf(request.path), status, retryAfterSeconds)),
    controls: { 'GET accounts': shown(accounts), 'GET groups': shown(groups), 'GET scim-users': shown(scimUsers) },
  });

  return {
    url,
    accounts,
    groups,
    scimUsers,
    requests: server.requests,
    seed({ accounts = [], groups = [], grantsConfluence = [], members = {} }) {
      for (const { email, fullName = email } of accounts) {
        if (!organization.accountOfEmail(email)) organization.createAccount({ email, fullName, madeAt: 0 });
      }
      for (const name of groups) {
        if (!organization.groupOfName(name)) organization.createGroup({ name, directory: 'native', madeAt: 0 });
      }
      for (const name of grantsConfluence) organization.grantConfluenceTo(name);
      for (const [name, emails] of Object.entries(members)) {
        for (const email of emails) organization.addMember(groupOf(organization, name), accountOf(organization, email));
      }
    },
    changeEmail(from, to) {
      if (organization.accountOfEmail(to)) throw new TypeError(`somebody has the e-mail address ${to}`);
      organization.changeAccount(accountOf(organization, from), { email: to });
    },
    fault: server.fault,
    clearFaults: server.clearFaults,
    close: server.close,
  };
}

function accountOf(organization: Organization, email: string): string {
  const account = organization.accountOfEmail(email);
  if (!account) throw new TypeError(`nobody has the e-mail address ${email}`);
  return account.accountId;
}

function groupOf(organization: Organization, name: string): string {
  const group = organization.groupOfName(name);
  if (!group) throw new TypeError(`no group is named ${name}`);
  return group.id;
}

type Api = 'scim' | 'admin' | 'wiki' | 'none';

function apiOf(path: string): Api {
  if (path.startsWith('/scim/directory/')) return 'scim';
  if (path.startsWith('/admin/')) return 'admin';
  return path.startsWith('/wiki/rest/api/') ? 'wiki' : 'none';
}

/** The gateway in front of the APIs answers this. Unverified: its body. */
function tooMany(headers: Readonly<Record<string, string>>): Answer {
  return { status: 429, body: { code: 429, message: 'Rate limit exceeded' }, headers };
}

/** The answer of a fault with a status, in the shape of the API that was called. */
function injected(api: Api, status: number, retryAfterSeconds: number | undefined): Answer {
  const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
  if (status === 429) return tooMany({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after': '1', ...headers });
  if (status >= 300 && status < 400) return { status, headers: { location: 'https://id.atlassian.com/login', ...headers } };
  return { ...refusalOf(api, status), ...(headers && { headers }) };
}

function refusalOf(api: Api, status: number): Answer {
  if (api === 'scim') return status === 401 || status === 403 ? failure(status, 'injected fault') : scimError(status, 'injected fault');
  if (api === 'admin') return { ...adminError('500-1', 'injected fault'), status };
  return wikiError(status, 'injected fault');
}

function apiRequestOf({ method, path, query, headers, text }: Incoming): ApiRequest {
  const parsed = text === '' ? undefined : parsedJson(text);
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const mediaType = text === '' ? '' : ((headers['content-type'] ?? '').split(';')[0] ?? '').trim().toLowerCase();
  return { method, path, query, mediaType, body: isObject ? (parsed as Record<string, unknown>) : undefined };
}

/** SCIM answers in its own media type. */
function typed({ path }: Incoming, answer: Answer): Answer {
  if (apiOf(path) !== 'scim' || answer.body === undefined) return answer;
  return { ...answer, headers: { 'content-type': 'application/scim+json', ...answer.headers } };
}
