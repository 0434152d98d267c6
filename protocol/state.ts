/**
 * The state of a watched run, and how deltas change it.
 *
 * State is a pure function of a snapshot and the deltas after it; server and client run this same `apply`.
 * Bounds: the summaries of all checkpoints and the phase changes are kept, a few hundred numbers each, but only two
 * graphs: the one being computed and the last complete one. Others are fetched one by one (SPEC.md, section H).
 */
import * as z from 'zod/mini';
import { ComponentNode } from './graph.ts';
import { PhaseChange, PhaseSegment } from './phases.ts';

const Numbers = z.array(z.number());
const NumberRecord = z.record(z.string(), z.number());

export const Model = z.object({
  family: z.string(),
  layers: z.int(),
  heads: z.int(),
  width: z.int(),
  headWidth: z.int(),
  mlpWidth: z.int(),
  vocabulary: z.int(),
});
export type Model = z.infer<typeof Model>;

export const Probe = z.object({
  kind: z.enum(['induction', 'tokens', 'text']),
  prompts: z.int(),
  /** Of the longest prompt. */
  positions: z.int(),
  /** Length of the repeated segment and seed of its tokens; only for the induction probe. */
  segment: z.optional(z.int()),
  seed: z.optional(z.int()),
});
export type Probe = z.infer<typeof Probe>;

/** What the graphs of a run have in common. Known from its first readable checkpoint on. */
export const Analysis = z.object({
  model: Model,
  nodes: z.array(ComponentNode),
  ablation: z.enum(['zero', 'mean', 'resample']),
  measure: z.enum(['cosine', 'relative_l2']),
  probe: Probe,
  activityThreshold: z.number(),
});
export type Analysis = z.infer<typeof Analysis>;

export const RunInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** Where the checkpoints come from, for people. */
  source: z.string(),
  analysis: z.nullable(Analysis),
});
export type RunInfo = z.infer<typeof RunInfo>;

export const Roles = z.object({
  spreaders: z.array(z.string()),
  gatherers: z.array(z.string()),
  gatekeepers: z.array(z.string()),
});
export type Roles = z.infer<typeof Roles>;

export const Failure = z.object({ code: z.string(), message: z.string() });
export type Failure = z.infer<typeof Failure>;

/** Summary of a checkpoint: all that is known of it except its graph. */
export const Checkpoint = z.object({
  id: z.string(),
  step: z.number(),
  /** `skipped`: left out for now, so that the analysis keeps up with the run. */
  status: z.enum(['computing', 'done', 'failed', 'skipped']),
  /** Keys are ids of the metric catalogue; a metric without a value here has no entry. */
  metrics: NumberRecord,
  /** Standard error of a metric over prompts, where known. */
  metricErrors: NumberRecord,
  task: NumberRecord,
  roles: z.nullable(Roles),
  /** Distances that are undefined since an output is zero, over edges, prompts and positions; they count as 0. */
  undefinedCount: z.int(),
  /** Layers that are those of the checkpoint analysed before, and were not computed again. */
  unchangedLayers: z.int(),
  /** The checkpoint analysed before, where this one is identical to it. */
  identicalTo: z.nullable(z.string()),
  /** Time the analysis took. */
  millis: z.nullable(z.number()),
  failure: z.nullable(Failure),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/**
 * A component graph. `weights[e]` and `standardErrors[e]` follow the edge order of `graph.ts`;
 * while the graph is being computed they are a prefix of it.
 */
export const Graph = z.object({
  checkpoint: z.string(),
  step: z.number(),
  /** In the measure of the run, averaged over prompts and positions. */
  weights: Numbers,
  /** Over prompts; null with a single prompt. */
  standardErrors: z.nullable(Numbers),
  /** Per id of the catalogue one value a node, in node order. */
  nodeMetrics: z.record(z.string(), Numbers),
  /** Per id of the catalogue one value a head, in node order without the MLPs. */
  headScores: z.record(z.string(), Numbers),
});
export type Graph = z.infer<typeof Graph>;

export const Progress = z.object({
  /** `waiting`: all that is there is done; `missing`: the source cannot be reached; `ended`: nothing more will come. */
  activity: z.enum(['waiting', 'missing', 'analysing', 'ended']),
  /** Checkpoint under way, `null` unless analysing. */
  checkpoint: z.nullable(z.string()),
  /** Checkpoints taken so far, the one under way included, and known so far. */
  taken: z.int(),
  known: z.int(),
  /** Layers done and in all of the checkpoint under way. */
  layersDone: z.int(),
  layers: z.int(),
  /** Time left for all known checkpoints; `null` while nothing has been measured. */
  remainingMillis: z.nullable(z.number()),
  /** A sentence for people where the activity needs one. */
  message: z.nullable(z.string()),
});
export type Progress = z.infer<typeof Progress>;

export const RunState = z.object({
  run: RunInfo,
  /** By step, then by id. */
  checkpoints: z.array(Checkpoint),
  /** The graph being computed. */
  partial: z.nullable(Graph),
  /** The graph completed last. */
  latest: z.nullable(Graph),
  /** By step of their interval's end, the improbable ones too. */
  phaseChanges: z.array(PhaseChange),
  /** Adjoining, from the first checkpoint to the last. */
  segments: z.array(PhaseSegment),
  progress: Progress,
});
export type RunState = z.infer<typeof RunState>;

export const Delta = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: RunInfo }),
  z.object({ type: z.literal('checkpoint-started'), checkpoint: z.string(), step: z.number() }),
  z.object({ type: z.literal('checkpoint-skipped'), checkpoint: z.string(), step: z.number() }),
  z.object({
    type: z.literal('edges'),
    checkpoint: z.string(),
    layer: z.int(),
    /** Index of the first of these edges in edge order. */
    firstEdge: z.int(),
    weights: Numbers,
    standardErrors: z.nullable(Numbers),
  }),
  z.object({
    type: z.literal('metrics'),
    checkpoint: z.string(),
    metrics: NumberRecord,
    metricErrors: NumberRecord,
    /** Empty where only the comparison with the previous checkpoint is stated anew. */
    nodeMetrics: z.record(z.string(), Numbers),
    headScores: z.record(z.string(), Numbers),
    task: NumberRecord,
    /** Those roles that are known now. */
    roles: z.partial(Roles),
    /** Null where only a comparison is stated anew. */
    undefinedCount: z.nullable(z.int()),
  }),
  z.object({
    type: z.literal('checkpoint-done'),
    checkpoint: z.string(),
    millis: z.number(),
    unchangedLayers: z.int(),
    identicalTo: z.nullable(z.string()),
  }),
  z.object({
    type: z.literal('failure'),
    checkpoint: z.string(),
    step: z.number(),
    failure: Failure,
  }),
  z.object({ type: z.literal('phase-change'), change: PhaseChange }),
  /** All segments anew. */
  z.object({ type: z.literal('phases'), segments: z.array(PhaseSegment) }),
  z.object({ type: z.literal('progress'), progress: Progress }),
]);
export type Delta = z.infer<typeof Delta>;

