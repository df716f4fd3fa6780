import type { RestClient } from '../http/rest-client.ts';
import type { TargetCapabilities } from '../target.ts';
import { Ignored, Person, pageOf } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { askRemoteApi, type FoundVersion, findVersion, type RemoteApi, unlessMissing } from './find-version.ts';
import type { RpcClient } from './json-rpc.ts';
import { type Route, routeOf, VERBS, type Verb } from './routes-by-version.ts';
import { parseVersion } from './versions.ts';

/** What one instance turned out to be. */
export interface Abilities extends FoundVersion {
  /** Absent where no verb of this version goes by JSON-RPC. */
  readonly remoteApi?: RemoteApi;
  readonly routes: Readonly<Record<Verb, Route>>;
  /** Seen to be 9.3 or later and no more: the first update shows whether REST has it. */
  readonly mayUpdateByRest: boolean;
  readonly capabilities: TargetCapabilities;
}

export interface ProbeOptions {
  /** Set by hand: then nothing is asked for it. */
  readonly version?: string;
  /** Of each call; seven are made at most. */
  readonly timeoutMs: number;
}

/**
 * Asks the instance what it can do, by calls that change nothing.
 * @throws ProvisioningError when it does not answer or refuses the login
 */
export async function probeAbilities(client: RestClient, rpc: RpcClient, { version, timeoutMs }: ProbeOptions): Promise<Abilities> {
  const found: FoundVersion =
    version === undefined ? await findVersion(client, rpc, timeoutMs) : { version: parseVersion(version), text: version, by: 'settings' };
  const routes = Object.fromEntries(VERBS.map((verb) => [verb, routeOf(verb, found.version)])) as Record<Verb, Route>;
  const needsRemoteApi = VERBS.some((verb) => routes[verb] === 'json-rpc');
  // By REST first: a login that is refused there is not tried by JSON-RPC, of which a 401 is taken for its own refusal.
  if (needsRemoteApi && found.by === 'settings') await client.call(ENDPOINTS.currentUser, { timeoutMs }, Ignored);
  const remoteApi = needsRemoteApi ? (found.remoteApi ?? (await askRemoteApi(rpc, timeoutMs)).remoteApi) : undefined;
  const activeUsers = routes.findByEmail === 'rest' ? await lookAtActiveUsers(client, timeoutMs) : undefined;
  const can = (verb: Verb) => routes[verb] === 'rest' || (routes[verb] === 'json-rpc' && remoteApi === 'on');
  const mayUpdateByRest = found.by === 'probing' && routes.findByEmail === 'rest';
  return {
    ...found,
    ...(remoteApi !== undefined && { remoteApi }),
    routes,
    mayUpdateByRest,
    capabilities: {
      createAccount: can('createAccount'),
      updateProfile: can('updateAccount') || mayUpdateByRest,
      changeStatus: can('disableAccount'),
      deleteAccount: can('deleteAccount'),
      createGroup: can('createGroup'),
      deleteGroup: can('deleteGroup'),
      changeMembers: can('addMember'),
      findByEmail: activeUsers?.hasEmails === true,
      countSeats: activeUsers?.isThere === true,
      tellSeatLimit: false,
      renameAccount: false,
      renameGroup: false,
    },
  };
}

/** From 9.3 on one list has e-mail addresses, of those who count for the licence; it is not relied on before it was seen. */
async function lookAtActiveUsers(client: RestClient, timeoutMs: number): Promise<{ isThere: boolean; hasEmails: boolean }> {
  const active = await unlessMissing(() =>
    client.call(ENDPOINTS.activeUsers, { query: { start: 0, limit: 1 }, timeoutMs }, pageOf(Person)),
  );
  return { isThere: active !== undefined, hasEmails: active?.results.some(({ email }) => email !== undefined) === true };
}

/** What instances turned out to be, kept while a process lives: by target and the version that was set by hand. */
export type AbilityMemory = Map<string, { readonly abilities: Promise<Abilities>; readonly until: number }>;

/** Switches that an administrator turns are seen after so long. */
export const REMEMBERED_MS = 600_000;
