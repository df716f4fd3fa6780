/** Major and minor. */
export type Version = readonly [major: number, minor: number];

/** From what Confluence and people write: 10.0.3, 9.2.0-m12, 8.5. @throws RangeError */
export function parseVersion(text: string): Version {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) throw new RangeError(`"${text}" is no version of Confluence`);
  return [Number(major), Number(minor)];
}

export function isAtLeast([major, minor]: Version, [leastMajor, leastMinor]: Version): boolean {
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
