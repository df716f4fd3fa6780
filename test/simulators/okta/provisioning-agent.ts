import { ScimClient } from '../../acceptance/scim-client.ts';
import { PATCH_OP, USER } from '../../protocol/scim-client.ts';

export type ScimDialect = 'put' | 'patch';

export interface Person {
  readonly id: string;
  readonly profile: Readonly<Record<string, string>>;
}

/** What Okta sends to a SCIM server about the people assigned to the app: SCIM.md §2.2. */
export class ProvisioningAgent {
  readonly #scim: ScimClient;
  readonly #dialect: ScimDialect;
  /** Okta's id of a person → the server's. */
  readonly #known = new Map<string, string>();
  constructor({ url, token }: { url: string; token: string }, dialect: ScimDialect) {
    this.#scim = new ScimClient(url, token);
    this.#dialect = dialect;
  }

  /** O2: looked up by userName first, and linked if it is there; O3: else created. O5: who comes back is only made active again. */
  async assign(person: Person): Promise<void> {
    const filter = encodeURIComponent(`userName eq "${person.profile['login']}"`);
    const { Resources = [] } = await this.#send('GET', `/Users?filter=${filter}&startIndex=1&count=100`, 200);
    const [found] = Resources as { id: string }[];
    if (found) {
      this.#known.set(person.id, found.id);
      await this.#write(found.id, { ...attributesOf(person), active: true });
      return;
    }
    const created = await this.#send('POST', '/Users', 201, {
      ...attributesOf(person),
      schemas: [USER],
      externalId: person.id,
      groups: [],
      password: 'Random-1-Word',
      active: true,
    });
    this.#known.set(person.id, String(created['id']));
  }

  async update(person: Person): Promise<void> {
    const id = this.#known.get(person.id);
    if (id !== undefined) await this.#write(id, attributesOf(person));
  }

  /** O5: deactivated, never deleted. */
  async unassign(person: Person): Promise<void> {
    const id = this.#known.get(person.id);
    if (id !== undefined) await this.#write(id, { active: false });
  }

  /** O4: an app of the wizard reads and sends all of it back, id and meta with it; others PATCH without a path. */
  async #write(id: string, attributes: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#dialect === 'patch') {
      await this.#send('PATCH', `/Users/${id}`, 200, { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: attributes }] });
      return;
    }
    const current = await this.#send('GET', `/Users/${id}`, 200);
    await this.#send('PUT', `/Users/${id}`, 200, { ...current, ...attributes });
  }

  async #send(method: string, path: string, expected: number, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { status, json } = await this.#scim.send(method, path, body, { 'user-agent': 'Okta SCIM Client 1.0.0' });
    if (status !== expected) throw new Error(`${method} ${path} was answered ${status} ${JSON.stringify(json)}`);
    return json;
  }
}

function attributesOf({ profile }: Person): Readonly<Record<string, unknown>> {
  const { login, email, firstName, lastName, title, primaryPhone } = profile;
  return {
    userName: login,
    name: { givenName: firstName, familyName: lastName },
    displayName: `${firstName} ${lastName}`,
    emails: [{ primary: true, value: email, type: 'work' }],
    ...(title !== undefined && { title }),
    ...(primaryPhone !== undefined && { phoneNumbers: [{ primary: true, value: primaryPhone, type: 'work' }] }),
    locale: 'en-US',
  };
}
