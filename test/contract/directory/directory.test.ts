import { startEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { directoryContract } from './directory-contract.ts';

directoryContract('the embedded engine', startEmbeddedDynamoDb, { randomRuns: 10, readsDuringChanges: 10, largeGroup: 2_000 });
