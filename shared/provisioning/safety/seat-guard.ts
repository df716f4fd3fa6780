import type { Delivery } from '../../directory/delivery.ts';
import { DirectoryBusy } from '../../directory/dynamodb-table.ts';
import type { SeatState } from '../../directory/seats.ts';
import type { LogRecord } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { OutOfTime, type Work } from '../work.ts';
import { recountSeats } from './recount-seats.ts';

/** Keeps the number of active accounts below the licence's limit, past which Confluence becomes read-only. Never stops a removal. */
export interface SeatGuard {
  /**
   * Before an account is made or enabled. Harmless for one that has a seat.
   * @returns true if it takes one by this: to be given back when the target answers that it did nothing
   * @throws ProvisioningError 'no-seat', DirectoryBusy
   */
  takeFor(account: string, which: 'new' | 'existing'): Promise<boolean>;
  giveBack(account: string): Promise<void>;
  /** Before an account that is active becomes a member of a group; only groups that grant a licence count. @throws as `takeFor` */
  takeForMember(account: string, group: string): Promise<void>;
  /** The account is disabled. */
  free(account: string): Promise<void>;
  /** The account is no longer a member of the group. */
  freeMember(account: string, group: string): Promise<void>;
}

/** Seats are counted in the target this often; sooner after a count that failed, and while all are used: administrators free them by hand. */
const COUNT_MS = 86_400_000;
const COUNT_SOON_MS = 900_000;

/** The seat guard of a connection's target, by its settings. Without any limit it does nothing. */
export function seatGuardOf(
  work: Pick<Work, 'connection' | 'target' | 'log' | 'now' | 'thread'> & { readonly delivery: Pick<Delivery, 'seats'> },
): SeatGuard {
  const { connection, target, delivery, log, now, thread } = work;
  const { id } = connection.target;
  const { limit: set, licenceGroups } = connection.settings.seats;
  const licensed = new Set(licenceGroups.map((name) => name.toLowerCase()));

  const counted = async (): Promise<SeatState | undefined> => {
    const known = await delivery.seats.read(id);
    if (known && !isOutdated(known, now())) return known;
    const isCounting = await recountSeats(work);
    const newest = isCounting ? await delivery.seats.read(id) : known;
    // Before the first count there is nothing to go by, and without a limit nothing to keep to.
    if (newest?.askedAt === undefined && set !== undefined) throw new DirectoryBusy('another worker counts the seats of the target');
    return newest;
  };
  const take = async (account: string): Promise<boolean> => {
    if (set === undefined && !(await target.capabilities()).tellSeatLimit) return false;
    const state = await counted();
    const limit = set ?? state?.limit;
    if (limit === undefined) return false;
    const answer = await delivery.seats.take(id, account, limit);
    if (answer !== 'full') return answer === 'taken';
    const { used } = (await delivery.seats.read(id)) ?? { used: limit };
    if (await delivery.seats.refused(id, limit)) {
      const common = { correlationId: thread.correlationId, connection: connection.id, target: id };
      log.write({ kind: 'seats.full', ...common, used, limit, ...(thread.subject && { subject: thread.subject }) } satisfies LogRecord);
    }
    throw new ProvisioningError(
      'no-seat',
      `${used} of ${limit} seats are used: nothing was called for ${account}. Free a seat, or raise seats.limit in the settings once the licence has more; it is then tried again by itself.`,
    );
  };

  const isLicensed = async (account: string): Promise<boolean> => {
    if (licensed.size === 0) return true;
    for await (const group of target.groupsOf(account)) if (licensed.has(group.toLowerCase())) return true;
    return false;
  };

  return {
    async takeFor(account, which) {
      // An account that is made is in no group yet; one that is enabled takes the seats of its groups again.
      if (which === 'new' && licensed.size > 0) return false;
      return (await isLicensed(account)) && take(account);
    },
    giveBack: (account) => delivery.seats.free(id, account),
    async takeForMember(account, group) {
      if (licensed.has(group.toLowerCase())) await take(account);
    },
    async free(account) {
      if ((await delivery.seats.read(id)) === undefined) return;
      try {
        if (await isLicensed(account)) await delivery.seats.free(id, account);
      } catch (error) {
        // The account is disabled, and nothing waits for the look at its groups: the next count knows.
        if (!(error instanceof OutOfTime || error instanceof ProvisioningError)) throw error;
      }
    },
    async freeMember(account, group) {
      // With several licence groups the account may be in another one: the next count knows.
      if (licensed.size === 1 && licensed.has(group.toLowerCase())) await delivery.seats.free(id, account);
    },
  };
}

/** Takes the seat, makes the call, and gives the seat back when the target has answered that it did not do it. */
export async function withSeat<T>(seats: SeatGuard, account: string, which: 'new' | 'existing', call: () => Promise<T>): Promise<T> {
  const isTaken = await seats.takeFor(account, which);
  try {
    return await call();
  } catch (error) {
    const isKnown = error instanceof OutOfTime || (error instanceof ProvisioningError && error.code !== 'no-answer');
    if (isTaken && isKnown) await seats.giveBack(account);
    throw error;
  }
}

function isOutdated({ askedAt, countFailed, fullSince }: SeatState, now: Date): boolean {
  if (askedAt === undefined) return true;
  return now.getTime() - Date.parse(askedAt) >= (fullSince === undefined && !countFailed ? COUNT_MS : COUNT_SOON_MS);
}
