import { GROUP, oktaUser, PATCH_OP, type ScimAnswer, type ScimClient, USER } from './scim-client.ts';

/** One person's and one group's life in the words of an identity provider: each verb is what it sends for it. */
export interface IdentityProvider {
  readonly name: string;
  /** A new person. @returns the id */
  admit(scim: ScimClient, userName: string): Promise<string>;
  changeName(scim: ScimClient, user: string, givenName: string, familyName: string): Promise<void>;
  setActive(scim: ScimClient, user: string, active: boolean): Promise<void>;
  /** Assignment taken back, and what follows of it for the person's record. */
  remove(scim: ScimClient, user: string): Promise<void>;
  /** A new group with these members. @returns the id */
  pushGroup(scim: ScimClient, displayName: string, members: readonly string[]): Promise<string>;
  renameGroup(scim: ScimClient, group: string, displayName: string): Promise<void>;
  takeOut(scim: ScimClient, group: string, user: string): Promise<void>;
  deleteGroup(scim: ScimClient, group: string): Promise<void>;
}

/** @throws Error for any answer but 2xx: what an identity provider retries, these tests don't */
async function accepted(answer: Promise<ScimAnswer>): Promise<ScimAnswer> {
  const { status, json } = await answer;
  if (status >= 300) throw new Error(`answered with ${status}: ${JSON.stringify(json)}`);
  return answer;
}

const OKTA_HEADERS = { 'user-agent': 'Okta SCIM Client 1.0.0', 'accept-charset': 'utf-8' };

function oktaPatch(scim: ScimClient, path: string, ...Operations: readonly unknown[]): Promise<ScimAnswer> {
  return accepted(scim.send('PATCH', path, { schemas: [PATCH_OP], Operations }, OKTA_HEADERS));
}

/** Full PUTs for profiles, PATCH without a path for `active`, never a DELETE of a person (SCIM.md O3 to O7). */
export const okta: IdentityProvider = {
  name: 'Okta',
  async admit(scim, userName) {
    const { json } = await accepted(scim.send('POST', '/Users', oktaUser({ userName }), OKTA_HEADERS));
    return String(json['id']);
  },
  async changeName(scim, user, givenName, familyName) {
    const { json } = await accepted(scim.send('GET', `/Users/${user}`, undefined, OKTA_HEADERS));
    const changed = { ...json, name: { givenName, familyName }, displayName: `${givenName} ${familyName}` };
    await accepted(scim.send('PUT', `/Users/${user}`, changed, OKTA_HEADERS));
  },
  async setActive(scim, user, active) {
    await oktaPatch(scim, `/Users/${user}`, { op: 'replace', value: { active } });
  },
  async remove(scim, user) {
    await okta.setActive(scim, user, false);
  },
  async pushGroup(scim, displayName, members) {
    const { json } = await accepted(scim.send('POST', '/Groups', { schemas: [GROUP], displayName, members: [] }, OKTA_HEADERS));
    const value = members.map((member) => ({ value: member, display: member }));
    await oktaPatch(scim, `/Groups/${json['id']}`, { op: 'add', path: 'members', value });
    return String(json['id']);
  },
  async renameGroup(scim, group, displayName) {
    await oktaPatch(scim, `/Groups/${group}`, { op: 'replace', value: { id: group, displayName } });
  },
  async takeOut(scim, group, user) {
    await oktaPatch(scim, `/Groups/${group}`, { op: 'remove', path: `members[value eq "${user}"]` });
  },
  async deleteGroup(scim, group) {
    await accepted(scim.send('DELETE', `/Groups/${group}`, undefined, OKTA_HEADERS));
  },
};

const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** PATCH for everything, verbs with a capital letter, booleans as text, a DELETE after the deactivation (SCIM.md E5 to E11). */
export const entra: IdentityProvider = {
  name: 'Entra ID',
  async admit(scim, userName) {
    const [mailNickname] = userName.split('@');
    const { json } = await accepted(
      scim.send('POST', '/Users', {
        schemas: [USER, ENTERPRISE_USER],
        externalId: mailNickname,
        userName,
        active: true,
        displayName: `${mailNickname} Tester`,
        emails: [{ primary: true, type: 'work', value: userName }],
        meta: { resourceType: 'User' },
        name: { formatted: `${mailNickname} Tester`, familyName: 'Tester', givenName: mailNickname },
        title: null,
        roles: [],
      }),
    );
    return String(json['id']);
  },
  async changeName(scim, user, givenName, familyName) {
    await accepted(
      scim.patch(
        `/Users/${user}`,
        { op: 'Replace', path: 'displayName', value: `${givenName} ${familyName}` },
        { op: 'Replace', path: 'name.givenName', value: givenName },
        { op: 'Replace', path: 'name.familyName', value: familyName },
      ),
    );
  },
  async setActive(scim, user, active) {
    await accepted(scim.patch(`/Users/${user}`, { op: 'Replace', path: 'active', value: active ? 'True' : 'False' }));
  },
  async remove(scim, user) {
    await entra.setActive(scim, user, false);
    await accepted(scim.send('DELETE', `/Users/${user}`));
  },
  async pushGroup(scim, displayName, members) {
    const { json } = await accepted(scim.send('POST', '/Groups', { schemas: [GROUP], externalId: displayName, displayName, members: [] }));
    const value = members.map((member) => ({ $ref: null, value: member }));
    await accepted(scim.patch(`/Groups/${json['id']}`, { op: 'Add', path: 'members', value }));
    return String(json['id']);
  },
  async renameGroup(scim, group, displayName) {
    await accepted(scim.patch(`/Groups/${group}`, { op: 'Replace', path: 'displayName', value: displayName }));
  },
  async takeOut(scim, group, user) {
    await accepted(scim.patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value: [{ $ref: null, value: user }] }));
  },
  async deleteGroup(scim, group) {
    await accepted(scim.send('DELETE', `/Groups/${group}`));
  },
};
