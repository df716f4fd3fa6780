import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Journal<Entry> {
  /** What an earlier run left, oldest first. */
  readonly entries: readonly Entry[];
  append(entry: Entry): void;
  /** Replaces the whole journal in one step: a kill leaves the old or the new one. */
  compact(entries: Iterable<Entry>): void;
}

/**
 * JSON lines in one file. A line that a kill has cut off was never answered: it is dropped at the next start.
 * The page cache outlives a killed process, so nothing is forced to the disk.
 */
export function openJournal<Entry>(file: string): Journal<Entry> {
  mkdirSync(dirname(file), { recursive: true });
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  const entries = complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
  return {
    entries,
    append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`),
    compact(kept) {
      const temporary = `${file}.new`;
      writeFileSync(temporary, [...kept].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      renameSync(temporary, file);
    },
  };
}
