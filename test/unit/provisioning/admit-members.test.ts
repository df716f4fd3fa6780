import { describe, expect, it } from 'vitest';
import type { UserId } from '../../../shared/directory/ids.ts';
import type { GroupItem } from '../../../shared/directory/items.ts';
import { wakeIfAdmissionChanged } from '../../../shared/provisioning/admit-members.ts';
import { policyOf } from '../../../shared/provisioning/policy/policy.ts';
import type { Work } from '../../../shared/provisioning/work.ts';
import { settingsOf } from '../../settings-of.ts';

const MEMBERS = Array.from({ length: 250 }, (_, i) => `u${String(i).padStart(3, '0')}` as UserId);

/** A group of 250 members in the store, and what is told and noted of them; a slice ends after so many. */
function groupOf(slice: number, pending: readonly UserId[] = []) {
  const told: { user: UserId; removal: boolean }[] = [];
  let group = { connection: 'c', id: 'g', state: 'live', displayName: 'CREW' } as unknown as GroupItem;
  let left = 0;
  const work = {
    policy: policyOf(settingsOf({ users: { onlyFromGroups: ['crew'] } })),
    change: { correlationId: 'x' },
    proceed: () => left-- > 0,
    delivery: {
      memberships: {
        async *all(_connection: string, _group: string, after?: UserId) {
          for (const userId of MEMBERS.filter((id) => after === undefined || id > after))
            yield { userId, connection: 'c', ...(pending.includes(userId) && { marker: 'pending' }) };
        },
      },
      users: {
        wake: async (_connection: string, user: UserId, removal: boolean) => void told.push({ user, removal }),
        async noteWoken(_group: GroupItem, woken: { after: UserId } | { admits: boolean }) {
          group = 'after' in woken ? { ...group, wokenUpTo: woken.after } : { ...group, ...woken };
          if ('admits' in woken) group = Object.fromEntries(Object.entries(group).filter(([name]) => name !== 'wokenUpTo')) as never;
        },
      },
    },
  } as unknown as Work;
  return {
    told,
    group: () => group,
    change: (change: Partial<GroupItem>) => void (group = { ...group, ...change }),
    /** One slice. */
    run() {
      left = slice;
      return wakeIfAdmissionChanged(work, group);
    },
  };
}

describe('users.onlyFromGroups: a group begins or ceases to decide over its members’ accounts', () => {
  it('each member is told, a slice goes on where the last one noted, and it ends', async () => {
    const { told, group, run } = groupOf(120);
    let slices = 1;
    while (!(await run())) slices += 1;
    expect(slices).toBe(3);
    expect(new Set(told.map(({ user }) => user))).toEqual(new Set(MEMBERS));
    // At most what lay between the last note and the slice's end is told twice.
    expect(told.length).toBeLessThan(MEMBERS.length + 2 * 100);
    expect(group()).toMatchObject({ admits: true });
    expect(group()).not.toHaveProperty('wokenUpTo');
  });

  it('once', async () => {
    const { told, run } = groupOf(1_000);
    await run();
    told.length = 0;
    expect(await run()).toBe(true);
    expect(told).toEqual([]);
  });

  it('who is pending tells their user themselves; of a group that ceases to decide everybody is told, as a removal', async () => {
    const { told, run, change } = groupOf(1_000, MEMBERS.slice(0, 200));
    await run();
    expect(told).toHaveLength(50);
    expect(told.every(({ removal }) => !removal)).toBe(true);
    told.length = 0;
    change({ state: 'tombstone' });
    await run();
    expect(told).toHaveLength(250);
    expect(told.every(({ removal }) => removal)).toBe(true);
  });

  it('one that never decided tells nobody', async () => {
    const { told, run, change } = groupOf(1_000);
    change({ displayName: 'staff' });
    await run();
    change({ state: 'tombstone' });
    await run();
    expect(told).toEqual([]);
  });
});
