import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection, Connections } from '../../../shared/directory/connection.ts';
import {
  type Directory,
  type GroupOfUser,
  type MembershipChange,
  RevisionConflict,
  type StoredGroup,
  type StoredUser,
  type WriteContext,
} from '../../../shared/directory/directory.ts';
import { dynamoDbConnections } from '../../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../../shared/directory/dynamodb-directory.ts';
import { DynamoDbTable } from '../../../shared/directory/dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from '../../../shared/directory/ids.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { targetIdOf } from '../../../shared/targets/target-address.ts';
import { settingsOf } from '../../settings-of.ts';
import { type Faults, injectFaults } from './faults.ts';

/** What a table engine gives to the contract: an empty table with the indexes of table-definition.ts. */
export interface Engine {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  close(): Promise<void>;
}

export type RawItem = { readonly pk: string; readonly sk: string; readonly [name: string]: unknown };

/** Retries as often as in production, with less time between. */
function briefly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
}

export const BASE_URL = 'https://confluence.example.com';

/** What a test of the port alone needs: a double of the store has it too. */
export interface PortWorld {
  readonly directory: Directory;
  readonly connections: Connections;
  /** Another process's directory on the same store. */
  client(): Directory;
}

/** One table with the directory on it. Each test takes a connection of its own, so no test sees another's resources. */
export class World implements PortWorld {
  readonly engine: Engine;
  readonly table: DynamoDbTable;
  readonly directory: Directory;
  readonly connections: Connections;
  readonly faults: Faults;
  constructor(engine: Engine) {
    this.engine = engine;
    this.faults = injectFaults(engine.client);
    this.table = new DynamoDbTable(engine.client, engine.tableName, briefly);
    this.directory = dynamoDbDirectory(this.table, { sweepAfterSeconds: 120, newId: randomUUID });
    this.connections = dynamoDbConnections(this.table);
  }

  /** Another process's directory on the same table. */
  client(): Directory {
    const table = new DynamoDbTable(this.engine.client, this.engine.tableName, briefly);
    return dynamoDbDirectory(table, { sweepAfterSeconds: 120, newId: randomUUID });
  }

  /** Everything in the table that belongs to a connection. */
  async itemsOf(connection: Connection): Promise<RawItem[]> {
    const items: RawItem[] = [];
    let ExclusiveStartKey: Record<string, never> | undefined;
    do {
      const page = await this.engine.client.send(
        new ScanCommand({
          TableName: this.engine.tableName,
          ConsistentRead: true,
          FilterExpression: 'begins_with(pk, :connection)',
          ExpressionAttributeValues: { ':connection': { S: `${connection.id}#` } },
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      );
      for (const item of page.Items ?? []) items.push(unmarshall(item) as RawItem);
      ExclusiveStartKey = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (ExclusiveStartKey);
    return items;
  }
}

export function aConnection(): Connection {
  return {
    id: randomUUID() as ConnectionId,
    name: 'Okta',
    state: 'active',
    created: new Date().toISOString(),
    target: { id: targetIdOf({ kind: 'data-center', baseUrl: BASE_URL }), kind: 'data-center', baseUrl: BASE_URL },
    settings: settingsOf(),
    settingsNumber: 1,
    markedSettingsNumber: 1,
  };
}

export function aContext(connection: Connection, now = new Date()): WriteContext {
  return { connection, correlationId: randomUUID(), now };
}

export function someUserIds(count: number): UserId[] {
  return Array.from({ length: count }, () => randomUUID() as UserId);
}

export function adding(ids: Iterable<UserId>): MembershipChange {
  return { replaces: false, add: new Set(ids), remove: new Set() };
}

export function removing(ids: Iterable<UserId>): MembershipChange {
  return { replaces: false, add: new Set(), remove: new Set(ids) };
}

export function replacing(ids: Iterable<UserId>): MembershipChange {
  return { replaces: true, add: new Set(ids), remove: new Set() };
}

export async function createUser(world: PortWorld, connection: Connection, attributes: ScimObject, now?: Date): Promise<StoredUser> {
  return (await world.directory.users.create(aContext(connection, now), attributes)).resource;
}

export async function createGroup(
  world: PortWorld,
  connection: Connection,
  displayName: string,
  members: Iterable<UserId> = [],
  now?: Date,
): Promise<StoredGroup> {
  return (await world.directory.groups.create(aContext(connection, now), { displayName }, new Set(members))).resource;
}

/** Reads and changes the members as a PATCH does: again whenever another write came between. */
export async function patchMembers(directory: Directory, connection: Connection, id: GroupId, change: MembershipChange) {
  for (;;) {
    const read = await directory.groups.read(connection, id);
    if (!read) throw new Error('the group is gone');
    try {
      return await directory.groups.update(aContext(connection), read, read.attributes, change);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
  }
}

export async function membersOf(world: PortWorld, connection: Connection, id: GroupId): Promise<UserId[] | undefined> {
  return (await world.directory.groups.readWithMembers(connection, id))?.members;
}

export async function groupsOf(world: PortWorld, connection: Connection, user: UserId): Promise<readonly GroupOfUser[]> {
  return (await world.directory.users.groupsOf(connection, [user])).get(user) ?? [];
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
