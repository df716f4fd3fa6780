import type { LogRecord } from './records.ts';

/** The request log's port. `write` never throws: a log line must not cost a change. */
export interface RequestLog {
  write(record: LogRecord): void;
}

/**
 * One JSON line a record on the given sink: standard output on Lambda (one `write` a line; the runtime ships it as it is),
 * a file on the local stack. `time` comes first and `kind` next, so that a person can read the raw lines.
 */
export function jsonLinesLog(sink: (line: string) => void, now: () => Date): RequestLog {
  return {
    write(record) {
      const { kind, ...rest } = record;
      try {
        sink(`${JSON.stringify({ time: now().toISOString(), kind, ...rest })}\n`);
      } catch (error) {
        sink(`${JSON.stringify({ time: now().toISOString(), kind: 'error', where: `log of ${kind}`, error: describeError(error) })}\n`);
      }
    },
  };
}

/** An error with its causes, for an `error` record. Causes are cut at a depth of 8. */
export function describeError(error: unknown): { name: string; message: string; stack?: string }[] {
  const chain: { name: string; message: string; stack?: string }[] = [];
  for (let at = error; at !== undefined && chain.length < 8; at = at instanceof Error ? at.cause : undefined) {
    if (at instanceof Error) chain.push({ name: at.name, message: at.message, ...(at.stack !== undefined && { stack: at.stack }) });
    else chain.push({ name: typeof at, message: String(at) });
  }
  return chain;
}
