import type { TargetId } from '../../directory/ids.ts';
import type { IdMemory } from '../id-memory.ts';
import type { GroupRecord, UserRecord } from './answers.ts';

/**
 * Which id a name has in the directory, and the other way round, as far as this process has seen it. Names are compared without regard to
 * case, as RFC 7643 §4.1.1 has it for userName.
 */
export interface KnownIds {
  account(name: string): string | undefined;
  group(name: string): string | undefined;
  /** The userName of an id, as it is spelt. */
  userNameOf(id: string): string | undefined;
  rememberAccount(record: Pick<UserRecord, 'id' | 'userName'>): void;
  rememberGroup(record: Pick<GroupRecord, 'id' | 'displayName'>): void;
  forgetAccount(name: string): void;
  forgetGroup(name: string): void;
  /** Where the list of all users is read on to learn userNames: the first record of the next page, 1-based. */
  nextOfList(): number;
  goOnFrom(next: number): void;
}

export function knownIds(memory: IdMemory, target: TargetId): KnownIds {
  const account = (name: string) => `${target} account ${name.toLowerCase()}`;
  const group = (name: string) => `${target} group ${name.toLowerCase()}`;
  const list = `${target} list`;
  const userName = (id: string) => `${target} userName ${id}`;
  return {
    account: (name) => memory.get(account(name)),
    group: (name) => memory.get(group(name)),
    userNameOf: (id) => memory.get(userName(id)),
    rememberAccount(record) {
      memory.set(account(record.userName), record.id);
      memory.set(userName(record.id), record.userName);
    },
    rememberGroup: ({ id, displayName }) => memory.set(group(displayName), id),
    forgetAccount(name) {
      const id = memory.get(account(name));
      memory.delete(account(name));
      if (id !== undefined) memory.delete(userName(id));
    },
    forgetGroup: (name) => memory.delete(group(name)),
    nextOfList: () => Number(memory.get(list) ?? 1),
    goOnFrom: (next) => memory.set(list, String(next)),
  };
}

/** Names are the same without regard to case. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
