import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';

/*
 * What settings make of names, written from docs/settings.md a second time: plain functions that share nothing with the product. Only for what
 * test/property/arbitrary-tenant.ts makes: its patterns mean the same to JavaScript as to RE2.
 */

type NameSettings = Settings['users']['userName'];

/** The name of an account that is still to be found or made; 'none' where the settings skip or park the person. */
export function plannedAccountName(settings: NameSettings, attributes: ScimObject): { readonly name: string } | 'none' {
  const userName = text(attributes['userName']).normalize('NFC');
  const from = sourceOf(settings, attributes).normalize('NFC');
  const small = (name: string) => (settings.lowerCase ? name.toLowerCase() : name);
  const otherwise = (name: string) => (settings.otherwise === 'use' ? { name } : 'none');
  if (from === '') return otherwise(small(userName));
  const local = settings.stripDomain ? small(from).replace(/(?<=.)@[^@]*$/, '') : small(from);
  if (settings.replace.length === 0) return { name: local };
  for (const { pattern, replacement } of settings.replace) {
    if (whole(pattern).test(local)) return { name: small(local.replace(whole(pattern), replacement)).trim() };
  }
  return otherwise(local);
}

function sourceOf({ source, attribute }: NameSettings, attributes: ScimObject): string {
  switch (source) {
    case 'userName':
      return text(attributes['userName']);
    case 'email':
      return emailOf(attributes) ?? '';
    case 'externalId':
      return text(attributes['externalId']).trim();
    case 'attribute':
      return attribute === 'name.givenName' ? text(nameOf(attributes)['givenName']) : text(attributes['nickName']);
  }
}

export function plannedFullName(template: string | undefined, attributes: ScimObject): string {
  const { givenName, familyName } = nameOf(attributes);
  const [given, family, nick, display] = [givenName, familyName, attributes['nickName'], attributes['displayName']].map((value) =>
    text(value).trim(),
  );
  const both = [given, family].filter(Boolean).join(' ');
  const byTemplate: Readonly<Record<string, string | undefined>> = {
    '{displayName}': display,
    '{name.familyName}, {name.givenName}': [family, given].filter(Boolean).join(', '),
    '{nickName} ({name.givenName})': [nick, given && `(${given})`].filter(Boolean).join(' '),
    '{nickName}': nick,
  };
  return (template && byTemplate[template]) || display || both || text(attributes['userName']);
}

export function emailOf(attributes: ScimObject): string | undefined {
  const [email] = (attributes['emails'] ?? []) as { value: string }[];
  return email?.value;
}

/** The Confluence groups that a SCIM group is; none where the settings leave it out. */
export function plannedGroupNames(settings: Settings['groups'], displayName: string): string[] {
  const { exclude, include } = settings;
  if (exclude.some((pattern) => whole(pattern).test(displayName))) return [];
  if (include.length > 0 && !include.some((pattern) => whole(pattern).test(displayName))) return [];
  if (settings.mapping === 'map') {
    const [, names = []] = Object.entries(settings.map).find(([name]) => name.toLowerCase() === displayName.toLowerCase()) ?? [];
    return names.map((name) => name.toLowerCase());
  }
  const rule = settings.rename.find(({ pattern }) => whole(pattern).test(displayName));
  return [(rule ? displayName.replace(whole(rule.pattern), rule.replacement) : displayName).toLowerCase()];
}

/** Why Confluence would refuse to make it. */
export function isIllegal(name: string, of: 'account' | 'group'): boolean {
  return of === 'account' ? /[\\,+<>'"\s]|[A-Z]|^anonymous$|^$/.test(name) || name !== name.toLowerCase() : /[/\\;%<>"]|^\s*$/.test(name);
}

function whole(pattern: string): RegExp {
  return pattern.startsWith('(?i)') ? new RegExp(`^(?:${pattern.slice(4)})$`, 'is') : new RegExp(`^(?:${pattern})$`, 's');
}

function nameOf(attributes: ScimObject): Readonly<Record<string, unknown>> {
  return (attributes['name'] ?? {}) as Readonly<Record<string, unknown>>;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
