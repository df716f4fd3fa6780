import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlassianSimulator, startAtlassianSimulator } from '../../simulators/atlassian/atlassian-simulator.ts';
import { cloudOrganizationUnderTest } from './cloud-organization-under-test.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';

const JANE = 'jane@example.com';
const MOVED = 'jane@elsewhere.example';
const profile = { fullName: 'Jane Doe', email: JANE };

let simulator: AtlassianSimulator;
beforeEach(async () => {
  simulator = await startAtlassianSimulator({ guard: false });
  simulator.seed({ groups: ['confluence-users', 'wiki-guests', 'jira-users'], grantsConfluence: ['confluence-users', 'wiki-guests'] });
});
afterEach(() => simulator.close());

const account = (email: string) => simulator.accounts().find((one) => one.email === email);

describe('an account whose owner changes the e-mail address', () => {
  it('that was made here is found by its key, loses access, and nobody else does', async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url);
    const { key } = await target.createAccount(JANE, profile);
    await target.createGroup('engineering');
    await target.addMember('engineering', JANE);
    simulator.changeEmail(JANE, MOVED);
    simulator.seed({ accounts: [{ email: JANE }], members: { 'confluence-users': [JANE], engineering: [JANE] } });

    expect(await target.findAccount(JANE)).toMatchObject({ name: JANE, key, email: MOVED, active: true });
    expect((await collect(target.groupsOf(JANE))).sort()).toEqual(['confluence-users', 'engineering']);
    await target.removeMember('engineering', JANE);
    await target.disableAccount(JANE);
    expect(account(MOVED)).toMatchObject({ hasConfluence: false, groups: [] });
    expect(account(JANE)).toMatchObject({ hasConfluence: true });
    await target.enableAccount(JANE);
    expect(account(MOVED)).toMatchObject({ hasConfluence: true });
  });

  it('is told by the name it has here, in groups and by a look for its new address: nobody else is given it', async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url);
    const { key } = await target.createAccount(JANE, profile);
    simulator.changeEmail(JANE, MOVED);
    expect(await collect(target.members('confluence-users'))).toEqual([JANE]);
    expect(await target.findAccount(MOVED)).toMatchObject({ name: JANE, key });
    expect(await target.findAccountsByEmail(MOVED)).toMatchObject([{ name: JANE, key, email: MOVED }]);
    expect(await target.findAccountsByEmail(JANE)).toEqual([]);
  });

  it('that was linked is found by the key that was remembered then', async () => {
    simulator.seed({ accounts: [{ email: JANE }], members: { 'confluence-users': [JANE] } });
    const { target } = cloudOrganizationUnderTest(simulator.url);
    const found = await target.findAccount(JANE);
    await target.rememberAccount(JANE, found?.key ?? '');
    simulator.changeEmail(JANE, MOVED);
    await target.disableAccount(JANE);
    expect(account(MOVED)).toMatchObject({ hasConfluence: false });
  });

  it('is remembered before it is given a group or access, not by a look', async () => {
    simulator.seed({ accounts: [{ email: JANE }], groups: ['engineering'] });
    for (const give of ['enableAccount', 'addMember'] as const) {
      const keys = new Map<string, string>();
      const { target } = cloudOrganizationUnderTest(simulator.url, { keys });
      await target.findAccount(JANE);
      await target.disableAccount(JANE);
      await target.removeMember('engineering', JANE);
      expect(keys.size).toBe(0);
      simulator.fault({ match: 'POST .*/memberships', status: 500 });
      await failureOf(give === 'addMember' ? target.addMember('engineering', JANE) : target.enableAccount(JANE));
      expect(keys.get(JANE)).toBe(account(JANE) && (await target.findAccount(JANE))?.key);
    }
  });

  it('that is forgotten is nobody, and the name is that of the address again', async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url);
    await target.createAccount(JANE, profile);
    await target.forgetAccount(JANE);
    simulator.changeEmail(JANE, MOVED);
    expect(await target.findAccount(JANE)).toBeUndefined();
  });

  it("who has left the organisation is nobody, and whoever has the address by now is not made theirs: 'taken'", async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url);
    await target.createAccount(JANE, profile);
    simulator.changeEmail(JANE, MOVED);
    await cloudOrganizationUnderTest(simulator.url).target.deleteAccount(MOVED);
    simulator.seed({ accounts: [{ email: JANE }], members: { 'confluence-users': [JANE] } });
    expect(await target.findAccount(JANE)).toBeUndefined();
    expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code: 'not-found' });
    expect(await failureOf(target.createAccount(JANE, profile))).toMatchObject({ code: 'taken' });
    expect(account(JANE)).toMatchObject({ hasConfluence: true });
  });
});

