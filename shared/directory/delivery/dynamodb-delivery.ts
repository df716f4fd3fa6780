import type { Delivery } from '../delivery.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import { layerDelivery } from './layer-delivery.ts';
import { membershipDelivery } from './membership-delivery.ts';
import { pendingMarkers } from './pending-markers.ts';
import { resourceDelivery } from './resource-delivery.ts';
import { dynamoDbTargetStates } from './target-states.ts';
import { tombstoneDelivery } from './tombstone-delivery.ts';

export interface DeliveryOptions {
  /** Seconds until the sweep may send a change that was marked. */
  readonly sweepAfterSeconds: number;
  readonly now: () => Date;
}

/** The worker's side of the store, on DynamoDB. */
export function dynamoDbDelivery(table: DynamoDbTable, { sweepAfterSeconds, now }: DeliveryOptions): Delivery {
  const times = { now, sweepAfterMs: sweepAfterSeconds * 1000 };
  return {
    resources: resourceDelivery(table, times),
    memberships: membershipDelivery(table, times),
    layers: layerDelivery(table, times),
    tombstones: tombstoneDelivery(table, times),
    targets: dynamoDbTargetStates(table, now),
    pending: pendingMarkers(table),
  };
}
