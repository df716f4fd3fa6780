import { isSameName } from '../../scim/attributes/find-attribute.ts';
import { userSchema } from '../../scim/attributes/user-schema.ts';
import { readAttributePath } from '../../scim/filter/read-attribute-path.ts';
import type { ScimObject, ScimValue } from '../../scim/resources/resource.ts';

/**
 * What a user says in one attribute, as one line of text; empty where it says nothing. Of an attribute with several values it is the
 * primary one, else the first that says something; of one with sub-attributes the one named, else `value`.
 * @param path `nickName`, `name.givenName`, `emails`, or `urn:…:User:attribute` (RFC 7644 §3.10)
 */
export function attributeText(resource: ScimObject, path: string): string {
  const read = readAttributePath(path);
  if (!read) return '';
  const isCore = read.urn === undefined || isSameName(read.urn, userSchema.id);
  const schema = isCore ? resource : property(resource, read.urn ?? '');
  const value = property(schema, read.attribute);
  if (!Array.isArray(value)) return textOf(value, read.subAttribute);
  const primary = value.filter((one) => property(one, 'primary') === true);
  const texts = [...primary, ...value].map((one) => textOf(one, read.subAttribute));
  return texts.find((text) => text !== '') ?? '';
}

/** True if `attributeText` can read it. */
export function isAttributePath(path: string): boolean {
  return readAttributePath(path) !== undefined;
}

/** On one line, and without what Confluence refuses in a name. CONFLUENCE §1a, create-user validation: "fullName no `<` `>`". */
export function plainText(value: ScimValue | undefined): string {
  return typeof value === 'string' ? value.replace(/[<>]/g, '').replace(/\s+/g, ' ').trim() : '';
}

function textOf(value: ScimValue | undefined, subAttribute: string | undefined): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return plainText(typeof value === 'string' ? value : property(value, subAttribute ?? 'value'));
}

/** RFC 7643 §2.1: "Attribute names are case insensitive". */
function property(value: ScimValue | undefined, name: string): ScimValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = Object.entries(value).find(([key]) => isSameName(key, name));
  return found?.[1];
}
