import type { TargetId } from './ids.ts';

/**
 * Which account of a target stands behind a name that this product gave it, by the target's own stable key. Needed where people can change
 * the name by which an account was found: at Atlassian an e-mail address. Who changes theirs must not keep their access for that.
 */
export interface AccountKeys {
  /** The key, if one is kept. */
  read(target: TargetId, name: string): Promise<string | undefined>;
  /** The names that the keys are kept for, by key; other keys are not in it. */
  namesOf(target: TargetId, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Before the first call that gives the account access. Another key than the kept one replaces it. */
  remember(target: TargetId, name: string, key: string): Promise<void>;
  /** Once nobody's access depends on it any more. */
  forget(target: TargetId, name: string): Promise<void>;
}
