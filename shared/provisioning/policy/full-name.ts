import type { ScimObject } from '../../scim/resources/resource.ts';
import { attributeText, isAttributePath } from './attribute-text.ts';

const PLACEHOLDER = /\{([^{}]*)\}/g;
/** What the places of a template's attributes are until the template is tidy: said, and left blank. */
const SAID = '\uE000';
const BLANK = '\uE001';

/**
 * The full name that a template such as `{name.familyName}, {name.givenName}` makes of a user; undefined where all its attributes are
 * blank. What stands between a blank attribute and the next one goes with it, and so do brackets around nothing.
 */
export function fullNameBy(template: string, resource: ScimObject): string | undefined {
  const said: string[] = [];
  const shape = template.replace(/[<>]/g, '').replace(PLACEHOLDER, (_, path: string) => {
    const text = attributeText(resource, path);
    if (text === '') return BLANK;
    said.push(text);
    return SAID;
  });
  if (said.length === 0) return undefined;
  let next = 0;
  return withoutBlanks(shape).replaceAll(SAID, () => said[next++] ?? '');
}

/** Why a template can't be used, as the end of a sentence; undefined when it can. */
export function mistakeInTemplate(template: string): string | undefined {
  const paths = [...template.matchAll(PLACEHOLDER)].map(([, path = '']) => path);
  const strange = paths.find((path) => !isAttributePath(path));
  if (strange !== undefined)
    return `{${strange}} is no attribute: write one as {displayName}, {name.familyName} or {urn:…:User:department}`;
  if (/[{}]/.test(template.replace(PLACEHOLDER, ''))) return 'a brace has no counterpart';
  return paths.length === 0 ? 'it names no attribute: write one as {name.familyName}' : undefined;
}

/** Works on the template alone, whatever the attributes say: at most 500 characters. */
function withoutBlanks(shape: string): string {
  const unbracketed = shape.replace(/\(\s*\uE001\s*\)|\[\s*\uE001\s*\]/g, BLANK);
  const joined = unbracketed.replace(
    /([\s\p{Pd},;:|/·]*)\uE001(?:[\s\p{Pd},;:|/·]*\uE001)*([\s\p{Pd},;:|/·]*)/gu,
    (all, before, after, at) => {
      const isAtAnEnd = at === 0 || at + all.length === unbracketed.length;
      return isAtAnEnd ? '' : after || before;
    },
  );
  return joined.replace(/\s+/g, ' ').trim();
}
