import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimService, startScimService } from '../protocol/scim-client.ts';
import { differences, readFixtures, type Step, substitute } from './fixture.ts';

const fixtures = readFixtures();

let service: ScimService;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(() => service.close());

describe('what identity providers send (SCIM.md §2)', () => {
  it.each(fixtures.map((fixture) => [fixture.file, fixture] as const))('%s', async (_file, { mode, steps }) => {
    const client = await service.connect({ mode });
    const variables = new Map<string, string>();
    for (const [i, template] of steps.entries()) {
      const step: Step = substitute(template, variables);
      const { method, path, headers, request, rawRequest } = step;
      const reply = await client.request(method, path, {
        ...(headers && { headers }),
        ...(request !== undefined && { body: request }),
        ...(rawRequest !== undefined && { rawBody: rawRequest }),
      });
      const expected = { status: step.status, response: step.response ?? {}, responseHeaders: step.responseHeaders ?? {} };
      const actual = { status: reply.status, response: reply.json, responseHeaders: reply.headers };
      expect(differences(expected, actual), `step ${i + 1}: ${method} ${path} answered ${reply.status} ${reply.text}`).toEqual([]);
      for (const [name, attribute] of Object.entries(step.save ?? {})) variables.set(name, String(valueAt(reply.json, attribute)));
    }
  });

  it('every fact about Entra ID and Okta and every tolerance has a fixture', () => {
    const proven = new Set(fixtures.flatMap(({ proves }) => proves));
    const facts = [...numbered('E', 13), ...numbered('O', 8), ...numbered('T', 25)];
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
