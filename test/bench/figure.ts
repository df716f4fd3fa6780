/** One line of the benchmark: what was measured beside what was wanted. */
export interface Figure {
  readonly operation: string;
  readonly value: number;
  readonly unit: 'ms' | 'a second' | 'ratio' | 'kB' | 'requests';
  /** The same event without a server, in the unit of `value`. */
  readonly floor?: number;
  readonly ratio?: number;
  readonly target?: number;
  readonly targetRatio?: number;
  /** Absent where the issue wants nothing. */
  readonly met?: boolean;
}
