import { defineConfig } from 'vitest/config';

/** Runs of full length, which take minutes each: one at a time, since some of them hold times. */
export default defineConfig({
  test: {
    include: ['test/nightly/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});
