/**
 * What `analyze` prints: one JSON object a line, made from the run's state and the delta that led to it.
 * Schema 1, documented in README.md: run, checkpoint (with all possible edges), failure, phase-change, rewound (the
 * training began again: what was said of this step and later ones is left behind), phases, end.
 */
import { possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Checkpoint, RunState, Update } from '../../protocol/state.ts';

const SCHEMA = 1;

/** The line for `delta`, null for none. `state` is the state after it. */
export function lineOf(delta: Update, state: RunState): object | null {
  switch (delta.type) {
    case 'run':
      return delta.run.analysis && runLine(delta.run.analysis);
    case 'checkpoint-done':
      return checkpointLine(delta.checkpoint, state);
    case 'failure':
      return { type: 'failure', step: delta.step, id: delta.checkpoint, ...delta.failure };
    case 'phase-change':
      return { type: 'phase-change', ...delta.change };
    case 'rewound':
      return { type: 'rewound', fromStep: delta.fromStep };
    default:
      return null;
  }
}

/** The segments as they stand: live they are stated anew with every checkpoint, so a stream has them once, at its end. */
export function phasesLine(state: RunState): object {
  return { type: 'phases', segments: state.segments };
}

export function endLine(state: RunState): object {
  const count = (status: Checkpoint['status']) =>
    state.checkpoints.filter((checkpoint) => checkpoint.status === status).length;
  return { type: 'end', checkpoints: count('done'), failures: count('failed') };
}

function runLine(analysis: Analysis): object {
  const { model, nodes, ablation, measure, probe, activityThreshold } = analysis;
  return {
    type: 'run',
    schema: SCHEMA,
    model,
    nodes: nodes.map(({ id, layer, kind }) => ({ id, layer, kind })),
    ablation,
    measure,
    activityThreshold,
    probe,
  };
}

function checkpointLine(id: string, state: RunState): object {
  const checkpoint = state.checkpoints.find((candidate) => candidate.id === id);
  const graph = state.latest;
  const analysis = state.run.analysis;
  if (!checkpoint || graph?.checkpoint !== id || !analysis)
    throw new Error(`invariant: ${id} is the checkpoint completed last`);
  const { sources, targets } = possibleEdges(analysis.nodes);
  const {
    step,
    metrics,
    metricErrors,
    nullScores,
    roles,
    task,
    undefinedCount,
    unchangedLayers,
    identicalTo,
    millis,
  } = checkpoint;
  return {
    type: 'checkpoint',
    step,
    id,
    edges: graph.weights.map((weight, edge) => [
      sources[edge],
      targets[edge],
      weight,
      graph.standardErrors?.[edge] ?? null,
    ]),
    metrics,
    metricErrors,
    ...(Object.keys(nullScores).length > 0 && { nullScores }),
    nodeMetrics: graph.nodeMetrics,
    headScores: graph.headScores,
    roles,
    task,
    undefinedCount,
    unchangedLayers,
    identicalTo,
    millis: Math.round(millis ?? 0),
  };
}
