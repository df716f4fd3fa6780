import { describe, expect, it } from 'vitest';
import type { UserId } from '../../../../shared/directory/ids.ts';
import type { GroupItem } from '../../../../shared/directory/items.ts';
import { policyOf } from '../../../../shared/provisioning/policy/policy.ts';
import { wakeIfAdmissionChanged } from '../../../../shared/provisioning/users/admit-members.ts';
import type { Work } from '../../../../shared/provisioning/work.ts';
import { settingsOf } from '../../../settings-of.ts';

const MEMBERS = Array.from({ length: 250 }, (_, i) => `u${String(i).padStart(3, '0')}` as UserId);

/** A group of 250 members in the store, and what is told and noted of them; a slice ends after so many. */
function groupOf(slice: number, pending: readonly UserId[] = []) {
  const told: { user: UserId; removal: boolean }[] = [];
  let group = { connection: 'c', id: 'g', state: 'live', displayName: 'CREW' } as unknown as GroupItem;
  let left = 0;
  let dies = false;
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
        async wake(_connection: string, user: UserId, removal: boolean) {
          if (dies && told.length > 10) {
            dies = false;
            throw new Error('died');
          }
          told.push({ user, removal });
        },
        async noteAdmitting(_group: GroupItem, admitting: NonNullable<GroupItem['admitting']>) {
          group = { ...group, admitting };
        },
        async noteAdmits({ admitting, ...of }: GroupItem, admits: boolean) {
          group = { ...of, admits };
        },
      },
    },
  } as unknown as Work;
  return {
    told,
    group: () => group,
    change(change: Partial<GroupItem>) {
      group = { ...group, ...change };
    },
    fail() {
      dies = true;
    },
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
    expect(told).toHaveLength(MEMBERS.length);
    expect(group()).toMatchObject({ admits: true });
    expect(group()).not.toHaveProperty('admitting');
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

  it('one that is renamed back half-way tells all of them again', async () => {
    const { told, group, run, change } = groupOf(120);
    await run();
    expect(group()).not.toHaveProperty('admits');
    change({ displayName: 'staff' });
    told.length = 0;
    while (!(await run()));
    expect(told).toHaveLength(MEMBERS.length);
    expect(told.every(({ removal }) => removal)).toBe(true);
    expect(group()).toMatchObject({ admits: false });
  });

  it('a worker that dies before it could note how far it got has noted what it told', async () => {
    const { group, run, fail, change, told } = groupOf(1_000);
    fail();
    await expect(run()).rejects.toThrow('died');
    change({ displayName: 'staff' });
    expect(group()).toMatchObject({ admitting: { admits: true } });
    await run();
    expect(told.filter(({ removal }) => removal)).toHaveLength(MEMBERS.length);
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
