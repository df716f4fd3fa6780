import type { Owner, Park } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { type ProvisioningCode, ProvisioningError } from '../../targets/target.ts';
import { dispositionOf, isOfWholeTarget, isTriedTwice } from '../dispositions.ts';
import { groupNameFor, groupNamingFor, messageGroupOfGroup } from '../name-in-target.ts';
import { type Action, countAction, namesOf } from '../plan.ts';
import type { GroupNaming } from '../policy/group-names.ts';
import { planPark } from '../safety/dry-run.ts';
import { asSettling, isJustMade, notSeenYet, takenUnseen } from '../settling.ts';
import { report, reportPlan, ring, type Work } from '../work.ts';
import { changeNames, endExchange, retireMoved } from './change-names.ts';
import { giveUpNames } from './give-up-names.ts';
import { lossesOf } from './losses-of.ts';
import { settledNames } from './settle-names.ts';
import { type GroupSurvey, surveyGroup } from './survey-group.ts';

/** How often a plan is made from the newest state within one message. */
const ROUNDS = 6;

/**
 * Where the group stands.
 * - `ready`: in the target and ours, under all its names.
 * - `left out`: the settings give it no group of the target; it may still have some to lose.
 * - `blocked`: it can't be placed now, and its marker stays: it has names to lose first, or a deleted group is still at work on one.
 * - `planned`: as it is, because of a dry run.
 * - `gone`: no longer live, under another lock, or it kept changing.
 */
export type Placement =
  | { readonly is: 'ready' | 'parked' | 'planned' | 'blocked' | 'left out'; readonly group: GroupItem; readonly reason?: string }
  /** It may be there, and is not seen yet: nobody is added, and it is tried again in seconds. */
  | { readonly is: 'settling'; readonly group: GroupItem; readonly error: ProvisioningError }
  | { readonly is: 'gone' };

type Attempted =
  | { readonly is: 'ready' | 'planned' }
  | { readonly is: 'parked' | 'again' | 'blocked' | 'left out'; readonly reason?: string };

/** Puts a live group into the target, under the rules of users: bound first, a fresh 409 is not ours (DELIVERY §2.2 and §2.3). */
export async function placeGroup(work: Work, header: GroupItem, subject: Subject): Promise<Placement> {
  const { resources } = work.delivery;
  const failedOnce = new Set<ProvisioningCode>();
  const conflicts = new Map<string, Owner | undefined>();
  for (let round = 0; round < ROUNDS; round++) {
    const group = round === 0 ? header : await resources.group(header.connection, header.id);
    // Renamed meanwhile and not bound: another message group has the lock.
    if (group?.state !== 'live' || messageGroupOfGroup(work, group) !== work.messageGroup) return { is: 'gone' };
    try {
      const placed = await attempt(work, group, subject, conflicts);
      if (placed.is === 'ready') {
        const newest = await resources.group(group.connection, group.id);
        return newest?.state === 'live' ? { is: 'ready', group: newest } : { is: 'gone' };
      }
      if (placed.is !== 'again') return { ...placed, is: placed.is, group };
    } catch (error) {
      if (!(error instanceof ProvisioningError)) throw error;
      const parks = dispositionOf(error.code) === 'park';
      const settling = asSettling(work, error, group);
      if (parks && isTriedTwice(error.code) && !failedOnce.has(error.code)) failedOnce.add(error.code);
      else if (isLosingNames(group) && !isOfWholeTarget(error.code)) return blocked(work, group, subject, error.message);
      else if (error.code === 'settling') return { is: 'settling', group, error };
      else if (!parks) throw error;
      else if (settling) return { is: 'settling', group, error: settling };
      else if (await park(work, group, subject, undefined, { code: error.code, reason: error.message })) return { is: 'parked', group };
    }
  }
  return { is: 'gone' };
}

async function attempt(work: Work, group: GroupItem, subject: Subject, conflicts: NameAtHand['conflicts']): Promise<Attempted> {
  const naming = groupNamingFor(work, group);
  if (!(await settle(work, group, naming, subject))) return { is: 'again' };
  if (naming.is !== 'names') return { is: 'left out', reason: naming.reason };
  // The lock comes first: nothing is bound to a group that has none.
  const lock = groupNameFor(work, group);
  const names = [...naming.names].sort((one, other) => Number(other === lock) - Number(one === lock));
  let at = group;
  for (const name of names) {
    const placed = await attemptName(work, at, await surveyGroup(work, at, name), subject, conflicts);
    if (placed.is !== 'ready' && placed.is !== 'planned') return placed;
    at = placed.at;
  }
  if (work.isDryRun) return { is: 'planned' };
  return { is: (await retireMoved(work, at)) ? 'ready' : 'again' };
}

/**
 * Names that the settings no longer give begin to be lost before anything else is done: what takes access away comes first.
 * @returns false: begin from the newest state
 */
