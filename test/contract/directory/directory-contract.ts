import { afterAll, beforeAll, describe } from 'vitest';
import { accountKeysContract } from './account-keys-contract.ts';
import { concurrencyContract, concurrencyInTableContract } from './concurrency-contract.ts';
import { connectionsContract, connectionsInTableContract } from './connections-contract.ts';
import { copiesContract } from './copies-contract.ts';
import { expansionMeanwhileContract } from './expansion-meanwhile-contract.ts';
import { faultsContract } from './faults-contract.ts';
import { groupsContract, groupsInTableContract } from './groups-contract.ts';
import { largeGroupsContract } from './large-groups-contract.ts';
import { listingContract, listingInTableContract } from './listing-contract.ts';
import { movesContract } from './moves-contract.ts';
import { tablePageCursorsContract } from './page-cursors-contract.ts';
import { randomOperationsContract } from './random-operations-contract.ts';
import { tableRequestRatesContract } from './request-rates-contract.ts';
import { tableRunsContract } from './runs-contract.ts';
import { targetPaceContract } from './target-pace-contract.ts';
import { usersContract, usersInTableContract } from './users-contract.ts';
import { type Engine, World } from './world.ts';

/** How much of the contract that takes time is done: `npm test` does a modest part, the long suite more. */
export interface Effort {
  readonly randomRuns: number;
  readonly readsDuringChanges: number;
  /** Members of the group in which one change must cost what it costs in a group of ten. */
  readonly largeGroup: number;
}

/** What every table engine must do for the directory, one table for all of it. */
export function directoryContract(name: string, makeEngine: () => Promise<Engine>, effort: Effort): void {
  describe(`the directory on ${name}`, () => {
    let world: World | undefined;
    beforeAll(async () => {
      world = new World(await makeEngine());
    });
    afterAll(() => world?.engine.close());
    const opened = () => {
      if (!world) throw new Error('the engine did not start');
      return world;
    };

    // First, while the table is small: each history ends with a scan of it.
    randomOperationsContract(opened, effort);
    usersContract(opened);
    usersInTableContract(opened);
    groupsContract(opened);
    groupsInTableContract(opened);
    largeGroupsContract(opened, effort);
    expansionMeanwhileContract(opened);
    listingContract(opened);
    listingInTableContract(opened);
    tablePageCursorsContract(opened);
    concurrencyContract(opened);
    concurrencyInTableContract(opened, effort);
    faultsContract(opened);
    connectionsContract(opened);
    connectionsInTableContract(opened);
    copiesContract(opened);
    movesContract(opened);
    tableRequestRatesContract(opened);
    tableRunsContract(opened);
    targetPaceContract(opened);
    accountKeysContract(opened);
  });
}
