import { startEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { directoryContract } from './directory-contract.ts';

directoryContract('the embedded engine', startEmbeddedDynamoDb, { randomRuns: 5, readsDuringChanges: 5, largeGroup: 1_000 });
