import { userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { compileFilter } from '../../shared/scim/filter/compile-filter.ts';
import { parseFilter } from '../../shared/scim/filter/parse-filter.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { HOSTILE_FILTERS, HOSTILE_PATHS } from '../protocol/hostile-texts.ts';
import { aUser, eventOf } from './bench-event.ts';
import { startBenchService } from './bench-service.ts';
import { cpuTimeOf, type Effort, medianOf } from './cpu-time.ts';
import type { Figure } from './figure.ts';

/** What identity providers ask for, the look-ups before each change first. */
const FILTERS = [
  'userName eq "person.7@example.com"',
  'externalId eq "701984"',
  'displayName eq "Tour Guides"',
  'emails[type eq "work" and value eq "person.7@example.com"]',
  'userName eq "person.7@example.com" and active eq true',
];
const OPTIONS = { mode: 'strict', onTolerance: () => {} } as const;
const PARSE_TARGET = 300_000;
const EVALUATE_TARGET = 1_000_000;
const HOSTILE_TARGET_MS = 5;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Filters parsed, and resources compared with a compiled one, in a second of CPU time. */
export async function measureFilterSpeed(effort: Effort): Promise<Figure[]> {
  const user = { id: '2819c223', ...aUser(7) } as unknown as ScimObject;
  const matches = FILTERS.map((text) => compileFilter(userResourceType, parseFilter(text, OPTIONS)));
  const times = 100;
  const many = (work: () => unknown) => (count: number) =>
    Array.from({ length: count }, () => () => {
      for (let i = 0; i < times; i++) work();
    });
  const parseMs = await cpuTimeOf(
    many(() => FILTERS.map((text) => parseFilter(text, OPTIONS))),
    effort,
  );
  const evaluateMs = await cpuTimeOf(
    many(() => matches.map((isMatch) => isMatch(user))),
    effort,
  );
  return [
    perSecond('filter parse', (times * FILTERS.length) / (parseMs / 1000), PARSE_TARGET),
    perSecond('filter evaluate', (times * matches.length) / (evaluateMs / 1000), EVALUATE_TARGET),
  ];
}

function perSecond(operation: string, value: number, target: number): Figure {
  return { operation, value, unit: 'a second', target, met: value >= target };
}

/** The slowest refusal of a hostile filter, and of a hostile path, by the whole function. `share`: every how manieth text is tried. */
export async function measureHostile({ share, repeats }: { readonly share: number; readonly repeats: number }): Promise<Figure[]> {
  const { token, handle, serve } = await startBenchService();
  const created = await serve(eventOf(token, 'POST', '/Users', aUser(1)));
  const { id } = JSON.parse(created.body) as { id: string };
  const slowest = async (events: readonly (() => object)[]): Promise<number> => {
    const perText: number[] = [];
    for (const makeEvent of events.filter((_, i) => i % share === 0)) {
      const event = makeEvent();
      const times: number[] = [];
      for (let i = 0; i < repeats; i++) {
        const before = process.cpuUsage();
        const { statusCode } = await handle(event as Parameters<typeof handle>[0]);
        const { user, system } = process.cpuUsage(before);
        // A tolerant connection leaves out operations on attributes that it does not know: those are answered with 2xx.
        if (statusCode >= 500) throw new Error(`a hostile text was answered with ${statusCode}`);
        times.push((user + system) / 1000);
      }
      perText.push(medianOf(times));
    }
    return Math.max(...perText);
  };
  const base = eventOf(token, 'GET', '/Users');
  const filters = HOSTILE_FILTERS.filter(({ text }) => text.trim() !== '').map(({ text }) => () => ({
    ...base,
    queryStringParameters: { filter: text },
    multiValueQueryStringParameters: { filter: [text] },
  }));
  const paths = HOSTILE_PATHS.map(
    ({ text }) =>
      () =>
        eventOf(token, 'PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations: [{ op: 'remove', path: text }] }),
  );
  return [
    hostile('slowest refusal of a hostile filter', await slowest(filters)),
    hostile('slowest refusal of a hostile path', await slowest(paths)),
  ];
}

function hostile(operation: string, value: number): Figure {
  return { operation, value, unit: 'ms', target: HOSTILE_TARGET_MS, met: value <= HOSTILE_TARGET_MS };
}
