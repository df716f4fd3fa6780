/**
 * Why a name can't be used in Confluence, as a sentence for the administrator; undefined when it can (CONFLUENCE §1a and §3.8).
 * Names are checked after lower-casing, and only for what does not exist yet.
 */
export function illegalAccountName(name: string): string | undefined {
  if (name.trim() === '') return 'The user name is blank. Give the user a userName in the identity provider.';
  if (name === 'anonymous')
    return 'Confluence reserves the user name "anonymous". Give the user another userName in the identity provider.';
  return because(name, 'user name', 'userName', /[\\,+<>'"]/u, true);
}

/** The same for a group: Confluence takes white space in its name. */
export function illegalGroupName(name: string): string | undefined {
  if (name.trim() === '') return 'The group name is blank. Give the group a displayName in the identity provider.';
  // The group's name is a path segment of the calls that use it.
  return because(name, 'group name', 'displayName', /[/\\;%<>"]/u, false);
}

function because(name: string, what: string, attribute: string, refused: RegExp, noSpace: boolean): string | undefined {
  const remedy = `Change ${attribute} in the identity provider, or map another attribute to it.`;
  const found = refused.exec(name)?.[0];
  if (found !== undefined) return `Confluence does not accept the character ${found} in a ${what}. ${remedy}`;
  if (noSpace && /\s/u.test(name)) return `Confluence does not accept white space in a ${what}. ${remedy}`;
  if (/\p{Cc}/u.test(name) || name.trim() !== name)
    return `Confluence does not accept this white space or control character in a ${what}. ${remedy}`;
  if (name !== name.toLowerCase())
    return `Confluence does not accept capital letters in a ${what}, and ${name} has one without a small form. ${remedy}`;
  return undefined;
}
