import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Tests over files that lie beside the project and are never copied into it: vendors' collections, the RFCs' texts. Where they are
 * missing a run says so by a skip, and CI fails.
 * @param variable the environment variable that names the folder
 */
export function describeWithFiles(title: string, variable: string, files: readonly string[], tests: (paths: readonly string[]) => void) {
  const folder = process.env[variable];
  const missing = folder === undefined ? `${variable} is not set` : files.find((file) => !existsSync(join(folder, file)));
  if (folder !== undefined && missing === undefined) {
    describe(title, () => tests(files.map((file) => join(folder, file))));
    return;
  }
  const reason = `not at hand: ${missing}`;
  describe(title, () => {
    if (process.env['CI'] === 'true') it('runs in CI', () => expect.fail(reason));
    else {
      process.stderr.write(`${title}, skipped: ${reason}.\n`);
      it.skip(`(skipped: ${reason})`);
    }
  });
}
