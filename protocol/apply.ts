/**
 * State as a pure function of a snapshot and the deltas after it; server and client run this same `apply`.
 */
import { OutOfStep } from './out-of-step.ts';
import { wholeEdges } from './sparse-edges.ts';
import type { Checkpoint, Graph, Roles, RunInfo, RunState, Update } from './state.ts';
import { withEntries } from './trainer.ts';
import { unreachable } from './unreachable.ts';

export function initialState(run: RunInfo): RunState {
  return {
    run,
    checkpoints: [],
    partial: null,
    latest: null,
    phaseChanges: [],
    segments: [],
    branches: [],
    trainer: [],
    progress: {
      activity: 'waiting',
      checkpoint: null,
      taken: 0,
      known: 0,
      layersDone: 0,
      layers: 0,
      remainingMillis: null,
      message: null,
    },
  };
}

/**
 * The state after `delta`. Never changes `state`; what a delta leaves alone is shared with it.
 * @throws OutOfStep where the delta does not belong to this state.
 */
export function apply(state: RunState, delta: Update): RunState {
  switch (delta.type) {
    case 'run':
      return { ...state, run: delta.run };
    case 'progress':
      return { ...state, progress: delta.progress };
    case 'checkpoint-started':
      return {
        ...state,
        checkpoints: placed(state.checkpoints, started(delta.checkpoint, delta.step, delta.content)),
        partial: {
          checkpoint: delta.checkpoint,
          step: delta.step,
          weights: [],
          standardErrors: null,
          nodeMetrics: {},
          headScores: {},
        },
      };
    case 'checkpoint-skipped': {
      const skipped: Checkpoint = { ...started(delta.checkpoint, delta.step, null), status: 'skipped' };
      return {
        ...state,
        checkpoints: placed(state.checkpoints, skipped),
        partial: partialWithout(state, delta.checkpoint),
      };
    }
    case 'edges': {
      const partial = underWay(state, delta.checkpoint);
      if (delta.firstEdge !== partial.weights.length)
        throw new OutOfStep(`expected edges from ${partial.weights.length}, got ${delta.firstEdge}`);
      const { weights, standardErrors } = wholeEdges(delta, state.latest);
      return {
        ...state,
        partial: {
          ...partial,
          weights: partial.weights.concat(weights),
          standardErrors: standardErrors && (partial.standardErrors ?? []).concat(standardErrors),
        },
      };
    }
    case 'metrics': {
      const before = summary(state, delta.checkpoint);
      const after: Checkpoint = {
        ...before,
        metrics: { ...before.metrics, ...delta.metrics },
        metricErrors: { ...before.metricErrors, ...delta.metricErrors },
        nullScores: { ...before.nullScores, ...delta.nullScores },
        task: { ...before.task, ...delta.task },
        roles: rolesWith(before.roles, delta.roles),
        undefinedCount: delta.undefinedCount ?? before.undefinedCount,
      };
      const partial = state.partial;
      return {
        ...state,
        checkpoints: placed(state.checkpoints, after),
        partial:
          partial?.checkpoint === delta.checkpoint
            ? {
                ...partial,
                nodeMetrics: { ...partial.nodeMetrics, ...delta.nodeMetrics },
                headScores: { ...partial.headScores, ...delta.headScores },
              }
            : partial,
      };
    }
    case 'checkpoint-done': {
      const partial = underWay(state, delta.checkpoint);
      const done: Checkpoint = {
        ...summary(state, delta.checkpoint),
        status: 'done',
        millis: delta.millis,
        unchangedLayers: delta.unchangedLayers,
        identicalTo: delta.identicalTo,
      };
      return {
        ...state,
        checkpoints: placed(state.checkpoints, done),
        partial: null,
        latest: partial,
      };
    }
    case 'failure': {
      const failed: Checkpoint = {
        ...started(delta.checkpoint, delta.step, null),
        status: 'failed',
        failure: delta.failure,
      };
      return {
        ...state,
        checkpoints: placed(state.checkpoints, failed),
        partial: partialWithout(state, delta.checkpoint),
      };
    }
    case 'phase-change': {
      const others = state.phaseChanges.filter((change) => change.id !== delta.change.id);
      const phaseChanges = [...others, delta.change].sort((a, b) => a.interval[1] - b.interval[1]);
      return { ...state, phaseChanges };
    }
    case 'phases':
      return { ...state, segments: delta.segments };
    case 'rewound':
      return rewound(state, delta.fromStep);
    case 'logged':
      return { ...state, trainer: withEntries(state.trainer, delta.entries) };
    default:
      return unreachable(delta);
  }
}

/** Null until anything is known of roles; then a role that is not known yet has no holders. */
function rolesWith(before: Roles | null, known: Partial<Roles>): Roles | null {
  if (before === null && Object.keys(known).length === 0) return null;
  return { ...(before ?? { spreaders: [], gatherers: [], gatekeepers: [] }), ...known };
}

/** Everything from a step on becomes a branch: nothing is lost, and the run goes on from what is left. */
function rewound(state: RunState, fromStep: number): RunState {
  const isLeft = ({ step }: { readonly step: number }) => step < fromStep;
  const isLeftChange = ({ interval }: { readonly interval: readonly [number, number] }) =>
    interval[1] < fromStep;
  const branch = {
    fromStep,
    checkpoints: state.checkpoints.filter((checkpoint) => !isLeft(checkpoint)),
    phaseChanges: state.phaseChanges.filter((change) => !isLeftChange(change)),
  };
  return {
    ...state,
    checkpoints: state.checkpoints.filter(isLeft),
    partial: state.partial && isLeft(state.partial) ? state.partial : null,
    latest: state.latest && isLeft(state.latest) ? state.latest : null,
    phaseChanges: state.phaseChanges.filter(isLeftChange),
    segments: state.segments.filter(({ to }) => to < fromStep),
    branches: [...state.branches, branch],
  };
}

function partialWithout(state: RunState, checkpoint: string): Graph | null {
  return state.partial?.checkpoint === checkpoint ? null : state.partial;
}

function started(id: string, step: number, content: string | null): Checkpoint {
  return {
    id,
    step,
    content,
    status: 'computing',
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
  };
}

/** `checkpoints` with `checkpoint` in its place: replacing the one of the same id, else inserted by step. */
function placed(checkpoints: readonly Checkpoint[], checkpoint: Checkpoint): Checkpoint[] {
  const rest = checkpoints.filter((other) => other.id !== checkpoint.id);
  const later = rest.findIndex(
    (other) => other.step > checkpoint.step || (other.step === checkpoint.step && other.id > checkpoint.id),
  );
  rest.splice(later < 0 ? rest.length : later, 0, checkpoint);
  return rest;
}

function underWay(state: RunState, id: string): Graph {
  if (state.partial?.checkpoint !== id)
    throw new OutOfStep(`expected deltas of ${state.partial?.checkpoint ?? 'no checkpoint'}, got ${id}`);
  return state.partial;
}

function summary(state: RunState, id: string): Checkpoint {
  const found = state.checkpoints.find((checkpoint) => checkpoint.id === id);
  if (!found) throw new OutOfStep(`no checkpoint ${id} in this state`);
  return found;
}
