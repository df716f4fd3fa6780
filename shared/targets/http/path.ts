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
