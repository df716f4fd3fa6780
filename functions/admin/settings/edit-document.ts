import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EditedDocument } from '../administration.ts';
import { Refused } from '../command.ts';

/**
 * Opens a text in the person's editor and waits until they are done. The file is theirs alone, and stays until `discard`.
 * @param editor a command as $EDITOR has it, with arguments where it needs them
 * @throws Refused when the editor can't be started or says that it failed
 */
export async function editDocument(text: string, editor: string): Promise<EditedDocument> {
  const file = join(await mkdtemp(join(tmpdir(), 'scim-settings-')), 'settings.json');
  await writeFile(file, text, { mode: 0o600 });
  // As git does: the shell takes the command apart, the file is an argument.
  const { status, error } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: 'inherit' });
  if (error || status !== 0)
    throw new Refused(`the editor (${editor}) did not end well; set $EDITOR, or use --set or --file. The text is in ${file}`);
  return { text: await readFile(file, 'utf8'), file, discard: () => rm(dirname(file), { recursive: true, force: true }) };
}
