import type { Owner } from '../directory/delivery.ts';
import type { GroupItem } from '../directory/items.ts';
import { groupNameFor } from './name-in-target.ts';
import { type Plan, planGroup } from './plan.ts';
import type { Work } from './work.ts';

/** What a plan for one live group is made of, as it is now, and the plan. */
export interface GroupSurvey {
  readonly name: string;
  readonly owner: Owner | undefined;
  readonly exists: boolean;
  readonly plan: Plan;
}

/** Looks at the group of the target and plans: what the worker goes by, and `inspect` shows. Reads only. @throws ProvisioningError */
export async function surveyGroup(
  work: Pick<Work, 'connection' | 'delivery' | 'target' | 'policy' | 'protectedGroups'>,
  group: GroupItem,
): Promise<GroupSurvey> {
  const { delivery, connection, target, protectedGroups } = work;
  const name = groupNameFor(work, group);
  const owner = await delivery.resources.owner(connection.target.id, 'group', name);
  const mine = owner?.id === group.id && owner.connection === group.connection;
  const isProtected = protectedGroups.has(name.toLowerCase());
  const exists = isProtected ? true : await target.groupExists(name);
  const actual = {
    name,
    owner: owner && { mine, live: owner.live, creating: owner.creating },
    exists,
    recorded: group.boundAt !== undefined,
    mayLink: connection.settings.users.linking !== 'never',
  };
  return { name, owner, exists, plan: planGroup(actual, protectedGroups) };
}
