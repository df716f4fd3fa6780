import type { LogRecord } from '../../../shared/log/records.ts';

/** One record of the request log with its time, ISO 8601. */
export type TimedRecord = LogRecord & { readonly time: string };

/** Whom records are about: by the id of the user, group or member, or by the name where there was no id yet. */
export interface AboutWhom {
  readonly connection: string;
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

export interface RecordRange {
  readonly limit: number;
  /** How far back. */
  readonly hours: number;
}

/** The newest `limit` records about somebody, oldest first. */
export type RecentRecords = (about: AboutWhom, range: RecordRange) => Promise<TimedRecord[]>;

/** True for a record about one of those: requests, plans, calls to the target and their outcomes. */
export function isAbout(record: LogRecord, { connection, ids, names }: AboutWhom): boolean {
  if (!('subject' in record) || record.subject === undefined) return false;
  if (record.connection !== undefined && record.connection !== connection) return false;
  const { id, name, member } = record.subject;
  return (
    (id !== undefined && ids.includes(id)) || (member !== undefined && ids.includes(member)) || (name !== undefined && names.includes(name))
  );
}

/** A line of the log as a record; undefined for one that is none. */
export function parseRecord(line: string): TimedRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && 'kind' in record && 'time' in record ? (record as TimedRecord) : undefined;
  } catch {
    return undefined;
  }
}
