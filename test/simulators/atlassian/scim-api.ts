import type { Answer } from '../simulator-server.ts';
import type { Organization, OrganizationGroup, ScimRecord } from './organization.ts';
import { type ApiCall, type ApiRequest, findRoute, NO_CONTENT, type Route } from './routes.ts';
import { badRequestException, existsAlready, Refused, scimError } from './scim-errors.ts';
import { bodyOf, patchedUser, projected, USER_SCHEMA, type UserWish, userJson, userWishOf } from './scim-user.ts';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface ScimApiOptions {
  readonly organization: Organization;
  readonly directory: string;
  /** The URL of the directory: what `location` and `$ref` begin with. */
  readonly base: string;
  readonly verifiedDomains: readonly string[];
  readonly maxPageSize: number;
  /** Is this known to calls by now? */
  readonly isSettled: (made: { readonly madeAt: number }) => boolean;
}

/**
 * Atlassian's User Provisioning API, `/scim/directory/{directory}`, by the vendor's document of August 2022 and CONFLUENCE §1d.
 *
 * What was just made settles as in a service whose reads come from copies: what is unique is checked where it is written, so a second create
 * is 409 at once; but until it has settled no filter and no list has it, its id is 404 to every call, and as a member it is unknown. What is
 * changed later (PUT, PATCH, DELETE, members) is seen at once. Unverified: how long Atlassian takes, and for which calls.
 */
