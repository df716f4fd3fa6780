import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { savedQueries } from '../../cdk/queries.ts';
import { type LocalStack, startLocalStack } from '../local/local-stack.ts';
import { parseStackSettings } from '../local/stack-settings.ts';
import { runQuery } from './logs-insights.ts';

const TOKEN = 'token-of-the-saved-queries-test';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The request log of the local stack after some traffic: written by the SCIM function, the worker and the REST client themselves. */
describe('saved Logs Insights queries on the product’s own log', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'scim-queries-'));
  let stack: LocalStack;
  let ada: string;
  let lines: readonly string[] = [];
  const rows = (query: string) => runQuery(query, lines);
  const readLog = () => readFileSync(stack.endpoints.requestLog, 'utf8').trimEnd().split('\n');

  async function send(method: string, path: string, body: unknown, token = TOKEN): Promise<{ status: number; id: string }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'user-agent': 'the test' };
    const response = await fetch(`${stack.endpoints.scim}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, id: text === '' ? '' : String(JSON.parse(text).id) };
  }
  /** Waits until the log has a record of that kind about that name. */
  const logged = (kind: string, name: string) =>
    vi.waitFor(() => expect(runQuery('fields kind, subject.name', readLog())).toContainEqual({ kind, 'subject.name': name }), 15_000);

  beforeAll(async () => {
    stack = await startLocalStack(parseStackSettings({ PORT: '0', STATE_DIR: stateDir, SCIM_TOKEN: TOKEN }));
    // Entra's dialect: booleans as text, operations with a capital letter.
    ada = (
      await send('POST', '/Users', {
        schemas: [USER],
        userName: 'ada',
        displayName: 'Ada',
        active: 'True',
        emails: [{ value: 'a@example.com', primary: 'True' }],
      })
    ).id;
    await logged('change.applied', 'ada');
    const group = (await send('POST', '/Groups', { schemas: [GROUP], displayName: 'writers' })).id;
    const operation = { op: 'Add', path: 'members', value: [{ value: ada }] };
    await send('PATCH', `/Groups/${group}`, { schemas: [PATCH_OP], Operations: [operation] });
    const noSeat = { match: '^POST /rest/api/admin/user', status: 402, times: 1 };
    await fetch(`${stack.endpoints.confluence}/simulator/faults`, { method: 'POST', body: JSON.stringify(noSeat) });
    await send('POST', '/Users', {
      schemas: [USER],
      userName: 'bob',
      displayName: 'Bob',
      active: true,
      emails: [{ value: 'b@example.com' }],
    });
    await logged('change.parked', 'bob');
    expect((await send('POST', '/Users', { schemas: [USER] }, 'no-such-token')).status).toBe(401);
    await vi.waitFor(() => {
      lines = readLog();
      expect(runQuery(`filter subject.member = "${ada}"`, lines)).not.toEqual([]);
    }, 15_000);
  }, 60_000);
  afterAll(async () => {
    await stack.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('tell the story of a person under one correlation id, memberships too', () => {
    const story = rows(savedQueries.story.query.replaceAll('{{userName}}', 'ada').replaceAll('{{userId}}', ada));
    const created = story.filter(({ correlationId }) => correlationId === story[0]?.['correlationId']).map(({ kind }) => kind);
    expect(created[0]).toBe('scim.request');
    expect(created).toEqual(expect.arrayContaining(['change.planned', 'confluence.request', 'change.applied']));
    expect(story.map((row) => row['subject.type'])).toContain('membership');
  });

  it('find the failed SCIM request', () => {
    expect(rows(savedQueries.failedRequests.query)).toEqual([expect.objectContaining({ method: 'POST', status: 401 })]);
  });

  it('find the failed call to Confluence, and not the look-ups that found nobody', () => {
    expect(rows('fields status | filter kind = "confluence.request" and status = 404')).not.toEqual([]);
    expect(rows(savedQueries.failedCalls.query)).toEqual([
      expect.objectContaining({ method: 'POST', status: 402, outcome: 'no-seat', 'subject.name': 'bob' }),
    ]);
  });

  it('find the parked change and why', () => {
    expect(rows(savedQueries.parked.query)).toEqual([
      expect.objectContaining({
        'subject.name': 'bob',
        code: 'no-seat',
        reason: expect.stringMatching(/./),
        connection: expect.stringMatching(/./),
      }),
    ]);
  });

  it('count the requests of the client that used a tolerance, whatever number of places it was used in', () => {
    const used = rows(savedQueries.tolerances.query).map(({ client, tolerance, requests }) => ({ client, tolerance, requests }));
    expect(used).toHaveLength(2);
    expect(used).toContainEqual({ client: 'the test', tolerance: 'T1', requests: 1 });
    expect(used).toContainEqual({ client: 'the test', tolerance: 'T2', requests: 1 });
  });

  it('list the slowest requests', () => {
    const slowest = rows(savedQueries.slowest.query);
    expect(slowest.length).toBeGreaterThanOrEqual(5);
    expect(slowest.map((row) => Number(row['durationMs']))).toEqual(
      slowest.map((row) => Number(row['durationMs'])).toSorted((a, b) => b - a),
    );
  });
});
