import type { ResourceInspection, StateOfResource } from '../../../shared/provisioning/inspect/inspection.ts';

/** Where a user or group stands, as a list of fields. */
export function stateRows({
  state,
  type,
  isDryRun,
}: Pick<ResourceInspection, 'state' | 'type' | 'isDryRun'>): { field: string; value: string }[] {
  const { pending, parked, bound, applied, owner } = state;
  const rows: (readonly [string, string | undefined])[] = [
    ['directory', state.is === 'live' ? 'live' : `deleted ${state.deletedAt ?? ''}, and kept until that is applied`],
    ['revision', `${state.revision}, ${state.lastModified}; created ${state.created}`],
    [
      'applied',
      applied === undefined
        ? 'never'
        : `revision ${applied.revision}${applied.at === undefined ? '' : `, ${applied.at}`}${applied.revision < state.revision ? '; the newest is not applied yet' : ''}`,
    ],
    [
      'pending',
      pending &&
        `${pending.marker === 'pending' && isDryRun ? 'kept back by the dry run' : PENDING[pending.marker]} since ${pending.since}${sent(pending.sentBySweep)}`,
    ],
    ['parked', parked && `${parked.code} since ${parked.since ?? '?'}: ${parked.reason}`],
    [
      'bound to',
      bound &&
        `the ${type === 'user' ? 'account' : 'group'} ${bound.name}, ${bound.since === undefined ? 'not made yet' : `since ${bound.since}`}`,
    ],
    ['owner', owner && (owner.is === 'this' ? `this ${type}` : otherOwner(owner))],
    ['large changes', state.largeChanges === undefined ? undefined : `${state.largeChanges} are being worked through`],
  ];
  return rows.flatMap(([field, value]) => (value === undefined ? [] : [{ field, value }]));
}

const PENDING = {
  pending: 'on its way',
  waiting: 'waiting',
  held: 'held by the brake',
  rejected: 'rejected by an administrator',
} as const;

function sent(bySweep: number): string {
  return bySweep === 0 ? '' : `, sent again ${bySweep} times`;
}

function otherOwner({ connection, id, live }: NonNullable<StateOfResource['owner']>): string {
  return `${live ? 'another one that is live' : 'a deleted one: it may be taken over'} (${id} of connection ${connection})`;
}
