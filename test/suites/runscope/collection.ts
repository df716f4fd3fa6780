import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** A value may come as a list of one. */
const HeaderValue = z.union([z.string(), z.array(z.string()).transform((values) => values.join(', '))]);

const Assertion = z.object({
  source: z.enum(['response_status', 'response_json', 'response_time']),
  property: z.string().optional(),
  comparison: z.enum(['equal', 'equal_number', 'not_empty', 'has_value', 'contains', 'is_a_number', 'is_less_than']),
  value: z.union([z.string(), z.number()]).nullable(),
});

const Request = z.object({
  step_type: z.literal('request'),
  skipped: z.literal(false).optional(),
  note: z.string(),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), HeaderValue),
  body: z.string().optional(),
  assertions: z.array(Assertion),
  // An empty name is a row of the editor that nobody filled in.
  variables: z.array(z.object({ source: z.literal('response_json'), name: z.string().nullable(), property: z.string() })),
  scripts: z.array(z.string()),
  before_scripts: z.array(z.never()),
});

const Pause = z.object({ step_type: z.literal('pause'), duration: z.number() });
const Collection = z.object({ name: z.string(), steps: z.array(z.discriminatedUnion('step_type', [Request, Pause])) });

export type RunscopeAssertion = z.infer<typeof Assertion>;
export type RunscopeRequest = z.infer<typeof Request>;
/** A test as Runscope exports it: as much of the format as the collections use, so that anything else stops the run. */
export type RunscopeCollection = z.infer<typeof Collection>;

export function readCollection(file: string): RunscopeCollection {
  return Collection.parse(JSON.parse(readFileSync(file, 'utf8')));
}
