import { randomUUID } from 'node:crypto';
import { openJournal } from '../journal.ts';

/** A person's Atlassian account. */
export interface OrganizationAccount {
  readonly accountId: string;
  readonly email: string;
  readonly fullName: string;
  /** False: deactivated, by the SCIM directory. */
  readonly active: boolean;
  /** By the organisation. */
  readonly suspended: boolean;
  /** Invited into, or synchronised to, the organisation's directory; false: never was, or removed. */
  readonly inDirectory: boolean;
  /** Removed from the directory, which happens then: milliseconds since 1970; 0: stays. */
  readonly leavesAt: number;
  /** Milliseconds since 1970; 0: was always there. */
  readonly madeAt: number;
}

/** A user of the SCIM directory; its account stands behind it. */
export interface ScimRecord {
  readonly id: string;
  readonly accountId: string;
  readonly userName: string;
  readonly active: boolean;
  /** Everything else that was sent, as it was sent. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly madeAt: number;
  readonly changedAt: number;
}

export interface OrganizationGroup {
  readonly id: string;
  readonly name: string;
  readonly directory: 'scim' | 'native';
  readonly externalId?: string;
  readonly description?: string;
  readonly madeAt: number;
  readonly changedAt: number;
}

/** What the journal holds: one line a fact, replayed in order at the next start. */
type Entry =
  | { readonly op: 'account'; readonly account: OrganizationAccount }
  | { readonly op: 'record'; readonly record: ScimRecord }
  | { readonly op: 'record-gone'; readonly id: string }
  | { readonly op: 'group'; readonly group: OrganizationGroup }
  | { readonly op: 'group-gone'; readonly id: string }
  | { readonly op: 'member'; readonly group: string; readonly accountId: string }
  | { readonly op: 'member-gone'; readonly group: string; readonly accountId: string }
  | { readonly op: 'grant'; readonly name: string };

/**
 * One Atlassian organisation: accounts, the records of its SCIM directory, and its groups, those of the SCIM directory among them. E-mail
 * addresses, user names and names of groups are looked up without regard to case. Each change is in the journal before the method returns.
 */
export class Organization {
  readonly #accounts = new Map<string, OrganizationAccount>();
  readonly #accountOfEmail = new Map<string, string>();
  readonly #records = new Map<string, ScimRecord>();
  readonly #recordOfAccount = new Map<string, string>();
  readonly #recordOfUserName = new Map<string, string>();
  readonly #groups = new Map<string, OrganizationGroup>();
  readonly #groupOfName = new Map<string, string>();
  readonly #members = new Map<string, Set<string>>();
  readonly #groupsOf = new Map<string, Set<string>>();
  /** Names of groups that grant Confluence, whether there is such a group or not, in lower case. */
  readonly #granting = new Set<string>();
  readonly #append: (entry: Entry) => void;
  readonly #now: () => number;

