import type { Answer } from '../simulator-server.ts';
import { digestOf, type Instance, type SimulatedUser } from './instance.ts';
import { objectionToNewUser, objectionToProfile } from './user-rules.ts';

/** What an administrator switches in the browser. */
export interface Switches {
  /** "Remote API (XML-RPC & SOAP)". */
  remoteApi: boolean;
  /** "Secure administrator sessions": from 7.7 on no administrative call of JSON-RPC gets through. */
  secureSessions: boolean;
}

interface Method {
  readonly parameters: number;
  readonly administrative?: true;
  readonly answer: (...parameters: unknown[]) => Answer;
}

const done: Answer = { status: 200, body: true };
const notDone: Answer = { status: 200, body: false };

/** Errors come with status 200. */
function error(exception: string, message: string): Answer {
  return { status: 200, body: { error: { code: 500, message: `com.atlassian.confluence.rpc.${exception}: ${message}`, data: null } } };
}

/** Sometimes as bare text. */
function bareException(message: string): Answer {
  return { status: 200, body: `com.atlassian.confluence.rpc.RemoteException: ${message}` };
}

/**
 * Confluence's JSON-RPC in its light mode, the method in the path and the parameters in an array, with its habits: every error in a 200,
 * the empty reply of addUser, `false` for what was not to be done.
 */
export function jsonRpcApi(options: {
  instance: Instance;
  version: readonly [number, number];
  versionText: string;
  seats: number;
  switches: Switches;
}): (method: string, parameters: unknown, caller: SimulatedUser) => Answer {
  const { instance, version, switches } = options;
  const asksForWebSudo = version[0] > 7 || (version[0] === 7 && version[1] >= 7);

  const withUser = (name: unknown, then: (user: SimulatedUser) => Answer): Answer => {
    const user = instance.user(String(name));
    return user ? then(user) : bareException(`The user '${String(name)}' does not exist.`);
  };
  const withGroup = (name: unknown, then: (group: string) => Answer): Answer => {
    const group = String(name).toLowerCase();
    return instance.hasGroup(group) ? then(group) : error('RemoteException', `No group with the name ${group} exists`);
  };
  const setActive = (name: unknown, active: boolean) =>
    withUser(name, (user) => {
      if (user.active === active) return notDone;
      instance.changeUser(user.username, { active });
      return done;
    });

  const methods: Readonly<Record<string, Method>> = {
    getServerInfo: {
      parameters: 0,
      answer() {
        const [majorVersion, minorVersion, patchLevel] = [...version, options.versionText.split('.')[2] ?? '0'];
        return { status: 200, body: { majorVersion, minorVersion, patchLevel, buildId: '9999', developmentBuild: false } };
      },
    },
    isActiveUser: { parameters: 1, answer: (name) => withUser(name, ({ active }) => ({ status: 200, body: active })) },
    getUserByName: {
      parameters: 1,
      answer: (name) =>
        withUser(name, ({ username, fullName, email, key }) => ({
          status: 200,
          body: { name: username, fullname: fullName, email, key, url: null },
        })),
    },
    addUser: {
      parameters: 2,
      administrative: true,
      answer(user, password) {
        const { name, fullname, email } = user as Record<string, string>;
        const objection = objectionToNewUser({ userName: name, fullName: fullname, email, password });
        if (objection !== undefined) return error('RemoteException', `IllegalArgumentException: ${objection}`);
        if (instance.user(name ?? '')) return error('AlreadyExistsException', `user ${name} already exists`);
        if (instance.countActive() >= options.seats) return error('RemoteException', 'The licence has exceeded its number of users');
        instance.createUser({
          username: name ?? '',
          fullName: fullname ?? '',
          email: email ?? '',
          active: true,
          passwordDigest: digestOf(name ?? '', String(password)),
        });
        return { status: 200, body: '' };
      },
    },
    editUser: {
      parameters: 1,
      administrative: true,
      answer(change) {
        const { name, fullname, email } = change as Record<string, string | undefined>;
        return withUser(name, (user) => {
          const objection = objectionToProfile({ fullName: fullname, email });
          if (objection !== undefined) return error('RemoteException', `IllegalArgumentException: ${objection}`);
          instance.changeUser(user.username, {
            ...(fullname !== undefined && { fullName: fullname }),
            ...(email !== undefined && { email }),
          });
          return done;
        });
      },
    },
    deactivateUser: { parameters: 1, administrative: true, answer: (name) => setActive(name, false) },
    reactivateUser: { parameters: 1, administrative: true, answer: (name) => setActive(name, true) },
    removeUser: {
      parameters: 1,
      administrative: true,
      answer: (name) =>
        withUser(name, (user) => {
          instance.advance(instance.beginDeletion(user.username), 100);
          return done;
        }),
    },
    addGroup: {
      parameters: 1,
      administrative: true,
      answer(group) {
        const name = String(group);
        if (name !== name.toLowerCase()) return error('RemoteException', 'IllegalArgumentException: Group name must be lower case');
        if (instance.hasGroup(name)) return error('AlreadyExistsException', `group ${name} already exists`);
        instance.createGroup(name);
        return done;
      },
    },
    removeGroup: {
      parameters: 2,
      administrative: true,
      answer: (name) =>
        withGroup(name, (group) => {
          if (group === 'confluence-administrators') return error('RemoteException', 'IllegalArgumentException: the last admin group');
          instance.deleteGroup(group);
          return done;
        }),
    },
    addUserToGroup: {
      parameters: 2,
      administrative: true,
      answer: (name, group) =>
        withUser(name, (user) =>
          withGroup(group, (into) => {
            instance.addMember(into, user.username);
            return done;
          }),
        ),
    },
    removeUserFromGroup: {
      parameters: 2,
      administrative: true,
      answer: (name, group) =>
        withUser(name, (user) =>
          withGroup(group, (from) => {
            if (!instance.isMember(from, user.username.toLowerCase())) return notDone;
            instance.removeMember(from, user.username);
            return done;
          }),
        ),
    },
  };

  return (name, parameters, caller) => {
    if (!switches.remoteApi) return { status: 403, body: '<!doctype html><title>Forbidden</title>Remote API is disabled' };
    const method = methods[name];
    if (!method) return error('RemoteException', `No such method ${name}`);
    if (!Array.isArray(parameters) || parameters.length !== method.parameters) {
      return error('RemoteException', `IllegalArgumentException: ${name} takes ${method.parameters} parameters`);
    }
    if (method.administrative && !instance.isMember('confluence-administrators', caller.username)) {
      return error('NotPermittedException', 'No permission to administer users');
    }
    if (method.administrative && asksForWebSudo && switches.secureSessions) return error('WebSudoRequiredException', 'WebSudo is required');
    return method.answer(...parameters);
  };
}
