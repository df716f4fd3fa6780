import { ALWAYS_PROTECTED_GROUPS } from '../../shared/provisioning/settings/safety-settings.ts';
import type { Settings } from '../../shared/provisioning/settings/settings.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { emailOf, isIllegal, plannedAccountName, plannedFullName, plannedGroupNames } from './names-by-settings.ts';

/*
 * What Confluence should be, written from docs/settings.md and the decisions 14 and 15, in plain sets: it knows nothing of queues, markers and
 * revisions, and shares no code with shared/provisioning. Which of several resources of one name has it depends on who came first, so that
 * is told (`bound`), and `unexplained` says whether it may be.
 */

export interface ModelUser {
  readonly attributes: ScimObject;
  readonly active: boolean;
  readonly deleted: boolean;
}
export interface ModelGroup {
  readonly displayName: string;
  readonly members: ReadonlySet<string>;
  readonly deleted: boolean;
}
export interface Confluence {
  readonly accounts: ReadonlyMap<string, { readonly fullName: string; readonly email?: string; readonly active: boolean }>;
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The IdP's resources by id, and the names that they have in Confluence. */
export interface Tenant {
  readonly users: ReadonlyMap<string, ModelUser>;
  readonly groups: ReadonlyMap<string, ModelGroup>;
  readonly bound: { readonly users: ReadonlyMap<string, string>; readonly groups: ReadonlyMap<string, readonly string[]> };
}

/** What was written down in steps before. */
export interface History {
  readonly accounts: Set<string>;
  readonly groups: Set<string>;
  /** Default groups that a user's account got as a new one. */
  readonly newGroups: Map<string, readonly string[]>;
  /** Users who are still to get one of them: it was not there. */
  readonly due: Set<string>;
  /** Users whose groups are kept back. */
  readonly withheld: Set<string>;
  /** By what displayName a group got the name that it has. */
  readonly namedBy: Map<string, string>;
  /** Groups of Confluence that this product made. */
  readonly made: Set<string>;
  /** Names that a group is to lose to a new one, which it can't have: `id name`. */
  readonly moving: Set<string>;
}

export interface Step {
  readonly settings: Settings;
  readonly was: Tenant;
  readonly now: Tenant;
  readonly before: Confluence;
  readonly history: History;
  /** Everything is compared, also what nothing was said about. */
  readonly isSynchronize: boolean;
}

export class PlannedState {
  readonly #step: Step;
  readonly #protectedAccounts: ReadonlySet<string>;
  readonly #protectedGroups: ReadonlySet<string>;
  readonly #userOf: ReadonlyMap<string, string>;
  readonly #groupOf: ReadonlyMap<string, string>;

  constructor(step: Step) {
    this.#step = step;
    const { settings, now } = step;
    this.#protectedAccounts = lower([...settings.protected.accounts, 'service']);
    this.#protectedGroups = lower([...settings.protected.groups, ...ALWAYS_PROTECTED_GROUPS]);
    this.#userOf = new Map([...now.bound.users].filter(([id]) => isLive(now.users.get(id))).map(([id, name]) => [name, id]));
    this.#groupOf = new Map(
      [...now.bound.groups].filter(([id]) => isLive(now.groups.get(id))).flatMap(([id, names]) => names.map((name) => [name, id])),
    );
  }

