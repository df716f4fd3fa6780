import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningStack } from '../acceptance/running-stack.ts';
import { loadTenant } from './load-tenant.ts';

/** The stack with nobody in it has about 200; ten thousand users need no more than a few times that (docs/operations.md). */
const MOST_MB = 1_024;

describe('a tenant from nothing to applied, through the local stack', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await RunningStack.start({ REQUESTS_PER_SECOND: '10000' });
  }, 60_000);
  afterAll(() => stack?.remove());

  it('has exactly the right accounts and memberships, two runs of Synchronize change nothing, and memory is bounded', async () => {
    const { wrong, counted, phases, peakMb } = await loadTenant(stack, { users: 300, groups: 20, memberships: 1_500 });
    expect(wrong).toEqual([]);
    expect(counted).toEqual([{}, {}]);
    expect(phases.filter(({ name }) => name.startsWith('Synchronize')).map(({ writes }) => writes)).toEqual([0, 0]);
    if (process.platform === 'linux') expect(peakMb).toBeLessThan(MOST_MB);
  });
});
