import type { Counts, Found, RunDetail } from '../../directory/runs.ts';
import { CHANGE_KINDS, type OutcomeKind, type Tally } from '../outcome.ts';

const CHANGES: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>(CHANGE_KINDS);

/** Kept of one slice; of them RESULT_DETAILS are written down. */
const DETAILS = 1_000;

/** Collects what becomes of one resource in one slice of a run. */
export class RunTally implements Tally, Found {
  readonly #counts: Record<string, number> = {};
  readonly #details: RunDetail[] = [];
  readonly #isCounted: (kind: OutcomeKind) => boolean;
  /** `isCounted` says no to what has been counted elsewhere. */
  constructor(isCounted: (kind: OutcomeKind) => boolean = () => true) {
    this.#isCounted = isCounted;
  }

  count(kind: OutcomeKind, detail: string): void {
    if (this.#isCounted(kind)) this.add(kind, detail);
  }

  /** Counts whatever `isCounted` says. */
  add(kind: OutcomeKind, detail: string, times = 1): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + times;
    if (this.#details.length < DETAILS) this.#details.push({ kind, text: detail });
  }

  /** A detail that counts for nothing. */
  tell(detail: RunDetail): void {
    if (this.#details.length < DETAILS) this.#details.push(detail);
  }

  get counts(): Counts {
    return this.#counts;
  }

  get details(): readonly RunDetail[] {
    return this.#details;
  }

  /** Of work that begins again: what it has done, and does not find once more. Of a group it is also which members it has held. */
  lasting(type: 'user' | 'group'): Found {
    const isLasting = (kind: string) => CHANGES.has(kind as OutcomeKind) || kind === 'drift' || (kind === 'held' && type === 'group');
    const counts = Object.fromEntries(Object.entries(this.#counts).filter(([kind]) => isLasting(kind)));
    return { counts, details: this.#details.filter(({ kind }) => isLasting(kind)) };
  }

  /** What was changed so far, in words; empty if nothing. */
  get changes(): readonly string[] {
    return this.#details.filter(({ kind }) => CHANGES.has(kind)).map(({ kind, text }) => `${kind} (${text})`);
  }
}
