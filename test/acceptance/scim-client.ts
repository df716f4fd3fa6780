export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  // What a server answers is only known once a test has looked at it.
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Person {
  readonly userName: string;
  readonly [attribute: string]: unknown;
}

/** A SCIM client over plain HTTP, with the requests that identity providers send most. */
export class ScimClient {
  readonly url: string;
  readonly #token: string;
  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** @throws TypeError when the connection breaks before the answer */
  async send(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ScimAnswer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/scim+json',
        ...(body !== undefined && { 'content-type': 'application/scim+json; charset=utf-8' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text === '' ? {} : (JSON.parse(text) as ScimAnswer['json']) };
  }

  /** The id of what was created. @throws Error for any answer but 201 */
  async create(type: 'Users' | 'Groups', resource: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await this.send('POST', `/${type}`, resource);
    if (answer.status !== 201) throw new Error(`POST /${type} was answered with ${answer.status}: ${JSON.stringify(answer.json)}`);
    return String(answer.json['id']);
  }

  createUser(person: Person): Promise<string> {
    return this.create('Users', oktaUser(person));
  }

  createGroup(displayName: string, members: readonly string[] = []): Promise<string> {
    return this.create('Groups', { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) });
  }

  patch(path: string, ...Operations: readonly unknown[]): Promise<ScimAnswer> {
    return this.send('PATCH', path, { schemas: [PATCH_OP], Operations });
  }

  async members(group: string): Promise<string[]> {
    const { json } = await this.send('GET', `/Groups/${group}`);
    return ((json['members'] ?? []) as { value: string }[]).map(({ value }) => value);
  }
}

/** What Okta POSTs for a new person (SCIM.md O3): empty groups, a random password, a locale. */
export function oktaUser(person: Person): Readonly<Record<string, unknown>> {
  const [local = person.userName] = person.userName.split('@');
  return {
    schemas: [USER],
    name: { givenName: local, familyName: 'Tester' },
    emails: [{ primary: true, value: `${local}@example.com`, type: 'work' }],
    displayName: `${local} Tester`,
    locale: 'en-US',
    externalId: `00u-${local}`,
    groups: [],
    password: PASSWORD,
    active: true,
    ...person,
  };
}

/** The password in every request that makes a person: it must be found nowhere afterwards. */
export const PASSWORD = 'Pass-1mz050nq-Word';
