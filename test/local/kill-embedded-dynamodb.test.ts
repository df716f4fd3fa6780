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

  it('loses no acknowledged write and leaves items, indexes, claims and counts in agreement, three times in a row', async () => {
    const acknowledged: string[] = [];
    for (const [kill, writes] of [1, 40, 90].entries()) {
      acknowledged.push(...(await killUnderLoad(directory, writes)));
      expect(await disagreements(directory, acknowledged, kill + 1)).toEqual([]);
    }
  });
});
