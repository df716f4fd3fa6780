import { ProvisioningError } from '../target.ts';
import { type Group, Ignored } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { illegalGroupName, refuseIllegal } from './illegal-name.ts';
import { type Calls, groupsOf, isNotFound, type Organization } from './organization.ts';

/** An administrator of Atlassian may rename a group, and give another its name: for so long an id is believed to have it. */
const BELIEVED_MS = 60_000;

/** @throws ProvisioningError 'illegal-name' */
export async function findGroup(calls: Calls, name: string): Promise<Group | undefined> {
  refuseIllegal(illegalGroupName(name));
  for await (const group of groupsOf(() => calls, { groupNames: [name] })) if (isSameName(group.name, name)) return group;
  return undefined;
}

/**
 * Does something with the group of this name. An id that is remembered and answered by a 404 is looked up anew, once.
 * @throws ProvisioningError 'not-found' for an unknown group, and what `act` throws
 */
export async function withGroup<T>(org: Organization, calls: Calls, name: string, act: (id: string) => Promise<T>): Promise<T> {
  refuseIllegal(illegalGroupName(name));
  const known = believed(org, name);
  if (known === undefined) return act(await lookUp(org, calls, name));
  try {
    return await act(known);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    org.memory.delete(memoryKey(org, name));
    const id = await lookUp(org, calls, name);
    if (id === known) throw error;
    return act(id);
  }
}

/** The id of a group. @throws ProvisioningError 'not-found' */
export function idOfGroup(org: Organization, calls: Calls, name: string): Promise<string> {
  return withGroup(org, calls, name, (id) => Promise.resolve(id));
}

/** 409 is thrown as 'conflict'. Its answer tells no id. */
export async function createGroup(calls: Calls, name: string): Promise<void> {
  refuseIllegal(illegalGroupName(name));
  await calls.call(ENDPOINTS.createGroup, { body: { name } }, Ignored);
}

export async function deleteGroup(org: Organization, calls: Calls, name: string): Promise<void> {
  await withGroup(org, calls, name, (groupId) => calls.call(ENDPOINTS.deleteGroup, { names: { groupId } }, Ignored));
  org.memory.delete(memoryKey(org, name));
}

/** Names of groups are the same without regard to case. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

async function lookUp(org: Organization, calls: Calls, name: string): Promise<string> {
  const group = await findGroup(calls, name);
  if (!group) throw new ProvisioningError('not-found', `The organisation has no group ${name}.`);
  org.memory.set(memoryKey(org, name), `${org.now() + BELIEVED_MS} ${group.id}`);
  return group.id;
}

function believed(org: Organization, name: string): string | undefined {
  const [until, id] = org.memory.get(memoryKey(org, name))?.split(' ') ?? [];
  return Number(until) > org.now() ? id : undefined;
}

function memoryKey({ targetId }: Organization, name: string): string {
  return `${targetId} group ${name.toLowerCase()}`;
}
