import { describe, expect, it } from 'vitest';
import { type SavedQuery, savedQueries } from '../../cdk/queries.ts';
import type { LogRecord } from '../../shared/log/records.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { fieldsReadBy, runQuery } from './logs-insights.ts';

/** Log lines of records, a second apart, as the product writes them. */
function linesOf(records: readonly LogRecord[]): string[] {
  const lines: string[] = [];
  let second = 0;
  const log = jsonLinesLog(
    (line) => lines.push(line),
    () => new Date(Date.UTC(2026, 10, 22, 10, 0, second++)),
  );
  for (const record of records) log.write(record);
  return lines;
}

/** The query with its parameters filled in as the console does it. */
function filled({ query }: SavedQuery, values: Readonly<Record<string, string>> = {}): string {
  return query.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

const ann = { type: 'user', id: 'u-1', name: 'ann' } as const;
const bob = { type: 'user', id: 'u-2', name: 'bob' } as const;
const editors = { type: 'group', id: 'g-1', name: 'editors' } as const;
const okta = { connection: 'c-okta', client: 'Okta SCIM Client 1.0.0' };
const target = 't-1';

const records: readonly LogRecord[] = [
  {
    ...{ kind: 'scim.request', correlationId: 'r-1', ...okta, method: 'POST', path: '/prod/scim/v2/Users', status: 201, durationMs: 120 },
    ...{ subject: ann, revision: 1, toleranceIds: ['T15'], tolerances: ['T15 no Content-Type'], tolerated: 1 },
  },
  { kind: 'change.planned', correlationId: 'r-1', subject: ann, revision: 1, actions: ['create account'], target, reason: 'change' },
  {
    ...{ kind: 'confluence.request', correlationId: 'r-1', target, method: 'GET', path: '/rest/api/user?username=ann', status: 404 },
    ...{ outcome: 'not-found', durationMs: 30, attempt: 1, subject: ann },
  },
  {
    ...{ kind: 'confluence.request', correlationId: 'r-1', target, method: 'POST', path: '/rest/api/admin/user', status: 201 },
    ...{ outcome: 'ok', durationMs: 300, attempt: 1, subject: ann },
  },
  { kind: 'change.applied', correlationId: 'r-1', subject: ann, revision: 1, target, pendingMs: 900 },
  {
    ...{
      kind: 'scim.request',
      correlationId: 'r-2',
      connection: 'c-entra',
      method: 'PATCH',
      path: '/prod/scim/v2/Groups/g-1',
      status: 204,
    },
    ...{ durationMs: 2400, subject: editors, toleranceIds: ['T1', 'T6'], tolerances: ['T1 op', 'T6 members'], tolerated: 3 },
  },
  {
    ...{
      kind: 'confluence.request',
      correlationId: 'r-2',
      target,
      method: 'PUT',
      path: '/rest/api/user/ann/group/editors',
      outcome: 'no-answer',
    },
    ...{ durationMs: 10_000, attempt: 1, subject: { type: 'membership', id: 'g-1', name: 'editors', member: 'u-1' } },
  },
  {
    ...{
      kind: 'scim.request',
      correlationId: 'r-3',
      connection: 'c-entra',
      method: 'PATCH',
      path: '/prod/scim/v2/Groups/g-1',
      status: 400,
    },
    ...{
      durationMs: 20,
      scimType: 'invalidPath',
      detail: 'members[ is no path',
      toleranceIds: ['T1'],
      tolerances: ['T1 op'],
      tolerated: 1,
    },
  },
  {
    kind: 'scim.request',
    correlationId: 'r-4',
    method: 'GET',
    path: '/prod/scim/v2/Users',
    status: 401,
    durationMs: 5,
    detail: 'No token',
  },
  {
    ...{ kind: 'confluence.request', correlationId: 'r-5', target, method: 'PUT', path: '/rest/api/admin/user/bob/disable', status: 503 },
    ...{ outcome: 'unavailable', durationMs: 80, attempt: 2, retryAfterMs: 5000, subject: bob },
  },
  {
    kind: 'change.parked',
    correlationId: 'r-5',
    connection: 'c-okta',
    subject: bob,
    code: 'no-seat',
    reason: 'The licence is used up',
    target,
  },
  { kind: 'brake.engaged', correlationId: 'r-7', connection: 'c-entra', target, limit: 5, users: 40, subject: bob },
  { kind: 'change.held', correlationId: 'r-7', connection: 'c-entra', target, subject: bob, actions: ['disable account'] },
  {
    ...{ kind: 'change.planned', correlationId: 'r-8', connection: 'c-entra', subject: bob, revision: 2, target, reason: 'change' },
    ...{ actions: ['create account', 'update profile'], dryRun: true },
  },
  { kind: 'sweep.finished', correlationId: 'r-6', sent: 1, pending: 1, oldestPendingMs: 180_000, pausedTargets: 0 },
];
const lines = linesOf(records);
const correlationIds = (query: string) => runQuery(query, lines).map((row) => row['correlationId']);

describe('saved Logs Insights queries (DESIGN §5)', () => {
  it('tell the story of one person by user name, oldest first', () => {
    const story = runQuery(filled(savedQueries.story, { userName: 'ann', userId: '-' }), lines);
    expect(story.map((row) => row['kind'])).toEqual([
      'scim.request',
      'change.planned',
      'confluence.request',
      'confluence.request',
      'change.applied',
    ]);
    expect(story[0]).toMatchObject({ '@timestamp': '2026-11-22T10:00:00.000Z', status: 201, 'subject.id': 'u-1', correlationId: 'r-1' });
  });

  it('find the memberships of a person by id', () => {
    const story = runQuery(filled(savedQueries.story, { userName: 'ann', userId: 'u-1' }), lines);
    expect(story.at(-1)).toMatchObject({ kind: 'confluence.request', outcome: 'no-answer', 'subject.name': 'editors' });
  });

  it('list failed SCIM requests, newest first, also those without a connection', () => {
    expect(correlationIds(savedQueries.failedRequests.query)).toEqual(['r-4', 'r-3']);
    expect(runQuery(savedQueries.failedRequests.query, lines)[1]).toMatchObject({ scimType: 'invalidPath', detail: 'members[ is no path' });
  });

  it('list failed Confluence calls: unanswered ones too, but no look-up that found nobody', () => {
    expect(correlationIds(savedQueries.failedCalls.query)).toEqual(['r-5', 'r-2']);
  });

  it('list parked changes with the reason', () => {
    expect(runQuery(savedQueries.parked.query, lines)).toEqual([
      {
        ...{
          '@timestamp': '2026-11-22T10:00:10.000Z',
          connection: 'c-okta',
          'subject.type': 'user',
          'subject.name': 'bob',
          'subject.id': 'u-2',
        },
        ...{ code: 'no-seat', reason: 'The licence is used up', target, correlationId: 'r-5' },
      },
    ]);
  });

  it('list what the brake holds, and why it is on', () => {
    expect(runQuery(savedQueries.held.query, lines)).toMatchObject([
      { kind: 'change.held', connection: 'c-entra', 'subject.name': 'bob' },
      { kind: 'brake.engaged', limit: 5, users: 40 },
    ]);
  });

  it('list what a dry run would do, each action in a line, and nothing of what was done', () => {
    expect(runQuery(savedQueries.dryRun.query, lines)).toMatchObject([
      { connection: 'c-entra', action: 'create account', 'subject.type': 'user', 'subject.name': 'bob', correlationId: 'r-8' },
      { connection: 'c-entra', action: 'update profile', 'subject.type': 'user', 'subject.name': 'bob', correlationId: 'r-8' },
    ]);
  });

  it('count the requests that used a tolerance, by connection and client, several in one request too', () => {
    expect(runQuery(savedQueries.tolerances.query, lines)).toEqual([
      { connection: 'c-entra', tolerance: 'T1', requests: 2, lastUsed: '2026-11-22T10:00:07.000Z' },
      {
        ...{ connection: 'c-okta', client: 'Okta SCIM Client 1.0.0', tolerance: 'T15', requests: 1 },
        lastUsed: '2026-11-22T10:00:00.000Z',
      },
      { connection: 'c-entra', tolerance: 'T6', requests: 1, lastUsed: '2026-11-22T10:00:05.000Z' },
    ]);
  });

  it('list the slowest SCIM requests first', () => {
    expect(correlationIds(savedQueries.slowest.query)).toEqual(['r-2', 'r-1', 'r-3', 'r-4']);
  });

  it.each(Object.entries<SavedQuery>(savedQueries))('read only fields that records have: %s', (_, query) => {
    const written = new Set(lines.flatMap((line) => pathsOf(JSON.parse(line))));
    // Fields of records that this story does not need.
    for (const field of ['loginReason']) written.add(field);
    expect(fieldsReadBy(filled(query)).filter((field) => !written.has(field))).toEqual([]);
  });

  it.each(Object.entries<SavedQuery>(savedQueries))('explain each parameter they use: %s', (_, { query, parameters = {} }) => {
    expect([...new Set(Array.from(query.matchAll(/\{\{(\w+)\}\}/g), ([, name]) => name))]).toEqual(Object.keys(parameters));
  });
});

function pathsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, prefix === '' ? key : `${prefix}.${key}`));
}
