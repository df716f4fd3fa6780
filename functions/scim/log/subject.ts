import type { Stored } from '../../../shared/directory/directory.ts';
import type { RequestSubject, Subject } from '../../../shared/log/records.ts';
import { isSameName } from '../../../shared/scim/attributes/find-attribute.ts';
import { isScimObject } from '../../../shared/scim/resources/own-value.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';

/** A name of this length is found in the log; nobody has a longer one. */
const MAX_NAME = 512;

/** Whom a request is about, for the log. */
export function subjectOf<R extends Stored<string>>({ pointer, nameAttribute }: Endpoint<R>, stored: R): Subject {
  return { ...pointer(stored), name: String(stored.attributes[nameAttribute] ?? '') };
}

/**
 * Whom a POST is about before it is accepted: an administrator looks for a create that was refused by the name in it.
 * Undefined for a body without a name.
 */
export function subjectInBody<R extends Stored<string>>(
  { type, nameAttribute }: Pick<Endpoint<R>, 'type' | 'nameAttribute'>,
  json: unknown,
): RequestSubject | undefined {
  const [, name] = Object.entries(isScimObject(json) ? json : {}).find(([given]) => isSameName(given, nameAttribute)) ?? [];
  if (typeof name !== 'string' || name === '') return undefined;
  return { type: type === 'User' ? 'user' : 'group', name: name.slice(0, MAX_NAME) };
}
