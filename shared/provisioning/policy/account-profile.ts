import type { ScimObject, ScimValue } from '../../scim/resources/resource.ts';
import type { AccountProfile } from '../../targets/target.ts';
import { plainText as text } from './attribute-text.ts';
import { fullNameBy } from './full-name.ts';

/** What a SCIM user says about their account. `email` is absent when the user has none. */
export interface DesiredProfile extends Partial<AccountProfile> {
  readonly fullName: string;
}

/**
 * Full name and e-mail address of a user. The full name is what the template makes (`users.fullName`), else the first that is not blank
 * of displayName, name.formatted, given and family name, userName; the address is the primary one, else the first.
 */
export function profileOf(resource: ScimObject, userName: string, template?: string): DesiredProfile {
  const name = asObject(resource['name']);
  const given = [text(name?.['givenName']), text(name?.['familyName'])].filter((part) => part !== '').join(' ');
  const byTemplate = template === undefined ? '' : (fullNameBy(template, resource) ?? '');
  const candidates = [byTemplate, text(resource['displayName']), text(name?.['formatted']), given, text(userName)];
  const fullName = candidates.find((candidate) => candidate !== '') ?? userName;
  const email = emailOf(resource['emails']);
  return email === undefined ? { fullName } : { fullName, email };
}

function emailOf(emails: ScimValue | undefined): string | undefined {
  const entries = (Array.isArray(emails) ? emails : []).map(asObject).filter((entry) => entry !== undefined);
  const primary = entries.find((entry) => entry['primary'] === true && text(entry['value']) !== '');
  const value = text((primary ?? entries.find((entry) => text(entry['value']) !== ''))?.['value']);
  return value === '' ? undefined : value;
}

function asObject(value: ScimValue | undefined): ScimObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ScimObject) : undefined;
}
