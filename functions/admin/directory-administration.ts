import { randomUUID } from 'node:crypto';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { Administration } from './administration.ts';

type DirectoryPart = Pick<Administration, 'connections' | 'directory' | 'overview' | 'targetStatus' | 'resumeTarget'>;

/** The part of the administration that is the table, the same in AWS and on the local stack. */
export function directoryAdministration(table: DynamoDbTable): DirectoryPart {
  return {
    connections: dynamoDbConnections(table),
    directory: dynamoDbDirectory(table, { sweepAfterSeconds: 120, newId: randomUUID }),
    overview: dynamoDbOverview(table),
    targetStatus: () => Promise.reject(new Error('wired with the delivery store')),
    resumeTarget: () => Promise.reject(new Error('wired with the delivery store')),
  };
}
