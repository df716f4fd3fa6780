import { commute } from '../../../shared/scim/bulk/footprint.ts';
import type { PlannedOperation } from '../../../shared/scim/bulk/plan-bulk.ts';
import type { Exchange } from '../exchange.ts';
import { ATTEMPT_MS } from '../operations/retry-conflicts.ts';
import { obstacleTo, putOff, unanswered } from './obstacle.ts';
import { runCircle } from './run-circle.ts';
import { type Outcome, refuseOperation, runOperation } from './run-operation.ts';

/** So many operations are under way at once. Each has one request to the table open at a time, or a few for a group's members. */
const AT_ONCE = 8;
/** Time to put the results together and to write them to the gateway. */
const ANSWER_MS = 1_000;

/**
 * Runs the steps and gives back the outcome of each operation that was processed, in the order of the request.
 *
 * Operations are begun one after the other in the order of the steps. One is begun while others are under way only if it commutes
 * with each of them and refers to none of them: the results and the state are those of running them one by one.
 *
 * "The "failOnErrors" attribute defines the number of errors that the service provider should accept before failing the remaining
 * operations": what comes after the last of them is not executed and has no result. No more operations are under way than may
 * fail, so nothing runs that would not have run one by one.
 *
 * One is begun only with the time for it (ATTEMPT_MS); those that are not begun say so. Should the table hang for longer than
 * that, the answer is given all the same, and what was under way says that it may have been done.
 */
export async function runOperations(
  exchange: Exchange,
  plan: readonly PlannedOperation[],
  steps: readonly (readonly number[])[],
  failOnErrors: number,
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome | undefined>(plan.length);
  const running = new Map<number, Promise<void>>();
  let errors = 0;
  let isClosed = false;

  const finish = (index: number, outcome: Outcome) => {
    if (outcome.status >= 300 && !outcome.isPutOff) errors++;
    if (!isClosed) outcomes[index] = outcome;
  };
  const begin = (operation: PlannedOperation) => {
    const { index } = operation;
    const references = [...operation.references].flatMap((at) => outcomes[at] ?? []);
    const obstacle = obstacleTo(operation, references, exchange.timeLeftMs() >= ATTEMPT_MS);
    const outcome = obstacle ? refuseOperation(exchange, operation, obstacle) : runOperation(exchange, operation);
    const done = outcome.then((known) => {
      running.delete(index);
      finish(index, known);
    });
    running.set(index, done);
  };
  const beginCircle = (circle: readonly PlannedOperation[]): Promise<void> => {
    const done = runCircle(exchange, circle, outcomes).then((known) => {
      for (const [{ index }, outcome] of known) {
        running.delete(index);
        finish(index, outcome);
      }
    });
    for (const { index } of circle) running.set(index, done);
    return done;
  };
  const mayBegin = (step: readonly PlannedOperation[]) => {
    if (running.size === 0) return true;
    const [operation, ...others] = step;
    if (!operation || others.length > 0 || running.size >= Math.min(AT_ONCE, failOnErrors - errors)) return false;
    return [...running.keys()].every((index) => !operation.references.has(index) && areIndependent(plan[index], operation));
  };

  const runAll = async () => {
    for (const places of steps) {
      const step = places.flatMap((index) => plan[index] ?? []);
      while (!mayBegin(step)) await Promise.race(running.values());
      if (errors >= failOnErrors || isClosed) break;
      const [first] = step;
      if (step.length === 1 && first) begin(first);
      else await beginCircle(step);
    }
    await Promise.all(running.values());
  };
  if (await endsInTime(runAll(), exchange.timeLeftMs() - ANSWER_MS)) return outcomes.filter((outcome) => outcome !== undefined);

  isClosed = true;
  const late = plan.map((operation) => {
    const obstacle = running.has(operation.index) ? unanswered() : putOff();
    return outcomes[operation.index] ?? refuseOperation(exchange, operation, obstacle);
  });
  return Promise.all(late);
}

async function endsInTime(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, ms));
  });
  try {
    return await Promise.race([work.then(() => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function areIndependent(one: PlannedOperation | undefined, other: PlannedOperation): boolean {
  return !one?.footprint || !other.footprint || commute(one.footprint, other.footprint);
}
