import type { z } from 'zod';
import type { AccountKeys } from '../../directory/account-keys.ts';
import type { TargetId } from '../../directory/ids.ts';
import type { Settings } from '../../provisioning/settings/settings.ts';
import { answerIn } from '../http/failure-table.ts';
import type { Endpoint, RestClient, RestRequest } from '../http/rest-client.ts';
import type { IdMemory } from '../id-memory.ts';
import { ProvisioningError } from '../target.ts';
import type { AddressOf } from '../target-address.ts';
import { Directory, Group, pageOf, User } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';

const PAGE = 100;
/** Less of its time than this part, and a call is not begun: it would be cut off, and nobody would know whether it landed. */
const LEAST_PART = 10;
/** A list that has more pages than this goes round in circles. */
const MOST_PAGES = 100_000;

/** The calls of one verb of the port, all of them within the verb's time. */
export interface Calls {
  /**
   * Sends one request, once, with the time that is left; the ids of organisation and directory are filled in.
   * @throws ProvisioningError 'request-timeout' if no time is left: nothing was sent; 'refused' for a 404 to the organisation or directory
   */
  call<T>(endpoint: Endpoint, request: Omit<RestRequest, 'timeoutMs'>, answer: z.ZodType<T>): Promise<T>;
  /** Milliseconds. */
  left(): number;
}

interface OrganizationOptions {
  readonly client: RestClient;
  readonly address: AddressOf<'cloud-organization'>;
  readonly targetId: TargetId;
  readonly memory: IdMemory;
  readonly accountKeys: AccountKeys;
  readonly settings: Settings['target']['organization'];
  readonly callTimeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Stands still while requests wait for their turn. */
  readonly workingClock: () => number;
}

/** What the adapter's parts need: how to call, where, and what is kept. */
export interface Organization extends OrganizationOptions {
  /** @param timeouts how many call time-outs the verb may take */
  calls(timeouts: number): Calls;
}

export function organization(options: OrganizationOptions): Organization {
  const { client, address, callTimeoutMs, workingClock, memory, targetId } = options;

  const calls = (timeouts: number): Calls => {
    const end = workingClock() + timeouts * callTimeoutMs;
    const left = () => end - workingClock();

    async function send<T>(endpoint: Endpoint, request: Omit<RestRequest, 'timeoutMs'>, answer: z.ZodType<T>): Promise<T> {
      if (left() < callTimeoutMs / LEAST_PART) {
        throw new ProvisioningError('request-timeout', 'Looking things up took all the time of the call.');
      }
      const names = { orgId: address.organization, ...request.names };
      return client.call(endpoint, { ...request, names, timeoutMs: left() }, answer);
    }

    async function directory(): Promise<string> {
      const known = address.directory ?? memory.get(`${targetId} directory`);
      if (known !== undefined) return known;
      const { data } = await asked(() => send(ENDPOINTS.directories, { query: { limit: PAGE } }, pageOf(Directory)));
      const [only, ...others] = data;
      if (only === undefined || others.length > 0) throw new ProvisioningError('bad-request', whichDirectory(data));
      memory.set(`${targetId} directory`, only.directoryId);
      return only.directoryId;
    }

    return {
      left,
      async call(endpoint, request, answer) {
        const within = endpoint.path.includes('{directoryId}') ? { directoryId: await directory() } : {};
        const sent = () => send(endpoint, { ...request, names: { ...within, ...request.names } }, answer);
        return request.names === undefined ? asked(sent) : sent();
      },
    };
  };
  return { ...options, calls };
}

/** Why the directory can't be told, as a sentence. */
export function whichDirectory(directories: readonly Directory[]): string {
  if (directories.length === 0) return 'Atlassian shows no directory of the organisation to this API key.';
  const names = directories.map(({ directoryId, name }) => `${directoryId} (${name ?? 'without a name'})`).join(', ');
  const count = directories.length === 1 ? 'one directory' : `${directories.length} directories`;
  return `The organisation has ${count}: ${names}. Say which one is meant: connection create --directory.`;
}

/**
 * Lists and invitations are there as long as the organisation and its directory are: without them everybody would seem to be gone, and whoever
 * is to be disabled done with. So their 404 is a refusal, of which the worker finds out whether it is one of the whole organisation.
 */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const sentence = `Atlassian does not know the organisation or its directory. ${answerIn(error)}`;
    throw new ProvisioningError('refused', sentence, { status: 404, cause: error });
  }
}

export function isNotFound(error: unknown): error is ProvisioningError {
  return error instanceof ProvisioningError && error.code === 'not-found';
}

type Filter = Readonly<Record<string, readonly string[]>>;

/**
 * Everybody of the directory whom the filter lets through, page by page. @param next the calls for the next page
 * @throws ProvisioningError
 */
export async function* pagesOfUsers(next: () => Calls, filter: Filter): AsyncGenerator<User[], void, undefined> {
  for await (const page of pagesOf(next, ENDPOINTS.searchUsers, filter, User)) yield page.filter(isInDirectory);
}

export async function* usersOf(next: () => Calls, filter: Filter): AsyncGenerator<User, void, undefined> {
  for await (const page of pagesOfUsers(next, filter)) yield* page;
}

/** All groups that the filter lets through. */
export async function* groupsOf(next: () => Calls, filter: Filter): AsyncGenerator<Group, void, undefined> {
  for await (const page of pagesOf(next, ENDPOINTS.searchGroups, filter, Group)) yield* page;
}

/** The cursor is in the body, as the filter is, and is given back as it came. */
async function* pagesOf<T>(
  next: () => Calls,
  endpoint: Endpoint,
  filter: Filter,
  item: z.ZodType<T>,
): AsyncGenerator<T[], void, undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = { ...filter, limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { data, links } = await next().call(endpoint, { body }, pageOf(item));
    yield data;
    const following = cursorOf(links?.next);
    if (following === undefined || following === cursor) return;
    cursor = following;
  }
}

/** The calls of a list whose first page was preceded by others, within the time of one; each further page has a time of its own. */
export function pageByPage(org: Organization, first: Calls): () => Calls {
  let unused: Calls | undefined = first;
  return () => {
    const calls = unused ?? org.calls(1);
    unused = undefined;
    return calls;
  };
}

/** Bare and opaque, or as the `cursor` of a URL, which may lack its host. */
export function cursorOf(next: string | null | undefined): string | undefined {
  if (next === null || next === undefined || next === '') return undefined;
  const inUrl = new URLSearchParams(next.slice(next.indexOf('?') + 1)).get('cursor');
  return inUrl ?? (/^https?:/.test(next) ? undefined : next);
}

/** The search also finds managed accounts that were never invited, or were removed; an app is nobody's account. */
function isInDirectory({ status, membershipStatus, accountStatus, accountType }: User): boolean {
  const isOut = status === 'not_invited' || membershipStatus === 'no_membership' || accountStatus === 'closed';
  return !isOut && accountType !== 'app';
}
