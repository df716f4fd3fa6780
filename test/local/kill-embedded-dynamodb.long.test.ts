import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disagreements, killUnderLoad } from './kill-under-load.ts';

describe('kill -9 of the embedded engine under write load', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scim-kill-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('leaves items, indexes, claims and counts in agreement, fifty times in a row on one directory', async () => {
    const acknowledged: string[] = [];
    for (let kill = 0; kill < 50; kill++) {
      acknowledged.push(...(await killUnderLoad(directory, 1 + ((kill * 37) % 250))));
      expect(await disagreements(directory, acknowledged, kill + 1), `kill ${kill}`).toEqual([]);
    }
  });
});
