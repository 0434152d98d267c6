/** What a sweep yields: the edges into each layer as soon as it has run, then what the model predicts. */
import type { HeadScores } from './head-scores.ts';
import type { Effects, TaskMeasures } from './readout.ts';

export type LayerEvent = {
  readonly type: 'layer';
  readonly layer: number;
  /** [edges, P]: the edges into this layer in edge order, each with its weight on every prompt. */
  readonly weights: Float32Array;
  /** How many distances were undefined and count as 0, over edges, prompts and positions. */
  readonly undefinedCount: number;
  readonly headScores: HeadScores;
  /** Taken from the previous sweep, since nothing that decides it has changed. */
  readonly unchanged: boolean;
};
export type OutputEvent = {
  readonly type: 'output';
  readonly task: TaskMeasures;
  readonly effects: Effects | null;
  readonly unchanged: boolean;
};
export type SweepEvent = LayerEvent | OutputEvent;
