import { ProvisioningError, type TargetCapabilities } from '../target.ts';
import { Ignored, Person, pageOf, ServerInformation } from './answers.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import type { RestClient, RestRequest } from './rest-client.ts';

/** What one instance turned out to be. */
export interface Abilities {
  /** Absent before 10, which does not tell it by REST. */
  readonly version?: string;
  /** At least 8.4: accounts can be created. */
  readonly canCreateUsers: boolean;
  readonly capabilities: TargetCapabilities;
}

/** Confluence 9.4 is the first whose pages have PUT /rest/api/admin/user/{username}. */
const UPDATES_PROFILES_FROM = [9, 4] as const;

/**
 * Asks the instance what it can do, by calls that change nothing. Neither users nor groups can be renamed by any version.
 * @throws ProvisioningError when it does not answer or refuses the login
 */
export async function probeAbilities(client: RestClient): Promise<Abilities> {
  const version = (await unlessMissing(() => client.call(ENDPOINTS.serverInformation, {}, ServerInformation)))?.version;
  const onePerson: RestRequest = { query: { start: 0, limit: 1 } };
  // From 9.3 on; before, no list has e-mail addresses.
  const active = await unlessMissing(() => client.call(ENDPOINTS.activeUsers, onePerson, pageOf(Person)));
  const canCreateUsers = version !== undefined || active !== undefined || (await exists(client, ENDPOINTS.allUsers, onePerson));
  return {
    ...(version !== undefined && { version }),
    canCreateUsers,
    capabilities: {
      // Between 9.3 and 10 the version is not told: the first update shows it.
      updateProfile: version === undefined ? active !== undefined : isAtLeast(version, UPDATES_PROFILES_FROM),
      findByEmail: active?.results.some(({ email }) => email !== undefined) === true,
      renameAccount: false,
      renameGroup: false,
    },
  };
}

async function exists(client: RestClient, endpoint: Endpoint, request: RestRequest): Promise<boolean> {
  const found = await unlessMissing(async () => {
    await client.call(endpoint, request, Ignored);
    return true;
  });
  return found === true;
}

/** Undefined where this version does not have the call. */
async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProvisioningError && (error.code === 'not-found' || error.code === 'unsupported')) return undefined;
    throw error;
  }
}

/** `version` as Confluence writes it: 10.0.3, 9.2.0-m12. */
function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
