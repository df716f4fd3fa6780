import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ConnectionId, GroupId, TargetId, UserId } from '../../../shared/directory/ids.ts';
import type { GroupItem, LayerChunkItem, MemberItem } from '../../../shared/directory/items.ts';
import { keys } from '../../../shared/directory/keys.ts';
import { moreMembersThan, moreToRead } from '../../../shared/directory/members/group-bounds.ts';
import { chunksOf, encodeIds } from '../../../shared/directory/members/layer-chunks.ts';
import type { Bound, Partition } from '../../../shared/directory/members/read-group.ts';

const C = 'c' as ConnectionId;
const G = randomUUID() as GroupId;
const someone = () => randomUUID() as UserId;
const people = (count: number) => Array.from({ length: count }, someone);

function member(userId: UserId, wanted: 'present' | 'absent' = 'present', revision = 1): MemberItem {
  return {
    ...keys.member(C, G, userId),
    v: 1,
    type: 'member',
    connection: C,
    target: 't' as TargetId,
    groupId: G,
    userId,
    wanted,
    revision,
  };
}

/** A group at revision 5 with these layers, each of the revision given. */
function partition(layers: { revision: number; replaces?: boolean; add?: UserId[]; remove?: UserId[] }[]): Partition {
  const chunks = new Map<string, LayerChunkItem>();
  const references = layers.map(({ revision, replaces = false, add = [], remove = [] }) => {
    const id = randomUUID();
    const parts = chunksOf(id, add, remove);
    parts.forEach((part, i) => {
      const key = keys.layerChunk(C, G, id, i);
      chunks.set(key.sk, { ...key, v: 1, type: 'layer', add: encodeIds(part.add), remove: encodeIds(part.remove), created: '' });
    });
    return { id, revision, replaces, chunks: parts.length };
  });
  const header = { connection: C, id: G, revision: 5, layers: references } as unknown as GroupItem;
  return { header, items: new Map(), chunks };
}

/** How many of these items are read until the bound is passed. */
function readUntil(bound: Bound, group: Partition, items: readonly MemberItem[]): number {
  const at = items.findIndex((item) => bound(group, item));
  return at < 0 ? items.length : at + 1;
}

describe('the bound of members that fit in a reply', () => {
  const nobody = () => new Set<UserId>();

  it('is passed by the first member too many, and not by those who are absent', () => {
    const items = [...people(5), ...people(5)].map((id, i) => member(id, i % 2 === 0 ? 'present' : 'absent'));
    expect(readUntil(moreMembersThan(3, nobody), partition([]), items)).toBe(7);
    expect(readUntil(moreMembersThan(5, nobody), partition([]), items)).toBe(10);
  });

  it('does not count on those who may be deleted users, nor before it knows them', () => {
    const users = people(10);
    const items = users.map((id) => member(id));
    expect(
      readUntil(
        moreMembersThan(3, () => new Set(users.slice(0, 2))),
        partition([]),
        items,
      ),
    ).toBe(6);
    let known: Set<UserId> | undefined;
    const bound = moreMembersThan(3, () => known);
    const group = partition([]);
    expect(items.slice(0, 8).some((item) => bound(group, item))).toBe(false);
    known = new Set();
    expect(bound(group, items[8] as MemberItem)).toBe(true);
  });

  it('leaves out who has an older item and is taken out by a layer', () => {
    const users = people(10);
    const items = users.map((id) => member(id));
    expect(readUntil(moreMembersThan(3, nobody), partition([{ revision: 5, remove: users.slice(0, 6) }]), items)).toBe(10);
    expect(readUntil(moreMembersThan(3, nobody), partition([{ revision: 5, replaces: true, add: users.slice(5) }]), items)).toBe(1);
    expect(readUntil(moreMembersThan(5, nobody), partition([{ revision: 5, replaces: true, add: users.slice(5) }]), items)).toBe(10);
  });

  it('is passed by the first item when the layers alone are too many, less what small changes may have taken out since', () => {
    const items = people(10).map((id) => member(id, 'absent', 4));
    expect(readUntil(moreMembersThan(99, nobody), partition([{ revision: 5, add: people(100) }]), items)).toBe(1);
    expect(readUntil(moreMembersThan(100, nobody), partition([{ revision: 5, add: people(100) }]), items)).toBe(10);
    // Revisions 4 and 5 were small changes at most, of 48 members each.
    expect(readUntil(moreMembersThan(3, nobody), partition([{ revision: 3, add: people(100) }]), items)).toBe(1);
    expect(readUntil(moreMembersThan(4, nobody), partition([{ revision: 3, add: people(100) }]), items)).toBe(10);
  });
});

describe('the bound of what a comparison reads', () => {
  it('counts items and the ids of layers apart', () => {
    const users = people(4);
    const items = new Map<UserId, MemberItem>();
    const group = { ...partition([{ revision: 5, add: people(3) }]), items };
    const bound = moreToRead(3);
    for (const chunk of group.chunks.values()) expect(bound(group, chunk)).toBe(false);
    const passed = users.map((id) => {
      items.set(id, member(id));
      return bound(group, member(id));
    });
    expect(passed).toEqual([false, false, false, true]);
    const more = partition([{ revision: 5, add: people(2), remove: people(2) }]);
    const another = moreToRead(3);
    expect([...more.chunks.values()].map((chunk) => another(more, chunk))).toEqual([true]);
  });
});
