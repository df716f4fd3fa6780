import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../functions/admin/command.ts';
import { editDocument } from '../../functions/admin/settings/edit-document.ts';

/** An editor that needs nobody: a command with arguments, as $EDITOR may be. */
const replacing = (before: string, after: string) =>
  `node -e "const fs=require('fs');const f=process.argv[1];fs.writeFileSync(f,fs.readFileSync(f,'utf8').replace('${before}','${after}'))"`;

describe('editing a document in the person’s editor', () => {
  it('gives back what the editor left, in a file that only this person may read, until it is discarded', async () => {
    const edited = await editDocument('{ "mode": "tolerant" }', replacing('tolerant', 'strict'));
    expect(edited.text).toBe('{ "mode": "strict" }');
    expect(readFileSync(edited.file, 'utf8')).toBe(edited.text);
    expect(statSync(edited.file).mode & 0o077).toBe(0);
    await edited.discard();
    expect(existsSync(edited.file)).toBe(false);
  });

  it('is refused, with where the text is, when the editor fails', async () => {
    const failed = await editDocument('text', 'node -e "process.exit(1)"').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Refused);
    const [, file = ''] = /The text is in (\S+)/.exec(String(failed)) ?? [];
    expect(readFileSync(file, 'utf8')).toBe('text');
  });
});
