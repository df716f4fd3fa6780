import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { ResourceInspection } from '../../shared/provisioning/inspect/inspection.ts';
import type { MatchAnswer } from '../../shared/provisioning/move/match.ts';
import type { TargetReport } from '../../shared/targets/target.ts';
import { composeWorker } from './compose.ts';
import { type InspectionEvent, inspectResource, isInspection } from './inspect-resource.ts';
import { isMatch, type MatchEvent, matchResources } from './match-resources.ts';
import { isTargetTest, type TargetTest, testTargetOf } from './test-target.ts';
import { workerFunction } from './worker-function.ts';

const dependencies = composeWorker(process.env);
const work = workerFunction(dependencies);

type Event = SQSEvent | TargetTest | InspectionEvent | MatchEvent;
type Answer = SQSBatchResponse | TargetReport | ResourceInspection | MatchAnswer | null;

export async function handler(event: Event, context: Context): Promise<Answer> {
  if (isTargetTest(event)) return testTargetOf(dependencies, event, context.awsRequestId);
  if (isInspection(event)) return inspectResource(dependencies, context, event, context.awsRequestId);
  if (isMatch(event)) return matchResources(dependencies, context, event, context.awsRequestId);
  return work(event, context);
}