export function scimApi(options: ScimApiOptions): (request: ApiRequest) => Answer {
  const { organization, base, isSettled } = options;

  const jsonOf = (record: ScimRecord, query: URLSearchParams) =>
    projected(
      userJson(
        record,
        base,
        organization.groupsOf(record.accountId).filter(({ directory }) => directory === 'scim'),
      ),
      query,
    );

  const groupJson = (group: OrganizationGroup) => ({
    schemas: [GROUP_SCHEMA],
    id: group.id,
    ...(group.externalId !== undefined && { externalId: group.externalId }),
    displayName: group.name,
    members: organization.members(group.id).flatMap((account) => {
      const record = organization.recordOfAccount(account.accountId);
      // `display` is the e-mail address in the vendor's example, not the userName.
      return record ? [{ type: 'User', value: record.id, display: account.email, $ref: `${base}/Users/${record.id}` }] : [];
    }),
    meta: {
      resourceType: 'GROUP',
      location: `${base}/Groups/${group.id}`,
      created: new Date(group.madeAt).toISOString(),
      lastModified: new Date(group.changedAt).toISOString(),
    },
  });

  function userOf(id: string): ScimRecord {
    const record = organization.record(id);
    if (!record || !isSettled(record)) throw new Refused(scimError(404, `Resource [USER]: ${id} not found.`));
    return record;
  }
  function groupOf(id: string): OrganizationGroup {
    const group = organization.group(id);
    if (group?.directory !== 'scim' || !isSettled(group)) throw new Refused(scimError(404, `Resource [GROUP]: ${id} not found.`));
    return group;
  }

  /** "A user account can only be created if it has an email address on a verified domain." */
  function assertVerified(email: string): void {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    if (options.verifiedDomains.some((verified) => verified.toLowerCase() === domain)) return;
    throw new Refused(scimError(400, `The domain ${domain} of the email ${email} is not verified for this organization.`, 'invalidValue'));
  }

  function createUser({ body, query }: ApiCall): Answer {
    const wish = userWishOf(body);
    assertVerified(wish.email);
    if (organization.recordOfUserName(wish.userName)) throw existsAlready('USER', 'userName', wish.userName);
    const found = organization.accountOfEmail(wish.email);
    if (found && organization.recordOfAccount(found.accountId)) throw existsAlready('USER', 'email', wish.email);
    // "If a managed Atlassian account already exists … for the specified email address, the user in your identity provider is linked"
    const account = found ?? organization.createAccount({ email: wish.email, fullName: wish.fullName, active: wish.active });
    const { userName, active, attributes } = wish;
    const record = organization.createRecord({ accountId: account.accountId, userName, active, attributes });
    organization.changeAccount(account.accountId, { fullName: wish.fullName, active, inDirectory: true });
    return { status: 201, body: jsonOf(record, query) };
  }

  function writeUser(record: ScimRecord, wish: UserWish, query: URLSearchParams): Answer {
    const sameName = organization.recordOfUserName(wish.userName);
    if (sameName && sameName.id !== record.id) throw existsAlready('USER', 'userName', wish.userName);
    const before = organization.account(record.accountId);
    if (before?.email.toLowerCase() !== wish.email.toLowerCase()) {
      assertVerified(wish.email);
      const sameEmail = organization.accountOfEmail(wish.email);
      if (sameEmail && sameEmail.accountId !== record.accountId) throw existsAlready('USER', 'email', wish.email);
    }
    const { userName, active, attributes } = wish;
    const changed = organization.changeRecord({ ...record, userName, active, attributes });
    organization.changeAccount(record.accountId, { email: wish.email, fullName: wish.fullName, active });
    return { status: 200, body: jsonOf(changed, query) };
  }

  /** Deletes the record for good and deactivates the account behind it. */
  function deleteUser(record: ScimRecord): Answer {
    organization.deleteRecord(record.id);
    organization.changeAccount(record.accountId, { active: false });
    return NO_CONTENT;
  }

  /** The accounts behind the ids of users. @throws Refused what `refusal` makes of an id that is nobody's */
  function accountsOf(value: unknown, refusal: (id: string) => Answer): string[] {
    const entries = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
    return entries.map((entry) => {
      const id = String((entry as { value?: unknown } | null)?.value ?? '');
      const record = organization.record(id);
      if (!record || !isSettled(record)) throw new Refused(refusal(id));
      return record.accountId;
    });
  }

  function createGroup({ body }: ApiCall): Answer {
    const { displayName, externalId } = body;
    if (typeof displayName !== 'string' || displayName.trim() === '')
      throw new Refused(scimError(400, 'displayName is required', 'invalidValue'));
    // A group of the organisation itself is in the way as much as one of this directory.
    if (organization.groupOfName(displayName)) throw existsAlready('GROUP', 'displayName', displayName);
    const members = accountsOf(body['members'], (id) => scimError(400, `Resource [USER]: ${id} not found.`, 'invalidValue'));
    const group = organization.createGroup({
      name: displayName,
      directory: 'scim',
      ...(typeof externalId === 'string' && { externalId }),
    });
    for (const accountId of members) organization.addMember(group.id, accountId);
    return { status: 201, body: groupJson(group) };
  }

  function setMembers(group: OrganizationGroup, wanted: readonly string[]): void {
    for (const { accountId } of organization.members(group.id))
      if (!wanted.includes(accountId)) organization.removeMember(group.id, accountId);
    for (const accountId of wanted) organization.addMember(group.id, accountId);
  }

  function assertSameName(group: OrganizationGroup, displayName: unknown): void {
    if (displayName === group.name) return;
    throw new Refused(scimError(400, 'displayName is immutable: renaming a group is not supported.', 'mutability'));
  }

  function changedGroup(id: string): Answer {
    const group = groupOf(id);
    organization.changeGroup(group);
    return { status: 200, body: groupJson(groupOf(id)) };
  }

  function replaceGroup({ names: [id = ''], body }: ApiCall): Answer {
    const group = groupOf(id);
    assertSameName(group, body['displayName']);
    const members = accountsOf(body['members'], (user) => badRequestException(`Resource [USER]: ${user} not found.`));
    setMembers(group, members);
    return changedGroup(id);
  }

  function patchGroup({ names: [id = ''], body }: ApiCall): Answer {
    const group = groupOf(id);
    const unknown = (user: string) => scimError(404, `Resource [USER]: ${user} not found.`);
    for (const { op, path, value } of operationsOf(body)) {
      const one = /^members\[value eq "([^"]*)"\]$/i.exec(path ?? '');
      if (one) {
        if (op !== 'remove') throw new Refused(scimError(400, `${op} takes no member path`, 'invalidPath'));
        for (const accountId of accountsOf({ value: one[1] }, unknown)) organization.removeMember(group.id, accountId);
      } else if (path?.toLowerCase() === 'members') {
        const accounts = accountsOf(value, unknown);
        if (op === 'add') for (const accountId of accounts) organization.addMember(group.id, accountId);
        else if (op === 'replace' || value === undefined) setMembers(group, accounts);
        else for (const accountId of accounts) organization.removeMember(group.id, accountId);
      } else if (path?.toLowerCase() === 'displayname') assertSameName(group, value);
      else if (path === undefined && op !== 'remove' && typeof value === 'object' && value !== null) {
        const wish = value as Record<string, unknown>;
        if (wish['displayName'] !== undefined) assertSameName(group, wish['displayName']);
        if (wish['members'] !== undefined) setMembers(group, accountsOf(wish['members'], unknown));
      } else throw new Refused(scimError(400, `the path ${path} is not known`, 'invalidPath'));
    }
    return changedGroup(id);
  }

  function listed<T>(query: URLSearchParams, all: readonly T[], show: (item: T) => unknown): Answer {
    const startIndex = Math.max(1, numberIn(query, 'startIndex', 1));
    const count = Math.min(options.maxPageSize, Math.max(0, numberIn(query, 'count', options.maxPageSize)));
    const page = all.slice(startIndex - 1, startIndex - 1 + count).map(show);
    const body = { schemas: [LIST_SCHEMA], totalResults: all.length, startIndex, itemsPerPage: page.length, Resources: page };
    return { status: 200, body };
  }

  function listUsers({ query }: ApiCall): Answer {
    const filter = filterIn(query, ['userName', 'externalId']);
    const found =
      filter?.attribute === 'userName'
        ? [organization.recordOfUserName(filter.value) ?? []].flat()
        : organization.records().filter(({ attributes }) => filter === undefined || attributes['externalId'] === filter.value);
    return listed(query, found.filter(isSettled), (record) => jsonOf(record, query));
  }

  function listGroups({ query }: ApiCall): Answer {
    const filter = filterIn(query, ['displayName']);
    const found = filter === undefined ? organization.groups() : [organization.groupOfName(filter.value) ?? []].flat();
    const here = found.filter((group) => group.directory === 'scim' && isSettled(group));
    return listed(query, here, groupJson);
  }

  const routes: readonly Route[] = [
    { method: 'GET', path: '/Users', answer: listUsers },
    { method: 'POST', path: '/Users', answer: createUser },
    { method: 'GET', path: '/Users/{}', answer: ({ names: [id = ''], query }) => ({ status: 200, body: jsonOf(userOf(id), query) }) },
    { method: 'PUT', path: '/Users/{}', answer: ({ names: [id = ''], query, body }) => writeUser(userOf(id), userWishOf(body), query) },
    {
      method: 'PATCH',
      path: '/Users/{}',
      answer: ({ names: [id = ''], query, body }) => {
        const record = userOf(id);
        return writeUser(record, userWishOf(patchedUser(bodyOf(record), operationsOf(body))), query);
      },
    },
    { method: 'DELETE', path: '/Users/{}', answer: ({ names: [id = ''] }) => deleteUser(userOf(id)) },
    { method: 'GET', path: '/Groups', answer: listGroups },
    { method: 'POST', path: '/Groups', answer: createGroup },
    { method: 'GET', path: '/Groups/{}', answer: ({ names: [id = ''] }) => ({ status: 200, body: groupJson(groupOf(id)) }) },
    { method: 'PUT', path: '/Groups/{}', answer: replaceGroup },
    { method: 'PATCH', path: '/Groups/{}', answer: patchGroup },
    {
      method: 'DELETE',
      path: '/Groups/{}',
      answer: ({ names: [id = ''] }) => {
        organization.deleteGroup(groupOf(id).id);
        return NO_CONTENT;
      },
    },
    { method: 'GET', path: '/ServiceProviderConfig', answer: () => ({ status: 200, body: serviceProviderConfig(options.maxPageSize) }) },
    { method: 'GET', path: '/ResourceTypes', answer: ({ query }) => listed(query, ['User', 'Group'], (name) => ({ id: name, name })) },
    { method: 'GET', path: '/Schemas', answer: ({ query }) => listed(query, [USER_SCHEMA, GROUP_SCHEMA], (id) => ({ id })) },
  ];

  return (request) => {
    const [directory = '', ...rest] = request.path.slice('/scim/directory/'.length).split('/');
    if (decodeURIComponent(directory) !== options.directory) return scimError(404, `Directory ${directory} not found.`);
    const found = findRoute(routes, { method: request.method, path: `/${rest.join('/')}` });
    if (found === 'no-path') return scimError(404, 'Not found.');
    if (found === 'no-method') return scimError(405, 'Method not allowed.');
    const takesBody = request.method !== 'GET' && request.method !== 'DELETE';
    if (takesBody && !/^application\/(scim\+)?json$/.test(request.mediaType)) return scimError(415, 'Unsupported media type.');
    if (takesBody && request.body === undefined) return scimError(400, 'The body is no JSON object.', 'invalidSyntax');
    if (request.query.has('attributes') && request.query.has('excludedAttributes')) {
      return scimError(400, 'attributes and excludedAttributes are mutually exclusive', 'invalidValue');
    }
    try {
      return found.route.answer({ names: found.names, query: request.query, body: request.body ?? {} });
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      throw error;
    }
  };
}

