import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from './running-stack.ts';
import { GROUP } from './scim-client.ts';

/** Grants Confluence in the simulated organisation of both kinds. */
const ACCESS_GROUP = 'confluence-users';

describe.each(['cloud-guard', 'cloud-organization'])('the settings of a connection, with TARGET=%s', (TARGET) => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ TARGET });
  }, 60_000);
  afterAll(() => stack.remove());
  const account = (email: string) => stack.organization.account(email);
  const usable = (email: string, isUsable: boolean) =>
    eventually(async () => {
      const found = await account(email);
      // With Guard who is disabled is inactive; without, out of the group that grants Confluence.
      expect(TARGET === 'cloud-guard' ? found?.status === 'active' : found?.hasConfluence).toBe(isUsable);
    });
  const set = async (...assignments: string[]) => {
    const { code, err } = await stack.admin(['settings', 'edit', 'local', ...assignments.flatMap((each) => ['--set', each])]);
    expect([code, err]).toEqual([0, '']);
  };
  const person = (name: string) => stack.scim.createUser({ userName: `${name}@example.com` });

  it('a dry run calls nothing that changes, tells what it keeps back, and applies it when it ends', async () => {
    await set('apply=dry-run');
    const id = await person('dry');
    await eventually(() => {
      const planned = stack.log().filter(({ kind, subject }) => kind === 'change.planned' && (subject as { id?: string }).id === id);
      expect(planned).toEqual([expect.objectContaining({ actions: expect.arrayContaining(['create account']) })]);
    });
    expect(await account('dry@example.com')).toBeUndefined();
    expect((await stack.admin(['status'])).out).toContain('DRY RUN');
    await set('apply=apply');
    await usable('dry@example.com', true);
  });

  it('groups are mapped, left out, and given by default', async () => {
    const [path, group] =
      TARGET === 'cloud-guard'
        ? ['/scim/directory/dir-scim/Groups', { schemas: [GROUP], displayName: 'team-everybody' }]
        : ['/admin/v2/orgs/org-1/directories/dir-native/groups', { name: 'team-everybody' }];
    await stack.organization.call('POST', path, group);
    await set('groups.mapping=map', 'groups.map.Writers=["team-writers","team-all"]', 'users.defaultGroups.allUsers=["team-everybody"]');
    const id = await person('mapped');
    await stack.scim.createGroup('Writers', [id]);
    await stack.scim.createGroup('Not Mapped', [id]);
    await eventually(async () =>
      expect((await account('mapped@example.com'))?.groups).toEqual([
        ...(TARGET === 'cloud-guard' ? [] : [ACCESS_GROUP]),
        ...['team-all', 'team-everybody', 'team-writers'],
      ]),
    );
    await stack.settled();
    expect(await stack.organization.group('not mapped')).toBeUndefined();
  });

  it('the brake holds what would take access from too many, until an administrator releases it', async () => {
    await set('brake.share=0', 'brake.atLeast=1');
    const people = await Promise.all(['one', 'two', 'three'].map(person));
    for (const name of ['one', 'two', 'three']) await usable(`${name}@example.com`, true);
    for (const id of people) await stack.scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
    await eventually(async () => {
      const status = await stack.admin(['status']);
      expect(status).toMatchObject({ code: 4, out: expect.stringContaining('The brake of local is on') });
      const [target] = await stack.adminJson<{ safety: { held: number } }[]>(['status']);
      expect(target?.safety.held).toBe(2);
    }, 30_000);
    const released = await stack.admin(['brake', 'release', 'local', '--yes']);
    expect(released.err).toBe('');
    for (const name of ['one', 'two', 'three']) await usable(`${name}@example.com`, false);
    await set('brake.share=0.1', 'brake.atLeast=1000000');
  });

  it('goes on after kill -9 where it was, in the organisation of before', async () => {
    await stack.organization.fault({ status: 503, times: 1_000_000 });
    const id = await person('pending');
    await stack.kill();
    await stack.start();
    expect(await account('dry@example.com')).toBeDefined();
    await usable('pending@example.com', true);
    expect((await stack.scim.send('GET', `/Users/${id}`)).status).toBe(200);
  });

  it('waits while the organisation asks to, and while it is down, and loses nothing', async () => {
    await stack.organization.fault({ status: 429, retryAfterSeconds: 1, times: 3 });
    await person('slow');
    await eventually(async () => expect(await account('slow@example.com')).toBeDefined(), 30_000);
    await stack.organization.fault({ dropConnection: true, times: 2 });
    await person('lost');
    await eventually(async () => expect(await account('lost@example.com')).toBeDefined(), 30_000);
    await stack.organization.noFaults();
    expect(await stack.settled()).toMatchObject({ parked: 0, state: 'open' });
  });
});
