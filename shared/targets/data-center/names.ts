import { ProvisioningError } from '../target.ts';

/**
 * A path of the REST API with its names filled in, each encoded as one segment.
 * @throws ProvisioningError 'illegal-name' for a name that can't be a path segment
 */
export function pathOf(template: string, names: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const name = names[parameter];
    if (name === undefined) throw new TypeError(`${template} needs ${parameter}`);
    return encodeURIComponent(usableInPath(name));
  });
}

/**
 * Tomcat refuses %2F and %5C in a path, cuts it at `;` and may decode `%` twice; a URL parser resolves `.` and `..` away, which
 * would make another call of this one.
 * @throws ProvisioningError 'illegal-name'
 */
export function usableInPath(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\;%]|\p{Cc}/u.test(name) || !name.isWellFormed()) {
    throw new ProvisioningError(
      'illegal-name',
      `"${name}" can't be used in Confluence's REST API: a name must not be empty, "." or "..", nor contain / \\ ; % or control characters. Change it in the identity provider.`,
    );
  }
  return name;
}

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
