import type { Connection } from '../../shared/directory/connection.ts';
import type { Administration } from './administration.ts';
import { Refused, UsageError } from './command.ts';

/** The connection that an administrator names by its name or id. @throws UsageError without a name, Refused for an unknown one */
export async function findConnection(administration: Administration, nameOrId: string | undefined): Promise<Connection> {
  if (nameOrId === undefined) throw new UsageError('name the connection, by its name or id: npm run admin -- connection list shows them');
  const all = await administration.connections.list();
  const found = all.filter((connection) => connection.id === nameOrId || connection.name.toLowerCase() === nameOrId.toLowerCase());
  if (found.length > 1)
    throw new Refused(`${found.length} connections are called ${nameOrId}: use the id (${found.map(({ id }) => id).join(', ')})`);
  const [connection] = found;
  if (!connection) {
    const names = all.map(({ name }) => name).join(', ');
    throw new Refused(
      `there is no connection ${nameOrId}; ${names === '' ? 'none exists yet: connection create makes one' : `there is: ${names}`}`,
    );
  }
  return connection;
}

/** The connection of a stack that has only one. @throws UsageError if there are several, Refused for none */
export async function onlyConnection(administration: Administration): Promise<Connection> {
  const all = await administration.connections.list();
  const [connection] = all;
  if (!connection) throw new Refused('there is no connection yet: connection create makes one');
  if (all.length > 1)
    throw new UsageError(`there are ${all.length} connections: add --connection, one of ${all.map(({ name }) => name).join(', ')}`);
  return connection;
}