  /** @param file where the journal is kept; absent: in memory only. @param now milliseconds since 1970 */
  constructor(file: string | undefined, now: () => number) {
    const journal = file === undefined ? undefined : openJournal<Entry>(file);
    for (const entry of journal?.entries ?? []) this.#apply(entry);
    journal?.compact(this.#snapshot());
    this.#append = (entry) => journal?.append(entry);
    this.#now = now;
  }

  accounts(): OrganizationAccount[] {
    return [...this.#accounts.values()];
  }

  account(accountId: string): OrganizationAccount | undefined {
    return this.#accounts.get(accountId);
  }

  accountOfEmail(email: string): OrganizationAccount | undefined {
    return this.#accounts.get(this.#accountOfEmail.get(email.toLowerCase()) ?? '');
  }

  records(): ScimRecord[] {
    return [...this.#records.values()];
  }

  record(id: string): ScimRecord | undefined {
    return this.#records.get(id);
  }

  recordOfAccount(accountId: string): ScimRecord | undefined {
    return this.#records.get(this.#recordOfAccount.get(accountId) ?? '');
  }

  recordOfUserName(userName: string): ScimRecord | undefined {
    return this.#records.get(this.#recordOfUserName.get(userName.toLowerCase()) ?? '');
  }

  /** In the order of their names, as Confluence lists them. */
  groups(): OrganizationGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  group(id: string): OrganizationGroup | undefined {
    return this.#groups.get(id);
  }

  groupOfName(name: string): OrganizationGroup | undefined {
    return this.#groups.get(this.#groupOfName.get(name.toLowerCase()) ?? '');
  }

  members(groupId: string): OrganizationAccount[] {
    return [...(this.#members.get(groupId) ?? [])].flatMap((accountId) => this.#accounts.get(accountId) ?? []);
  }

  isMember(groupId: string, accountId: string): boolean {
    return this.#members.get(groupId)?.has(accountId) ?? false;
  }

  groupsOf(accountId: string): OrganizationGroup[] {
    return [...(this.#groupsOf.get(accountId) ?? [])].flatMap((id) => this.#groups.get(id) ?? []);
  }

  grantsConfluence(group: OrganizationGroup): boolean {
    return this.#granting.has(group.name.toLowerCase());
  }

  hasConfluence(account: OrganizationAccount): boolean {
    return (
      account.active &&
      account.inDirectory &&
      !account.suspended &&
      this.groupsOf(account.accountId).some((group) => this.grantsConfluence(group))
    );
  }

  seatsInUse(): number {
    return this.accounts().filter((account) => this.hasConfluence(account)).length;
  }

  createAccount(account: Pick<OrganizationAccount, 'email' | 'fullName'> & Partial<OrganizationAccount>): OrganizationAccount {
    const accountId = `712020:${randomUUID()}`;
    const created = { accountId, active: true, suspended: false, inDirectory: true, leavesAt: 0, madeAt: this.#now(), ...account };
    this.#record({ op: 'account', account: created });
    return created;
  }

  changeAccount(accountId: string, change: Partial<Omit<OrganizationAccount, 'accountId'>>): void {
    const account = this.account(accountId);
    if (account) this.#record({ op: 'account', account: { ...account, ...change } });
  }

  /** Carries out the removals that are due: out of the directory, and out of the groups that are the organisation's own. */
  removeWhoLeft(): void {
    for (const account of this.#accounts.values()) {
      if (account.leavesAt === 0 || account.leavesAt > this.#now()) continue;
      for (const group of this.groupsOf(account.accountId)) {
        if (group.directory === 'native') this.removeMember(group.id, account.accountId);
      }
      this.changeAccount(account.accountId, { inDirectory: false, suspended: false, leavesAt: 0 });
    }
  }

  createRecord(record: Omit<ScimRecord, 'id' | 'madeAt' | 'changedAt'>): ScimRecord {
    const created = { ...record, id: randomUUID(), madeAt: this.#now(), changedAt: this.#now() };
    this.#record({ op: 'record', record: created });
    return created;
  }

  changeRecord(record: ScimRecord): ScimRecord {
    const changed = { ...record, changedAt: this.#now() };
    this.#record({ op: 'record', record: changed });
    return changed;
  }

  /** The record is gone, and its account from the groups of the SCIM directory. The account stays. */
  deleteRecord(id: string): void {
    this.#record({ op: 'record-gone', id });
  }

  createGroup(group: Pick<OrganizationGroup, 'name' | 'directory'> & Partial<OrganizationGroup>): OrganizationGroup {
    const created = { id: randomUUID(), madeAt: this.#now(), changedAt: this.#now(), ...group };
    this.#record({ op: 'group', group: created });
    return created;
  }

  changeGroup(group: OrganizationGroup): void {
    this.#record({ op: 'group', group: { ...group, changedAt: this.#now() } });
  }

  deleteGroup(id: string): void {
    this.#record({ op: 'group-gone', id });
  }

  addMember(groupId: string, accountId: string): void {
    if (!this.isMember(groupId, accountId)) this.#record({ op: 'member', group: groupId, accountId });
  }

  removeMember(groupId: string, accountId: string): void {
    if (this.isMember(groupId, accountId)) this.#record({ op: 'member-gone', group: groupId, accountId });
  }

  /** Makes every group of this name grant Confluence, now and later. */
  grantConfluenceTo(name: string): void {
    if (!this.#granting.has(name.toLowerCase())) this.#record({ op: 'grant', name: name.toLowerCase() });
  }

  #record(entry: Entry): void {
    this.#append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    switch (entry.op) {
      case 'account': {
        const { account } = entry;
        const before = this.#accounts.get(account.accountId);
        if (before) this.#accountOfEmail.delete(before.email.toLowerCase());
        this.#accounts.set(account.accountId, account);
        this.#accountOfEmail.set(account.email.toLowerCase(), account.accountId);
        break;
      }
      case 'record': {
        const { record } = entry;
        const before = this.#records.get(record.id);
        if (before) this.#recordOfUserName.delete(before.userName.toLowerCase());
        this.#records.set(record.id, record);
        this.#recordOfUserName.set(record.userName.toLowerCase(), record.id);
        this.#recordOfAccount.set(record.accountId, record.id);
        break;
      }
      case 'record-gone': {
        const record = this.#records.get(entry.id);
        if (!record) break;
        this.#records.delete(record.id);
        this.#recordOfUserName.delete(record.userName.toLowerCase());
        this.#recordOfAccount.delete(record.accountId);
        for (const group of this.groupsOf(record.accountId)) {
          if (group.directory === 'scim') this.#apply({ op: 'member-gone', group: group.id, accountId: record.accountId });
        }
        break;
      }
      case 'group':
        this.#groups.set(entry.group.id, entry.group);
        this.#groupOfName.set(entry.group.name.toLowerCase(), entry.group.id);
        break;
      case 'group-gone': {
        const group = this.#groups.get(entry.id);
        if (!group) break;
        for (const accountId of this.#members.get(group.id) ?? []) this.#groupsOf.get(accountId)?.delete(group.id);
        this.#members.delete(group.id);
        this.#groups.delete(group.id);
        this.#groupOfName.delete(group.name.toLowerCase());
        break;
      }
      case 'member':
        this.#members.set(entry.group, (this.#members.get(entry.group) ?? new Set()).add(entry.accountId));
        this.#groupsOf.set(entry.accountId, (this.#groupsOf.get(entry.accountId) ?? new Set()).add(entry.group));
        break;
      case 'member-gone':
        this.#members.get(entry.group)?.delete(entry.accountId);
        this.#groupsOf.get(entry.accountId)?.delete(entry.group);
        break;
      case 'grant':
        this.#granting.add(entry.name);
        break;
    }
  }

  *#snapshot(): Iterable<Entry> {
    for (const account of this.#accounts.values()) yield { op: 'account', account };
    for (const record of this.#records.values()) yield { op: 'record', record };
    for (const group of this.#groups.values()) yield { op: 'group', group };
    for (const [group, members] of this.#members) for (const accountId of members) yield { op: 'member', group, accountId };
    for (const name of this.#granting) yield { op: 'grant', name };
  }
}