describe('what a deactivation takes away', () => {
  const seedJane = () => simulator.seed({ accounts: [{ email: JANE }], members: { 'confluence-users': [JANE], 'jira-users': [JANE] } });

  it('the access groups only: other groups, and so Jira, stay', async () => {
    seedJane();
    const { target } = cloudOrganizationUnderTest(simulator.url);
    await target.disableAccount(JANE);
    expect(account(JANE)).toMatchObject({ status: 'active', groups: ['jira-users'], hasConfluence: false });
    expect(await target.findAccount(JANE)).toMatchObject({ active: false });
  });

  it('everything, by suspension, where target.organization.onDisable says so; groups stay and come back', async () => {
    seedJane();
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings: { onDisable: 'suspend' } });
    await target.disableAccount(JANE);
    await target.disableAccount(JANE);
    expect(account(JANE)).toMatchObject({ status: 'suspended', groups: ['confluence-users', 'jira-users'], hasConfluence: false });
    expect(await target.findAccount(JANE)).toMatchObject({ active: false });
    await target.enableAccount(JANE);
    expect(account(JANE)).toMatchObject({ status: 'active', hasConfluence: true });
  });

  it('with suspension, who has Jira alone counts as active: there is something to take', async () => {
    simulator.seed({ accounts: [{ email: JANE }], members: { 'jira-users': [JANE] } });
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings: { onDisable: 'suspend' } });
    expect(await target.findAccount(JANE)).toMatchObject({ active: true, isPartial: true });
  });

  it('the access groups of who is suspended by hand, too: there is something to take, and something to give', async () => {
    seedJane();
    await cloudOrganizationUnderTest(simulator.url, { settings: { onDisable: 'suspend' } }).target.disableAccount(JANE);
    const { target } = cloudOrganizationUnderTest(simulator.url);
    expect(await target.findAccount(JANE)).toMatchObject({ active: true, isPartial: true });
    await target.disableAccount(JANE);
    expect(account(JANE)).toMatchObject({ status: 'suspended', groups: ['jira-users'] });
    expect(await target.findAccount(JANE)).toMatchObject({ active: false });
  });

  it("who can't be suspended, an organisation's administrator, is no success", async () => {
    const other = await startAtlassianSimulator({ admins: [JANE] });
    try {
      other.seed({ accounts: [{ email: JANE }] });
      const { target } = cloudOrganizationUnderTest(other.url, { settings: { accessGroups: [], onDisable: 'suspend' } });
      expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code: 'bad-request' });
    } finally {
      await other.close();
    }
  });

  it('nothing without access groups but pushed groups: the account stays active', async () => {
    seedJane();
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings: { accessGroups: [] } });
    await target.disableAccount(JANE);
    expect(await target.findAccount(JANE)).toMatchObject({ active: true });
    expect(await failureOf(target.disableAccount('nobody@example.com'))).toMatchObject({ code: 'not-found' });
  });
});

