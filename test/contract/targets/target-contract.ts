import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProvisioningError, type Target } from '../../../shared/targets/target.ts';
import { collect } from './collect.ts';
import { DATA_CENTER_RULES, type Instance, type Rules } from './expectations.ts';

export interface TargetUnderTest {
  readonly target: Target;
  /** Called after each test. */
  end(): Promise<void>;
}

/**
 * What every Target does, adapter or double. `make` gives an empty target (its service account apart) for each test; pages of it
 * should be shorter than seven, so that the lists are walked.
 * @param can what it is expected to be able to: it fails when it can less, and when it can more
 * @param rules which names there are, and who is in which group from the beginning
 */
export function targetContract(
  name: string,
  make: () => Promise<TargetUnderTest>,
  can: Instance['can'],
  rules: Rules = DATA_CENTER_RULES,
): void {
  const { groupsOfEverybody } = rules;
  const [jane, john, nobody] = [rules.accountName('jane'), rules.accountName('john'), rules.accountName('nobody')];
  const janesProfile = { fullName: 'Jane Doe', email: 'jane@example.com' };
  const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const sorted = (names: readonly string[]) => [...names].sort();

  describe(name, () => {
    let made: TargetUnderTest;
    let target: Target;
    beforeEach(async () => {
      made = await make();
      target = made.target;
    });
    afterEach(() => made.end());

    it('says which account it works as', async () => {
      const name = await target.serviceAccount();
      if (rules.hasServiceAccount) return expect(await target.findAccount(name)).toMatchObject({ name, active: true });
      // What the key is for, in words: as an account's name they would be protected.
      expect(name).toMatch(/\S+ \S+/);
      expect(await target.findAccount(name)).toBeUndefined();
    });

    it('reports in sentences, and the same capabilities as it has', async () => {
      const report = await target.test();
      expect(report.findings.length).toBeGreaterThan(0);
      expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.serviceAccount).toBe(await target.serviceAccount());
      expect(report.capabilities).toEqual(await target.capabilities());
    });

    it('counts the seats in use, where it can', async () => {
      for (const short of seven) {
        const name = rules.accountName(short);
        await target.createAccount(name, { fullName: short, email: `${short}@example.com` });
        if (can.countSeats === 'no') return expect(await target.seats()).toEqual({});
        const { used } = await target.seats();
        await target.disableAccount(name);
        expect(await target.seats()).toEqual({ used: (used ?? 0) - 1 });
        await target.enableAccount(name);
      }
    });

    describe('accounts', () => {
      it('does not find an account that is not there', async () => {
        expect(await target.findAccount(nobody)).toBeUndefined();
      });

      it('creates an active account with a key of its own', async () => {
        const { key } = await target.createAccount(jane, janesProfile);
        const other = await target.createAccount(john, { fullName: 'John', email: 'john@example.com' });
        expect(key).not.toBe(other.key);
        expect(await target.findAccount(jane)).toMatchObject({
          name: jane,
          key,
          ...(rules.givesFullName && { fullName: 'Jane Doe' }),
          active: true,
        });
      });

      it.each(rules.legalAccountNames)('takes the account name %j', async (name) => {
        expect(target.illegalAccountName(name)).toBeUndefined();
        await target.createAccount(name, janesProfile);
        await target.disableAccount(name);
        expect(await target.findAccount(name)).toMatchObject({ name, active: false });
      });

      it("refuses to create an account twice, as 'conflict'", async () => {
        await target.createAccount(jane, janesProfile);
        await expect(target.createAccount(jane, janesProfile)).rejects.toMatchObject({ name: 'ProvisioningError', code: 'conflict' });
      });

      it.each(rules.illegalAccountNames)("refuses to create %j, as 'illegal-name'", async (name) => {
        expect(await codeOf(target.createAccount(name, janesProfile))).toBe('illegal-name');
      });

      it('disables and enables, as often as asked', async () => {
        await target.createAccount(jane, janesProfile);
        await target.disableAccount(jane);
        await target.disableAccount(jane);
        expect(await target.findAccount(jane)).toMatchObject({ active: false });
        await target.enableAccount(jane);
        await target.enableAccount(jane);
        expect(await target.findAccount(jane)).toMatchObject({ active: true });
      });

      it.each(['disableAccount', 'enableAccount', 'deleteAccount'] as const)("%s of a missing account is 'not-found'", async (method) => {
        expect(await codeOf(target[method](nobody))).toBe('not-found');
      });

      it('updates what is given and leaves the rest, where it can', async () => {
        await target.createAccount(jane, janesProfile);
        const outcome = await codeOf(target.updateAccount(jane, { fullName: 'Jane Roe' }));
        // Asked afterwards: some versions show what they can't do at the first attempt only.
        expect((await target.capabilities()).updateProfile).toBe(can.updateAccount !== 'unsupported');
        if (can.updateAccount === 'unsupported') return expect(outcome).toBe('unsupported');
        expect(outcome).toBe('no error');
        const { email, ...account } = (await target.findAccount(jane)) ?? {};
        expect(account).toMatchObject({ fullName: 'Jane Roe', active: true });
        expect(email).toBe(can.tellEmail === 'no' ? undefined : janesProfile.email);
        expect(await codeOf(target.updateAccount(nobody, { fullName: 'Jane Roe' }))).toBe('not-found');
      });

      it('finds accounts by e-mail address without regard to case, where it can', async () => {
        for (const short of seven) await target.createAccount(rules.accountName(short), { fullName: short, email: `${short}@example.com` });
        expect((await target.capabilities()).findByEmail).toBe(can.findByEmail !== 'unsupported');
        if (can.findByEmail === 'unsupported') return expect(await codeOf(target.findAccountsByEmail('g@example.com'))).toBe('unsupported');
        expect((await target.findAccountsByEmail('G@Example.com')).map(({ name }) => name)).toEqual([rules.accountName('g')]);
        expect(await target.findAccountsByEmail('h@example.com')).toEqual([]);
      });

      it('deletes an account and returns when it is gone', async () => {
        await target.createAccount(jane, janesProfile);
        await target.deleteAccount(jane);
        expect(await target.findAccount(jane)).toBeUndefined();
      });
    });

    describe('groups and members', () => {
      it("creates a group once, the second time is 'conflict'", async () => {
        expect(await target.groupExists('engineering')).toBe(false);
        await target.createGroup('engineering');
        expect(await target.groupExists('engineering')).toBe(true);
        expect(await codeOf(target.createGroup('engineering'))).toBe('conflict');
      });

      it("deletes a group with its memberships, the second time is 'not-found'", async () => {
        await target.createGroup('engineering');
        await target.createAccount(jane, janesProfile);
        await target.addMember('engineering', jane);
        await target.deleteGroup('engineering');
        expect(await target.groupExists('engineering')).toBe(false);
        expect(sorted(await collect(target.groupsOf(jane)))).toEqual(sorted(groupsOfEverybody));
        expect(await codeOf(target.deleteGroup('engineering'))).toBe('not-found');
      });

      it.each(rules.illegalGroupNames)("refuses the group name %j, as 'illegal-name'", async (name) => {
        expect(await codeOf(target.createGroup(name))).toBe('illegal-name');
        expect(await codeOf(target.groupExists(name))).toBe('illegal-name');
        expect(await codeOf(target.addMember(name, jane))).toBe('illegal-name');
        expect(await codeOf(target.removeMember(name, jane))).toBe('illegal-name');
      });

      it.each(rules.legalGroupNames)('takes the group name %j', async (name) => {
        await target.createGroup(name);
        await target.createAccount(jane, janesProfile);
        await target.addMember(name, jane);
        expect(await collect(target.members(name))).toEqual([jane]);
        expect(sorted(await collect(target.groupsOf(jane)))).toEqual(sorted([...groupsOfEverybody, name]));
        await target.removeMember(name, jane);
        expect(await collect(target.members(name))).toEqual([]);
      });

      it('adds and removes a member as often as asked', async () => {
        await target.createGroup('engineering');
        await target.createAccount(jane, janesProfile);
        await target.addMember('engineering', jane);
        await target.addMember('engineering', jane);
        expect(await collect(target.members('engineering'))).toEqual([jane]);
        await target.removeMember('engineering', jane);
        await target.removeMember('engineering', jane);
        expect(await collect(target.members('engineering'))).toEqual([]);
      });

      it('keeps a disabled account in its groups', async () => {
        await target.createGroup('engineering');
        await target.createAccount(jane, janesProfile);
        await target.addMember('engineering', jane);
        await target.disableAccount(jane);
        expect(await collect(target.members('engineering'))).toEqual([jane]);
      });

      it("says 'not-found' for a member without account and for a group that is not there", async () => {
        await target.createGroup('engineering');
        await target.createAccount(jane, janesProfile);
        expect(await codeOf(target.addMember('engineering', nobody))).toBe('not-found');
        expect(await codeOf(target.addMember('nowhere', jane))).toBe('not-found');
        expect(await codeOf(target.removeMember('engineering', nobody))).toBe('not-found');
        expect(await codeOf(collect(target.members('nowhere')))).toBe('not-found');
        expect(await codeOf(collect(target.groupsOf(nobody)))).toBe('not-found');
      });

      it('walks all pages of members and of groups', async () => {
        await target.createAccount(jane, janesProfile);
        for (const short of seven) {
          await target.createGroup(`group-${short}`);
          await target.addMember(`group-${short}`, jane);
        }
        const groups = [...groupsOfEverybody, ...seven.map((short) => `group-${short}`)];
        expect(sorted(await collect(target.groupsOf(jane)))).toEqual(sorted(groups));

        await target.createGroup('everybody');
        const names = seven.map((short) => rules.accountName(short));
        for (const name of names) {
          const short = name.charAt(0);
          await target.createAccount(name, { fullName: short, email: `${short}@example.com` });
          await target.addMember('everybody', name);
        }
        expect(sorted(await collect(target.members('everybody')))).toEqual(names);
        expect((await collect(target.members('everybody', 5))).length).toBe(2);
      });
    });
  });
}

/** The code of the ProvisioningError that the call ends in; 'no error' when it succeeds. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no error';
  } catch (error) {
    if (error instanceof ProvisioningError) return error.code;
    throw error;
  }
}
