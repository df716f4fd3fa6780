import type { DynamoDbTable } from './dynamodb-table.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';
import type { RequestRates } from './request-rates.ts';

/** Counts are of no use once their window is over; TTL deletes late, which costs nothing. */
const KEPT_SECONDS = 3_600;

/** The counts as items with a TTL, added to by one atomic update. */
export function dynamoDbRequestRates(table: DynamoDbTable): RequestRates {
  return {
    async add(connection, window, requests) {
      const { n = 0 } = await table.updateReturning<{ n?: number }>(keys.requestRate(connection, window), {
        set: { v: ITEM_VERSION, type: 'rate', expiresAt: window + KEPT_SECONDS },
        add: { n: requests },
      });
      return n;
    },
  };
}
