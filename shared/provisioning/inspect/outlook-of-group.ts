import type { GroupItem } from '../../directory/items.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { type Loss, lossesOf } from '../groups/losses-of.ts';
import { settledNames } from '../groups/settle-names.ts';
import { surveyGroup } from '../groups/survey-group.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { groupNamingFor } from '../name-in-target.ts';
import { explainPlan } from './explain-plan.ts';
import type { Outlook } from './inspection.ts';
import type { Look, LookWithTarget } from './look.ts';

/** What the worker would do about a group itself, under each of its names; its members are told of one by one. Reads only. */
export async function outlookOfGroup(look: LookWithTarget, group: GroupItem): Promise<Outlook> {
  if (group.state === 'tombstone') return outlookOfDeleted(look, group);
  const naming = groupNamingFor(look, group);
  const losses = lossesToCome(look, group).map(({ does, why }) => ({ do: does, why }));
  if (naming.is !== 'names') {
    const skipped = [naming.reason];
    return losses.length > 0 ? { is: 'actions', actions: losses, skipped } : { is: 'nothing', why: 'a setting says so', skipped };
  }
  const outlooks: Outlook[] = [];
  for (const name of naming.names) outlooks.push(await outlookUnder(look, group, name));
  return outlooks.find(({ is }) => is === 'parked') ?? joined(losses, outlooks);
}

async function outlookUnder(look: LookWithTarget, group: GroupItem, name: string): Promise<Outlook> {
  try {
    const { plan, waitsFor } = await surveyGroup(look, group, name);
    return waitsFor === undefined ? explainPlan(plan, group, name) : { is: 'nothing', why: waitsFor, skipped: [] };
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    return { is: 'parked', code: error.code, reason: error.message };
  }
}

function joined(losses: readonly { do: string; why: string }[], outlooks: readonly Outlook[]): Outlook {
  const actions = [...losses, ...outlooks.flatMap((outlook) => (outlook.is === 'actions' ? outlook.actions : []))];
  const skipped = outlooks.flatMap((outlook) => (outlook.is === 'parked' ? [] : outlook.skipped));
  if (actions.length > 0) return { is: 'actions', actions, skipped };
  const reasons = new Set(outlooks.flatMap((outlook) => (outlook.is === 'nothing' ? [outlook.why] : [])));
  return { is: 'nothing', why: [...reasons].join(' '), skipped };
}

/** The groups of the target that the settings, or a rename, take from a group, now or since its last change. */
function lossesToCome(look: Look, group: GroupItem): Loss[] {
  if (group.state !== 'live') return [];
  const naming = groupNamingFor(look, group);
  return lossesOf(look, settledNames(look.policy.settings.groups, group, naming) ?? group, naming);
}

function outlookOfDeleted({ policy, protectedGroups }: Look, group: GroupItem): Outlook {
  const names = allNamesOfGroup(group);
  if (names.length === 0) return { is: 'nothing', why: 'it was never in Confluence', skipped: [] };
  const isProtected = names.find((name) => protectedGroups.has(name.toLowerCase()));
  if (isProtected !== undefined)
    return { is: 'parked', code: 'protected', reason: `The group ${isProtected} is protected: its members stay.` };
  const { onDelete } = policy.settings.groups;
  if (onDelete === 'keep') return { is: 'nothing', why: 'groups.onDelete is keep', skipped: [] };
  const why = `the group was deleted in the identity provider, and groups.onDelete is ${onDelete}`;
  const actions = names.flatMap((name) => [
    { do: `take the members it was given out of ${name}`, why },
    ...(onDelete === 'delete' ? [{ do: `delete the group ${name}`, why }] : []),
  ]);
  return { is: 'actions', actions, skipped: [] };
}
