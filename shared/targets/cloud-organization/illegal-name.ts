import { ProvisioningError } from '../target.ts';

const LONGEST_ADDRESS = 254;
const LONGEST_GROUP = 255;
/** What has an account at Atlassian was invited by mail: one @, a domain with a dot, nothing that an address would have to quote. */
const ADDRESS = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+\.[^\s@<>()[\],;:\\".]+$/u;

/** Why no account can be made of this name, as a sentence for the administrator; undefined when one can. */
export function illegalAccountName(name: string): string | undefined {
  if (name.length > LONGEST_ADDRESS || !ADDRESS.test(name) || /\p{Cc}/u.test(name) || !name.isWellFormed())
    return `"${name}" is no e-mail address, which is what an account of an Atlassian organisation is called. Have the identity provider send an e-mail address of the user, and leave users.userName.source at email.`;
  return undefined;
}

/** The same for a group. Atlassian documents no rules. */
export function illegalGroupName(name: string): string | undefined {
  const remedy = 'Change displayName in the identity provider, or map the group to another name.';
  if (name.trim() === '') return 'The group name is blank. Give the group a displayName in the identity provider.';
  if (name.length > LONGEST_GROUP) return `The group name is longer than ${LONGEST_GROUP} characters. ${remedy}`;
  if (/\p{Cc}/u.test(name) || name.trim() !== name || !name.isWellFormed())
    return `The group name has white space at its ends, a control character or half a character in it. ${remedy}`;
  return undefined;
}

/** @throws ProvisioningError 'illegal-name' */
export function refuseIllegal(why: string | undefined): void {
  if (why !== undefined) throw new ProvisioningError('illegal-name', why);
}
