import { describe, expect, it } from 'vitest';
import { dynamoDbRequestRates } from '../../../shared/directory/dynamodb-request-rates.ts';
import type { RequestRates } from '../../../shared/directory/request-rates.ts';
import { aConnection, type World } from './world.ts';

const WINDOW = Date.UTC(2026, 10, 22, 10, 0, 0) / 1_000;

/** The shared count of requests: the table's, and any double of it. `ratesOf` gives another instance's each time. */
export function requestRatesContract(ratesOf: () => RequestRates): void {
  describe('request rates (SCIM.md §4)', () => {
    it('adds up what all instances add to a window, and gives the sum back', async () => {
      const { id } = aConnection();
      const [one, other] = [ratesOf(), ratesOf()];
      expect(await one.add(id, WINDOW, 25)).toBe(25);
      expect(await other.add(id, WINDOW, 25)).toBe(50);
      expect(await one.add(id, WINDOW, 7)).toBe(57);
    });

    it('loses nothing of what is added at once: every sum comes back once', async () => {
      const { id } = aConnection();
      const sums = await Promise.all(Array.from({ length: 20 }, () => ratesOf().add(id, WINDOW, 25)));
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 25));
    });

    it('keeps windows and connections apart', async () => {
      const rates = ratesOf();
      const [one, other] = [aConnection(), aConnection()];
      expect(await rates.add(one.id, WINDOW, 25)).toBe(25);
      expect(await rates.add(one.id, WINDOW + 10, 3)).toBe(3);
      expect(await rates.add(other.id, WINDOW, 2)).toBe(2);
    });
  });
}

/** What only the table's has: an item. */
export function tableRequestRatesContract(opened: () => World): void {
  requestRatesContract(() => dynamoDbRequestRates(opened().table));

  describe('request rates in the table', () => {
    it('leaves one small item a window, which DynamoDB deletes after its end', async () => {
      const connection = aConnection();
      await dynamoDbRequestRates(opened().table).add(connection.id, WINDOW, 25);
      await dynamoDbRequestRates(opened().table).add(connection.id, WINDOW, 25);
      const items = await opened().itemsOf(connection);
      expect(items).toEqual([expect.objectContaining({ type: 'rate', n: 50, expiresAt: expect.any(Number) })]);
      expect(Number(items[0]?.['expiresAt'])).toBeGreaterThan(WINDOW + 10);
      expect(JSON.stringify(items).length).toBeLessThan(300);
    });
  });
}
