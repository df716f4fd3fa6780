import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isAbout, parseRecord, type RecentRecords, type TimedRecord } from './recent-records.ts';

const CHUNK = 64 * 1024;
/** Older lines than in this much of the file's end are not looked at. */
const MOST = 64 * 1024 * 1024;
const NEWLINE = 10;
const HOUR_MS = 3_600_000;

/** The records of the local stack's request log, read from the end of the file. */
export function fileRecords(file: string, now: () => Date): RecentRecords {
  return (about, { limit, hours }) => {
    const since = new Date(now().getTime() - hours * HOUR_MS).toISOString();
    const found: TimedRecord[] = [];
    for (const line of linesFromEnd(file)) {
      const record = parseRecord(line);
      if (!record) continue;
      if (record.time < since || found.length >= limit) break;
      if (isAbout(record, about)) found.push(record);
    }
    return Promise.resolve(found.reverse());
  };
}

/** The lines of a file, the last one first. What grows meanwhile is not seen. */
function* linesFromEnd(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    /** What was read of a line whose beginning is further ahead. */
    let rest: Buffer = Buffer.alloc(0);
    for (let end = size; end > 0 && size - end < MOST; ) {
      const start = Math.max(0, end - CHUNK);
      const chunk = Buffer.alloc(end - start);
      readSync(handle, chunk, 0, chunk.length, start);
      let text = Buffer.concat([chunk, rest]);
      for (let at = text.lastIndexOf(NEWLINE); at >= 0; at = text.lastIndexOf(NEWLINE)) {
        if (at < text.length - 1) yield text.toString('utf8', at + 1);
        text = text.subarray(0, at);
      }
      rest = text;
      end = start;
    }
    if (rest.length > 0) yield rest.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
