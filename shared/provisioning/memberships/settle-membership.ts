import type { MembershipRead } from '../../directory/delivery.ts';
import type { Subject } from '../../log/records.ts';
import { pendingMs, report, ring, type Work } from '../work.ts';
import type { MembershipOutcome } from './apply-membership.ts';

/** It is applied: the marker goes. */
export function clear(work: Work, read: MembershipRead, subject: Subject, applied: 'present' | 'absent'): Promise<MembershipOutcome> {
  return settle(work, read, subject, work.delivery.memberships.clear(read, applied));
}

/** @param settled the write that says that it was applied: false if something has changed meanwhile */
export async function settle(
  work: Work,
  read: MembershipRead,
  subject: Subject,
  settled: Promise<boolean>,
  note?: string,
): Promise<MembershipOutcome> {
  if (await settled) {
    reportApplied(work, read, subject, note);
    return 'done';
  }
  // DELIVERY §3.7: "A failed clear sets the marker again". What was applied may no longer be wanted.
  await work.delivery.memberships.putBack(read);
  const { connection, groupId, userId } = read.member;
  const { messageGroup, thread } = work;
  const resource = { type: 'group', id: groupId } as const;
  await ring(work, { messageGroup, connection, resource, correlationId: thread.correlationId, members: [userId] }, 'again');
  return 'left';
}

/** Nothing is called, and the marker is left to the sweep. */
export async function leaveAlone(work: Work, read: MembershipRead, subject: Subject, reason: string): Promise<MembershipOutcome> {
  await work.delivery.memberships.setAside(read);
  return waits(work, subject, reason);
}

export function waits(work: Work, subject: Subject, reason: string): MembershipOutcome {
  report(work, 'change.waiting', { subject, reason });
  return 'waits';
}

export function reportApplied(work: Work, { member }: MembershipRead, subject: Subject, note?: string): void {
  const pending = pendingMs(work, member.markerSince);
  report(work, 'change.applied', { subject, revision: member.revision, pendingMs: pending, ...(note !== undefined && { note }) });
}
