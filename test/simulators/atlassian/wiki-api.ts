import type { Answer } from '../simulator-server.ts';
import type { Organization, OrganizationAccount, OrganizationGroup } from './organization.ts';
import { type ApiCall, type ApiRequest, findRoute, type Route } from './routes.ts';

export interface WikiApiOptions {
  readonly organization: Organization;
  /** The base URL of the site, with /wiki. */
  readonly base: string;
  readonly isSettled: (made: { readonly madeAt: number }) => boolean;
}

/** "this is restricted by fixed system limit of 200" */
const MOST = 200;

/**
 * The groups of Confluence Cloud as its v1 API reads them, below /wiki/rest/api: those of the organisation. Members of a group that there is
 * not are an empty page, and suspended users are left out (CONFLUENCE §1d); e-mail addresses are not told.
 */
export function wikiApi({ organization, base, isSettled }: WikiApiOptions): (request: ApiRequest) => Answer {
  const groupJson = ({ id, name }: OrganizationGroup) => ({
    type: 'group',
    name,
    id,
    _links: { self: `${base}/rest/api/group/by-id?id=${encodeURIComponent(id)}` },
  });
  const userJson = ({ accountId, fullName }: OrganizationAccount) => ({
    type: 'known',
    accountId,
    accountType: 'atlassian',
    email: '',
    publicName: fullName,
    displayName: fullName,
    profilePicture: { path: '/wiki/aa-avatar/default', width: 48, height: 48, isDefault: true },
    isExternalCollaborator: false,
    _expandable: { operations: '', personalSpace: '' },
    _links: { self: `${base}/rest/api/user?accountId=${encodeURIComponent(accountId)}` },
  });

  function page<T>({ query }: ApiCall, path: string, all: readonly T[], show: (item: T) => unknown): Answer {
    const start = Number(query.get('start') ?? 0);
    const limit = Number(query.get('limit') ?? MOST);
    if (!Number.isInteger(start) || start < 0 || !Number.isInteger(limit) || limit < 0) return wikiError(400, 'start and limit');
    if (limit > MOST) return wikiError(400, `The limit is greater than ${MOST}`);
    const results = all.slice(start, start + limit).map(show);
    const next = start + limit < all.length && limit > 0 ? { next: `${path}?limit=${limit}&start=${start + limit}` } : {};
    return { status: 200, body: { results, start, limit, size: results.length, _links: { base, context: '/wiki', ...next } } };
  }

  const groups = () => organization.groups().filter(isSettled);
  const one = (group: OrganizationGroup | undefined): Answer =>
    group && isSettled(group) ? { status: 200, body: groupJson(group) } : wikiError(404, 'No group found');

  const routes: readonly Route[] = [
    { method: 'GET', path: '/wiki/rest/api/group', answer: (call) => page(call, '/rest/api/group', groups(), groupJson) },
    { method: 'GET', path: '/wiki/rest/api/group/by-id', answer: ({ query }) => one(organization.group(query.get('id') ?? '')) },
    { method: 'GET', path: '/wiki/rest/api/group/by-name', answer: ({ query }) => one(organization.groupOfName(query.get('name') ?? '')) },
    {
      method: 'GET',
      path: '/wiki/rest/api/group/picker',
      answer: (call) => {
        const term = call.query.get('query')?.toLowerCase();
        if (term === undefined) return wikiError(400, 'query is required');
        const found = groups().filter(({ name }) => name.toLowerCase().includes(term));
        return page(call, '/rest/api/group/picker', found, groupJson);
      },
    },
    {
      method: 'GET',
      path: '/wiki/rest/api/group/{}/membersByGroupId',
      answer: (call) => {
        const [id = ''] = call.names;
        const members = organization.members(id).filter(({ active, suspended, inDirectory }) => active && !suspended && inDirectory);
        return page(call, `/rest/api/group/${id}/membersByGroupId`, members, userJson);
      },
    },
  ];

  return (request) => {
    const found = findRoute(routes, request);
    if (found === 'no-path') return wikiError(404, 'null for uri');
    if (found === 'no-method') return wikiError(405, 'HTTP 405 Method Not Allowed');
    return found.route.answer({ names: found.names, query: request.query, body: request.body ?? {} });
  };
}

/** Confluence's RestError. */
export function wikiError(status: number, message: string): Answer {
  return { status, body: { statusCode: status, data: { authorized: status !== 403, valid: true, errors: [] }, message } };
}
