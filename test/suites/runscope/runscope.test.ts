import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unexpected } from '../accepted-failures.ts';
import type { RunscopeAssertion, RunscopeCollection } from './collection.ts';
import { holds, scriptHolds, valueAt } from './judge.ts';
import { runCollection } from './run-collection.ts';

const answer = {
  status: 200,
  text: JSON.stringify({ n: 0, yes: true, no: false, text: 'abc', list: ['a', 'b'], none: [], deep: [{ x: { y: 1 } }] }),
};
const json = (property: string, comparison: RunscopeAssertion['comparison'], value: string | null = null) =>
  holds({ source: 'response_json', property, comparison, value }, answer);

describe('the interpreter of Runscope collections', () => {
  it.each([
    [json('text', 'equal', 'abc'), json('text', 'equal', 'ab')],
    [json('yes', 'equal', 'true'), json('no', 'equal', 'true')],
    [json('n', 'equal_number', '0'), json('absent', 'equal_number', '0')],
    [json('no', 'not_empty'), json('none', 'not_empty')],
    [json('n', 'is_a_number'), json('text', 'is_a_number')],
    [json('list', 'has_value', 'a'), json('text', 'has_value', 'a')],
    [json('text', 'contains', 'bc'), json('list', 'contains', 'c')],
    [json('n', 'is_less_than', '1'), json('n', 'is_less_than', '0')],
    [
      holds({ source: 'response_status', comparison: 'equal_number', value: '200' }, answer),
      holds({ source: 'response_status', comparison: 'equal_number', value: '201' }, answer),
    ],
    [scriptHolds('assert.ok(JSON.parse(response.body).n === 0)', answer), scriptHolds('assert(response.status === 201)', answer)],
    [scriptHolds('', answer), scriptHolds('throw new Error("no")', answer)],
  ])('tells what holds from what does not: comparison %#', (held, broken) => {
    expect([held, broken]).toEqual([true, false]);
  });

  it('finds values by their path, and none of what objects inherit', () => {
    expect(valueAt(answer.text, 'deep[0].x.y')).toBe(1);
    expect(valueAt(answer.text, 'deep[1].x')).toBeUndefined();
    expect(valueAt(answer.text, 'constructor')).toBeUndefined();
    expect(valueAt('no JSON', 'a')).toBeUndefined();
  });
});

describe('a run of a collection', () => {
  let server: Server;
  let url: string;
  const seen: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.end(JSON.stringify({ id: 'made-here' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

  it('carries variables from answer to answer, and names each failure', async () => {
    const step = { step_type: 'request' as const, method: 'GET', headers: {}, variables: [], scripts: [], before_scripts: [] };
    const collection: RunscopeCollection = {
      name: 'own',
      steps: [
        { ...step, note: 'first', url: '{{base}}/a', variables: [{ source: 'response_json', name: 'id', property: 'id' }], assertions: [] },
        { step_type: 'pause', duration: 40 },
        {
          ...step,
          note: 'second',
          url: '{{base}}/b/{{id}}',
          assertions: [
            { source: 'response_json', property: 'id', comparison: 'equal', value: '{{id}}' },
            { source: 'response_status', comparison: 'equal_number', value: 404 },
            { source: 'response_time', comparison: 'is_less_than', value: 0 },
          ],
        },
      ],
    };
    const run = await runCollection(collection, { variables: { base: url }, headers: { authorization: 'Bearer x' } });
    expect(seen).toEqual(['GET /a Bearer x', 'GET /b/made-here Bearer x']);
    expect(run.assertions).toHaveLength(2);
    expect(run.failures).toEqual(['3 second: response_status equal_number 404']);
    // No answer takes less than no time: a judgement would have failed.
    expect(run.leftOut).toEqual(['3 second: response_time is_less_than 0']);
    await expect(runCollection(collection, { variables: {} })).rejects.toThrow('{{base}}');
  });

  it('differs from its list of accepted failures by a new one and by one that holds now', () => {
    expect(unexpected(['a', 'b'], { b: 'why', c: 'why' })).toEqual({ newlyFailing: ['a'], noLongerFailing: ['c'] });
    expect(unexpected(['b'], { b: 'why' })).toEqual({ newlyFailing: [], noLongerFailing: [] });
  });
});
