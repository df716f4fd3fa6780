import { createHash, randomBytes } from 'node:crypto';
import { openJournal } from '../journal.ts';

export interface SimulatedUser {
  readonly username: string;
  readonly key: string;
  readonly fullName: string;
  readonly email: string;
  readonly active: boolean;
  /** SHA-256 of the password: the simulator keeps no secret in readable form either. */
  readonly passwordDigest?: string;
}

export interface LongTask {
  readonly id: string;
  readonly username: string;
  readonly percentage: number;
}

/** What the journal holds: one line a fact, replayed in order at the next start. */
type Entry =
  | { readonly op: 'user'; readonly user: SimulatedUser }
  | { readonly op: 'user-gone'; readonly username: string }
  | { readonly op: 'group'; readonly name: string }
  | { readonly op: 'group-gone'; readonly name: string }
  | { readonly op: 'member'; readonly group: string; readonly username: string }
  | { readonly op: 'member-gone'; readonly group: string; readonly username: string }
  | { readonly op: 'task'; readonly task: LongTask }
  | { readonly op: 'failed-logins'; readonly username: string; readonly count: number };

export function digestOf(username: string, password: string): string {
  return createHash('sha256').update(`${username}\n${password}`).digest('hex');
}

/**
 * The people, groups and long tasks of one simulated Confluence. Names are looked up without regard to case, as Confluence does.
 * Each change is in the journal before the method returns, so an answered call survives kill -9.
 */
export class Instance {
  readonly #users = new Map<string, SimulatedUser>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #tasks = new Map<string, LongTask>();
  readonly #failedLogins = new Map<string, number>();
  readonly #append: (entry: Entry) => void;

  /** @param file where the journal is kept; absent: in memory only */
  constructor(file?: string) {
    const journal = file === undefined ? undefined : openJournal<Entry>(file);
    for (const entry of journal?.entries ?? []) this.#apply(entry);
    journal?.compact(this.#snapshot());
    this.#append = (entry) => journal?.append(entry);
    if (this.#users.size === 0) this.#seed();
  }

  user(name: string): SimulatedUser | undefined {
    return this.#users.get(name.toLowerCase());
  }

  /** In order of user name. */
  users(): SimulatedUser[] {
    return [...this.#users.values()].sort((a, b) => (a.username < b.username ? -1 : 1));
  }

  countActive(): number {
    let active = 0;
    for (const user of this.#users.values()) if (user.active) active += 1;
    return active;
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name.toLowerCase());
  }

  isMember(group: string, username: string): boolean {
    return this.#groups.get(group)?.has(username) ?? false;
  }

  group(name: string): { readonly name: string; readonly members: readonly string[] } | undefined {
    const members = this.#groups.get(name.toLowerCase());
    return members && { name: name.toLowerCase(), members: [...members].sort() };
  }

  groups(): { readonly name: string; readonly members: readonly string[] }[] {
    return [...this.#groups].map(([name, members]) => ({ name, members: [...members].sort() })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  groupsOf(username: string): string[] {
    return [...(this.#groupsOf.get(username.toLowerCase()) ?? [])].sort();
  }

  task(id: string): LongTask | undefined {
    return this.#tasks.get(id);
  }

  tasks(): LongTask[] {
    return [...this.#tasks.values()];
  }

  failedLogins(username: string): number {
    return this.#failedLogins.get(username.toLowerCase()) ?? 0;
  }

  createUser(user: Omit<SimulatedUser, 'key'>): SimulatedUser {
    const created = { ...user, key: randomBytes(16).toString('hex') };
    this.#record({ op: 'user', user: created });
    return created;
  }

  changeUser(username: string, change: Partial<Omit<SimulatedUser, 'username' | 'key'>>): void {
    const user = this.user(username);
    if (user) this.#record({ op: 'user', user: { ...user, ...change } });
  }

  createGroup(name: string): void {
    this.#record({ op: 'group', name });
  }

  deleteGroup(name: string): void {
    this.#record({ op: 'group-gone', name: name.toLowerCase() });
  }

  addMember(group: string, username: string): void {
    this.#record({ op: 'member', group: group.toLowerCase(), username: username.toLowerCase() });
  }

  removeMember(group: string, username: string): void {
    this.#record({ op: 'member-gone', group: group.toLowerCase(), username: username.toLowerCase() });
  }

  /** Begins the deletion of a user; the user is gone when the task is at 100. Asked again for the same user, it is the same task. */
  beginDeletion(username: string): LongTask {
    const running = this.tasks().find((task) => task.username === username.toLowerCase() && task.percentage < 100);
    if (running) return running;
    const task = { id: randomBytes(8).toString('hex'), username: username.toLowerCase(), percentage: 0 };
    this.#record({ op: 'task', task });
    return task;
  }

  advance(task: LongTask, percentage: number): LongTask {
    const advanced = { ...task, percentage: Math.min(100, percentage) };
    if (advanced.percentage === 100 && task.percentage < 100) this.#record({ op: 'user-gone', username: task.username });
    this.#record({ op: 'task', task: advanced });
    return advanced;
  }

  setFailedLogins(username: string, count: number): void {
    if (this.failedLogins(username) !== count) this.#record({ op: 'failed-logins', username: username.toLowerCase(), count });
  }

  #seed(): void {
    this.createGroup('confluence-users');
    this.createGroup('confluence-administrators');
    this.createUser({ username: 'admin', fullName: 'Service Account', email: 'admin@example.com', active: true });
    this.addMember('confluence-users', 'admin');
    this.addMember('confluence-administrators', 'admin');
  }

  #record(entry: Entry): void {
    this.#append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    switch (entry.op) {
      case 'user':
        this.#users.set(entry.user.username, entry.user);
        break;
      case 'user-gone':
        for (const group of this.#groupsOf.get(entry.username) ?? []) this.#groups.get(group)?.delete(entry.username);
        this.#groupsOf.delete(entry.username);
        this.#users.delete(entry.username);
        break;
      case 'group':
        this.#groups.set(entry.name, new Set());
        break;
      case 'group-gone':
        for (const member of this.#groups.get(entry.name) ?? []) this.#groupsOf.get(member)?.delete(entry.name);
        this.#groups.delete(entry.name);
        break;
      case 'member': {
        this.#groups.get(entry.group)?.add(entry.username);
        const groups = this.#groupsOf.get(entry.username) ?? new Set();
        this.#groupsOf.set(entry.username, groups.add(entry.group));
        break;
      }
      case 'member-gone':
        this.#groups.get(entry.group)?.delete(entry.username);
        this.#groupsOf.get(entry.username)?.delete(entry.group);
        break;
      case 'task':
        this.#tasks.set(entry.task.id, entry.task);
        break;
      case 'failed-logins':
        this.#failedLogins.set(entry.username, entry.count);
        break;
    }
  }

  *#snapshot(): Iterable<Entry> {
    for (const user of this.#users.values()) yield { op: 'user', user };
    for (const name of this.#groups.keys()) yield { op: 'group', name };
    for (const [group, members] of this.#groups) for (const username of members) yield { op: 'member', group, username };
    for (const task of this.#tasks.values()) yield { op: 'task', task };
    for (const [username, count] of this.#failedLogins) yield { op: 'failed-logins', username, count };
  }
}
