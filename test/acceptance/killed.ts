import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Life, randomOf } from './life.ts';
import { eventually, RunningStack } from './running-stack.ts';

/**
 * Kills the whole local stack with -9 at random moments under load, starts it again each time with the same state, and
 * expects at the end that SCIM and Confluence say what was acknowledged. `seed` is told when it fails.
 */
export async function killUnderLoad(kills: number, seed = Date.now() % 1_000_000): Promise<{ acknowledged: number }> {
  const random = randomOf(seed);
  // The simulated Confluence dies in the same moment: no call can land late.
  const stack = await RunningStack.start({ LATE_CALL_SECONDS: '0', REQUESTS_PER_SECOND: '10000' });
  try {
    const life = new Life(stack, random);
    const living = life.live(3);
    for (let kill = 0; kill < kills; kill++) {
      await sleep(200 + random() * (kills > 5 ? 1_500 : 600));
      await stack.kill();
      await stack.start();
    }
    await sleep(300);
    life.end();
    await living;
    await eventually(async () => expect(await life.disagreements(), `seed ${seed}`).toEqual([]), 60_000);
    // Each line of the log is whole, whatever was killed while it wrote.
    expect(stack.log().length).toBeGreaterThan(0);
    return { acknowledged: life.acknowledged };
  } finally {
    await stack.remove();
  }
}
