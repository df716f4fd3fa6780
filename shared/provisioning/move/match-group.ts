import type { GroupItem } from '../../directory/items.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { type GroupSurvey, surveyGroup } from '../groups/survey-group.ts';
import type { LookWithTarget } from '../inspect/look.ts';
import { groupNamingFor } from '../name-in-target.ts';
import type { Match } from './match.ts';

/**
 * What a group would be in the target, by the plans that the worker would make for each of its names. Reads only.
 * @throws ProvisioningError of the calls, unless it would park the group
 */
export async function matchGroup(look: LookWithTarget, group: GroupItem): Promise<Match> {
  const common = { type: 'group', id: group.id, name: group.displayName } as const;
  const naming = groupNamingFor(look, group);
  if (naming.is !== 'names') {
    const nameless = naming.is === 'park' ? ({ is: 'problem', code: 'no-name' } as const) : ({ is: 'nothing' } as const);
    return { ...common, ...nameless, inTarget: [], why: naming.reason };
  }
  try {
    const surveys: GroupSurvey[] = [];
    for (const name of naming.names) surveys.push(await surveyGroup(look, group, name));
    return { ...common, inTarget: naming.names, ...verdictOn(surveys, group) };
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    return { ...common, is: 'problem', inTarget: naming.names, code: error.code, why: error.message };
  }
}

function verdictOn(surveys: readonly GroupSurvey[], group: GroupItem): Pick<Match, 'is' | 'code' | 'why'> {
  for (const { plan } of surveys) if ('park' in plan) return { is: 'problem', code: plan.park, why: plan.reason };
  const missing = surveys.flatMap(({ name, exists }) => (exists ? [] : [name]));
  if (missing.length > 0) return { is: 'new', why: `There is no group ${missing.join(', ')}: it is made.` };
  return { is: surveys.every(({ owner }) => owner?.id === group.id) ? 'own' : 'found' };
}
