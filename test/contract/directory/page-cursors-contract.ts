import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamoDbPageCursors } from '../../../shared/directory/dynamodb-page-cursors.ts';
import { CURSOR_TIMEOUT_SECONDS, type PageCursors } from '../../../shared/directory/page-cursors.ts';
import { requestsOf } from './faults.ts';
import { aConnection, type World } from './world.ts';

const STATE = { query: 'digest', position: '{"after":"é \\u0000 \\ud83d"}' };

/** What the cursors of RFC 9865 are to the function that hands them out; the table's, and any double of them. */
export function pageCursorsContract(cursorsOf: () => PageCursors): void {
  describe('page cursors (RFC 9865 §2)', () => {
    it('stand for what was kept under them, as it was, more than once', async () => {
      const cursors = cursorsOf();
      const connection = aConnection();
      const now = new Date();
      const cursor = await cursors.save(connection, STATE, now);
      for (const seconds of [0, 1, CURSOR_TIMEOUT_SECONDS - 1]) {
        expect(await cursors.read(connection, cursor, new Date(now.getTime() + seconds * 1_000))).toEqual(STATE);
      }
    });

    it('"may only contain characters from the unreserved character set", and no two are the same', async () => {
      const cursors = cursorsOf();
      const connection = aConnection();
      const made = await Promise.all(Array.from({ length: 20 }, () => cursors.save(connection, STATE, new Date())));
      expect(new Set(made).size).toBe(20);
      // RFC 3986 §2.3.
      for (const cursor of made) expect(cursor).toMatch(/^[A-Za-z0-9._~-]{16,128}$/);
    });

    it('are unknown to another connection', async () => {
      const cursors = cursorsOf();
      const cursor = await cursors.save(aConnection(), STATE, new Date());
      expect(await cursors.read(aConnection(), cursor, new Date())).toBe(undefined);
    });

    it('are unknown if they were forged', async () => {
      const cursors = cursorsOf();
      const connection = aConnection();
      const cursor = await cursors.save(connection, STATE, new Date());
      const other = cursor.replace(/^./, (first) => (first === '0' ? '1' : '0'));
      const forged = [
        other,
        cursor.toUpperCase().replace(/^/, '0'),
        `${cursor}0`,
        cursor.slice(1),
        'CURSOR',
        '../x',
        '\0',
        'x'.repeat(5_000),
      ];
      for (const text of forged) expect(await cursors.read(connection, text, new Date())).toBe(undefined);
    });

    it('are told as expired past their time, not as unknown', async () => {
      const cursors = cursorsOf();
      const connection = aConnection();
      const now = new Date();
      const cursor = await cursors.save(connection, STATE, now);
      for (const seconds of [CURSOR_TIMEOUT_SECONDS, CURSOR_TIMEOUT_SECONDS + 3_600]) {
        expect(await cursors.read(connection, cursor, new Date(now.getTime() + seconds * 1_000))).toBe('expired');
      }
    });
  });
}

/** The table's cursors: the contract, and what they cost. */
export function tablePageCursorsContract(opened: () => World): void {
  const cursorsOf = () => dynamoDbPageCursors(opened().table, () => randomBytes(16).toString('hex'));
  pageCursorsContract(cursorsOf);

  describe('page cursors in the table', () => {
    it('cost one request to keep and one to read; one that can be none costs nothing', async () => {
      const { faults } = opened();
      const connection = aConnection();
      let cursor = '';
      const save = async () => {
        cursor = await cursorsOf().save(connection, STATE, new Date());
      };
      expect(await requestsOf(faults, save)).toEqual(['PutItem']);
      expect(await requestsOf(faults, () => cursorsOf().read(connection, cursor, new Date()))).toEqual(['GetItem']);
      expect(await requestsOf(faults, () => cursorsOf().read(connection, 'no cursor', new Date()))).toEqual([]);
    });

    it('leave the table by its TTL, a day after their end', async () => {
      const connection = aConnection();
      const now = new Date();
      await cursorsOf().save(connection, STATE, now);
      const [item] = await opened().itemsOf(connection);
      const end = now.getTime() / 1_000 + CURSOR_TIMEOUT_SECONDS;
      expect(item).toMatchObject({ type: 'cursor', v: expect.any(Number) });
      expect(Number(item?.['expiresAt']) - end).toBeGreaterThanOrEqual(24 * 3_600);
      expect(Number(item?.['expiresAt']) - end).toBeLessThan(25 * 3_600);
    });
  });
}
