import { atOnce } from '../../../shared/directory/at-once.ts';
import { isResourceId } from '../../../shared/directory/ids.ts';
import { type Footprint, withKnownNames } from '../../../shared/scim/bulk/footprint.ts';
import type { PlannedOperation } from '../../../shared/scim/bulk/plan-bulk.ts';
import { groupEndpoint } from '../endpoints/group-endpoint.ts';
import { userEndpoint } from '../endpoints/user-endpoint.ts';
import type { Exchange } from '../exchange.ts';

const READ_AT_ONCE = 16;

/**
 * The plan with the unique names that its resources have now, where that lets more of it run at once: a PUT names its resource, so
 * two of them have to run one after the other unless it is known that neither takes the name that the other gives up. Costs one read
 * for each resource whose name may change. What another client renames at the same time is not known: no request is isolated from that.
 */
export async function knowNames(exchange: Exchange, plan: readonly PlannedOperation[]): Promise<PlannedOperation[]> {
  const footprints = plan.flatMap(({ footprint }) => footprint ?? []);
  const present = new Map<string, readonly string[]>();
  for (const type of ['User', 'Group'] as const) {
    const freeing = footprints.filter((footprint) => footprint.type === type && footprint.frees !== undefined);
    if (freeing.filter(({ takes }) => takes !== undefined && takes !== 'any').length < 2) continue;
    const ids = [...new Set(freeing.map(({ id }) => id))];
    const names = await atOnce(READ_AT_ONCE, ids, (id) => presentName(exchange, type, id));
    for (const [i, id] of ids.entries()) if (names[i]) present.set(id, names[i]);
  }
  if (present.size === 0) return [...plan];
  const known = withKnownNames(footprints, present);
  return plan.map((operation) => (operation.footprint ? { ...operation, footprint: known(operation.footprint) } : operation));
}

/** Undefined if it can't be told just now. */
async function presentName(exchange: Exchange, type: Footprint['type'], id: string): Promise<string[] | undefined> {
  if (!isResourceId(id)) return [];
  try {
    const stored = type === 'User' ? await userEndpoint.read(exchange, id) : await groupEndpoint.read(exchange, id);
    const name = stored?.attributes[type === 'User' ? 'userName' : 'displayName'];
    return typeof name === 'string' ? [name] : [];
  } catch {
    return undefined;
  }
}
