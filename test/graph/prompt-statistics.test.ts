import { expect, it } from 'vitest';
import { edgeStatistics } from '../../server/graph/prompt-statistics.ts';

it('a distance that rounding made a little negative is 0, not −0', () => {
  const { means } = edgeStatistics(Float32Array.of(-1e-7, 1e-7, -2e-6), 1);
  expect([...means]).toEqual([0, 0, -0.000002]);
});
