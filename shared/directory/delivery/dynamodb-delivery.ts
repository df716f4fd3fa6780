import type { Delivery } from '../delivery.ts';
import { dynamoDbBrake } from '../dynamodb-brake.ts';
import { dynamoDbSeats } from '../dynamodb-seats.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import { dynamoDbTargetPace } from './dynamodb-target-pace.ts';
import { dynamoDbUserDelivery } from './dynamodb-user-delivery.ts';
import { groupNames } from './group-names.ts';
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
  const resources = resourceDelivery(table, times);
  return {
    resources,
    memberships: membershipDelivery(table, times),
    groupNames: groupNames(table, times, resources),
    layers: layerDelivery(table, times),
    tombstones: tombstoneDelivery(table, times),
    targets: dynamoDbTargetStates(table, now),
    pace: dynamoDbTargetPace(table, now),
    pending: pendingMarkers(table),
    brake: dynamoDbBrake(table, now),
    seats: dynamoDbSeats(table, now),
    users: dynamoDbUserDelivery(table, times),
  };
}
