import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamoDbTargetPace } from '../../../shared/directory/delivery/dynamodb-target-pace.ts';
import { dynamoDbTargetStates } from '../../../shared/directory/delivery/target-states.ts';
import type { TargetId } from '../../../shared/directory/ids.ts';
import type { World } from './world.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);
const LATEST = NOW + 60_000;

/** Turns and slots of a target, kept by many instances at once (decision 17). */
export function targetPaceContract(opened: () => World): void {
  /** Another instance's each time, at a time of the test's choice. */
  const paceAt = (at = NOW) => dynamoDbTargetPace(opened().table, () => new Date(at));
  const aTarget = () => randomUUID() as unknown as TargetId;

  describe('turns of a target', () => {
    it('begin now, and follow each other', async () => {
      const target = aTarget();
      expect(await paceAt().reserveTurns(target, { count: 1, everyMs: 100, latest: LATEST })).toBe(NOW);
      expect(await paceAt().reserveTurns(target, { count: 5, everyMs: 100, latest: LATEST })).toBe(NOW + 100);
      expect(await paceAt().reserveTurns(target, { count: 1, everyMs: 2_000, latest: LATEST })).toBe(NOW + 600);
      expect(await paceAt().reserveTurns(target, { count: 1, everyMs: 100, latest: LATEST })).toBe(NOW + 2_600);
    });

    it('are not saved up while nobody calls', async () => {
      const target = aTarget();
      await paceAt().reserveTurns(target, { count: 3, everyMs: 100, latest: LATEST });
      expect(await paceAt(NOW + 30_000).reserveTurns(target, { count: 3, everyMs: 100, latest: LATEST })).toBe(NOW + 30_000);
    });

    it('are not reserved where the first would come too late', async () => {
      const target = aTarget();
      await paceAt().reserveTurns(target, { count: 10, everyMs: 1_000, latest: LATEST });
      expect(await paceAt().reserveTurns(target, { count: 1, everyMs: 1_000, latest: NOW + 9_999 })).toBeUndefined();
      expect(await paceAt().reserveTurns(target, { count: 1, everyMs: 1_000, latest: NOW + 10_000 })).toBe(NOW + 10_000);
    });

    it('are each given once, however many ask at the same moment', async () => {
      const target = aTarget();
      const firsts = await Promise.all(
        Array.from({ length: 20 }, () => paceAt().reserveTurns(target, { count: 2, everyMs: 50, latest: LATEST })),
      );
      expect(firsts.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => NOW + i * 100));
    });

    it('are each target’s own', async () => {
      await paceAt().reserveTurns(aTarget(), { count: 100, everyMs: 100, latest: LATEST });
      expect(await paceAt().reserveTurns(aTarget(), { count: 1, everyMs: 100, latest: LATEST })).toBe(NOW);
    });
  });

  describe('slots of a target', () => {
    const UNTIL = NOW + 60_000;

    it('are as many as are asked for, however many ask at the same moment', async () => {
      const target = aTarget();
      const slots = await Promise.all(Array.from({ length: 12 }, () => paceAt().takeSlot(target, randomUUID(), UNTIL, 3)));
      const taken = slots.filter((slot) => slot !== undefined);
      expect(new Set(taken).size).toBe(taken.length);
      // Those that met may have gone away without one; what is free is there for the next.
      for (let free = 3 - taken.length; free > 0; free--) taken.push((await paceAt().takeSlot(target, randomUUID(), UNTIL, 3)) as number);
      expect(taken.sort()).toEqual([0, 1, 2]);
      expect(await paceAt().takeSlot(target, randomUUID(), UNTIL, 3)).toBeUndefined();
    });

    it('are free again once they are released, by their holder only', async () => {
      const target = aTarget();
      const holder = randomUUID();
      const slot = (await paceAt().takeSlot(target, holder, UNTIL, 1)) as number;
      await paceAt().releaseSlot(target, randomUUID(), slot);
      expect(await paceAt().takeSlot(target, randomUUID(), UNTIL, 1)).toBeUndefined();
      await paceAt().releaseSlot(target, holder, slot);
      expect(await paceAt().takeSlot(target, randomUUID(), UNTIL, 1)).toBe(slot);
    });

    it('are free again when their holder must be dead', async () => {
      const target = aTarget();
      await paceAt().takeSlot(target, randomUUID(), UNTIL, 1);
      expect(await paceAt(UNTIL).takeSlot(target, randomUUID(), UNTIL + 60_000, 1)).toBeUndefined();
      expect(await paceAt(UNTIL + 1).takeSlot(target, randomUUID(), UNTIL + 60_000, 1)).toBe(0);
    });

    it('of a larger number before still count', async () => {
      const target = aTarget();
      for (let i = 0; i < 4; i++) await paceAt().takeSlot(target, randomUUID(), UNTIL, 4);
      const { table } = opened();
      expect(await dynamoDbTargetPace(table, () => new Date(NOW)).takeSlot(target, randomUUID(), UNTIL, 2)).toBeUndefined();
    });
  });

  describe('a target that wants to be left alone', () => {
    it('is so until the latest time that it was asked for', async () => {
      const target = aTarget();
      const states = dynamoDbTargetStates(opened().table, () => new Date(NOW));
      await paceAt().slow(target, NOW + 5_000);
      await paceAt().slow(target, NOW + 2_000);
      expect(await states.read(target)).toMatchObject({ state: 'open', slowUntil: NOW + 5_000 });
      await paceAt().slow(target, NOW + 9_000);
      expect((await states.read(target)).slowUntil).toBe(NOW + 9_000);
    });

    it('stays paused', async () => {
      const target = aTarget();
      const states = dynamoDbTargetStates(opened().table, () => new Date(NOW));
      await states.pause(target, { code: 'captcha', reason: 'test' });
      await paceAt().slow(target, NOW + 5_000);
      expect((await states.read(target)).state).toBe('paused');
    });
  });
}
