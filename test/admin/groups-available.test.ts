import { afterEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../functions/admin/command.ts';
import { type InspectWorld, startInspectWorld } from './inspect-world.ts';

let world: InspectWorld;
afterEach(() => world.close());

interface Row {
  readonly displayName: string;
  readonly is: string;
  readonly becomes: readonly string[];
  readonly why?: string;
}
/** A moment later than the one before: groups are listed in order of creation. */
const sentGroup = (...group: Parameters<InspectWorld['createGroup']>) => {
  world.clock.now += 1;
  return world.createGroup(...group);
};
const available = async (...more: readonly string[]) => {
  const outcome = await world.admin('groups', 'available', 'first', '--json', ...more);
  return { code: outcome.code, rows: outcome.json() as unknown as Row[] };
};
const short = (rows: readonly Row[]) => rows.map(({ displayName, is, becomes }) => [displayName, is, becomes.join(', ')]);

describe('groups available', () => {
  it('lists what the IdP has sent, with members, and what a map makes of each', async () => {
    world = await startInspectWorld({
      settings: { groups: { mapping: 'map', map: { Engineering: ['confluence-users', 'engineering'] }, exclude: ['hr-.*'] } },
    });
    const users = [await world.createUser('ann'), await world.createUser('bob')];
    await sentGroup('engineering', users);
    await sentGroup('Sales');
    await sentGroup('hr-salaries', users.slice(1));
    const { code, rows } = await available();
    expect(code).toBe(EXIT.done);
    expect(rows).toMatchObject([
      {
        displayName: 'engineering',
        members: 2,
        moreMembers: false,
        inMap: true,
        is: 'mapped',
        becomes: ['confluence-users', 'engineering'],
      },
      { displayName: 'Sales', members: 0, inMap: false, is: 'left out', why: expect.stringContaining('groups.map does not name it') },
      { displayName: 'hr-salaries', members: 1, inMap: false, is: 'left out', why: expect.stringContaining('groups.exclude[0]') },
    ]);
    expect(short((await available('--unmapped')).rows)).toEqual([
      ['Sales', 'left out', ''],
      ['hr-salaries', 'left out', ''],
    ]);
    const { text } = await world.admin('groups', 'available');
    expect(text.split('\n')[0]).toMatch(/^GROUP +MEMBERS +IS +CONFLUENCE GROUPS +ID +WHY$/);
    expect(text.split('\n')[1]).toMatch(/^engineering +2 +mapped +confluence-users, engineering +[0-9a-f-]{36}$/);
  });

  it('tells the names of the map that the IdP has not sent, with what was probably meant', async () => {
    world = await startInspectWorld({ settings: { groups: { mapping: 'map', map: { Enginering: ['eng'], Board: ['board'] } } } });
    await sentGroup('Engineering\u009b');
    expect((await world.admin('groups', 'available')).text.split('\n\n')[1]?.split('\n')).toEqual([
      'groups.map names Enginering, which the identity provider has not sent; did you mean Engineering??',
      'groups.map names Board, which the identity provider has not sent',
    ]);
  });

  it('says which two groups end up as one, before anything is applied', async () => {
    world = await startInspectWorld({ settings: { groups: { rename: [{ pattern: '(?:okta|entra)-(.+)', replacement: '$1' }] } } });
    await sentGroup('okta-staff');
    await sentGroup('entra-staff');
    await sentGroup('Ops');
    const { code, rows } = await available();
    expect(code).toBe(EXIT.attention);
    expect(short(rows)).toEqual([
      ['okta-staff', 'conflict', 'staff'],
      ['entra-staff', 'conflict', 'staff'],
      ['Ops', 'same name', 'ops'],
    ]);
    expect(rows[0]?.why).toContain('entra-staff');
    expect(rows[1]?.why).toContain('okta-staff');
  });

  it('says why a group is parked', async () => {
    world = await startInspectWorld();
    world.confluence.groups.set('staff', new Set());
    await sentGroup('Staff');
    await sentGroup('Confluence-Administrators');
    await world.untilQuiet();
    const { code, rows } = await available();
    expect(code).toBe(EXIT.attention);
    expect(rows).toMatchObject([
      { is: 'parked', why: expect.stringMatching(/^foreign: /) },
      { is: 'parked', why: expect.stringMatching(/^protected: /) },
    ]);
  });

  it('counts a thousand members at most, and says that there are more', async () => {
    world = await startInspectWorld();
    const users = await world.seedUsers(1_001);
    const id = await world.createGroup('all');
    for (let from = 0; from < users.length; from += 48)
      await world.changeMembers(id, { add: users.slice(from, from + 48) }, { sends: false });
    expect((await available()).rows).toMatchObject([{ members: 1_000, moreMembers: true }]);
  });

  it('pages through more groups than one page has, in order of creation, deleted ones left out', async () => {
    world = await startInspectWorld();
    const names = Array.from({ length: 120 }, (_, i) => `group ${String(i).padStart(3, '0')}`);
    const ids = [];
    for (const name of names) ids.push(await sentGroup(name));
    await world.deleteGroup(ids[60] as (typeof ids)[0], { sends: false });
    expect((await available()).rows.map(({ displayName }) => displayName)).toEqual(names.toSpliced(60, 1));
  });

  it('says that nothing was sent yet, and that every group is in the map', async () => {
    world = await startInspectWorld({ settings: { groups: { map: { staff: ['staff'] } } } });
    expect(await world.admin('groups', 'available')).toMatchObject({
      code: EXIT.done,
      text: expect.stringContaining('has sent no group yet'),
    });
    await sentGroup('Staff');
    expect((await world.admin('groups', 'available', '--unmapped')).text).toBe('Every group is in the map.');
  });
});
