/**
 * What the package offers under `phasewatch/protocol`: all that a program needs to follow a run by itself: messages and
 * their bytes, the state and how deltas change it, the order of the edges, and the catalogue of metrics. Rules: SPEC.md.
 */
export { apply, initialState } from './apply.ts';
export { type Decoded, decoded, type Encoding, encoded } from './encoding.ts';
export { ComponentNode, layerCountOf, type PossibleEdges, possibleEdges } from './graph.ts';
export { HEAD_SCORES } from './head-scores.ts';
export {
  CLOSE,
  ClientMessage,
  clientMessageFrom,
  type Parsed,
  Place,
  RunSummary,
  ServerMessage,
  serverMessageFrom,
} from './messages.ts';
export {
  ACTIVITY_THRESHOLD,
  EFFECT_METRICS,
  GRAPH_METRICS,
  type GraphMetricId,
  type MetricInfo,
  NODE_METRICS,
  type NodeMetricId,
  TASK_MEASURES,
  type TaskMeasureId,
} from './metrics.ts';
export { OutOfStep } from './out-of-step.ts';
export { PhaseChange, PhaseSegment, PROBABLE } from './phases.ts';
export {
  Analysis,
  Branch,
  Checkpoint,
  Delta,
  Failure,
  Graph,
  Model,
  Probe,
  Progress,
  ProgressUpdate,
  Roles,
  RunInfo,
  RunState,
  type Update,
} from './state.ts';
export { TrainerCurve, TrainerEntry } from './trainer.ts';
export { PROTOCOL_VERSION, SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from './version.ts';
