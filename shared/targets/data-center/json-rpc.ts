import * as z from 'zod';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import { parseAnswer } from '../http/json-answer.ts';
import { ProvisioningError } from '../target.ts';
import { failureOfRpcAnswer } from './json-rpc-failure.ts';

/** The methods used, as the vendor's Javadoc has them without their token. */
export type RpcMethod =
  | 'getServerInfo'
  | 'isActiveUser'
  | 'getUserByName'
  | 'addUser'
  | 'editUser'
  | 'deactivateUser'
  | 'reactivateUser'
  | 'removeUser'
  | 'addGroup'
  | 'removeGroup'
  | 'addUserToGroup'
  | 'removeUserFromGroup';

export interface RpcClient {
  /**
   * Calls one method, once; an empty reply is parsed as undefined.
   * @throws ProvisioningError, by the table in json-rpc-failure.ts
   */
  call<T>(
    method: RpcMethod,
    parameters: readonly unknown[],
    reply: z.ZodType<T>,
    options?: Pick<HttpRequest, 'secrets' | 'timeoutMs'>,
  ): Promise<T>;
}

/**
 * Confluence's JSON-RPC, deprecated since 5.5 and the only way to administer users before 8.2. In its light mode, where the method is in
 * the path and the parameters are a bare array: so the request log tells the methods apart.
 * @param now milliseconds since 1970
 */
export function rpcClient(http: HttpClient, now: () => number): RpcClient {
  return {
    call: (method, parameters, reply, options = {}) =>
      http.send(
        { method: 'POST', path: `/rpc/json-rpc/confluenceservice-v2/${method}`, body: parameters, ...options },
        (answer, redact) => {
          const failure = failureOfRpcAnswer(method, answer, now(), redact);
          if (failure) throw failure;
          return parseAnswer(answer, reply);
        },
      ),
  };
}

const ServerInfo = z.object({ majorVersion: z.coerce.number(), minorVersion: z.coerce.number(), patchLevel: z.coerce.string().optional() });
const RemoteUser = z.object({ email: z.string().nullish() });

/** Needs no right to administer. Gives the version as Confluence writes it. */
export async function readServerInfo(rpc: RpcClient, timeoutMs: number): Promise<string> {
  const { majorVersion, minorVersion, patchLevel } = await rpc.call('getServerInfo', [], ServerInfo, { timeoutMs });
  return [majorVersion, minorVersion, patchLevel].filter((part) => part !== undefined).join('.');
}

/**
 * Whether an account can log in. Where the method is missing everybody counts as active: "one that is disabled once too often costs
 * nothing".
 */
export async function readIsActive(rpc: RpcClient, name: string, timeoutMs: number): Promise<boolean> {
  try {
    return await rpc.call('isActiveUser', [name], z.boolean(), { timeoutMs });
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'unsupported') return true;
    throw error;
  }
}

/** Undefined for an account without one. */
export async function readEmail(rpc: RpcClient, name: string, timeoutMs: number): Promise<string | undefined> {
  const user = await rpc.call('getUserByName', [name], RemoteUser.nullish(), { timeoutMs });
  return user?.email ?? undefined;
}
