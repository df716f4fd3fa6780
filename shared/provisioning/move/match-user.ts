import type { UserItem } from '../../directory/items.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import type { LookWithTarget } from '../inspect/look.ts';
import { surveyUser, type UserSurvey } from '../users/survey-user.ts';
import type { Match } from './match.ts';

/**
 * What a user would be in the target, by the plan that the worker would make. Reads only.
 * @throws ProvisioningError of the calls, unless it would park the user
 */
export async function matchUser(look: LookWithTarget, user: UserItem): Promise<Match> {
  const common = { type: 'user', id: user.id, name: user.userName } as const;
  try {
    const survey = await surveyUser(look, user);
    const { linkable, desired } = survey;
    const { email } = desired.profile;
    // The plan is not for an account of another name, to which the linking rule leads: whether it may be taken is another plan.
    const isOther = linkable !== undefined && linkable.name !== survey.name;
    const planned = isOther ? await surveyUser(look, { ...user, boundName: linkable.name }) : survey;
    return { ...common, ...(email !== undefined && { email }), ...verdictOn(planned, user) };
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    return { ...common, is: 'problem', inTarget: [], code: error.code, why: error.message };
  }
}

function verdictOn({ plan, account, actual, name }: UserSurvey, user: UserItem): Pick<Match, 'is' | 'inTarget' | 'key' | 'code' | 'why'> {
  const found = { inTarget: [name], ...(account && { key: account.key }) };
  if ('park' in plan) return { is: 'problem', inTarget: account ? [name] : [], code: plan.park, why: plan.reason };
  const does = new Set(plan.actions.map((action) => action.do));
  if (does.has('create account')) return { is: 'new', inTarget: [name], why: 'There is no account that could be taken: one is made.' };
  if (actual.owner?.mine === true) return { is: 'own', ...found };
  if (account && does.has('bind')) {
    return { is: 'found', ...found, ...(!account.active && { why: 'The account is not active now, and would be.' }) };
  }
  const inactive = user.active ? 'The settings give this person no account.' : 'The user is inactive.';
  return { is: 'nothing', inTarget: [], why: plan.skipped?.join(' ') ?? inactive };
}
