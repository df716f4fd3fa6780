import type { Connection } from '../../shared/directory/connection.ts';
import type { ResourceItem } from '../../shared/directory/delivery.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { asIfCopied } from '../../shared/provisioning/move/as-if-copied.ts';
import type { Match, MatchAnswer, MatchRequest } from '../../shared/provisioning/move/match.ts';
import { matchGroup } from '../../shared/provisioning/move/match-group.ts';
import { matchUser } from '../../shared/provisioning/move/match-user.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import { OutOfTime } from '../../shared/provisioning/work.ts';
import type { Target } from '../../shared/targets/target.ts';
import { createCallPacer } from './call-pacer.ts';
import type { WorkerContext, WorkerDependencies } from './dependencies.ts';
import { type LookDependencies, lookAtTarget } from './look-at-target.ts';

/** What `move report` invokes the worker with: the target is looked at from where the worker runs. */
export interface MatchEvent {
  readonly match: MatchRequest;
}

export function isMatch(event: object): event is MatchEvent {
  return 'match' in event;
}

/** Calls that a user or group may take: nobody is begun for whom there may be no time. */
const CALLS_EACH = 3;

/**
 * What users or groups of one connection would be in the target of another, in the order of the request, as far as time and the target
 * allow. Nothing is changed. @throws RangeError for an unknown connection
 */
export async function matchResources(
  deps: LookDependencies & Pick<WorkerDependencies, 'random'>,
  context: WorkerContext,
  { match }: MatchEvent,
  correlationId: string,
): Promise<MatchAnswer> {
  const [from, to] = await Promise.all([match.from, match.to].map((id) => deps.connections.get(id)));
  if (!from || !to) throw new RangeError(`there is no connection ${from ? match.to : match.from}`);
  const matches: Match[] = [];
  let done = 0;
  const matchAll = async (target: Target, serviceAccount: string): Promise<void> => {
    const policy = policyOf(to.settings);
    const protectedAccounts = new Set([...policy.protectedAccounts, serviceAccount.toLowerCase()]);
    const look = { connection: to, delivery: deps.delivery, policy, target, protectedAccounts, protectedGroups: policy.protectedGroups };
    for (const id of match.ids) {
      if (context.getRemainingTimeInMillis() < CALLS_EACH * deps.callTimeoutMs) throw new OutOfTime('the time is up');
      const item = await itemOf(deps, from, to, match.type, id);
      if (item?.state === 'live') matches.push(item.type === 'user' ? await matchUser(look, item) : await matchGroup(look, item));
      done += 1;
    }
  };
  const pacer = createCallPacer({ ...deps, pace: deps.delivery.pace });
  const notAsked = await lookAtTarget(deps, { connection: to, context, correlationId, pacer }, matchAll);
  const left = match.ids.slice(done);
  return { matches, left, ...(notAsked && left.length > 0 && { notAsked }) };
}

/** The copy, which may be in the target already; else the original as it would be copied. */
async function itemOf(
  { delivery: { resources } }: LookDependencies,
  from: Connection,
  to: Connection,
  type: 'user' | 'group',
  id: string,
): Promise<ResourceItem | undefined> {
  const read = ({ id: connection }: Connection): Promise<ResourceItem | undefined> =>
    type === 'user' ? resources.user(connection, id as UserId) : resources.group(connection, id as GroupId);
  const original = await read(from);
  if (original?.state !== 'live') return undefined;
  const copy = await read(to);
  return copy?.state === 'live' ? copy : asIfCopied(original, to);
}