async function settle(work: Work, group: GroupItem, naming: GroupNaming, subject: Subject): Promise<boolean> {
  const change = settledNames(work.policy.settings.groups, group, naming);
  if (work.isDryRun) {
    const lost = lossesOf(work, change ?? {}, naming).map(({ does }) => does);
    if (lost.length > 0) reportPlan(work, subject, group.revision, lost);
    return true;
  }
  if (change) {
    await changeNames(work, group, change);
    return false;
  }
  // Nobody is taken out of a protected group: it is lost as it is.
  const untouched = (group.retiring ?? []).filter((name) => work.protectedGroups.has(name.toLowerCase()));
  if (untouched.length === 0) return true;
  await giveUpNames(work, group, untouched);
  return false;
}

/** One name. `at`: the header as the last step has left it. */
async function attemptName(
  work: Work,
  group: GroupItem,
  survey: GroupSurvey,
  subject: Subject,
  conflicts: NameAtHand['conflicts'],
): Promise<Exclude<Attempted, { is: 'ready' | 'planned' }> | { readonly is: 'ready' | 'planned'; readonly at: GroupItem }> {
  const { name, owner, plan, waitsFor } = survey;
  const why = 'park' in plan ? { code: plan.park, reason: plan.reason } : undefined;
  if (work.isDryRun) {
    if (why) planPark(work, subject, group.revision, why);
    else {
      const actions = 'park' in plan ? [] : plan.actions;
      reportPlan(work, subject, group.revision, namesOf(actions));
      for (const action of actions) countAction(work, action);
    }
    return { is: 'planned', at: group };
  }
  if (waitsFor !== undefined) return blocked(work, group, subject, waitsFor);
  const actions = 'park' in plan ? [] : plan.actions;
  reportPlan(work, subject, group.revision, namesOf(actions));
  if (why?.code === 'owned' && owner && !isLosingNames(group) && (await endExchange(work, group, owner))) return { is: 'again' };
  if (why && isLosingNames(group)) return blocked(work, group, subject, why.reason);
  if (why) return { is: (await park(work, group, subject, owner, why, name)) ? 'parked' : 'again' };
  if (!survey.exists && isRecorded(group, name, owner) && isJustMade(work, group)) throw notSeenYet(`group ${name}`);
  let at = group;
  for (const action of actions) {
    if (!(await perform(work, { group: at, name, owner, conflicts }, action))) return { is: 'again' };
    countAction(work, action);
    // Binding a name moves the header on, and what follows goes by the newest one.
    if (action.do !== 'bind') continue;
    const newest = await work.delivery.resources.group(group.connection, group.id);
    if (!newest) return { is: 'again' };
    at = newest;
  }
  return { is: 'ready', at };
}

/** False: begin from the newest state. */
async function perform(work: Work, { group, name, owner, conflicts }: NameAtHand, action: Action): Promise<boolean> {
  const { resources, groupNames } = work.delivery;
  const isFirst = groupNameFor(work, group) === name;
  if (action.do === 'bind') return (isFirst ? resources : groupNames).bind(group, name, owner, action.creating);
  if (action.do === 'record') return (isFirst ? resources : groupNames).record(group, name);
  if (action.do !== 'create group') throw new TypeError(`a group has no ${action.do}`);
  try {
    await work.target.createGroup(name);
    return true;
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    // An answered refusal of the attempt that wrote `creating` where no owner was: the name is not ours.
    if (owner === undefined)
      for (const marked of await (isFirst ? resources : groupNames).release(group, name)) await ring(work, marked, 'woken');
    if (error.code !== 'conflict') throw error;
    if (conflicts.has(name)) throw takenUnseen(work, 'group', name, error, conflicts.get(name));
    conflicts.set(name, owner);
    return false;
  }
}

interface NameAtHand {
  readonly group: GroupItem;
  readonly name: string;
  readonly owner: Owner | undefined;
  /** Names whose creation was answered 409 within this message, and their owners as read before the first. Gains each. */
  readonly conflicts: Map<string, Owner | undefined>;
}

/** Its first name, under which it was found to be there. */
function isRecorded({ id, boundName }: GroupItem, name: string, owner: Owner | undefined): boolean {
  return boundName === name && owner?.id === id && !owner.creating;
}

/** Parked it would lose its marker, which says that there are names to lose. */
function isLosingNames({ retiring = [] }: GroupItem): boolean {
  return retiring.length > 0;
}

function blocked(work: Work, group: GroupItem, subject: Subject, reason: string): { is: 'blocked'; group: GroupItem } {
  report(work, 'change.waiting', { subject, reason });
  return { is: 'blocked', group };
}

async function park(
  work: Work,
  group: GroupItem,
  subject: Subject,
  owner: Owner | undefined,
  why: Park,
  name = groupNameFor(work, group),
): Promise<boolean> {
  const { resources } = work.delivery;
  if (work.isDryRun) {
    planPark(work, subject, group.revision, why);
    return true;
  }
  const parked = why.code === 'owned' && owner ? await resources.parkOwned(group, name, owner, why) : await resources.park(group, why);
  if (!parked) return false;
  work.tally.count('conflict', why.reason);
  report(work, 'change.parked', { subject, ...why });
  return true;
}
