import { findAttribute } from '../../../scim/attributes/find-attribute.ts';
import { readAttributePath } from '../../../scim/filter/read-attribute-path.ts';
import { resourceTypesOf } from '../../schema-extension/resource-types-of.ts';
import type { Settings } from '../settings.ts';
import type { Mistake } from './explain-issue.ts';
import { nearestWord } from './nearest-word.ts';

/** Attributes that names are made of and that no user of the connection can have. */
export function attributeMistakes(settings: Settings): Mistake[] {
  const { userName, fullName = '' } = settings.users;
  const named = [
    ...(userName.attribute === undefined ? [] : [['users.userName.attribute', userName.attribute] as const]),
    ...[...fullName.matchAll(/\{([^{}]*)\}/g)].map(([, text = '']) => ['users.fullName', text] as const),
  ];
  return named.flatMap(([path, text]) => {
    const message = mistakeInPath(settings, text);
    return message === undefined ? [] : [{ path, message }];
  });
}

/** Why no text can be read there, with what to write instead; undefined when it can. */
function mistakeInPath(settings: Settings, text: string): string | undefined {
  const path = readAttributePath(text);
  // The document itself says how a path is written.
  if (!path) return undefined;
  const { User } = resourceTypesOf(settings);
  const found = findAttribute(User, path);
  if (!found) {
    const names = User.schema.attributes.flatMap(({ name, subAttributes = [] }) => [
      name,
      ...subAttributes.map((part) => `${name}.${part.name}`),
    ]);
    const near = nearestWord(text, names) ?? nearestWord(path.attribute, names);
    const declared = User.extensions.map(({ schema }) => schema.id).join(', ');
    return `${text} is no attribute of a User${near === undefined || path.urn !== undefined ? `; the extensions are ${declared}` : `; did you mean ${near}?`}`;
  }
  if (found.extension !== undefined && path.urn === undefined) return `${text} is of an extension: write ${found.extension}:${text}`;
  const read = found.subAttribute ?? found.attribute;
  if (read.returned === 'never' || read.mutability === 'writeOnly') return `${text} is a secret, and no name is made of one`;
  const parts = (read.subAttributes ?? []).map(({ name }) => name);
  if (parts.length > 0 && !parts.includes('value')) return `${text} has parts: write one as ${text}.${parts[0]}`;
  return undefined;
}
