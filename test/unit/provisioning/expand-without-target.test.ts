import { describe, expect, it } from 'vitest';
import type { GroupId } from '../../../shared/directory/ids.ts';
import type { GroupItem } from '../../../shared/directory/items.ts';
import type { Layer } from '../../../shared/directory/members/membership-word.ts';
import { messageGroupFor } from '../../../shared/directory/target-name.ts';
import { expandWithoutTarget } from '../../../shared/provisioning/groups/expand-layers.ts';
import { policyOf } from '../../../shared/provisioning/policy/policy.ts';
import { settingsOf } from '../../settings-of.ts';

describe('expanding layers while the target is paused (DELIVERY §3.4)', () => {
  it('reads each layer once, when it is the oldest: eight large ones are not in memory together', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `layer ${i}`);
    let layers = names.map((id, i) => ({ id, revision: i + 1, replaces: false, chunks: 1 }));
    const read: string[][] = [];
    const group = () => ({ id: 'g', displayName: 'G', target: 't', state: 'live', layers }) as unknown as GroupItem;
    const delivery = {
      resources: { group: async () => group() },
      layers: {
        contents: async (header: GroupItem): Promise<Layer[]> => {
          read.push(header.layers.map(({ id }) => id));
          return header.layers.map((layer) => ({ ...layer, add: new Set(), remove: new Set() }));
        },
        cursor: async () => undefined,
        drop: async (_group: GroupItem, { id }: Layer) => {
          layers = layers.filter((layer) => layer.id !== id);
          return true;
        },
      },
    };
    const work = {
      delivery,
      proceed: () => true,
      connection: { id: 'c' },
      messageGroup: messageGroupFor(group()),
      policy: policyOf(settingsOf()),
    };
    await expandWithoutTarget(work as unknown as Parameters<typeof expandWithoutTarget>[0], 'g' as GroupId);
    expect(layers).toEqual([]);
    expect(read).toEqual(names.map((name) => [name]));
  });
});
