import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from './running-stack.ts';
import { GROUP, oktaUser, type ScimAnswer, USER } from './scim-client.ts';

const PEOPLE = 500;
const resources = ({ json }: ScimAnswer) => (json['Resources'] ?? []) as { id: string; userName: string }[];
const filter = (text: string) => `filter=${encodeURIComponent(text)}`;

describe('a year of an identity provider', () => {
  let stack: RunningStack;
  let everybody: string[];
  beforeAll(async () => {
    stack = await RunningStack.start();
    everybody = [];
    for (let i = 0; i < PEOPLE; i += 10)
      everybody.push(
        ...(await Promise.all(Array.from({ length: 10 }, (_, k) => stack.scim.createUser({ userName: `p${i + k}@example.com` })))),
      );
  }, 180_000);
  afterAll(() => stack.remove());

  it('reads everybody page by page, each once, in an order that stays', async () => {
    const seen: string[] = [];
    for (let startIndex = 1; startIndex <= PEOPLE; startIndex += 100) {
      const page = await stack.scim.send('GET', `/Users?startIndex=${startIndex}&count=100`);
      expect(page.json).toMatchObject({ totalResults: PEOPLE, startIndex, itemsPerPage: 100 });
      seen.push(...resources(page).map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(PEOPLE);
    expect([...seen].sort()).toEqual([...everybody].sort());
    const again = await stack.scim.send('GET', '/Users?startIndex=201&count=7');
    expect(resources(again).map(({ id }) => id)).toEqual(seen.slice(200, 207));
    expect(await stack.scim.send('GET', `/Users?startIndex=${PEOPLE + 1}&count=100`)).toMatchObject({
      status: 200,
      json: { totalResults: PEOPLE, itemsPerPage: 0 },
    });
  });

  it('finds by the filters that identity providers send', async () => {
    const names = async (query: string) => resources(await stack.scim.send('GET', `/Users?${query}`)).map(({ userName }) => userName);
    const who = ['p42@example.com'];
    expect(await names(filter('userName eq "P42@EXAMPLE.com"'))).toEqual(who);
    expect(await names('filter=userName+eq+%22p42%40example.com%22&startIndex=1&count=100')).toEqual(who);
    expect(await names(filter('externalId eq "00u-p42"'))).toEqual(who);
    expect(await names(filter('externalId eq 00u-p42'))).toEqual(who);
    expect(await names(filter('emails eq "p42@example.com"'))).toEqual(who);
    expect(await names(filter('emails[type eq "work" and value eq "p42@example.com"]'))).toEqual(who);
    expect(await names(filter(`id eq "${everybody[42]}" and active eq true`))).toHaveLength(1);
    expect(await names(filter(`id eq "${everybody[42]}" and manager eq "${everybody[43]}"`))).toEqual([]);
    expect(await names(filter('userName eq "f6b1a0c4-9a5e-4b7d-9f1e-000000000000"'))).toEqual([]);
    expect((await stack.scim.send('GET', `/Users?${filter('userNmae eq "x"')}`)).json).toMatchObject({ scimType: 'invalidFilter' });
  });

  it('replaces a group of 500 members by PUT, as Okta does, then halves it', async () => {
    const put = (members: readonly string[]) => ({
      schemas: [GROUP],
      displayName: 'All Staff',
      members: members.map((value) => ({ value })),
    });
    const group = await stack.scim.create('Groups', put([]));
    const answer = await stack.scim.send('PUT', `/Groups/${group}`, { id: group, ...put(everybody) });
    expect(answer.status).toBe(200);
    expect(answer.json['members']).toHaveLength(PEOPLE);
    await eventually(async () => expect(await stack.members('all staff')).toHaveLength(PEOPLE), 180_000);
    const half = everybody.slice(0, PEOPLE / 2);
    expect((await stack.scim.send('PUT', `/Groups/${group}`, put(half))).status).toBe(200);
    expect((await stack.scim.members(group)).sort()).toEqual([...half].sort());
    await eventually(async () => expect(await stack.members('all staff')).toHaveLength(PEOPLE / 2), 180_000);
    const { json } = await stack.scim.send('GET', `/Groups?excludedAttributes=members&${filter('displayName eq "all STAFF"')}`);
    expect(json).toMatchObject({ totalResults: 1, Resources: [{ id: group, displayName: 'All Staff' }] });
    expect(JSON.stringify(json)).not.toContain('"members"');

    expect((await stack.scim.send('DELETE', `/Groups/${group}`)).status).toBe(204);
    await eventually(async () => expect(await stack.members('all staff')).toEqual([]), 180_000);
    const successor = await stack.scim.createGroup('All Staff', everybody.slice(0, 3));
    await eventually(async () => expect(await stack.members('all staff')).toHaveLength(3));
    await stack.settled();
    expect(await stack.members('all staff')).toHaveLength(3);
    expect(await stack.scim.members(successor)).toHaveLength(3);
  });

  it('renames a person: the account keeps its name, gets the new profile, and that is said', async () => {
    const id = await stack.scim.createUser({ userName: 'maiden@example.com' });
    await eventually(async () => expect(await stack.account('maiden@example.com')).toBeDefined());
    const answer = await stack.scim.patch(`/Users/${id}`, {
      op: 'replace',
      value: { userName: 'married@example.com', displayName: 'Mar Ried' },
    });
    expect(answer).toMatchObject({ status: 200, json: { userName: 'married@example.com' } });
    await eventually(async () => expect(await stack.account('maiden@example.com')).toMatchObject({ fullName: 'Mar Ried', active: true }));
    expect(await stack.account('married@example.com')).toBeUndefined();
    await eventually(() =>
      expect(stack.log().filter((line) => line.kind === 'change.unsupported' && JSON.stringify(line).includes(id))).toHaveLength(1),
    );
    // Leaving still works under the account's own name.
    await stack.scim.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
    await eventually(async () => expect(await stack.account('maiden@example.com')).toMatchObject({ active: false }));
  });

  it('disables and enables so quickly that the changes overtake each other, and ends with the last word', async () => {
    const id = await stack.scim.createUser({ userName: 'undecided' });
    for (let i = 0; i < 10; i++) await stack.scim.patch(`/Users/${id}`, { op: 'replace', value: { active: i % 2 === 0 } });
    await stack.settled();
    expect((await stack.account('undecided'))?.active ?? false).toBe(false);
    for (let i = 0; i < 9; i++) await stack.scim.patch(`/Users/${id}`, { op: 'replace', value: { active: i % 2 === 0 } });
    await stack.settled();
    expect(await stack.account('undecided')).toMatchObject({ active: true });
  });

  it('deletes a person and creates the same user name at once: active, in the new groups only', async () => {
    const first = await stack.scim.createUser({ userName: 'phoenix' });
    const old = await stack.scim.createGroup('before', [first]);
    await eventually(async () => expect(await stack.account('phoenix')).toMatchObject({ groups: ['before'] }));
    await stack.scim.send('DELETE', `/Users/${first}`);
    const second = await stack.scim.createUser({ userName: 'Phoenix', displayName: 'Risen' });
    await stack.scim.createGroup('after', [second]);
    await eventually(async () =>
      expect(await stack.account('phoenix')).toMatchObject({ active: true, fullName: 'Risen', groups: ['after'] }),
    );
    await stack.settled();
    expect(await stack.account('phoenix')).toMatchObject({ active: true, groups: ['after'] });
    expect(await stack.scim.members(old)).toEqual([]);
  });

  it('follows Entra’s soft delete and restore, which rename and deactivate at once', async () => {
    const id = await stack.scim.createUser({ userName: 'soft@example.com' });
    const group = await stack.scim.createGroup('softies', [id]);
    await eventually(async () => expect(await stack.account('soft@example.com')).toMatchObject({ groups: ['softies'] }));
    const hex = '0123456789abcdef0123456789abcdef';
    await stack.scim.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'userName', value: `${hex}soft@example.com` },
      { op: 'Replace', path: 'active', value: 'False' },
    );
    await eventually(async () => expect(await stack.account('soft@example.com')).toMatchObject({ active: false }));
    await stack.scim.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'userName', value: 'soft@example.com' },
      { op: 'Replace', path: 'active', value: 'True' },
    );
    await eventually(async () => expect(await stack.account('soft@example.com')).toMatchObject({ active: true, groups: ['softies'] }));
    expect(await stack.scim.members(group)).toEqual([id]);
    expect(await stack.account(`${hex}soft@example.com`)).toBeUndefined();
  });

  it('renames a group with a membership update in one request: nobody loses the group', async () => {
    const [one = '', two = ''] = everybody;
    const group = await stack.scim.createGroup('Old Name', [one]);
    await eventually(async () => expect(await stack.members('old name')).toHaveLength(1));
    const operations = [
      { op: 'replace', value: { id: group, displayName: 'New Name' } },
      { op: 'add', path: 'members', value: [{ value: two, display: 'two' }] },
    ];
    expect((await stack.scim.patch(`/Groups/${group}`, ...operations)).status).toBe(204);
    expect((await stack.scim.send('GET', `/Groups/${group}?excludedAttributes=members`)).json).toMatchObject({ displayName: 'New Name' });
    await stack.settled();
    const members = [...((await stack.members('old name')) ?? []), ...((await stack.members('new name')) ?? [])];
    expect(members.sort()).toEqual(['p0@example.com', 'p1@example.com']);
    // Group names are unique without regard to case.
    expect((await stack.scim.send('POST', '/Groups', { schemas: [GROUP], displayName: 'NEW name' })).json).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    });
  });

  it('parks what Confluence can’t take, with a reason, and lets the identity provider mend it', async () => {
    const bad = await stack.scim.createUser({ userName: "o'neil, pat", emails: [{ value: 'pat@example.com' }] });
    const bare = await stack.scim.create('Users', { schemas: [USER], userName: 'no.email' });
    const parked = () => stack.adminJson<{ id: string; code: string; reason: string }[]>(['parked', 'list']);
    await eventually(async () => expect((await parked()).map(({ id }) => id).sort()).toEqual([bad, bare].sort()));
    for (const { reason } of await parked()) expect(reason).toMatch(/identity provider/);
    await stack.scim.patch(`/Users/${bad}`, { op: 'replace', value: { userName: 'pat.oneil' } });
    await stack.scim.patch(`/Users/${bare}`, { op: 'Add', path: 'emails[type eq "work"].value', value: 'no.email@example.com' });
    await eventually(async () => expect(await stack.account('pat.oneil')).toMatchObject({ active: true }));
    await eventually(async () => expect(await stack.account('no.email')).toMatchObject({ email: 'no.email@example.com' }));
    expect(await parked()).toEqual([]);
  });

  it('never touches administrators: neither their group nor the service account', async () => {
    const admin = await stack.scim.createUser({ userName: 'admin', active: false });
    const group = await stack.scim.createGroup('confluence-administrators', [everybody[0] ?? '']);
    await stack.scim.patch(`/Users/${admin}`, { op: 'replace', value: { active: true } });
    await eventually(async () => expect(await stack.adminJson(['parked', 'list'])).toHaveLength(2));
    await stack.scim.send('DELETE', `/Users/${admin}`);
    await stack.scim.send('DELETE', `/Groups/${group}`);
    await stack.settled();
    expect(await stack.account('admin')).toMatchObject({ active: true, fullName: 'Service Account' });
    expect(await stack.members('confluence-administrators')).toEqual(['admin']);
    expect(await stack.adminJson(['parked', 'list'])).toEqual([]);
  });

  it('takes a large body, and says clearly which is too large', async () => {
    const large = await stack.scim.send('POST', '/Users', oktaUser({ userName: 'large', title: 'x'.repeat(100_000) }));
    expect(large.status).toBe(201);
    const tooLarge = await stack.scim.send('POST', '/Users', oktaUser({ userName: 'larger', title: 'x'.repeat(7_000_000) }));
    expect(tooLarge).toMatchObject({ status: 413, json: { status: '413', schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] } });
    expect((await stack.scim.send('GET', `/Users?${filter('userName eq "larger"')}`)).json).toMatchObject({ totalResults: 0 });
  });

  it('has logged no error of its own, and nothing is pending', async () => {
    expect(await stack.settled()).toMatchObject({ state: 'open', parked: 0 });
    expect(stack.log().filter(({ kind }) => kind === 'error')).toEqual([]);
  });
});
