import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { TargetReport } from '../../shared/targets/target.ts';
import { composeWorker } from './compose.ts';
import { isTargetTest, type TargetTest, testTargetOf } from './test-target.ts';
import { workerFunction } from './worker-function.ts';

const dependencies = composeWorker(process.env);
const work = workerFunction(dependencies);

export async function handler(event: SQSEvent | TargetTest, context: Context): Promise<SQSBatchResponse | TargetReport> {
  return isTargetTest(event) ? testTargetOf(dependencies, event, context.awsRequestId) : work(event, context);
}
