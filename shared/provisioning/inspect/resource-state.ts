import type { Owner, ResourceItem } from '../../directory/delivery.ts';
import type { StateOfResource } from './inspection.ts';

/** Where a user or group stands, from its item and the owner item of its name in the target. Pure. */
export function stateOf(resource: ResourceItem, owner: Owner | undefined): StateOfResource {
  const { marker, markerSince, parkedCode, boundName, appliedRevision } = resource;
  return {
    is: resource.state === 'live' ? 'live' : 'deleted',
    revision: resource.revision,
    created: resource.created,
    lastModified: resource.lastModified,
    ...(resource.deletedAt !== undefined && { deletedAt: resource.deletedAt }),
    ...(marker !== undefined &&
      parkedCode === undefined && {
        pending: {
          marker,
          since: markerSince ?? resource.lastModified,
          sentBySweep: resource.markerAttempts ?? 0,
          ...(resource.correlationId !== undefined && { correlationId: resource.correlationId }),
        },
      }),
    ...(parkedCode !== undefined && {
      parked: {
        code: parkedCode,
        reason: resource.parkedReason ?? '',
        ...(resource.parkedAt !== undefined && { since: resource.parkedAt }),
      },
    }),
    ...(boundName !== undefined && { bound: { name: boundName, ...(resource.boundAt !== undefined && { since: resource.boundAt }) } }),
    ...(appliedRevision !== undefined && {
      applied: { revision: appliedRevision, ...(resource.appliedAt !== undefined && { at: resource.appliedAt }) },
    }),
    ...(owner && {
      owner: {
        is: owner.id === resource.id && owner.connection === resource.connection ? ('this' as const) : ('other' as const),
        connection: owner.connection,
        id: owner.id,
        live: owner.live,
      },
    }),
    ...(resource.type === 'group' && resource.layers.length > 0 && { largeChanges: resource.layers.length }),
  };
}
