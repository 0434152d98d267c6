/**
 * The component graph of one checkpoint: who changes whom, and by how much.
 *
 * Columns in edge order (protocol/graph.ts). It is a simple directed graph without self-loops. The metrics walk these
 * columns: as a graphology graph 80,000 edges take up to half a second to build, as long as all metrics of it take
 * together. graphology's own metrics judge them in the tests.
 */
import type { ComponentNode } from '../../protocol/graph.ts';

export type ComponentGraph = {
  readonly nodes: readonly ComponentNode[];
  /** Index of each possible edge's source and target in `nodes`. */
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  /** 1 − cosine, mean over prompts and positions; 0 or more */
  readonly weights: Float64Array;
  /** Over prompts, same order; null with a single prompt. */
  readonly standardErrors: Float64Array | null;
};
