import type { Answer } from '../simulator-server.ts';
import { digestOf, type Instance, type SimulatedUser } from './instance.ts';
import { objectionToNewUser, objectionToProfile } from './user-rules.ts';

interface Call {
  /** Decoded path parameters, in the order of the template. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: SimulatedUser;
}

interface Route {
  readonly method: string;
  readonly path: string;
  /** The first version that has it. */
  readonly since?: readonly [number, number];
  readonly admin?: true;
  readonly answer: (call: Call) => Answer;
}

const NO_CONTENT: Answer = { status: 204 };
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Confluence's RestError. */
export function refusal(status: number, message: string): Answer {
  return {
    status,
    body: {
      statusCode: status,
      data: { authorized: status !== 403, valid: true, errors: [] },
      message,
      reason: REASONS[status] ?? 'Error',
    },
  };
}

/**
 * The REST API of a Confluence Data Center of the given version, `[major, minor]`, as far as users and groups go.
 * `seats`: how many active users the licence allows. `tellsVersion`: false where a proxy lets nothing but /rest/api through.
 */
export function restApi(options: {
  instance: Instance;
  version: readonly [number, number];
  versionText: string;
  baseUrl: string;
  maxPageSize: number;
  seats: number;
  tellsVersion: boolean;
}): (request: { method: string; path: string; query: URLSearchParams; body: Call['body']; caller: SimulatedUser }) => Answer {
  const { instance, version, baseUrl } = options;
  const tellsStatus = version[0] > 8 || (version[0] === 8 && version[1] >= 2);

  const person = (user: SimulatedUser, query: URLSearchParams, withEmail = false) => ({
    type: 'known',
    username: user.username,
    userKey: user.key,
    profilePicture: { path: '/images/icons/profilepics/default.svg', width: 48, height: 48, isDefault: true },
    displayName: user.fullName,
    ...(withEmail && { email: user.email }),
    ...(tellsStatus && (query.get('expand') ?? '').split(',').includes('status') && { status: user.active ? 'current' : 'deactivated' }),
    _links: { self: `${baseUrl}/rest/api/user?key=${user.key}` },
    _expandable: { status: '' },
  });
  const groupJson = (name: string) => ({
    type: 'group',
    name,
    _links: { self: `${baseUrl}/rest/api/group/${encodeURIComponent(name)}` },
  });

  function page<T>(call: Call, path: string, all: readonly T[], defaultLimit: number, show: (item: T) => unknown): Answer {
    const start = Number(call.query.get('start') ?? 0);
    // "the limit of the number of users to return, this may be restricted by fixed system limits"
    const limit = Math.min(Number(call.query.get('limit') ?? defaultLimit), options.maxPageSize);
    if (!Number.isInteger(start) || start < 0 || !Number.isInteger(limit) || limit < 1) return refusal(400, 'start and limit');
    const results = all.slice(start, start + limit).map(show);
    const link = (at: number) => `${path}?limit=${limit}&start=${at}`;
    const links = {
      self: `${baseUrl}${link(start)}`,
      base: baseUrl,
      context: '',
      ...(start + limit < all.length && { next: link(start + limit) }),
      ...(start > 0 && { prev: link(Math.max(0, start - limit)) }),
    };
    return { status: 200, body: { results, start, limit, size: results.length, _links: links } };
  }

  const noUser = (name: string) => refusal(404, `No user found with username : ${name}`);
  const noGroup = (name: string) => refusal(404, `No group found with name: ${name}`);
  const named = (call: Call, index: number) => call.names[index] ?? '';
  const withUser = (name: string, then: (user: SimulatedUser) => Answer): Answer => {
    const user = instance.user(name);
    return user ? then(user) : noUser(name);
  };
  const withMembership = (call: Call, then: (user: SimulatedUser, group: string) => void): Answer =>
    withUser(named(call, 0), (user) => {
      const group = named(call, 1).toLowerCase();
      if (!instance.hasGroup(group)) return noGroup(group);
      then(user, group);
      return NO_CONTENT;
    });
  const setActive = (call: Call, active: boolean) =>
    withUser(named(call, 0), (user) => {
      if (user.active !== active) instance.changeUser(user.username, { active });
      return NO_CONTENT;
    });
  const byQuery = (call: Call): SimulatedUser | undefined => {
    const key = call.query.get('key');
    if (key !== null) return instance.users().find((user) => user.key === key);
    return instance.user(call.query.get('username') ?? '');
  };

  function createUser(call: Call): Answer {
    const objection = objectionToNewUser(call.body);
    if (objection !== undefined) return refusal(400, objection);
    const { userName, fullName, email, password } = call.body as Record<string, string>;
    if (userName === undefined || fullName === undefined || email === undefined) return refusal(400, 'incomplete');
    if (instance.user(userName)) return refusal(409, `User with the username ${userName} already exists`);
    if (instance.countActive() >= options.seats) return refusal(402, 'No more licenses available');
    const created = instance.createUser({
      username: userName,
      fullName,
      email,
      active: true,
      ...(password !== undefined && { passwordDigest: digestOf(userName, password) }),
    });
    return { status: 201, body: { userKey: created.key } };
  }

  function updateUser(call: Call): Answer {
    return withUser(named(call, 0), (user) => {
      const objection = objectionToProfile(call.body);
      if (objection !== undefined) return refusal(400, objection);
      const { fullName, email } = call.body as Record<string, string>;
      instance.changeUser(user.username, { ...(fullName !== undefined && { fullName }), ...(email !== undefined && { email }) });
      return NO_CONTENT;
    });
  }

  function deleteUser(call: Call): Answer {
    return withUser(named(call, 0), (user) => {
      const { id } = instance.beginDeletion(user.username);
      const at = `${baseUrl}/rest/api/longtask/${id}`;
      return {
        status: 202,
        body: { id, links: { result: `${at}/result`, status: `${at}/status` }, resultPath: 'result', statusPath: 'status' },
      };
    });
  }

  /** A long task goes on by half each time it is looked at. */
  function longTask(call: Call): Answer {
    const task = instance.task(named(call, 0));
    if (!task) return refusal(404, `No task found with id: ${named(call, 0)}`);
    const { id, username, percentage } = task.percentage < 100 ? instance.advance(task, task.percentage + 50) : task;
    return {
      status: 200,
      body: {
        id,
        name: { key: 'user.deletion.task', args: [username] },
        elapsedTime: percentage,
        percentageComplete: percentage,
        successful: percentage === 100,
        messages: [],
      },
    };
  }

  function createGroup(call: Call): Answer {
    const { name } = call.body;
    if (typeof name !== 'string' || name.trim() === '') return refusal(400, 'Group name is required');
    if (name !== name.toLowerCase()) return refusal(400, 'Group name must be lower case');
    if (instance.hasGroup(name)) return refusal(409, `Group with the name ${name} already exists`);
    instance.createGroup(name);
    return { status: 200, body: groupJson(name) };
  }

  function deleteGroup(call: Call): Answer {
    const group = named(call, 0).toLowerCase();
    if (!instance.hasGroup(group)) return noGroup(group);
    if (group === 'confluence-administrators') return refusal(400, 'Cannot delete the last admin group');
    instance.deleteGroup(group);
    return NO_CONTENT;
  }

  const routes: Route[] = [
    { method: 'GET', path: '/rest/api/user/current', answer: ({ caller, query }) => ({ status: 200, body: person(caller, query) }) },
    {
      method: 'GET',
      path: '/rest/api/user/list',
      since: [8, 4],
      answer: (call) => page(call, '/rest/api/user/list', instance.users(), 100, (user) => person(user, call.query)),
    },
    {
      method: 'GET',
      path: '/rest/api/user/memberof',
      answer(call) {
        const user = byQuery(call);
        if (!user) return noUser(call.query.get('username') ?? '');
        return page(call, '/rest/api/user/memberof', instance.groupsOf(user.username), 200, groupJson);
      },
    },
    {
      method: 'GET',
      path: '/rest/api/user',
      answer(call) {
        const user = byQuery(call);
        return user ? { status: 200, body: person(user, call.query) } : noUser(call.query.get('username') ?? '');
      },
    },
    {
      method: 'GET',
      path: '/rest/api/group',
      answer: (call) => page(call, '/rest/api/group', instance.groups(), 200, ({ name }) => groupJson(name)),
    },
    {
      method: 'GET',
      path: '/rest/api/group/{}',
      answer(call) {
        const group = named(call, 0).toLowerCase();
        return instance.hasGroup(group) ? { status: 200, body: groupJson(group) } : noGroup(group);
      },
    },
    {
      method: 'GET',
      path: '/rest/api/group/{}/member',
      admin: true,
      answer(call) {
        const group = instance.group(named(call, 0));
        if (!group) return noGroup(named(call, 0));
        const members = group.members.flatMap((name) => instance.user(name) ?? []);
        return page(call, `/rest/api/group/${encodeURIComponent(group.name)}/member`, members, 200, (user) => person(user, call.query));
      },
    },
    {
      method: 'PUT',
      path: '/rest/api/user/{}/group/{}',
      since: [8, 2],
      admin: true,
      answer: (call) => withMembership(call, (user, group) => instance.addMember(group, user.username)),
    },
    {
      method: 'DELETE',
      path: '/rest/api/user/{}/group/{}',
      since: [8, 2],
      admin: true,
      answer: (call) => withMembership(call, (user, group) => instance.removeMember(group, user.username)),
    },
    { method: 'GET', path: '/rest/api/longtask/{}', answer: longTask },
    {
      method: 'GET',
      path: '/rest/api/server-information',
      since: [10, 0],
      answer: () => ({ status: 200, body: { baseUrl, version: options.versionText, buildNumber: 9999 } }),
    },
    {
      method: 'GET',
      path: '/rest/api/admin/users/list/active',
      since: [9, 3],
      admin: true,
      answer: (call) =>
        page(
          call,
          '/rest/api/admin/users/list/active',
          instance.users().filter((user) => user.active),
          100,
          (user) => person(user, call.query, true),
        ),
    },
    { method: 'POST', path: '/rest/api/admin/user', since: [8, 4], admin: true, answer: createUser },
    { method: 'PUT', path: '/rest/api/admin/user/{}', since: [9, 4], admin: true, answer: updateUser },
    { method: 'DELETE', path: '/rest/api/admin/user/{}', since: [8, 2], admin: true, answer: deleteUser },
    { method: 'PUT', path: '/rest/api/admin/user/{}/enable', since: [8, 2], admin: true, answer: (call) => setActive(call, true) },
    { method: 'PUT', path: '/rest/api/admin/user/{}/disable', since: [8, 2], admin: true, answer: (call) => setActive(call, false) },
    {
      method: 'POST',
      path: '/rest/api/admin/user/{}/password',
      since: [8, 4],
      admin: true,
      answer: (call) =>
        withUser(named(call, 0), (user) => {
          const { password } = call.body;
          if (typeof password !== 'string' || password === '') return refusal(400, 'The password should not be blank');
          instance.changeUser(user.username, { passwordDigest: digestOf(user.username, password) });
          return NO_CONTENT;
        }),
    },
    { method: 'POST', path: '/rest/api/admin/group', since: [8, 2], admin: true, answer: createGroup },
    { method: 'DELETE', path: '/rest/api/admin/group/{}', since: [8, 2], admin: true, answer: deleteGroup },
  ];
  if (options.tellsVersion) {
    const body = { name: 'Confluence', typeId: 'confluence', version: options.versionText, buildNumber: 9999, url: baseUrl };
    routes.push({ method: 'GET', path: '/rest/applinks/1.0/manifest', answer: () => ({ status: 200, body }) });
  }
  const known = routes.filter(({ since = [0, 0] }) => version[0] > since[0] || (version[0] === since[0] && version[1] >= since[1]));

  return (request) => {
    // Tomcat refuses an encoded slash or backslash in a path by default.
    if (/%2f|%5c/i.test(request.path)) return { status: 400, body: '<!doctype html><title>HTTP Status 400 – Bad Request</title>' };
    const segments = request.path.split('/');
    const matching = known.filter(({ path }) => {
      const template = path.split('/');
      return template.length === segments.length && template.every((part, index) => part === '{}' || part === segments[index]);
    });
    if (matching.length === 0) return refusal(404, 'null for uri');
    const route = matching.find(({ method }) => method === request.method);
    if (!route) return refusal(405, 'HTTP 405 Method Not Allowed');
    if (route.admin && !instance.isMember('confluence-administrators', request.caller.username)) {
      // CONFSERVER-98582: 8.5 says 401 where it means "not permitted".
      return refusal(version[0] === 8 && request.method === 'GET' ? 401 : 403, 'You do not have permission to do this');
    }
    const template = route.path.split('/');
    const names = segments.filter((_, index) => template[index] === '{}').map((segment) => decodeURIComponent(segment));
    return route.answer({ names, query: request.query, body: request.body, caller: request.caller });
  };
}
