import { composeReconcile } from './compose.ts';
import type { ReconcileContext } from './dependencies.ts';
import { reconcileFunction } from './reconcile-function.ts';

const reconcile = reconcileFunction(composeReconcile(process.env));

/** Invoked each minute by a schedule, and by the administration when a run begins. */
export async function handler(_event: unknown, context: ReconcileContext): Promise<void> {
  await reconcile(context);
}
