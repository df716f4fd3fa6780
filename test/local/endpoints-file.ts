import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** Where the parts of a local stack are: what `npm run admin -- … --local` and the next start read from STATE_DIR. */
const Endpoints = z.object({
  scim: z.string(),
  dynamoDb: z.string(),
  tableName: z.string(),
  sqs: z.string(),
  queueUrl: z.string(),
  requestLog: z.string(),
  secrets: z.string(),
  confluence: z.string(),
  simulated: z.boolean(),
});
export type Endpoints = z.infer<typeof Endpoints>;

const FILE = 'endpoints.json';

/** Undefined at the first start. */
export function readEndpoints(stateDir: string): Endpoints | undefined {
  try {
    return Endpoints.parse(JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeEndpoints(stateDir: string, endpoints: Endpoints): void {
  const path = join(stateDir, FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
