import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudWatchLogsClient, GetQueryResultsCommand, StartQueryCommand, StopQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Unreachable } from '../command.ts';
import { type AboutWhom, parseRecord, type RecentRecords } from './recent-records.ts';

const HOUR_MS = 3_600_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** A query that is not done by then is given up: a shorter time range finds less and is quicker. */
const GIVE_UP_MS = 60_000;

export interface CloudWatchRecordsOptions {
  readonly client: CloudWatchLogsClient;
  readonly logGroupName: string;
  readonly now: () => Date;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * The records of the request log in CloudWatch, by a query of Logs Insights. It is charged by the bytes it looks through: the time range
 * bounds them. Records of the last seconds may not be in it yet.
 */
export function cloudWatchRecords({ client, logGroupName, now, wait = sleep }: CloudWatchRecordsOptions): RecentRecords {
  return async (about, { limit, hours }) => {
    const endTime = Math.ceil(now().getTime() / 1_000);
    const startTime = Math.floor((now().getTime() - hours * HOUR_MS) / 1_000);
    const queryString = queryFor(about, limit);
    const { queryId } = await client.send(new StartQueryCommand({ logGroupName, startTime, endTime, queryString }));
    if (queryId === undefined) throw new Unreachable('CloudWatch Logs started no query');
    for (let waited = 0, next = FIRST_WAIT_MS; waited < GIVE_UP_MS; waited += next, next = Math.min(2 * next, LONGEST_WAIT_MS)) {
      await wait(next);
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Scheduled' || status === 'Running') continue;
      if (status !== 'Complete') throw new Unreachable(`the query of the request log ended as ${status ?? 'unknown'}`);
      const lines = results.flatMap((row) => row.find(({ field }) => field === '@message')?.value ?? []);
      return lines.flatMap((line) => parseRecord(line) ?? []).reverse();
    }
    await client.send(new StopQueryCommand({ queryId }));
    throw new Unreachable(`the query of the request log took longer than a minute: a smaller --hours is quicker`);
  };
}

/** In the language of Logs Insights, the newest first. A name that would end its quotes is left out: the ids find as much. */
export function queryFor({ connection, ids, names }: AboutWhom, limit: number): string {
  const quoted = (texts: readonly string[]) => texts.filter((text) => !/["\\\p{Cc}]/u.test(text)).map((text) => `"${text}"`);
  const anyOf = (field: string, texts: readonly string[]) => quoted(texts).map((text) => `${field} = ${text}`);
  const matches = [...anyOf('subject.id', ids), ...anyOf('subject.member', ids), ...anyOf('subject.name', names)];
  return `fields @timestamp, @message
| filter connection = "${connection}" and (${matches.join(' or ')})
| sort @timestamp desc
| limit ${limit}`;
}
