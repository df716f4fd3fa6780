import type { BrakeAnswer, BrakeRule, BrakeState, BrakeStates, Engagement } from './brake.ts';
import { written } from './delivery/resource-keys.ts';
import type { Condition } from './dynamodb-expression.ts';
import { DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId, UserId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';
import { countKeys } from './resource-count.ts';

const MINUTE_MS = 60_000;
/** The hour of the brake, which rolls on minute by minute. */
const WINDOW_MINUTES = 60;
/** How long what an administrator has released is not asked about. */
const PERMITTED_SECONDS = 86_400;
/** How often a count is tried while others count too; each failure means that another has succeeded. */
const ATTEMPTS = 24;

type Minutes = Readonly<Record<string, number>>;

interface StateItem {
  readonly sk: 'STATE';
  /** Goes up with each change: a count is written only on the state that it was made from. */
  readonly version: number;
  /** Accounts counted, by minute since 1970, and how many of them are of deleted users. */
  readonly minutes: Minutes;
  readonly deleted: Minutes;
  readonly engagedAt?: string;
  readonly engagedLimit?: number;
  readonly engagedUsers?: number;
  readonly engagedUser?: UserId;
}
interface AccountItem {
  readonly sk: `ACCOUNT#${string}`;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}
interface CountItem {
  readonly sk: 'COUNT';
  readonly n?: number;
}
/** While the user's tombstone is: their id is its sort key. */
interface TombstoneItem {
  readonly sk: UserId;
}

/** The brake's counts in the table: one state item for each connection under an optimistic lock, one item with a TTL for each account. */
export function dynamoDbBrake(table: DynamoDbTable, now: () => Date): BrakeStates {
  const attempt = async (connection: ConnectionId, user: UserId, rule: BrakeRule): Promise<BrakeAnswer | 'again'> => {
    const at = now();
    const items = await table.batchGet<StateItem | AccountItem | CountItem | TombstoneItem>([
      keys.brake(connection),
      keys.brakeAccount(connection, user),
      keys.userTombstone(connection, user),
      ...countKeys(connection, 'User'),
    ]);
    const state = items.find((item): item is StateItem => item.sk === 'STATE');
    const account = items.find((item): item is AccountItem => item.sk.startsWith('ACCOUNT#'));
    if (account && account.expiresAt * 1_000 > at.getTime()) return { permitted: true };
    if (state && engagementOf(state)) return { permitted: false };

    const isDeleted = items.some(({ sk }) => sk === user) ? 1 : 0;
    const live = items.reduce((total, item) => total + (isCount(item) ? (item.n ?? 0) : 0), 0);
    const minutes = recent(state?.minutes, at);
    const deleted = recent(state?.deleted, at);
    const counted = sum(minutes);
    // Who is deleted is no longer counted as a user: without them the limit would shrink with each one.
    const users = live + sum(deleted) + isDeleted;
    const limit = limitOf(rule, users);
    const unchanged: Condition = state
      ? { expression: '#version = :version', values: { ':version': state.version } }
      : { expression: 'attribute_not_exists(#pk)' };
    const version = (state?.version ?? 0) + 1;
    const identity = { v: ITEM_VERSION, type: 'brake', version };
    if (counted + 1 > limit) {
      const engaged: Engagement = { since: at.toISOString(), limit, users, user };
      const set = { ...identity, minutes, deleted, engagedAt: engaged.since, engagedLimit: limit, engagedUsers: users, engagedUser: user };
      return (await written(table.update(keys.brake(connection), { set }, unchanged))) ? { permitted: false, engaged } : 'again';
    }
    const minute = Math.floor(at.getTime() / MINUTE_MS);
    const set = { ...identity, minutes: added(minutes, minute, 1), deleted: added(deleted, minute, isDeleted) };
    // The account is forgotten in the moment in which its minute leaves the window.
    const expiresAt = ((minute + WINDOW_MINUTES) * MINUTE_MS) / 1_000;
    const isWritten = await written(
      table.transact([
        { update: keys.brake(connection), change: { set }, condition: unchanged },
        { put: accountItem(connection, user, expiresAt) },
      ]),
    );
    return isWritten ? { permitted: true } : 'again';
  };

  return {
    async ask(connection, user, rule) {
      for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
        const answer = await attempt(connection, user, rule);
        if (answer !== 'again') return answer;
      }
      throw new DirectoryBusy('others count accounts of this connection without end');
    },

    async read(connection) {
      const state = await table.get<StateItem>(keys.brake(connection));
      const engaged = state && engagementOf(state);
      return { counted: sum(recent(state?.minutes, now())), ...(engaged && { engaged }) } satisfies BrakeState;
    },

    async engaged(connections) {
      const found = await table.batchGet<StateItem & { readonly pk: string }>(connections.map((id) => keys.brake(id)));
      const on = new Set(found.flatMap((state) => (engagementOf(state) ? [state.pk] : [])));
      return connections.filter((id) => on.has(keys.brake(id).pk));
    },

    async reset(connection) {
      const remove = ['engagedAt', 'engagedLimit', 'engagedUsers', 'engagedUser'];
      await table.update(keys.brake(connection), {
        set: { v: ITEM_VERSION, type: 'brake', minutes: {}, deleted: {} },
        add: { version: 1 },
        remove,
      });
    },

    async permit(connection, users) {
      const expiresAt = Math.ceil(now().getTime() / 1_000) + PERMITTED_SECONDS;
      await table.putAll([...new Set(users)].map((user) => accountItem(connection, user, expiresAt)));
    },
  };
}

/** What a change that is held rests on: the brake is on. Checked in the same transaction, so that a release misses none. */
export function brakeIsOn(connection: ConnectionId) {
  return { check: keys.brake(connection), condition: { expression: 'attribute_exists(#engagedAt)' } };
}

/** "more than a set share (default 10 %, at least 5)": so many may. */
function limitOf({ share, atLeast }: BrakeRule, users: number): number {
  return share >= 1 ? Number.MAX_SAFE_INTEGER : Math.max(atLeast, Math.floor(share * users));
}

function accountItem(connection: ConnectionId, user: UserId, expiresAt: number) {
  return { ...keys.brakeAccount(connection, user), v: ITEM_VERSION, type: 'brakeAccount', expiresAt };
}

function engagementOf({ engagedAt, engagedLimit, engagedUsers, engagedUser }: StateItem): Engagement | undefined {
  if (engagedAt === undefined || engagedLimit === undefined || engagedUsers === undefined || engagedUser === undefined) return undefined;
  return { since: engagedAt, limit: engagedLimit, users: engagedUsers, user: engagedUser };
}

function isCount(item: { readonly sk: string }): item is CountItem {
  return item.sk === 'COUNT';
}

function recent(minutes: Minutes = {}, at: Date): Minutes {
  const oldest = Math.floor(at.getTime() / MINUTE_MS) - WINDOW_MINUTES;
  return Object.fromEntries(Object.entries(minutes).filter(([minute]) => Number(minute) > oldest));
}

function added(minutes: Minutes, minute: number, count: number): Minutes {
  return count === 0 ? minutes : { ...minutes, [minute]: (minutes[minute] ?? 0) + count };
}

function sum(minutes: Minutes): number {
  return Object.values(minutes).reduce((total, count) => total + count, 0);
}
