import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** An item as DynamoDB's JSON writes it: `{ pk: { S: '…' }, … }`. */
export type Item = Record<string, Record<string, unknown>>;

/** What one write request changed: the images it put and the keys it deleted. */
export interface Step {
  readonly put: readonly Item[];
  readonly deleted: readonly Item[];
}

/**
 * An append-only journal: one line a step, a checksum before it. A step is in the file before its request is answered, so a process
 * killed at any moment has kept every write it acknowledged, and each of them whole. (A power cut may lose the last ones: no fsync.)
 */
export class ItemJournal {
  readonly #file: number;
  #length = 0;
  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * Replays the journal of a directory (made if it is missing) and writes it anew without what was overwritten.
   * A torn last line is a write nobody was told of: dropped. @throws Error for a damaged line that is not the last
   */
  static open(
    directory: string,
    keyOf: (item: Item) => string,
    isExpired: (item: Item) => boolean,
  ): { journal: ItemJournal; items: Item[] } {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'items.jsonl');
    const images = new Map<string, Item>();
    for (const { put, deleted } of existsSync(path) ? readSteps(path) : []) {
      for (const item of put) images.set(keyOf(item), item);
      for (const key of deleted) images.delete(keyOf(key));
    }
    const items = [...images.values()].filter((item) => !isExpired(item));
    const journal = new ItemJournal(openSync(`${path}.new`, 'w', 0o600));
    for (const item of items) journal.append({ put: [item], deleted: [] });
    fsyncSync(journal.#file);
    renameSync(`${path}.new`, path);
    return { journal, items };
  }

  /** Returns once the step is with the operating system: a killed process does not lose it. Of a step that fails (disk full) nothing stays. */
  append(step: Step): void {
    const text = JSON.stringify(step);
    const line = Buffer.from(`${checksum(text)} ${text}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    } catch (error) {
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
    this.#length += line.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function* readSteps(path: string): Generator<Step> {
  const bytes = readFileSync(path);
  for (let from = 0, line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) return;
    const text = bytes.toString('utf8', from + 9, end);
    if (bytes.toString('latin1', from, from + 8) !== checksum(text)) throw new Error(`${path}: line ${line} is damaged`);
    yield JSON.parse(text) as Step;
    from = end + 1;
  }
}
