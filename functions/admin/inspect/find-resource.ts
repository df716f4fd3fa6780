import type { Connection } from '../../../shared/directory/connection.ts';
import type { Lookup, Stored } from '../../../shared/directory/directory.ts';
import { isResourceId } from '../../../shared/directory/ids.ts';
import { foldCase } from '../../../shared/scim/attributes/fold-case.ts';
import type { Administration } from '../administration.ts';
import { Refused } from '../command.ts';

/** Of a large connection only so many resources are looked through for a name that is near. */
const LOOKED_THROUGH = 2_000;
const SUGGESTED = 5;

/**
 * The id of the user or group that an administrator names: by userName or displayName in any case, or by id; an id that is not live may be
 * a deleted one's.
 * @throws Refused for an unknown name, with those that are near: the same e-mail address or externalId, or a name like it
 */
export async function findResource(
  administration: Administration,
  connection: Connection,
  type: 'user' | 'group',
  nameOrId: string,
): Promise<string> {
  const by = type === 'user' ? 'userName' : 'displayName';
  const [named] = await found(administration, connection, type, { by, value: nameOrId });
  if (named) return named.id;
  if (isResourceId(nameOrId)) return nameOrId;
  const near = await nearTo(administration, connection, type, nameOrId);
  const hint = near.length > 0 ? `; near it: ${near.join(', ')}` : '';
  throw new Refused(`${connection.name} has no ${type} ${nameOrId}${hint}. A deleted one is found by its id, which the request log has.`);
}

/** For a resource that the worker does not find. */
export function unknownResource(connection: Connection, type: 'user' | 'group', id: string): Refused {
  return new Refused(`${connection.name} has no ${type} ${id}, and none that was deleted and is still to be applied`);
}

async function nearTo(administration: Administration, connection: Connection, type: 'user' | 'group', text: string): Promise<string[]> {
  const lookups: Lookup[] = [{ by: 'externalId', value: text }, ...(type === 'user' ? [{ by: 'email' as const, value: text }] : [])];
  const same = (await Promise.all(lookups.map((lookup) => found(administration, connection, type, lookup)))).flat();
  const names = new Set(same.map((stored) => `${nameOf(type, stored)} (${whatIsSame(stored, text)})`));
  let looked = 0;
  const listing = type === 'user' ? administration.directory.users.listing : administration.directory.groups.listing;
  for await (const stored of listing.find(connection, { by: 'all' })) {
    looked += 1;
    if (looked > LOOKED_THROUGH || names.size >= SUGGESTED) break;
    if (!same.some(({ id }) => id === stored.id) && isNear(nameOf(type, stored), text)) names.add(nameOf(type, stored));
  }
  return [...names];
}

async function found(
  administration: Administration,
  connection: Connection,
  type: 'user' | 'group',
  lookup: Lookup,
): Promise<Stored<string>[]> {
  const listing = type === 'user' ? administration.directory.users.listing : administration.directory.groups.listing;
  const all: Stored<string>[] = [];
  for await (const stored of listing.find(connection, lookup)) all.push(stored);
  return all;
}

function nameOf(type: 'user' | 'group', { attributes }: Stored<string>): string {
  return String(attributes[type === 'user' ? 'userName' : 'displayName'] ?? '');
}

function whatIsSame({ attributes }: Stored<string>, text: string): string {
  return attributes['externalId'] === text ? 'this externalId' : 'this e-mail address';
}

/** The same before the @, or one within the other. */
function isNear(name: string, text: string): boolean {
  const [a, b] = [localPart(name), localPart(text)];
  return a === b || (b.length >= 3 && a.includes(b)) || (a.length >= 3 && b.includes(a));
}

function localPart(name: string): string {
  return foldCase(name).split('@')[0] ?? '';
}