  /** The whole of Confluence after the step. */
  confluence(): Confluence {
    const { before, now } = this.#step;
    const accounts = new Map(before.accounts);
    for (const name of new Set([...before.accounts.keys(), ...now.bound.users.values()])) {
      const account = this.#account(name);
      if (account) accounts.set(name, account);
      else accounts.delete(name);
    }
    const groups = new Map<string, Set<string>>();
    for (const name of new Set([...before.groups.keys(), ...this.#groupOf.keys()])) {
      if (!this.#groupIsThere(name)) continue;
      const there = before.groups.get(name);
      const isMadeAnew = this.#isDeletedNow(name);
      const members = [...accounts.keys()].filter((account) => this.#isMember(account, name, isMadeAnew ? undefined : there, accounts));
      if (members.length > 0 || !this.#isMovedAway(name)) groups.set(name, new Set(members));
    }
    return { accounts, groups };
  }

  /** What was written down because of this step, for the next. */
  remember(): void {
    const { now, was, before, history, settings } = this.#step;
    const { groups } = this.confluence();
    for (const [id, name] of now.bound.users) {
      const user = now.users.get(id);
      const isGiven = this.#isNew(id, name) || history.withheld.has(id) || history.due.has(id);
      if (this.#isNew(id, name)) history.newGroups.set(id, this.#touchable(settings.users.defaultGroups.newUsers));
      if (user && !this.#protectedAccounts.has(name)) {
        if (this.#isWithheld(id)) history.withheld.add(id);
        else history.withheld.delete(id);
      }
      // Once it has been given, somebody may take it away by hand.
      if (isGiven && (!this.#isWanted(id) || history.newGroups.get(id)?.some((group) => !groups.has(group)))) history.due.add(id);
      else history.due.delete(id);
      history.accounts.add(name);
    }
    for (const [id, names] of now.bound.groups) {
      const displayName = now.groups.get(id)?.displayName;
      for (const name of names) {
        history.groups.add(name);
        if (groups.has(name) && (!before.groups.has(name) || this.#isDeletedNow(name))) history.made.add(name);
        if (this.#isMoving(id, name)) history.moving.add(`${id} ${name}`);
        else history.moving.delete(`${id} ${name}`);
      }
      if (names.length === 0) history.namedBy.delete(id);
      else if (displayName !== undefined && (!was.bound.groups.get(id)?.length || (isFollowed(settings) && this.#ownNaming(id).length > 0)))
        history.namedBy.set(id, displayName);
    }
  }

  /** Users and groups that have a name they may not have, or have none without a reason; sentences. */
  unexplained(): string[] {
    const { now, before, history, was, settings } = this.#step;
    const found: string[] = [];
    for (const [id, user] of now.users) {
      const name = now.bound.users.get(id);
      if (!isLive(user)) continue;
      if (name === undefined) {
        if (this.#isWanted(id) && !this.#maybeWithoutAccount(user)) found.push(`user ${user.attributes['userName']} has no account`);
        continue;
      }
      if (this.#userOf.get(name) !== id) found.push(`two users have the account ${name}`);
      if (was.bound.users.has(id)) continue;
      const named = plannedAccountName(settings.users.userName, user.attributes);
      const existing = history.accounts.has(name) ? undefined : before.accounts.get(name);
      const isByEmail = settings.users.linking === 'email' && existing?.email !== undefined && existing.email === emailOf(user.attributes);
      if (!isByEmail && (named === 'none' || named.name !== name)) found.push(`user ${user.attributes['userName']} has the name ${name}`);
      if (existing && !isByEmail && settings.users.linking !== 'user-name') found.push(`the account ${name} was taken over`);
      if (this.#protectedAccounts.has(name.toLowerCase())) found.push(`the protected account ${name} was taken over`);
    }
    for (const [id, group] of now.groups) {
      if (!isLive(group)) continue;
      const wanted = this.#naming(id);
      const names = now.bound.groups.get(id) ?? [];
      for (const name of names) {
        if (!wanted.includes(name) && !this.#isMoving(id, name))
          found.push(`group ${group.displayName} has the name ${name} and not ${wanted}`);
        if (this.#groupOf.get(name) !== id) found.push(`two groups have the name ${name}`);
        if (was.bound.groups.get(id)?.includes(name)) continue;
        const isForeign = before.groups.has(name) && !history.groups.has(name);
        if (isForeign && settings.groups.mapping !== 'map' && settings.users.linking === 'never')
          found.push(`the group ${name} was taken over`);
      }
      if (!this.#isReady(id) && !wanted.some((name) => this.#maybeWithoutGroup(id, name)))
        found.push(`group ${group.displayName} is ${names} and not ${wanted}`);
    }
    return found;
  }

  /** Of whom neither accounts nor groups may be in a writing call. */
  isUntouchable(call: readonly string[]): boolean {
    const [verb = '', first = '', second = ''] = call;
    const { history, settings, now } = this.#step;
    const isOurAccount = (name: string) => history.accounts.has(name) && !this.#protectedAccounts.has(name.toLowerCase());
    const defaults = lower([...settings.users.defaultGroups.allUsers, ...[...history.newGroups.values()].flat()]);
    const isOurGroup = (name: string) => !this.#protectedGroups.has(name) && (history.groups.has(name) || defaults.has(name));
    if (!/Member$/.test(verb)) return !(/Group$/.test(verb) ? isOurGroup(first) : isOurAccount(first));
    if (!isOurGroup(first) || this.#protectedAccounts.has(second.toLowerCase())) return true;
    const isOther = verb === 'removeMember' && settings.groups.otherMembers === 'remove' && now.bound.groups.size > 0;
    return !isOurAccount(second) && !isOther;
  }

  #account(name: string) {
    const { settings, before, was, now } = this.#step;
    const account = before.accounts.get(name);
    if (this.#protectedAccounts.has(name.toLowerCase())) return account;
    const { update, create, deactivate, onDelete } = settings.users;
    const id = this.#userOf.get(name);
    const wasOf = [...was.bound.users].find(
      ([other, bound]) => bound === name && isLive(was.users.get(other)) && !isLive(now.users.get(other)),
    );
    const left =
      wasOf === undefined || onDelete === 'keep' ? account : onDelete === 'delete' ? undefined : account && { ...account, active: false };
    const user = id === undefined ? undefined : now.users.get(id);
    if (id === undefined || !user) return left;
    const email = emailOf(user.attributes);
    const profile = { fullName: plannedFullName(settings.users.fullName, user.attributes), ...(email !== undefined && { email }) };
    const isWanted = this.#isWanted(id);
    if (!left) return isWanted && create && email !== undefined ? { ...profile, active: true } : undefined;
    const active = isWanted || (deactivate ? false : left.active);
    return { ...left, ...(update && profile), active };
  }

  #isMember(account: string, group: string, there: ReadonlySet<string> | undefined, accounts: Confluence['accounts']): boolean {
    const { settings, history, now, before } = this.#step;
    const wasIn = before.accounts.has(account) && there?.has(account) === true && !this.#isAccountDeletedNow(account);
    if (this.#protectedGroups.has(group) || this.#protectedAccounts.has(account.toLowerCase())) return wasIn;
    const id = this.#userOf.get(account);
    const { allUsers } = settings.users.defaultGroups;
    if (id !== undefined && accounts.has(account) && this.#isWanted(id)) {
      if (lower(allUsers).has(group)) return true;
      if (this.#isNew(id, account) && lower(settings.users.defaultGroups.newUsers).has(group)) return true;
      if ((history.withheld.has(id) || history.due.has(id)) && history.newGroups.get(id)?.includes(group)) return true;
    }
    const owner = this.#groupOf.get(group);
    const isGiven = id !== undefined && owner !== undefined && now.groups.get(owner)?.members.has(id) === true;
    const isKeptBack = id !== undefined && this.#isWithheld(id) && !lower(settings.users.groupsOnDeactivate.except).has(group);
    if (isGiven && !isKeptBack && this.#isReady(owner)) return true;
    if (isKeptBack && (isGiven || lower([...allUsers, ...(history.newGroups.get(id) ?? [])]).has(group))) return false;
    if (this.#wasTaken(account, group)) return false;
    return wasIn && !this.#isOther(account, group, isGiven);
  }

  /** It was given by this product, and is not any more. */
  #wasTaken(account: string, group: string): boolean {
    const { settings, was, now, history } = this.#step;
    const [id] = [...was.bound.users].find(([, name]) => name === account) ?? [];
    const user = id === undefined ? undefined : now.users.get(id);
    if (id === undefined || !user) return false;
    const { onDelete, defaultGroups } = settings.users;
    const isDeletedNow = !isLive(user) && isLive(was.users.get(id));
    if (isDeletedNow && onDelete === 'keep') return false;
    if (isDeletedNow && lower([...defaultGroups.allUsers, ...(history.newGroups.get(id) ?? [])]).has(group)) return true;
    const [from] = [...was.bound.groups].find(([, names]) => names.includes(group)) ?? [];
    const before = from === undefined ? undefined : was.groups.get(from);
    const after = from === undefined ? undefined : now.groups.get(from);
    if (from === undefined || !isLive(before) || !before?.members.has(id)) return false;
    if (isLive(user) && user.active && lower(defaultGroups.allUsers).has(group) && !this.#isWithheld(id)) return false;
    if (after && !isLive(after) && settings.groups.onDelete === 'keep' && isLive(user) && after.members.has(id)) return false;
    const isStillGiven =
      isLive(user) && isLive(after) && after?.members.has(id) === true && now.bound.groups.get(from)?.includes(group) === true;
    return !isStillGiven;
  }

  /** Nobody whom the IdP has put there, and the settings remove them. */
  #isOther(account: string, group: string, isGiven: boolean): boolean {
    const { settings, was, now, history, before, isSynchronize } = this.#step;
    const owner = this.#groupOf.get(group);
    if (settings.groups.otherMembers === 'keep' || owner === undefined || !this.#isReady(owner) || isGiven) return false;
    const isLinked = before.groups.has(group) && was.bound.groups.get(owner)?.includes(group) !== true;
    if (!isSynchronize && !isLinked) return false;
    const { newUsers, allUsers } = settings.users.defaultGroups;
    if (history.accounts.has(account) || this.#userOf.has(account)) return !lower([...newUsers, ...allUsers]).has(group);
    const sameName = [...now.users].find(
      ([, { attributes, deleted }]) => !deleted && String(attributes['userName']).toLowerCase() === account,
    );
    return !(sameName && now.groups.get(owner)?.members.has(sameName[0]));
  }

  #groupIsThere(name: string): boolean {
    const { before, settings } = this.#step;
    if (this.#protectedGroups.has(name)) return before.groups.has(name);
    const owner = this.#groupOf.get(name);
    if (owner === undefined) return before.groups.has(name) && !this.#isDeletedNow(name);
    return (before.groups.has(name) && !this.#isDeletedNow(name)) || settings.groups.create;
  }

  #isDeletedNow(name: string): boolean {
    const { was, now, settings } = this.#step;
    if (settings.groups.onDelete !== 'delete') return false;
    return [...was.bound.groups].some(
      ([id, names]) =>
        names.includes(name) &&
        isLive(was.groups.get(id)) &&
        !isLive(now.groups.get(id)) &&
        !names.some((each) => this.#protectedGroups.has(each)),
    );
  }

  #isAccountDeletedNow(name: string): boolean {
    const { was, now, settings } = this.#step;
    if (settings.users.onDelete !== 'delete') return false;
    return [...was.bound.users].some(([id, bound]) => bound === name && isLive(was.users.get(id)) && !isLive(now.users.get(id)));
  }

  #naming(id: string): string[] {
    const { settings, history, was } = this.#step;
    const names = this.#ownNaming(id);
    const namedBy = history.namedBy.get(id);
    // Confluence has no rename: a name that the displayName alone has given stays, unless the setting moves the group.
    if (names.length === 0 || isFollowed(settings) || namedBy === undefined || !was.bound.groups.get(id)?.length) return names;
    return [namedBy.toLowerCase()];
  }

  #ownNaming(id: string): string[] {
    return plannedGroupNames(this.#step.settings.groups, this.#step.now.groups.get(id)?.displayName ?? '');
  }

  /** The IdP's rename takes the name from the group, which keeps it for as long as it can't have the new one. */
  #isMoving(id: string, name: string): boolean {
    const { settings, history } = this.#step;
    const wanted = this.#naming(id);
    if (settings.groups.mapping === 'map' || wanted.length === 0 || wanted.includes(name)) return false;
    return history.moving.has(`${id} ${name}`) || (settings.groups.onRename === 'move' && this.#namesBefore(id).includes(name));
  }

  /** What the settings made of the displayName that the group had when it was named. */
  #namesBefore(id: string): readonly string[] {
    const namedBy = this.#step.history.namedBy.get(id);
    return namedBy === undefined ? [] : plannedGroupNames(this.#step.settings.groups, namedBy);
  }

  /** The group that had the name has moved to its new one: made by this product, the old one goes when nobody is in it. */
  #isMovedAway(name: string): boolean {
    const { was, now, history } = this.#step;
    if (this.#protectedGroups.has(name) || this.#groupOf.has(name) || !history.made.has(name)) return false;
    return [...was.bound.groups].some(
      ([id, names]) => names.includes(name) && isLive(was.groups.get(id)) && isLive(now.groups.get(id)) && this.#isMoving(id, name),
    );
  }

  /** In Confluence, and its own, under all its names. */
  #isReady(id: string): boolean {
    const names = this.#naming(id);
    const bound = this.#step.now.bound.groups.get(id) ?? [];
    return names.every((name) => bound.includes(name) && this.#groupIsThere(name) && !this.#protectedGroups.has(name));
  }

  #maybeWithoutGroup(id: string, name: string): boolean {
    const { settings, before, history } = this.#step;
    const owner = this.#groupOf.get(name);
    if (this.#protectedGroups.has(name) || (owner !== undefined && owner !== id)) return true;
    const isThere = before.groups.has(name) && !this.#isDeletedNow(name);
    if (!isThere) return !settings.groups.create || isIllegal(name, 'group');
    return !history.groups.has(name) && settings.groups.mapping !== 'map' && settings.users.linking === 'never';
  }

  /** Active, and admitted where only some are. */
  #isWanted(id: string): boolean {
    const { settings, now } = this.#step;
    const user = now.users.get(id);
    if (!user || !isLive(user) || !user.active) return false;
    const only = lower(settings.users.onlyFromGroups);
    if (only.size === 0) return true;
    return [...now.groups.values()].some((group) => isLive(group) && only.has(group.displayName.toLowerCase()) && group.members.has(id));
  }

  #isWithheld(id: string): boolean {
    const { settings, now } = this.#step;
    const { deactivate, groupsOnDeactivate } = settings.users;
    return isLive(now.users.get(id)) && !this.#isWanted(id) && deactivate && groupsOnDeactivate.do === 'remove';
  }

  /** The account was made in this step, or taken over from somebody who was deleted. */
  #isNew(id: string, name: string): boolean {
    const { was, before, history, now } = this.#step;
    if (!isLive(now.users.get(id)) || !this.#isWanted(id)) return false;
    const isMade = (!before.accounts.has(name) || this.#isAccountDeletedNow(name)) && this.#account(name) !== undefined;
    return isMade || (!was.bound.users.has(id) && history.accounts.has(name));
  }

  /** There is a reason why a wanted user has no account. */
  #maybeWithoutAccount({ attributes }: ModelUser): boolean {
    const { settings, before, history } = this.#step;
    const { linking, create, userName } = settings.users;
    const named = plannedAccountName(userName, attributes);
    if (named === 'none') return true;
    const { name } = named;
    if (this.#userOf.has(name)) return true;
    const accounts = this.confluence().accounts;
    const email = emailOf(attributes);
    if (linking === 'email' && !history.accounts.has(name) && email !== undefined) {
      const same = [...accounts].filter(([, account]) => account.email === email).map(([each]) => each);
      if (same.length > 1) return true;
      const [only] = same;
      if (only !== undefined) return this.#userOf.has(only) || this.#protectedAccounts.has(only.toLowerCase());
    }
    if (this.#protectedAccounts.has(name.toLowerCase())) return true;
    const isThere = before.accounts.has(name) && !this.#isAccountDeletedNow(name);
    if (isThere) return !history.accounts.has(name) && linking !== 'user-name';
    return !create || email === undefined || isIllegal(name, 'account');
  }

  #touchable(names: readonly string[]): string[] {
    return [...lower(names)].filter((name) => !this.#protectedGroups.has(name));
  }
}

function isPlain({ groups }: Settings): boolean {
  return groups.mapping === 'same-name' && groups.rename.length === 0;
}

/** Its names follow the displayName: made by a setting, or moved. */
function isFollowed(settings: Settings): boolean {
  return !isPlain(settings) || settings.groups.onRename === 'move';
}

function isLive(resource: { readonly deleted: boolean } | undefined): boolean {
  return resource?.deleted === false;
}

function lower(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
