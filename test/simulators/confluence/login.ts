import { digestOf, type Instance, type SimulatedUser } from './instance.ts';

/** How a login ended: the account, or the 401 with Seraph's reason. */
export type Login = { readonly user: SimulatedUser } | { readonly reason: 'AUTHENTICATED_FAILED' | 'AUTHENTICATION_DENIED' | undefined };

/** Confluence asks for a CAPTCHA after this many refused logins: then even the right password is denied. */
const FAILURES_TO_CAPTCHA = 3;

/**
 * Logs in by `Authorization: Bearer <token>` (the service account's personal access token) or by basic authentication.
 * Refused basic logins are counted per user name; tokens are not.
 * @param token undefined where this version, or this interface of it, takes none
 */
export function login(instance: Instance, token: string | undefined, authorization: string | undefined): Login {
  const [scheme, value = ''] = (authorization ?? '').split(/ +/, 2);
  if (scheme?.toLowerCase() === 'bearer') {
    const admin = instance.user('admin');
    return value === token && admin?.active ? { user: admin } : { reason: 'AUTHENTICATED_FAILED' };
  }
  if (scheme?.toLowerCase() !== 'basic') return { reason: undefined };

  const [username = '', ...rest] = Buffer.from(value, 'base64').toString('utf8').split(':');
  const failures = instance.failedLogins(username);
  if (failures >= FAILURES_TO_CAPTCHA) return { reason: 'AUTHENTICATION_DENIED' };
  const user = instance.user(username);
  if (user?.active && user.passwordDigest === digestOf(user.username, rest.join(':'))) {
    instance.setFailedLogins(username, 0);
    return { user };
  }
  instance.setFailedLogins(username, failures + 1);
  return { reason: 'AUTHENTICATED_FAILED' };
}
