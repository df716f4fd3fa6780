import type { z } from 'zod';
import type { TargetId } from '../../directory/ids.ts';
import { answerIn } from '../http/failure-table.ts';
import type { Endpoint, RestClient, RestRequest } from '../http/rest-client.ts';
import type { IdMemory } from '../id-memory.ts';
import { ProvisioningError } from '../target.ts';
import { type KnownIds, knownIds } from './known-ids.ts';

/** Less of its time than this part, and a call is not begun: it would be cut off, and nobody would know whether it landed. */
const LEAST_PART = 10;

/** The calls of one verb of the port, all of them within the verb's time. */
export interface Calls {
  /**
   * Sends one request, once, with the time that is left.
   * @throws ProvisioningError 'request-timeout' if none is left: nothing was sent; 'refused' for a 404 to the directory itself: the worker
   *   asks whether it is still there
   */
  call<T>(endpoint: Endpoint, request: Omit<RestRequest, 'timeoutMs'>, answer: z.ZodType<T>): Promise<T>;
  /** Milliseconds. */
  left(): number;
}

export interface Directory {
  /** @param timeouts how many call time-outs the verb may take */
  calls(timeouts: number): Calls;
  readonly ids: KnownIds;
  readonly callTimeoutMs: number;
  readonly now: () => number;
}

export interface DirectoryOptions {
  readonly client: RestClient;
  readonly directoryId: string;
  readonly targetId: TargetId;
  readonly memory: IdMemory;
  readonly callTimeoutMs: number;
  readonly now: () => number;
  /** Stands still while requests wait for their turn. */
  readonly workingClock: () => number;
}

/** One directory of the User Provisioning API, and what this process remembers of it. */
export function directory({ client, directoryId, targetId, memory, callTimeoutMs, now, workingClock }: DirectoryOptions): Directory {
  const calls = (timeouts: number): Calls => {
    const end = workingClock() + timeouts * callTimeoutMs;
    const left = () => end - workingClock();
    return {
      left,
      async call(endpoint, request, answer) {
        if (left() < callTimeoutMs / LEAST_PART) {
          throw new ProvisioningError('request-timeout', 'Looking up ids took all the time of the call: nothing was changed.');
        }
        try {
          return await client.call(endpoint, { ...request, names: { directoryId, ...request.names }, timeoutMs: left() }, answer);
        } catch (error) {
          throw request.names === undefined ? asRefusal(error) : error;
        }
      },
    };
  };
  return { calls, ids: knownIds(memory, targetId), callTimeoutMs, now };
}

/** True for what is answered by a 404, and for what no look finds. */
export function isNotFound(error: unknown): error is ProvisioningError {
  return error instanceof ProvisioningError && error.code === 'not-found';
}

/**
 * Lists are there as long as the directory is: without it everybody would seem to be gone, and whoever is to be disabled done with. So
 * their 404 is a refusal, of which the worker finds out whether it is one of the whole directory.
 */
function asRefusal(error: unknown): unknown {
  if (!isNotFound(error)) return error;
  return new ProvisioningError('refused', `Atlassian does not know the directory. ${answerIn(error)}`, { status: 404, cause: error });
}
