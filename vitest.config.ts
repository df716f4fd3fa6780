import { defineConfig } from 'vitest/config';

/** `fast` is `npm test`: hermetic, under two minutes. `long` is what takes longer: kills, DynamoDB Local, large groups. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: ['test/**/*.long.test.ts', 'node_modules/**'], testTimeout: 20_000 },
      },
      { test: { name: 'long', include: ['test/**/*.long.test.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
