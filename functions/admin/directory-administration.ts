import { randomUUID } from 'node:crypto';
import { dynamoDbTargetStates } from '../../shared/directory/delivery/target-states.ts';
import { dynamoDbBrake } from '../../shared/directory/dynamodb-brake.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { dynamoDbHeldChanges } from '../../shared/directory/dynamodb-held-changes.ts';
import { dynamoDbMoves } from '../../shared/directory/dynamodb-moves.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import { dynamoDbSeats } from '../../shared/directory/dynamodb-seats.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { dynamoDbRuns } from '../../shared/directory/runs/dynamodb-runs.ts';
import type { Administration } from './administration.ts';

type DirectoryPart = Pick<
  Administration,
  | 'connections'
  | 'moves'
  | 'directory'
  | 'overview'
  | 'brake'
  | 'heldChanges'
  | 'seats'
  | 'runs'
  | 'startReconcile'
  | 'targetStatus'
  | 'noteCredentials'
  | 'resumeTarget'
>;

/** The part of the administration that is the table, the same in AWS and on the local stack. */
export function directoryAdministration(table: DynamoDbTable, now: () => Date): DirectoryPart {
  const targets = dynamoDbTargetStates(table, now);
  const brake = dynamoDbBrake(table, now);
  return {
    connections: dynamoDbConnections(table),
    moves: dynamoDbMoves(table),
    directory: dynamoDbDirectory(table, { sweepAfterSeconds: 120, newId: randomUUID }),
    overview: dynamoDbOverview(table),
    brake,
    seats: dynamoDbSeats(table, now),
    runs: dynamoDbRuns(table, now),
    // On the local stack the driver looks for runs each second.
    startReconcile: () => Promise.resolve(),
    heldChanges: dynamoDbHeldChanges(table, brake, now),
    targetStatus: (target) => targets.read(target),
    noteCredentials: (target, note) => targets.noteCredentials(target, note),
    resumeTarget: (target) => targets.resume(target),
  };
}
