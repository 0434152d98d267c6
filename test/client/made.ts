/** Small analyses, checkpoints and graphs, made by hand for the tests of the view. */

import { initialState } from '../../protocol/apply.ts';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Analysis, Branch, Checkpoint, Graph, RunState } from '../../protocol/state.ts';

/** `layers` layers of `heads` heads and an MLP; in parallel blocks all of a layer share its depth. */
export function madeNodes(
  layers: number,
  heads: number,
  block: 'parallel' | 'sequential' = 'parallel',
): ComponentNode[] {
  return Array.from({ length: layers }, (_, layer) => {
    const depth = block === 'parallel' ? layer : 2 * layer;
    const mlpDepth = block === 'parallel' ? layer : depth + 1;
    return [
      ...Array.from(
        { length: heads },
        (_, head): ComponentNode => ({ id: `L${layer}H${head}`, layer, kind: 'head', depth }),
      ),
      { id: `L${layer}MLP`, layer, kind: 'mlp', depth: mlpDepth } as const,
    ];
  }).flat();
}

export function madeAnalysis(nodes: ComponentNode[]): Analysis {
  return {
    model: {
      family: 'gpt_neox',
      layers: 2,
      heads: 1,
      width: 64,
      headWidth: 16,
      mlpWidth: 256,
      vocabulary: 64,
    },
    nodes,
    ablation: 'zero',
    measure: 'cosine',
    probe: { kind: 'induction', prompts: 4, positions: 48, segment: 24, seed: 1 },
    activityThreshold: 0.3,
  };
}

export function madeCheckpoint(step: number, more: Partial<Checkpoint> = {}): Checkpoint {
  return {
    id: `checkpoint-${step}`,
    step,
    content: null,
    status: 'done',
    metrics: {},
    metricErrors: {},
    nullScores: {},
    task: {},
    roles: null,
    undefinedCount: 0,
    unchangedLayers: 0,
    identicalTo: null,
    millis: null,
    failure: null,
    ...more,
  };
}

export function madeGraph(step: number, weights: number[], more: Partial<Graph> = {}): Graph {
  return {
    checkpoint: `checkpoint-${step}`,
    step,
    weights,
    standardErrors: null,
    nodeMetrics: {},
    headScores: {},
    ...more,
  };
}

export function madeState(more: Partial<RunState>): RunState {
  return { ...initialState({ id: 'r', name: 'run', source: '/runs/r', analysis: null }), ...more };
}

export function madeBranch(fromStep: number, checkpoints: Checkpoint[]): Branch {
  return { fromStep, checkpoints, phaseChanges: [] };
}

export function madeChange(more: Partial<PhaseChange> = {}): PhaseChange {
  return {
    id: 'phase-change-550',
    interval: [512, 550],
    probability: 0.98,
    size: 6,
    revision: 0,
    reportedStep: 600,
    signals: [],
    edges: [],
    nodes: [],
    roles: [],
    ...more,
  };
}

/** Two layers of one head and an MLP: edges L0H0→L1H0, L0MLP→L1H0, L0H0→L1MLP, L0MLP→L1MLP. */
export const NODES = madeNodes(2, 1);
export const EDGES = possibleEdges(NODES);
