import { randomUUID } from 'node:crypto';
import { type CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { jsonLinesLog, type RequestLog } from '../../../shared/log/request-log.ts';

/** The request log seen from outside Lambda: records are kept and shipped by `flush` to a stream of this run. */
export function cloudWatchLog(
  client: CloudWatchLogsClient,
  logGroupName: string,
  now: () => Date,
): { log: RequestLog; flush: () => Promise<void> } {
  const events: { timestamp: number; message: string }[] = [];
  const log = jsonLinesLog((line) => events.push({ timestamp: now().getTime(), message: line.trimEnd() }), now);
  return {
    log,
    async flush() {
      if (events.length === 0) return;
      const logStreamName = `admin/${now().toISOString().slice(0, 10)}/${randomUUID()}`;
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: events.splice(0) }));
    },
  };
}
