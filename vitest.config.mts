import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    sequence: { shuffle: true },
    retry: 0,
    pool: 'forks',
    // Bounds against hanging, not measures: a loaded machine of two cores takes its time for an engine run.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real-node/**'],
          globalSetup: ['test/support/prepare.ts'],
          // One more than the cores that a modest machine has: much of a test is waiting for a cluster.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'real-node',
          include: ['test/real-node/**/*.test.ts'],
          globalSetup: ['test/support/prepare-real-node.ts'],
          // They share one node, and some of them end its parts: one file after the other, and after all that run beside each other.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
        },
      },
    ],
  },
});
