import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { fetch as undiciFetch } from 'undici';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';

/** The five moments of invariant 1 at which a process may die. */
export const killPoints = ['before-write', 'after-write', 'after-send', 'before-call', 'after-call'] as const;
export type KillPoint = (typeof killPoints)[number];

export interface KillSwitch {
  /** The SCIM function's table client: dies before or after its first transaction. */
  table(client: DynamoDBClient): DynamoDBClient;
  /** The SCIM function's queue: dies after its first send. */
  queue(queue: ChangeQueue): ChangeQueue;
  /** The worker's way to Confluence: dies before or after its first call that changes something. */
  fetch(fetch: typeof undiciFetch): typeof undiciFetch;
}

/** Makes the process die as by kill -9 at one point, for tests. Without a point everything is left as it is. */
export function killSwitch(point: KillPoint | undefined, die: () => never = killMyself): KillSwitch {
  const at = async <T>(before: KillPoint | undefined, after: KillPoint, run: () => Promise<T>): Promise<T> => {
    if (point !== undefined && point === before) die();
    const result = await run();
    if (point === after) die();
    return result;
  };
  return {
    table(client) {
      const send = (command: { constructor: { name: string } }, ...rest: unknown[]): Promise<unknown> => {
        const run = () => Reflect.apply(client.send, client, [command, ...rest]) as Promise<unknown>;
        return command.constructor.name === 'TransactWriteItemsCommand' ? at('before-write', 'after-write', run) : run();
      };
      return new Proxy(client, { get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)) });
    },
    queue: (queue) => ({
      send: (messageGroup, change) => at(undefined, 'after-send', () => queue.send(messageGroup, change)),
      length: () => queue.length(),
    }),
    fetch: (fetch) => (input, init) => {
      const run = () => fetch(input, init);
      return (init?.method ?? 'GET') === 'GET' ? run() : at('before-call', 'after-call', run);
    },
  };
}

function killMyself(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal has come before this line is reached.
  throw new Error('killed');
}
