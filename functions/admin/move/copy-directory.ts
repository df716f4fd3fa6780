import { atOnce } from '../../../shared/directory/at-once.ts';
import type { Connection, Connections } from '../../../shared/directory/connection.ts';
import { type Directory, NameTaken, RevisionConflict, type Stored, type WriteContext } from '../../../shared/directory/directory.ts';
import type { UserId } from '../../../shared/directory/ids.ts';
import { inBatches } from '../../../shared/directory/in-batches.ts';
import { Refused } from '../command.ts';
import { type CopiedKind, copiedGroups, copiedUsers } from './copied-kinds.ts';
import { type Pair, sideBySide } from './side-by-side.ts';

/**
 * Users and groups of the copy that were made, changed and deleted, and those that were as they should be. `left` to the next time are those
 * whose name another one of the copy has, which has given it up in the original meanwhile.
 */
export type CopyCounts = Readonly<Record<'made' | 'changed' | 'deleted' | 'same' | 'left', number>>;

export interface CopyOptions {
  readonly directory: Directory;
  readonly connections: Pick<Connections, 'get'>;
  readonly now: () => Date;
  readonly correlationId: string;
  readonly onProgress: (counts: CopyCounts) => void;
}

/** Written at once: each is a transaction of its own. */
const AT_ONCE = 12;
/** Of each list: most are the same, and nothing more is read of them. */
const READ_AT_ONCE = 500;
/** Another copy of the same connection may be under way: then the newest state is read again. */
const TRIES = 3;

/**
 * Makes the directory of `to` what that of `from` is, ids, revisions and times included; marks what that changes, as an identity provider's
 * requests do. It reads both, and writes what differs: it can be interrupted and repeated, while `from` goes on.
 *
 * A copy is never at a later revision than its original, and of two that are at the same one everything is the same: revisions only grow,
 * nobody but this writes into a copy, and what it writes has the revision of the state that was read.
 *
 * @throws Refused if `to` has been changed by something else, or is not the copy of `from` any more
 */
export async function copyDirectory(options: CopyOptions, from: Connection, to: Connection): Promise<CopyCounts> {
  const counts = { made: 0, changed: 0, deleted: 0, same: 0, left: 0 };
  const count = (what: keyof CopyCounts) => {
    counts[what] += 1;
    options.onProgress(counts);
  };
  const users = copierOf(options, copiedUsers(options.directory), from, to, count);
  /** Members who were created after the users were copied. A group without one of them would be at its original's revision for good. */
  const haveUsers = async (ids: readonly UserId[]): Promise<ReadonlySet<UserId>> => {
    const there = await options.directory.users.existing(to, ids);
    const missing = ids.filter((id) => !there.has(id));
    const areCopied = await atOnce(AT_ONCE, missing, users.copyOne);
    if (areCopied.includes(false)) throw new NameTaken('userName');
    // Who was deleted since the group was read is in neither.
    return missing.length === 0 ? there : options.directory.users.existing(to, ids);
  };
  await users.copyAll();
  await copierOf(options, copiedGroups(options.directory, haveUsers), from, to, count).copyAll();
  return counts;
}

interface Copier {
  copyAll(): Promise<void>;
  /** False if another resource of the copy has the name. */
  copyOne(id: string): Promise<boolean>;
}

function copierOf<R extends Stored<string>>(
  { connections, now, correlationId }: CopyOptions,
  kind: CopiedKind<R>,
  from: Connection,
  to: Connection,
  count: (what: keyof CopyCounts) => void,
): Copier {
  const context = (original?: R): WriteContext => ({
    connection: to,
    correlationId,
    now: now(),
    ...(original && { newId: original.id, original }),
  });

  /** Asked after what is written was read: another terminal may have switched, and whoever came since is in `to` alone. */
  async function mustBeCopy(): Promise<void> {
    if ((await connections.get(to.id))?.copyOf !== from.id)
      throw new Refused(`${to.name} is not the copy of ${from.name} any more: nothing else is copied`);
  }

  async function attempt(id: string): Promise<void> {
    const [original, copy] = await Promise.all([kind.read(from, id), kind.read(to, id)]);
    if (original?.revision !== copy?.revision) await mustBeCopy();
    if (!original) {
      if (!copy) return;
      await kind.delete(context(), copy);
      return count('deleted');
    }
    if (!copy) {
      await kind.create(context(original), original);
      return count('made');
    }
    if (copy.revision > original.revision)
      throw new Refused(`the ${kind.type} ${id} of ${to.name} has been changed by something else: ${to.name} is no copy any more`);
    if (copy.revision === original.revision) return count('same');
    await kind.update(context(original), copy, original);
    count('changed');
  }

  async function copyOne(id: string): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await attempt(id);
        return true;
      } catch (error) {
        if (error instanceof NameTaken) return false;
        if (!(error instanceof RevisionConflict) || tries >= TRIES) throw error;
      }
    }
  }

  /**
   * Names that have gone round in a ring: one of its resources lets its name go for a moment. In `from` one of them must have done so too, and
   * is two revisions further at least: the moment's revision is one that its original was at.
   */
  async function letGo(ids: readonly string[], before: Set<string>): Promise<boolean> {
    for (const id of ids) {
      if (before.has(id)) continue;
      const [original, copy] = await Promise.all([kind.read(from, id), kind.read(to, id)]);
      if (!original || !copy || original.revision - copy.revision < 2) continue;
      await mustBeCopy();
      await kind.rename(context(), copy, `moving ${id}`);
      before.add(id);
      return true;
    }
    return false;
  }

  async function settleNames(ids: readonly string[]): Promise<void> {
    const nameless = new Set<string>();
    for (let left = ids; left.length > 0; ) {
      const still: string[] = [];
      for (const id of left) if (!(await copyOne(id))) still.push(id);
      if (still.length === left.length && !(await letGo(still, nameless))) {
        for (const _ of still) count('left');
        return;
      }
      left = still;
    }
  }

  return {
    copyOne,
    async copyAll() {
      const nameless: string[] = [];
      const take = async ({ original, copy }: Pair<R>): Promise<void> => {
        if (original && copy?.revision === original.revision) return count('same');
        const { id } = (original ?? copy) as R;
        if (!(await copyOne(id))) nameless.push(id);
      };
      const listOf = (connection: Connection) => kind.listing.find(connection, { by: 'all' }, undefined, READ_AT_ONCE);
      const pairs = sideBySide(listOf(from), listOf(to));
      for await (const batch of inBatches(pairs, AT_ONCE)) await atOnce(AT_ONCE, batch, take);
      await settleNames(nameless);
    },
  };
}