/** "Filtering is supported with a single exact match (`eq`)". @throws Refused 400 for anything else */
function filterIn(query: URLSearchParams, attributes: readonly string[]): { attribute: string; value: string } | undefined {
  const filter = query.get('filter');
  if (filter === null) return undefined;
  const parsed = /^\s*(\w+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i.exec(filter);
  const attribute = attributes.find((known) => known.toLowerCase() === parsed?.[1]?.toLowerCase());
  if (!parsed || attribute === undefined) {
    throw new Refused(scimError(400, `The filter is not supported: one eq on ${attributes.join(' or ')}.`, 'invalidFilter'));
  }
  return { attribute, value: JSON.parse(parsed[2] ?? '""') as string };
}

function numberIn(query: URLSearchParams, name: string, absent: number): number {
  const value = Number(query.get(name) ?? absent);
  if (!Number.isInteger(value)) throw new Refused(scimError(400, `${name} is no integer`, 'invalidValue'));
  return value;
}

/** RFC 7644 §3.5.2 spells it "Operations", the vendor's schema "operations": both are taken, as is any case of `op`. */
function operationsOf(body: Readonly<Record<string, unknown>>): { op: string; path?: string; value?: unknown }[] {
  const operations = body['Operations'] ?? body['operations'];
  if (!Array.isArray(operations) || operations.length === 0) throw new Refused(scimError(400, 'Operations is required', 'invalidSyntax'));
  return operations.map((operation: unknown) => {
    const { op, path, value } = (operation ?? {}) as Record<string, unknown>;
    const verb = String(op).toLowerCase();
    if (!['add', 'replace', 'remove'].includes(verb)) throw new Refused(scimError(400, `op ${String(op)} is not known`, 'invalidSyntax'));
    if (path !== undefined && typeof path !== 'string') throw new Refused(scimError(400, 'path is no string', 'invalidPath'));
    return { op: verb, ...(path !== undefined && { path }), ...(value !== undefined && { value }) };
  });
}

function serviceProviderConfig(maxResults: number): unknown {
  const off = { supported: false };
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { ...off, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults },
    changePassword: off,
    sort: off,
    etag: off,
    authenticationSchemes: [{ type: 'oauthbearertoken', name: 'OAuth Bearer Token', description: 'The API key of the directory' }],
  };
}