/** A delta that does not fit the state it is applied to (rule S-3). */
export class OutOfStep extends Error {}

export function initialState(run: RunInfo): RunState {
  return {
    run,
    checkpoints: [],
    partial: null,
    latest: null,
    phaseChanges: [],
    segments: [],
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
export function apply(state: RunState, delta: Delta): RunState {
  switch (delta.type) {
    case 'run':
      return { ...state, run: delta.run };
    case 'progress':
      return { ...state, progress: delta.progress };
    case 'checkpoint-started':
      return {
        ...state,
        checkpoints: placed(state.checkpoints, started(delta.checkpoint, delta.step)),
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
      const skipped: Checkpoint = { ...started(delta.checkpoint, delta.step), status: 'skipped' };
      return { ...state, checkpoints: placed(state.checkpoints, skipped) };
    }
    case 'edges': {
      const partial = underWay(state, delta.checkpoint);
      if (delta.firstEdge !== partial.weights.length)
        throw new OutOfStep(`expected edges from ${partial.weights.length}, got ${delta.firstEdge}`);
      const errors = delta.standardErrors && (partial.standardErrors ?? []).concat(delta.standardErrors);
      return {
        ...state,
        partial: {
          ...partial,
          weights: partial.weights.concat(delta.weights),
          standardErrors: errors,
        },
      };
    }
    case 'metrics': {
      const before = summary(state, delta.checkpoint);
      const after: Checkpoint = {
        ...before,
        metrics: { ...before.metrics, ...delta.metrics },
        metricErrors: { ...before.metricErrors, ...delta.metricErrors },
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
        ...started(delta.checkpoint, delta.step),
        status: 'failed',
        failure: delta.failure,
      };
      return {
        ...state,
        checkpoints: placed(state.checkpoints, failed),
        partial: state.partial?.checkpoint === delta.checkpoint ? null : state.partial,
      };
    }
    case 'phase-change': {
      const others = state.phaseChanges.filter((change) => change.id !== delta.change.id);
      const phaseChanges = [...others, delta.change].sort((a, b) => a.interval[1] - b.interval[1]);
      return { ...state, phaseChanges };
    }
    case 'phases':
      return { ...state, segments: delta.segments };
    default:
      return unreachable(delta);
  }
}

/** For the end of a switch over a union: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** Null until anything is known of roles; then a role that is not known yet has no holders. */
function rolesWith(before: Roles | null, known: Partial<Roles>): Roles | null {
  if (before === null && Object.keys(known).length === 0) return null;
  return { ...(before ?? { spreaders: [], gatherers: [], gatekeepers: [] }), ...known };
}

function started(id: string, step: number): Checkpoint {
  return {
    id,
    step,
    status: 'computing',
    metrics: {},
    metricErrors: {},
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
