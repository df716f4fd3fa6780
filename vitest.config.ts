import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `fast` is `npm test`: hermetic, under two minutes. `long` is what takes longer: kills, DynamoDB Local, large groups. */
export default defineConfig({
  test: {
    reporters: ['default'],
    // The default keeps one core free, which on a small machine is half of it.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.long.test.ts', 'node_modules/**'],
          testTimeout: 20_000,
          // Files share their modules: no module but a handler.ts has state, and loading them anew took a third of the time.
          isolate: false,
        },
      },
      { test: { name: 'long', include: ['test/**/*.long.test.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
