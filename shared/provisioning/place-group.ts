import type { Owner, Park } from '../directory/delivery.ts';
import type { GroupItem } from '../directory/items.ts';
import type { Subject } from '../log/records.ts';
import { type ProvisioningCode, ProvisioningError } from '../targets/target.ts';
import { dispositionOf, isTriedTwice } from './dispositions.ts';
import { groupNameFor, messageGroupOfGroup } from './name-in-target.ts';
import { type Action, countAction, namesOf } from './plan.ts';
import { surveyGroup } from './survey-group.ts';
import { report, reportPlan, ring, type Work } from './work.ts';

/** How often a plan is made from the newest state within one message. */
const ROUNDS = 6;

/** Where the group stands: in the target and ours, or parked, or as it is because of a dry run. `gone`: no longer live, under another lock, or it kept changing. */
export type Placement = { readonly is: 'ready' | 'parked' | 'planned'; readonly group: GroupItem } | { readonly is: 'gone' };

/** Puts a live group into the target, under the rules of users: bound first, a fresh 409 is not ours (DELIVERY §2.2 and §2.3). */
export async function placeGroup(work: Work, header: GroupItem, subject: Subject): Promise<Placement> {
  const { resources } = work.delivery;
  const failedOnce = new Set<ProvisioningCode>();
  for (let round = 0; round < ROUNDS; round++) {
    const group = round === 0 ? header : await resources.group(header.connection, header.id);
    // Renamed meanwhile and not bound: another message group has the lock.
    if (group?.state !== 'live' || messageGroupOfGroup(work, group) !== work.messageGroup) return { is: 'gone' };
    try {
      const placed = await attempt(work, group, subject);
      if (placed === 'parked') return { is: 'parked', group };
      if (placed === 'planned') return { is: 'planned', group };
      if (placed === 'ready') {
        const newest = await resources.group(group.connection, group.id);
        return newest?.state === 'live' ? { is: 'ready', group: newest } : { is: 'gone' };
      }
    } catch (error) {
      if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
      if (isTriedTwice(error.code) && !failedOnce.has(error.code)) failedOnce.add(error.code);
      else if (await park(work, group, subject, undefined, { code: error.code, reason: error.message })) return { is: 'parked', group };
    }
  }
  return { is: 'gone' };
}

async function attempt(work: Work, group: GroupItem, subject: Subject): Promise<'ready' | 'parked' | 'planned' | 'again'> {
  const { name, owner, plan } = await surveyGroup(work, group);
  const actions = 'park' in plan ? [] : plan.actions;
  reportPlan(work, subject, group.revision, namesOf(actions));
  if (work.isDryRun) {
    if ('park' in plan) work.tally.count('conflict', plan.reason);
    for (const action of actions) countAction(work, action);
    return 'planned';
  }
  if ('park' in plan) return (await park(work, group, subject, owner, { code: plan.park, reason: plan.reason })) ? 'parked' : 'again';
  for (const action of actions) {
    if (!(await perform(work, group, name, owner, action))) return 'again';
    countAction(work, action);
  }
  return 'ready';
}

/** False: begin from the newest state. */
async function perform(work: Work, group: GroupItem, name: string, owner: Owner | undefined, action: Action): Promise<boolean> {
  const { resources } = work.delivery;
  if (action.do === 'bind') return resources.bind(group, name, owner, action.creating);
  if (action.do === 'record') return resources.record(group, name);
  if (action.do !== 'create group') throw new TypeError(`a group has no ${action.do}`);
  try {
    await work.target.createGroup(name);
    return true;
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    // An answered refusal of the attempt that wrote `creating` where no owner was: the name is not ours.
    if (owner === undefined) for (const marked of await resources.release(group, name)) await ring(work, marked, 'woken');
    if (error.code === 'conflict') return false;
    throw error;
  }
}

async function park(work: Work, group: GroupItem, subject: Subject, owner: Owner | undefined, why: Park): Promise<boolean> {
  const { resources } = work.delivery;
  const parked =
    why.code === 'owned' && owner
      ? await resources.parkOwned(group, groupNameFor(work, group), owner, why)
      : await resources.park(group, why);
  if (!parked) return false;
  work.tally.count('conflict', why.reason);
  report(work, 'change.parked', { subject, ...why });
  return true;
}
