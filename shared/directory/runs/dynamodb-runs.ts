import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { Runs } from '../runs.ts';
import { runDriving } from './run-driving.ts';
import { runRecords } from './run-records.ts';
import { runWork } from './run-work.ts';

/** Runs in the table. */
export function dynamoDbRuns(table: DynamoDbTable, now: () => Date): Runs {
  return { ...runRecords(table), ...runDriving(table, now), ...runWork(table) };
}
