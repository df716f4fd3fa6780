import type { Connection } from '../../../shared/directory/connection.ts';
import type { ParkedChange } from '../../../shared/directory/overview.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Administration } from '../administration.ts';
import { type Command, Refused, UsageError } from '../command.ts';
import { findConnection } from '../find-connection.ts';
import { targetsOf } from './status.ts';

async function* parkedOf(
  administration: Administration,
  nameOrId: string | undefined,
): AsyncGenerator<ParkedChange & { target: Connection['target'] }> {
  const connections = nameOrId === undefined ? await administration.connections.list() : [await findConnection(administration, nameOrId)];
  const ids = new Set<string>(connections.map(({ id }) => id));
  for (const { target } of targetsOf(connections))
    for await (const parked of administration.overview.parked(target.id)) if (ids.has(parked.connection)) yield { ...parked, target };
}

const list: Command = {
  name: 'parked list',
  positionals: ['[CONNECTION]'],
  options: {},
  summary: 'changes that can’t succeed until someone acts, and why',
  help: 'Each line says what to do. The next change of the IdP to the same user or group tries again by itself.',
  async run(administration, [nameOrId]) {
    const parked: (ParkedChange & { target: Connection['target'] })[] = [];
    for await (const entry of parkedOf(administration, nameOrId)) parked.push(entry);
    const table = parked.map(({ type, name, id, since, code, reason, target }) => ({
      type,
      name,
      id,
      since,
      confluence: describeTarget(target),
      code,
      reason,
    }));
    return { json: parked, table, ...(table.length === 0 && { text: 'Nothing is parked.' }) };
  },
};

const retry: Command = {
  name: 'parked retry',
  positionals: ['[ID …]'],
  options: { all: { type: 'boolean', help: 'everything that is parked' }, connection: { type: 'string', help: 'only of this connection' } },
  summary: 'tries parked changes again',
  help: 'After the cause is mended. ID is the id that parked list shows; several may follow. What still can’t succeed is parked again.',
  async run(administration, ids, options) {
    if (ids.length === 0 && options['all'] !== true) throw new UsageError('name the ids that parked list shows, or add --all');
    const wanted = new Set(ids);
    const correlationId = administration.newId();
    let retried = 0;
    const only = typeof options['connection'] === 'string' ? options['connection'] : undefined;
    for await (const parked of parkedOf(administration, only)) {
      if (options['all'] !== true && !wanted.delete(parked.id)) continue;
      if (!(await administration.overview.retry(parked.target.id, parked, correlationId, administration.now()))) continue;
      retried += 1;
      const resource =
        parked.type === 'user' ? { type: 'user' as const, id: parked.id as never } : { type: 'group' as const, id: parked.id as never };
      await administration.queue.send(parked.messageGroup, {
        v: 1,
        connection: parked.connection,
        resource,
        correlationId,
        reason: 'woken',
      });
    }
    if (options['all'] !== true && wanted.size > 0)
      throw new Refused(`not parked: ${[...wanted].join(', ')}; ${retried} others are tried again`);
    return {
      json: { retried, correlationId },
      text: `${retried} ${retried === 1 ? 'change is' : 'changes are'} tried again; parked list shows in a minute what is still parked.`,
    };
  },
};

export const parkedCommands: readonly Command[] = [list, retry];
