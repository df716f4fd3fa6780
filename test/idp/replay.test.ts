import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiGateway, startApiGateway } from '../local/api-gateway.ts';
import { type ScimService, startScimService } from '../protocol/scim-client.ts';
import { differences, readFixtures, type Step, substitute } from './fixture.ts';
import { HttpClient } from './http-client.ts';

const fixtures = readFixtures();

let service: ScimService;
let gateway: ApiGateway;
beforeAll(async () => {
  service = await startScimService();
  gateway = await startApiGateway({ handler: service.handle });
});
afterAll(async () => {
  await gateway.close();
  await service.close();
});

describe('what identity providers send (SCIM.md §2)', () => {
  it.each(fixtures.map((fixture) => [fixture.file, fixture] as const))('%s', async (_file, { mode, steps }) => {
    const client = new HttpClient(gateway.url, (await service.connect({ mode })).token);
    const variables = new Map<string, string>();
    for (const [i, template] of steps.entries()) {
      const step: Step = substitute(template, variables);
      const { method, path, headers = {} } = step;
      const body = step.rawRequest ?? (step.request === undefined ? undefined : JSON.stringify(step.request));
      const reply = await client.send({ method, path, headers, ...(body !== undefined && { body }) });
      const expected = { status: step.status, response: step.response ?? {}, responseHeaders: step.responseHeaders ?? {} };
      const actual = { status: reply.status, response: reply.json, responseHeaders: reply.headers };
      expect(differences(expected, actual), `step ${i + 1}: ${method} ${path} answered ${reply.status} ${reply.text}`).toEqual([]);
      for (const [name, attribute] of Object.entries(step.save ?? {})) variables.set(name, String(valueAt(reply.json, attribute)));
    }
    client.close();
  });

  it('every fact about Entra ID and Okta and every tolerance has a fixture', () => {
    const proven = new Set(fixtures.flatMap(({ proves }) => proves));
    const facts = [...numbered('E', 13), ...numbered('O', 8), ...numbered('T', 25), 'unknownAttribute', 'nestedGroup'];
    expect(facts.filter((fact) => !proven.has(fact))).toEqual([]);
  });
});

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** `Resources.0.id` in a reply. */
function valueAt(json: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], json);
}
