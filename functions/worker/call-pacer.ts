import type { Connection } from '../../shared/directory/connection.ts';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import type { TargetId } from '../../shared/directory/ids.ts';
import type { TargetPace } from '../../shared/directory/target-pace.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';
import { OutOfTime } from '../../shared/provisioning/work.ts';
import { isLow } from '../../shared/targets/http/call-rate.ts';
import type { ObservedCall } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';

/** Where a rate is set, turns for so long are reserved at once: one write for many calls at a high rate, one for each at a low one. */
const BLOCK_SECONDS = 0.25;
/** A turn that was not used by then is given up: an instance that had nothing to do does not catch up later. */
const STALE_MS = 2_000;
/** Without a turn before the function's end, a message waits so long before it goes on as a new one: not at once, over and over. */
const NO_TURN_MS = 10_000;
/** After a refusal instances come back over so long, not all in the same moment. */
const SPREAD_MS = 1_000;
/** Without a Retry-After. */
const SLOW_MS = 1_000;
/** Whatever a Retry-After says: a change should not rest for longer than the sweep lets it. */
const LONGEST_SLOW_MS = 900_000;

interface PacerOptions {
  readonly pace: Pick<TargetPace, 'reserveTurns' | 'slow'>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 to 1. */
  readonly random: () => number;
}

/** The pace of one message's calls. */
export interface Pace {
  /**
   * Waits until the next request may be sent.
   * @throws OutOfTime if that is too late for this message: it goes on by a new one
   * @throws ProvisioningError 'rate-limited' if the target wants to be left alone for longer: the message comes back after that
   */
  beforeCall(): Promise<void>;
  /** Told of each answer. */
  heard(call: ObservedCall): void;
  /** Called once at the end: the other instances hear of a refusal. */
  close(): Promise<void>;
}

export interface CallPacer {
  /** @param roomMs how long the message may still wait before a call, in milliseconds */
  of(connection: Connection, state: TargetState, roomMs: () => number): Pace;
}

/** What an instance remembers of a target. Times are milliseconds since 1970. */
interface Memory {
  notBefore: number;
  /** Reserved and not used yet, in order. */
  turns: number[];
}

/**
 * Keeps calls to each target at the rate that is set (`target.requestsPerSecond`, all instances together) and that the target itself
 * allows (Retry-After, X-RateLimit-*). An instance makes one call at a time; how many are under way is what slots are for.
 */
export function createCallPacer({ pace, now, sleep, random }: PacerOptions): CallPacer {
  const memories = new Map<TargetId, Memory>();
  const millis = () => now().getTime();
  const memoryOf = (target: TargetId): Memory => {
    const memory = memories.get(target) ?? { notBefore: 0, turns: [] };
    memories.set(target, memory);
    return memory;
  };

  async function takeTurn(target: TargetId, memory: Memory, perSecond: number, roomMs: number): Promise<number> {
    const isFresh = (turn: number) => turn > millis() - STALE_MS;
    memory.turns = memory.turns.filter(isFresh);
    if (memory.turns.length === 0) {
      const count = Math.max(1, Math.floor(perSecond * BLOCK_SECONDS));
      const everyMs = 1_000 / perSecond;
      const first = await pace.reserveTurns(target, { count, everyMs, latest: millis() + roomMs });
      if (first !== undefined) memory.turns = Array.from({ length: count }, (_, i) => first + i * everyMs);
    }
    const [turn] = memory.turns;
    if (turn === undefined || turn > millis() + roomMs) {
      await sleep(Math.max(0, Math.min(NO_TURN_MS, roomMs)));
      throw new OutOfTime('the turn of the next call comes too late');
    }
    memory.turns.shift();
    return turn;
  }

  return {
    of(connection, state, roomMs) {
      const { id: target } = connection.target;
      const { requestsPerSecond } = connection.settings.target;
      const memory = memoryOf(target);
      const spread = (until: number) => until + random() * SPREAD_MS;
      if (state.slowUntil !== undefined && state.slowUntil > Math.max(millis(), memory.notBefore))
        memory.notBefore = spread(state.slowUntil);
      let slowUntil: number | undefined;
      let hasWaited = false;

      return {
        async beforeCall() {
          // Waiting is in no verb's time: after it what is left of that does not tell whether the function lives long enough (DELIVERY §1).
          if (hasWaited && roomMs() < 0) throw new OutOfTime('no time left for the next call');
          const leftAlone = memory.notBefore - millis();
          if (leftAlone > roomMs()) {
            const sentence = 'Confluence has asked to be called less often. The change comes back when it may be called again.';
            throw new ProvisioningError('rate-limited', sentence, { retryAfterMs: leftAlone });
          }
          hasWaited ||= leftAlone > 0;
          if (leftAlone > 0) await sleep(leftAlone);
          if (requestsPerSecond === undefined) return;
          const wait = (await takeTurn(target, memory, requestsPerSecond, roomMs())) - millis();
          hasWaited ||= wait > 0;
          if (wait > 0) await sleep(wait);
        },

        heard({ outcome, retryAfterMs, rate }) {
          const intervalMs = rate && rate.intervalSeconds * 1_000;
          const asksForPatience = outcome === 'rate-limited' || (outcome === 'unavailable' && retryAfterMs !== undefined);
          if (asksForPatience) {
            slowUntil = millis() + Math.min(retryAfterMs ?? intervalMs ?? SLOW_MS, LONGEST_SLOW_MS);
            memory.notBefore = Math.max(memory.notBefore, spread(slowUntil));
          } else if (rate && intervalMs !== undefined && isLow(rate)) {
            // What is left is spread over the interval in which new tokens come: the fewer, the slower.
            memory.notBefore = Math.max(memory.notBefore, millis() + Math.min(intervalMs / (rate.remaining + 1), LONGEST_SLOW_MS));
          }
        },

        async close() {
          if (slowUntil === undefined || slowUntil <= (state.slowUntil ?? 0)) return;
          await pace.slow(target, slowUntil).catch((error: unknown) => {
            // Then each instance hears it from the target itself.
            if (!(error instanceof DirectoryBusy)) throw error;
          });
        },
      };
    },
  };
}
