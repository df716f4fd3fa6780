import type { Endpoint, RestClient, RestRequest } from '../http/rest-client.ts';
import { ProvisioningError } from '../target.ts';
import { Ignored, VersionTold } from './answers.ts';
import { ENDPOINTS, PROBES } from './endpoints.ts';
import { type RpcClient, readServerInfo } from './json-rpc.ts';
import { parseVersion, type Version } from './versions.ts';

export interface FoundVersion {
  /** Where it was only probed for, the least it can be. */
  readonly version: Version;
  /** As Confluence or the settings write it; absent where it was only probed for. */
  readonly text?: string;
  readonly by: 'settings' | 'confluence' | 'probing';
  /** Known if JSON-RPC was asked. */
  readonly remoteApi?: RemoteApi;
}

/** `refused`: it is on and takes neither this login nor this kind of credentials. */
export type RemoteApi = 'on' | 'off' | 'refused';

/** The oldest whose JSON-RPC this adapter speaks. */
const OLDEST: Version = [6, 0];

/** From which version on a path answers anything but 404. Newest first. */
const SEEN_FROM: readonly { readonly endpoint: Endpoint; readonly from: Version }[] = [
  { endpoint: ENDPOINTS.activeUsers, from: [9, 3] },
  { endpoint: ENDPOINTS.allUsers, from: [8, 4] },
  { endpoint: PROBES.administration, from: [8, 2] },
];

/**
 * Which version it is, by calls that change nothing, six at most: told by REST (10), by the manifest for application links, by JSON-RPC;
 * where none of them tells, by the paths that are there.
 * @param timeoutMs of each call
 * @throws ProvisioningError when Confluence does not answer or refuses the login
 */
export async function findVersion(client: RestClient, rpc: RpcClient, timeoutMs: number): Promise<FoundVersion> {
  for (const endpoint of [ENDPOINTS.serverInformation, PROBES.manifest]) {
    const told = await unlessMissing(() => client.call(endpoint, { timeoutMs }, VersionTold));
    if (told !== undefined) return { version: parseVersion(told.version), text: told.version, by: 'confluence' };
  }
  const asked = await askRemoteApi(rpc, timeoutMs);
  if (asked.text !== undefined)
    return { version: parseVersion(asked.text), text: asked.text, by: 'confluence', remoteApi: asked.remoteApi };
  for (const { endpoint, from } of SEEN_FROM) {
    if (await isThere(client, endpoint, { query: { start: 0, limit: 1 }, timeoutMs })) {
      return { version: from, by: 'probing', remoteApi: asked.remoteApi };
    }
  }
  return { version: OLDEST, by: 'probing', remoteApi: asked.remoteApi };
}

/** Whether JSON-RPC is switched on, by a method that needs no right to administer, and the version that it tells. */
export async function askRemoteApi(rpc: RpcClient, timeoutMs: number): Promise<{ remoteApi: RemoteApi; text?: string }> {
  try {
    return { remoteApi: 'on', text: await readServerInfo(rpc, timeoutMs) };
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    if (error.code === 'refused') return { remoteApi: 'refused' };
    if (SAYS_IT_IS_ON.has(error.code)) return { remoteApi: 'on' };
    if (error.code === 'remote-api-off' || error.code === 'unexpected-answer') return { remoteApi: 'off' };
    throw error;
  }
}

/** JSON-RPC answered, only not with the version. */
const SAYS_IT_IS_ON: ReadonlySet<string> = new Set(['secure-session', 'unsupported', 'server-error', 'bad-request']);

/** True for every answer but 404: a path that is there answers 405 to a method that it does not have. */
async function isThere(client: RestClient, endpoint: Endpoint, request: RestRequest): Promise<boolean> {
  try {
    await client.call(endpoint, request, Ignored);
    return true;
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    if (error.code === 'not-found') return false;
    if (error.code === 'unsupported' || isForbidden(error)) return true;
    throw error;
  }
}

/** Undefined where this version does not have the call, forbids it, or something else answers in its place. */
export async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProvisioningError && (MISSING.has(error.code) || isForbidden(error))) return undefined;
    throw error;
  }
}

const MISSING: ReadonlySet<string> = new Set(['not-found', 'unsupported', 'unexpected-answer']);

/** A 401 may be a refused login, which must not be repeated (DESIGN §4); a 403 says of this call only that it is not for us. */
function isForbidden({ code, status }: ProvisioningError): boolean {
  return code === 'refused' && status === 403;
}
