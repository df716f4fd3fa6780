import { indexes } from './keys.ts';

/**
 * The table as every engine creates it: the CDK stack, the local stack and the contract tests read this one description.
 * On demand billing; TTL on `expiresAt` (seconds since 1970), which readers check too since TTL deletes late.
 */
export const tableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLiveAttribute: 'expiresAt',
  indexes: [
    { ...indexes.listing, projection: 'KEYS_ONLY' },
    {
      ...indexes.pending,
      projection: 'INCLUDE',
      attributes: [
        'type',
        'connection',
        'id',
        'groupId',
        'userId',
        'revision',
        'marker',
        'markerToken',
        'markerSince',
        'markerAttempts',
        'correlationId',
        'messageGroup',
      ],
    },
  ],
} as const;
