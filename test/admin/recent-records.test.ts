import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { Unreachable } from '../../functions/admin/command.ts';
import { cloudWatchRecords, queryFor } from '../../functions/admin/log/cloudwatch-records.ts';
import { fileRecords } from '../../functions/admin/log/file-records.ts';
import type { AboutWhom } from '../../functions/admin/log/recent-records.ts';
import { runQuery } from '../queries/logs-insights.ts';

const now = () => new Date('2026-11-22T10:00:00.000Z');
const ann: AboutWhom = { connection: 'okta', ids: ['id-ann'], names: ['ann'] };
const RANGE = { limit: 3, hours: 24 };

/** One line of the log, `minutes` before now. */
function line(minutes: number, more: object): string {
  const time = new Date(now().getTime() - minutes * 60_000).toISOString();
  return JSON.stringify({
    time,
    kind: 'change.waiting',
    correlationId: 'c',
    connection: 'okta',
    target: 't',
    reason: `${minutes}`,
    ...more,
  });
}
const aboutAnn = (minutes: number) => line(minutes, { subject: { type: 'user', id: 'id-ann', name: 'ann' } });

const LINES = [
  aboutAnn(60 * 25),
  aboutAnn(50),
  line(40, { subject: { type: 'user', id: 'id-bob', name: 'bob' } }),
  line(30, { subject: { type: 'user', name: 'ann' } }),
  line(25, { subject: { type: 'user', id: 'id-ann', name: 'ann' }, connection: 'entra' }),
  line(20, { subject: { type: 'membership', id: 'id-staff', name: 'staff', member: 'id-ann' } }),
  line(15, { kind: 'sweep.finished' }),
  'a line that is no record',
  aboutAnn(10),
];
/** Without the oldest, since there are more than three; without other connections and other people. */
const NEWEST = ['30', '20', '10'];
const reasonsOf = (records: readonly object[]) => records.map((record) => ('reason' in record ? record.reason : undefined));

describe('the last records about somebody, in the file of the local stack', () => {
  function recordsOf(lines: readonly string[]) {
    const file = join(mkdtempSync(join(tmpdir(), 'records-')), 'log.jsonl');
    writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
    return fileRecords(file, now);
  }

  it('are the newest, oldest first: by id, by the name of who had no id yet, and as a member', async () => {
    expect(reasonsOf(await recordsOf(LINES)(ann, RANGE))).toEqual(NEWEST);
  });

  it('go back as far as is asked', async () => {
    const all = recordsOf(LINES);
    expect(reasonsOf(await all(ann, { limit: 20, hours: 24 }))).toEqual(['50', ...NEWEST]);
    expect(reasonsOf(await all(ann, { limit: 20, hours: 26 }))).toEqual(['1500', '50', ...NEWEST]);
    expect(await recordsOf([])(ann, RANGE)).toEqual([]);
  });

  it('are found in a file of many chunks, wherever a line begins and whatever characters it has', async () => {
    const filler = Array.from({ length: 3_000 }, (_, i) => line(9, { subject: { type: 'user', id: `ü-${i}`, name: 'ß'.repeat(i % 97) } }));
    const lines = [...LINES, ...filler.slice(0, 1_000), aboutAnn(8), ...filler.slice(1_000), aboutAnn(1)];
    expect(reasonsOf(await recordsOf(lines)(ann, { limit: 20, hours: 1 }))).toEqual(['50', '30', '20', '10', '8', '1']);
  });
});

describe('the last records about somebody, in CloudWatch Logs', () => {
  const answers = (...given: readonly Partial<GetQueryResultsCommandOutput>[]) => {
    const client = mockClient(CloudWatchLogsClient);
    client.on(StartQueryCommand).resolves({ queryId: 'q' });
    const next = client.on(GetQueryResultsCommand);
    for (const answer of given) next.resolvesOnce(answer as GetQueryResultsCommandOutput);
    next.resolves({ $metadata: {}, status: 'Running' });
    client.on(StopQueryCommand).resolves({ success: true });
    const waits: number[] = [];
    const wait = (ms: number) => Promise.resolve(waits.push(ms));
    const logs = new CloudWatchLogsClient({ region: 'eu-central-1' });
    return { client, waits, records: cloudWatchRecords({ client: logs, logGroupName: 'the-log', now, wait }) };
  };
  const asResults = (lines: readonly string[]) =>
    lines.map((text) => [
      { field: '@timestamp', value: 'x' },
      { field: '@message', value: text },
    ]);

  it('are asked for over a time range, waited for, and given oldest first', async () => {
    const { client, waits, records } = answers(
      { status: 'Scheduled' },
      { status: 'Running' },
      { status: 'Complete', results: asResults([aboutAnn(10), aboutAnn(20)]) },
    );
    expect(reasonsOf(await records(ann, { limit: 20, hours: 6 }))).toEqual(['20', '10']);
    const [start] = client.commandCalls(StartQueryCommand);
    const endTime = now().getTime() / 1_000;
    expect(start?.args[0].input).toMatchObject({ logGroupName: 'the-log', endTime, startTime: endTime - 6 * 3_600 });
    expect(waits).toEqual([250, 500, 1_000]);
  });

  it('are given up after a minute, and the query is stopped', async () => {
    const { client, waits, records } = answers();
    await expect(records(ann, RANGE)).rejects.toThrow(Unreachable);
    expect(client.commandCalls(StopQueryCommand)).toHaveLength(1);
    expect(waits.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(60_000);
  });

  it('are refused with what the query ended as', async () => {
    await expect(answers({ status: 'Failed' }).records(ann, RANGE)).rejects.toThrow(/Failed/);
  });

  it('are found by a query that means the same as the search of the file', () => {
    const found = runQuery(queryFor(ann, 3), LINES).map((row) => JSON.parse(String(row['@message'])) as object);
    expect(reasonsOf(found.reverse())).toEqual(NEWEST);
  });

  it('are not asked for by a name that would end its quotes: the ids find as much', () => {
    const query = queryFor({ ...ann, names: ['x" or kind like /./ #', 'back\\slash'] }, 3);
    expect(query).not.toMatch(/kind like|slash/);
    expect(query).toContain('subject.id = "id-ann"');
  });
});
