import { usableInPath } from '../http/path.ts';
import { ProvisioningError } from '../target.ts';

/**
 * The rules the vendor documents for a new user's name (Confluence 8.4 to 10), checked before a password is made and sent.
 * @throws ProvisioningError 'illegal-name'
 */
export function usableAsNewUserName(name: string): string {
  usableInPath(name);
  const objection = /[,+<>'"]/.test(name)
    ? `contains one of \\ , + < > ' "`
    : /\s/u.test(name)
      ? 'contains white space'
      : name !== name.toLowerCase()
        ? 'contains capital letters'
        : name === 'anonymous'
          ? 'is reserved'
          : undefined;
  if (objection !== undefined) {
    throw new ProvisioningError(
      'illegal-name',
      `Confluence does not take "${name}" as a user name: it ${objection}. Change the user name, or the attribute it is mapped from, in the identity provider.`,
    );
  }
  return name;
}
