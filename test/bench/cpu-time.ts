/** How long to measure: warm-up and batches, in requests of the operation. */
export interface Effort {
  readonly warmUp: number;
  readonly batches: number;
  readonly perBatch: number;
}

/** Makes so many calls of what is measured: beforehand, outside the measurement. */
export type MakeCalls = (count: number) => readonly (() => unknown)[];

/** The CPU time of one call in milliseconds, as `cpuTimesOf` measures it. */
export async function cpuTimeOf(calls: MakeCalls, effort: Effort): Promise<number> {
  const [value = Number.NaN] = await cpuTimesOf([calls], effort);
  return value;
}

/**
 * CPU time of one call of each in milliseconds: of this process, all its threads, user and system, so what else runs on the machine
 * does not count. The median over batches, after a warm-up that lets the compiler settle. A batch of one follows a batch of the other,
 * so that what changes on the machine in the meantime changes for all of them.
 */
export async function cpuTimesOf(all: readonly MakeCalls[], { warmUp, batches, perBatch }: Effort): Promise<number[]> {
  for (const calls of all) await run(calls(warmUp));
  const perCall = all.map((): number[] => []);
  for (let batch = 0; batch < batches; batch++) {
    for (const [i, calls] of all.entries()) {
      const prepared = calls(perBatch);
      const before = process.cpuUsage();
      await run(prepared);
      const { user, system } = process.cpuUsage(before);
      perCall[i]?.push((user + system) / 1000 / perBatch);
    }
  }
  return perCall.map(medianOf);
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
