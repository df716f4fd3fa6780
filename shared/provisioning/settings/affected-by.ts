import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './settings.ts';

/** Whose changes are to be applied again when a setting changes, so that Confluence becomes what the new value says. */
export interface Affected {
  readonly users: boolean;
  readonly groups: boolean;
}

type Effect = 'nobody' | 'users' | 'groups' | 'users and groups';

/** Sections whose fields are decided one by one. */
type Section = 'users' | 'groups' | 'protected' | 'brake' | 'seats' | 'target';

/** A decision for every setting: the compiler misses the one of a setting that is added. */
type Effects = {
  readonly [S in keyof Settings]-?: S extends Section ? { readonly [F in keyof Required<Settings>[S]]-?: Effect } : Effect;
};

const EFFECTS: Effects = {
  version: 'nobody',
  // How requests are read and logged, from the next one on.
  mode: 'nobody',
  log: 'nobody',
  requestsPerSecond: 'nobody',
  // What was sent under a schema stays stored; the naming reads it whether the schema is declared or not.
  schemaExtension: 'nobody',
  users: {
    create: 'users',
    update: 'users',
    deactivate: 'users',
    // Who was deleted before is done.
    onDelete: 'nobody',
    groupsOnDeactivate: 'users',
    userName: 'users',
    fullName: 'users',
    // Those who are parked because they may not be linked are tried again.
    linking: 'users and groups',
    // Of a group it is noted whether it decides over its members' accounts: renaming or deleting it has to tell them.
    onlyFromGroups: 'users and groups',
    defaultGroups: 'users',
  },
  groups: {
    mapping: 'groups',
    map: 'groups',
    create: 'groups',
    include: 'groups',
    exclude: 'groups',
    rename: 'groups',
    otherMembers: 'groups',
    onDelete: 'nobody',
    onRename: 'groups',
  },
  // Who is protected no longer gets what was kept from them; of groups, default groups are meant too.
  protected: { accounts: 'users and groups', groups: 'users and groups' },
  // In a dry run everything stays pending, so nothing needs to be marked for what comes after it.
  apply: 'nobody',
  // What is held is released or rejected by an administrator.
  brake: { enabled: 'nobody', share: 'nobody', atLeast: 'nobody' },
  // Those who are parked for want of a seat are tried again.
  seats: { limit: 'users and groups', licenceGroups: 'users and groups' },
  // How fast, and by which calls: not what. Groups that grant access are protected, and given to users.
  target: { requestsPerSecond: 'nobody', parallelCalls: 'nobody', version: 'nobody', organization: 'users and groups' },
};

/** What a change of settings affects: the users and groups of the connection that are then marked as pending. Pure. */
export function affectedBy(before: Settings, after: Settings): Affected {
  const effects = effectsOf(EFFECTS, before, after);
  const has = (kind: 'users' | 'groups') => effects.some((effect) => effect === kind || effect === 'users and groups');
  return { users: has('users'), groups: has('groups') };
}

/** The effects of the fields that differ. */
function effectsOf(effects: Effects | Readonly<Record<string, Effect>>, before: object, after: object): Effect[] {
  return Object.entries(effects).flatMap(([name, effect]: [string, Effect | Readonly<Record<string, Effect>>]) => {
    const [was, is] = [before, after].map((settings) => (settings as Readonly<Record<string, object | undefined>>)[name]);
    if (isDeepStrictEqual(was, is)) return [];
    return typeof effect === 'string' ? [effect] : effectsOf(effect, was ?? {}, is ?? {});
  });
}