describe('several access groups', () => {
  const settings = { accessGroups: ['Confluence-Users', 'wiki-guests'] };
  beforeEach(() => simulator.seed({ accounts: [{ email: JANE }], members: { 'wiki-guests': [JANE] } }));

  it('who is in one of them is active, and partly so: both enabling and disabling have something to do', async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings });
    expect(await target.findAccount(JANE)).toMatchObject({ active: true, isPartial: true });
    await target.enableAccount(JANE);
    expect(await target.findAccount(JANE)).not.toHaveProperty('isPartial');
    expect(account(JANE)?.groups).toEqual(['confluence-users', 'wiki-guests']);
    await target.disableAccount(JANE);
    expect(account(JANE)?.groups).toEqual([]);
  });

  it('all are left, also where leaving one of them fails', async () => {
    simulator.seed({ members: { 'confluence-users': [JANE] } });
    simulator.fault({ match: 'DELETE .*/memberships', status: 500 });
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings });
    expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code: 'server-error' });
    expect(account(JANE)?.groups).toEqual(['confluence-users']);
  });

  it.each([
    ['one that passes goes before one that parks', { status: 429 }, 'rate-limited'],
    ['one without an answer goes before all', { dropConnection: true }, 'no-answer'],
  ])('several fail: %s, or the rest would never be tried again', async (_, second, code) => {
    simulator.seed({ groups: ['third'], members: { 'confluence-users': [JANE] } });
    for (const fault of [{ status: 400 }, second, { status: 500 }]) simulator.fault({ match: 'DELETE .*/memberships', ...fault });
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings: { accessGroups: [...settings.accessGroups, 'third'] } });
    expect(await failureOf(target.disableAccount(JANE))).toMatchObject({ code });
  });

  it('are given and left however long each request waits for its turn at a low rate: waiting takes none of the time of the calls', async () => {
    const clock = { now: 0 };
    const beforeCall = async () => {
      clock.now += 9_000;
    };
    const slow = { now: () => clock.now, beforeCall, settings: { accessGroups: ['confluence-users', 'wiki-guests', 'jira-users'] } };
    const { target } = cloudOrganizationUnderTest(simulator.url, slow);
    await target.enableAccount(JANE);
    expect(await target.findAccount(JANE)).not.toHaveProperty('isPartial');
    await target.disableAccount(JANE);
    expect(await target.findAccount(JANE)).toMatchObject({ active: false });
    expect(account(JANE)?.groups).toEqual([]);
  });

  it("one that is not there gives nobody access: 'bad-request' that says so, and no hindrance to a removal", async () => {
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings: { accessGroups: ['no-such-group', 'wiki-guests'] } });
    const failure = await failureOf(target.enableAccount(JANE));
    expect(failure).toMatchObject({ code: 'bad-request' });
    expect(failure.message).toContain('no-such-group');
    expect(failure.message).toContain('target.organization.accessGroups');
    expect(await failureOf(target.createAccount('john@example.com', profile))).toMatchObject({ code: 'bad-request' });
    expect(account('john@example.com')).toBeUndefined();
    await target.disableAccount(JANE);
    expect(account(JANE)?.groups).toEqual([]);
  });

  it('nobody counts twice for the seats, and who is suspended takes none', async () => {
    simulator.seed({ accounts: [{ email: 'john@example.com' }], members: { 'confluence-users': [JANE, 'john@example.com'] } });
    const { target } = cloudOrganizationUnderTest(simulator.url, { settings });
    expect(await target.seats()).toEqual({ used: 2 });
    await cloudOrganizationUnderTest(simulator.url, { settings: { onDisable: 'suspend' } }).target.disableAccount(JANE);
    expect(await target.seats()).toEqual({ used: 1 });
  });
});

describe('ids of groups', () => {
  it('that are remembered and gone are looked up anew, and one whose group was renamed is not believed for long', async () => {
    simulator.seed({ accounts: [{ email: JANE }] });
    const clock = { now: 0 };
    const { target, calls } = cloudOrganizationUnderTest(simulator.url, { now: () => clock.now });
    const searches = () => calls.filter(({ path }) => path.endsWith('/groups/search')).length;
    await target.createGroup('engineering');
    await target.addMember('engineering', JANE);
    const before = searches();
    await target.removeMember('engineering', JANE);
    expect(searches()).toBe(before);

    const other = cloudOrganizationUnderTest(simulator.url).target;
    await other.deleteGroup('engineering');
    await other.createGroup('engineering');
    await target.addMember('engineering', JANE);
    expect(account(JANE)?.groups).toEqual(['engineering']);

    const again = searches();
    clock.now += 60_000;
    await target.removeMember('engineering', JANE);
    expect(searches()).toBe(again + 1);
  });
});
