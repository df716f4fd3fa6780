import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamoDbAccountKeys } from '../../../shared/directory/dynamodb-account-keys.ts';
import type { TargetId } from '../../../shared/directory/ids.ts';
import type { World } from './world.ts';

/** Which account stands behind a name, and the way back. */
export function accountKeysContract(opened: () => World): void {
  describe('account keys', () => {
    const keysOf = () => ({ keys: dynamoDbAccountKeys(opened().table), target: randomUUID() as TargetId });

    it('are kept by name, and lead back to it', async () => {
      const { keys, target } = keysOf();
      await keys.remember(target, 'ann@example.com', '712020:1');
      await keys.remember(target, 'ann@example.com', '712020:1');
      await keys.remember(target, 'bob@example.com', '712020:2');
      expect(await keys.read(target, 'ann@example.com')).toBe('712020:1');
      expect(await keys.read(target, 'cid@example.com')).toBeUndefined();
      expect(await keys.namesOf(target, ['712020:1', '712020:2', '712020:3'])).toEqual(
        new Map([
          ['712020:1', 'ann@example.com'],
          ['712020:2', 'bob@example.com'],
        ]),
      );
      expect(await keys.namesOf(target, [])).toEqual(new Map());
    });

    it('are replaced by another account of the name, and the old one leads nowhere', async () => {
      const { keys, target } = keysOf();
      await keys.remember(target, 'ann@example.com', '1');
      await keys.remember(target, 'ann@example.com', '2');
      expect(await keys.read(target, 'ann@example.com')).toBe('2');
      expect(await keys.namesOf(target, ['1', '2'])).toEqual(new Map([['2', 'ann@example.com']]));
    });

    it('are forgotten in both directions, but for what another name has by now', async () => {
      const { keys, target } = keysOf();
      await keys.remember(target, 'ann@example.com', '1');
      await keys.remember(target, 'new@example.com', '1');
      await keys.forget(target, 'ann@example.com');
      expect(await keys.read(target, 'ann@example.com')).toBeUndefined();
      expect(await keys.namesOf(target, ['1'])).toEqual(new Map([['1', 'new@example.com']]));
      await keys.forget(target, 'new@example.com');
      await keys.forget(target, 'new@example.com');
      expect(await keys.namesOf(target, ['1'])).toEqual(new Map());
    });

    it('of one target are not those of another', async () => {
      const [one, other] = [keysOf(), keysOf()];
      await one.keys.remember(one.target, 'ann@example.com', '1');
      expect(await other.keys.read(other.target, 'ann@example.com')).toBeUndefined();
      expect(await other.keys.namesOf(other.target, ['1'])).toEqual(new Map());
    });
  });
}
