/** How long to measure: warm-up and batches, in requests of the operation. */
export interface Effort {
  readonly warmUp: number;
  readonly batches: number;
  readonly perBatch: number;
}

/**
 * CPU time of one call in milliseconds: of this process, all its threads, user and system, so what else runs on the machine does not
 * count. The median over batches, after a warm-up that lets the compiler settle. `calls` makes the calls of a batch beforehand,
 * outside the measurement.
 */
export async function cpuTimeOf(
  calls: (count: number) => readonly (() => unknown)[],
  { warmUp, batches, perBatch }: Effort,
): Promise<number> {
  await run(calls(warmUp));
  const perCall: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const prepared = calls(perBatch);
    const before = process.cpuUsage();
    await run(prepared);
    const { user, system } = process.cpuUsage(before);
    perCall.push((user + system) / 1000 / perBatch);
  }
  return medianOf(perCall);
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('the median of nothing');
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

async function run(calls: readonly (() => unknown)[]): Promise<void> {
  for (const call of calls) await call();
}
