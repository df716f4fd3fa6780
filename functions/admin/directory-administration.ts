import { randomUUID } from 'node:crypto';
import { dynamoDbTargetStates } from '../../shared/directory/delivery/target-states.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { Administration } from './administration.ts';

type DirectoryPart = Pick<Administration, 'connections' | 'directory' | 'overview' | 'targetStatus' | 'resumeTarget'>;

/** The part of the administration that is the table, the same in AWS and on the local stack. */
export function directoryAdministration(table: DynamoDbTable, now: () => Date): DirectoryPart {
  const targets = dynamoDbTargetStates(table, now);
  return {
    connections: dynamoDbConnections(table),
    directory: dynamoDbDirectory(table, { sweepAfterSeconds: 120, newId: randomUUID }),
    overview: dynamoDbOverview(table),
    targetStatus: (target) => targets.read(target),
    resumeTarget: (target) => targets.resume(target),
  };
}
