/** Seeded series for the detector's tests and its benchmark, in units of their noise. */

import { seededRandom } from '../../server/base/random.ts';
import type { Sample } from '../../server/phase/phase-change.ts';

export type Change = 'none' | 'step 3' | 'step 6' | 'ramp 1/2' | 'variance ×9' | 'variance ×25';
export type Noise = 'white' | 'Student t3' | 'AR(1/2)' | 'random walk';

export type SeriesOptions = {
  readonly seed: number;
  readonly samples: number;
  readonly signals: number;
  readonly change: Change;
  /** Index of the first changed sample. */
  readonly changeAt: number;
  readonly noise: Noise;
  /** Share of the noise variance that all signals have in common. */
  readonly common: number;
};

export const QUIET: SeriesOptions = {
  seed: 1,
  samples: 100,
  signals: 1,
  change: 'none',
  changeAt: 0,
  noise: 'white',
  common: 0,
};

export function seriesOf(options: Partial<SeriesOptions>): Sample[] {
  const { seed, samples, signals, change, changeAt, noise, common } = { ...QUIET, ...options };
  const normal = normals(seed);
  const memory = new Array<number>(signals).fill(0);
  return Array.from({ length: samples }, (_, index) => {
    const shared = normal();
    const values = memory.map((before, signal) => {
      const own = Math.sqrt(common) * shared + Math.sqrt(1 - common) * normal();
      const innovation = noise === 'Student t3' ? (own / heavy(normal)) * Math.sqrt(1 / 3) : own;
      const value =
        noise === 'AR(1/2)' ? before / 2 + own : noise === 'random walk' ? before + own : innovation;
      memory[signal] = value;
      return changed(value, change, index - changeAt);
    });
    return sampleOf(index, Object.fromEntries(values.map((value, signal) => [`s${signal}`, value])));
  });
}

export function sampleOf(index: number, signals: Sample['signals']): Sample {
  return { step: 10 * index, id: `checkpoint-${10 * index}`, signals };
}

/** Box and Muller. */
export function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** √(χ²₃/3): what a normal value is divided by to be Student's t; its own standard deviation is then √3. */
function heavy(normal: () => number): number {
  return Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
}

function changed(value: number, change: Change, since: number): number {
  if (since < 0) return value;
  switch (change) {
    case 'none':
      return value;
    case 'step 3':
      return value + 3;
    case 'step 6':
      return value + 6;
    case 'ramp 1/2':
      return value + (since + 1) / 2;
    case 'variance ×9':
      return 3 * value;
    case 'variance ×25':
      return 5 * value;
  }
}
