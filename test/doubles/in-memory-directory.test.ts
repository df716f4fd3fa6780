import { describe } from 'vitest';
import { concurrencyContract } from '../contract/directory/concurrency-contract.ts';
import { connectionsContract } from '../contract/directory/connections-contract.ts';
import { copiesContract } from '../contract/directory/copies-contract.ts';
import { groupsContract } from '../contract/directory/groups-contract.ts';
import { listingContract } from '../contract/directory/listing-contract.ts';
import { pageCursorsContract } from '../contract/directory/page-cursors-contract.ts';
import { requestRatesContract } from '../contract/directory/request-rates-contract.ts';
import { usersContract } from '../contract/directory/users-contract.ts';
import type { PortWorld } from '../contract/directory/world.ts';
import { inMemoryStore } from './in-memory-store.ts';

describe('the store in memory: what the table does for the port, it does', () => {
  const store = inMemoryStore();
  const opened = (): PortWorld => ({ ...store, client: () => store.directory });

  usersContract(opened);
  groupsContract(opened);
  listingContract(opened);
  concurrencyContract(opened);
  connectionsContract(opened);
  copiesContract(opened);
  pageCursorsContract(() => store.cursors);
  requestRatesContract(() => store.rates);
});
