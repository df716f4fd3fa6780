import { ProvisioningError } from '../target.ts';

/** RFC 7643 sets no limit, Atlassian documents none: longer ones were never seen. */
const LONGEST = 255;

/**
 * Why no account can be made of this userName, as a sentence for the administrator; undefined when one can. Atlassian documents no rules for
 * it. Quotation marks and backslashes would have to be escaped in the filter that finds the account again, which is not known to work.
 */
export function illegalAccountName(name: string): string | undefined {
  return because(name, 'user name', 'userName');
}

/** The same for a group. */
export function illegalGroupName(name: string): string | undefined {
  return because(name, 'group name', 'displayName');
}

/** @throws ProvisioningError 'illegal-name' */
export function refuseIllegal(why: string | undefined): void {
  if (why !== undefined) throw new ProvisioningError('illegal-name', why);
}

function because(name: string, what: string, attribute: string): string | undefined {
  const remedy = `Change ${attribute} in the identity provider, or map another attribute to it.`;
  if (name.trim() === '') return `The ${what} is blank. Give it a ${attribute} in the identity provider.`;
  if (name.length > LONGEST) return `The ${what} is longer than ${LONGEST} characters. ${remedy}`;
  const quote = /["\\]/.exec(name)?.[0];
  if (quote !== undefined) return `An account or group of Atlassian's directory can't be found by a ${what} with ${quote} in it. ${remedy}`;
  if (/\p{Cc}/u.test(name) || name.trim() !== name || !name.isWellFormed())
    return `The ${what} has white space at its ends, a control character or half a character in it. ${remedy}`;
  return undefined;
}
