import { describe, it } from 'vitest';
import { startDynamoDbLocal } from '../../local/dynamodb-local.ts';
import { startEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { directoryContract } from './directory-contract.ts';

directoryContract('the embedded engine, at length', startEmbeddedDynamoDb, {
  randomRuns: 150,
  readsDuringChanges: 200,
  largeGroup: 20_000,
});

// Started here and not in a hook: whether it can run decides which tests there are.
const local = await startDynamoDbLocal();
if ('skipped' in local) {
  describe.skip(`the directory on DynamoDB Local (${local.skipped})`, () => it('keeps the contract', () => undefined));
} else {
  directoryContract('DynamoDB Local', async () => local, { randomRuns: 10, readsDuringChanges: 10, largeGroup: 1_000 });
}
