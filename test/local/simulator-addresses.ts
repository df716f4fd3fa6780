import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'simulator-addresses.json';

/**
 * Notes where the simulated Confluence of a state directory is now, and gives all places it ever was: on another port it is still
 * the same Confluence. Called before anything is stored under the new address, so that a kill in between is healed at the next start.
 */
export function noteSimulatorAddress(stateDir: string, url: string): readonly string[] {
  const path = join(stateDir, FILE);
  const known = read(path);
  if (known.includes(url)) return known;
  const all = [...known, url];
  writeFileSync(`${path}.new`, JSON.stringify(all), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return all;
}

function read(path: string): string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return [];
  }
}
