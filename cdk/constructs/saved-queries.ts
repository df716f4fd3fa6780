import { Stack } from 'aws-cdk-lib';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type SavedQuery, savedQueries } from '../queries.ts';
import type { RequestLogGroup } from './request-log-group.ts';

/** The saved Logs Insights queries of the request log, in a folder named after the stack. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: { readonly requestLog: RequestLogGroup }) {
    super(scope, id);
    for (const [name, { title, query, parameters }] of Object.entries<SavedQuery>(savedQueries))
      new CfnQueryDefinition(this, name, {
        name: `${Stack.of(this).stackName}/${title}`,
        queryString: query,
        logGroupNames: [props.requestLog.logGroupName],
        ...(parameters && { parameters: Object.entries(parameters).map(([parameter, description]) => ({ name: parameter, description })) }),
      });
  }
}
