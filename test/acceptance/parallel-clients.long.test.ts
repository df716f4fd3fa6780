import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningStack } from './running-stack.ts';

const CLIENTS = 10;
const EACH = 100;

describe('ten clients that add 100 different members each to one group', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ SWEEP_AFTER_SECONDS: '120', REQUESTS_PER_SECOND: '10000' });
  });
  afterAll(() => stack.remove());

  it('end with all 1,000 in SCIM and in Confluence', async () => {
    const ids: string[][] = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const own: string[] = [];
        for (let i = 0; i < EACH; i++) own.push(await stack.scim.createUser({ userName: `member-${client}-${i}` }));
        return own;
      }),
    );
    const group = await stack.scim.createGroup('thousand');
    const answers: Record<number, number> = {};
    await Promise.all(
      ids.map(async (own) => {
        for (const value of own) {
          const { status } = await stack.scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] });
          answers[status] = (answers[status] ?? 0) + 1;
        }
      }),
    );
    expect(answers).toEqual({ 204: CLIENTS * EACH });
    expect((await stack.scim.members(group)).sort()).toEqual(ids.flat().sort());
    await eventually(async () => expect(await stack.members('thousand')).toHaveLength(CLIENTS * EACH), 300_000);
    await stack.settled();
    expect(stack.log().filter(({ kind }) => kind === 'error' || kind === 'change.parked')).toEqual([]);
  });
});
