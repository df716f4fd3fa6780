import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LOCAL_ENDPOINTS_FILE, LocalEndpoints } from '../../functions/admin/local-endpoints.ts';

/** What the administration reads, and what the next start wants to know. */
const Endpoints = LocalEndpoints.extend({ confluence: z.string(), simulated: z.boolean() });
export type Endpoints = z.infer<typeof Endpoints>;

/** Undefined at the first start. */
export function readEndpoints(stateDir: string): Endpoints | undefined {
  try {
    return Endpoints.parse(JSON.parse(readFileSync(join(stateDir, LOCAL_ENDPOINTS_FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeEndpoints(stateDir: string, endpoints: Endpoints): void {
  const path = join(stateDir, LOCAL_ENDPOINTS_FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
