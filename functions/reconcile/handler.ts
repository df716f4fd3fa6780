import { composeReconcile } from './compose.ts';
import type { ReconcileContext } from './dependencies.ts';
import { type ReconcileEvent, reconcileFunction } from './reconcile-function.ts';

const reconcile = reconcileFunction(composeReconcile(process.env));

/** Invoked each minute by a schedule, at night with `{"nightly": true}`, and by the administration when a run begins. */
export async function handler(event: ReconcileEvent | undefined, context: ReconcileContext): Promise<void> {
  await reconcile(event?.nightly === true ? { nightly: true } : {}, context);
}
