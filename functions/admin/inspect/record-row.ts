import type { TimedRecord } from '../log/recent-records.ts';

/** One record of the request log as a row of `inspect`: when, what kind of thing, which membership it is about, what happened. */
export function recordRow(record: TimedRecord): { time: string; record: string; membership: string; what: string } {
  const time = record.time.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
  return { time, record: record.kind, membership: membershipOf(record), what: whatOf(record) };
}

/** The group by its name; the user has only an id in the log. */
function membershipOf(record: TimedRecord): string {
  if (!('subject' in record) || record.subject?.type !== 'membership') return '';
  return record.subject.name ?? record.subject.id ?? '';
}

function whatOf(record: TimedRecord): string {
  switch (record.kind) {
    case 'scim.request':
      return joined(`${record.method} ${record.path}`, String(record.status), record.scimType, record.detail);
    case 'confluence.request':
      return joined(`${record.method} ${record.path}`, record.status === undefined ? 'no answer' : String(record.status), record.outcome);
    case 'change.planned': {
      const actions = record.actions.length === 0 ? 'nothing to do' : record.actions.join(', ');
      return joined(actions, `(${record.reason})${record.dryRun ? ';' : ''}`, record.dryRun && 'dry run: nothing is done');
    }
    case 'change.applied':
      return joined(`revision ${record.revision}, ${seconds(record.pendingMs)} after the request${record.note ? ';' : ''}`, record.note);
    case 'change.parked':
    case 'change.retried':
      return joined(`${record.code}:`, record.reason);
    case 'change.held':
      return `held by the brake: ${record.actions.join(', ')}`;
    case 'change.skipped':
    case 'change.waiting':
      return record.reason;
    case 'change.unsupported':
      return record.what;
    case 'change.resent':
      return `attempt ${record.attempts}, pending for ${seconds(record.pendingMs)}`;
    case 'change.send-failed':
      return record.error;
    case 'reconcile.drift':
      return record.drift;
    default:
      return '';
  }
}

function joined(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ');
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}
