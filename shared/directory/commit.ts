import type { Write } from './dynamodb-expression.ts';
import { ConditionFailed, type DynamoDbTable } from './dynamodb-table.ts';

/** One write of a transaction, and what it means to the caller when its condition does not hold. */
export interface Step {
  readonly write: Write;
  readonly otherwise?: (options: ErrorOptions) => Error;
}

/** A transaction's limit in DynamoDB. */
export const TRANSACTION_WRITES = 100;

/**
 * Writes all steps or none. If several conditions fail the first one speaks, so the resource itself stands first.
 * @throws what the failed step says, DirectoryBusy
 */
export async function commit(table: DynamoDbTable, steps: readonly Step[]): Promise<void> {
  try {
    await table.transact(steps.map(({ write }) => write));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const spoken = error.failed.map((position) => steps[position]?.otherwise).find((otherwise) => otherwise !== undefined);
    throw spoken?.({ cause: error }) ?? error;
  }
}
