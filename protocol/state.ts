/**
 * The state of a watched run, the deltas that change it (apply.ts), and how its analysis stands.
 *
 * Deltas are what happened: numbered, kept, and each told once. Progress is how things stand now: it is neither
 * numbered nor kept, and only the newest counts.
 *
 * Bounds: the summaries of all checkpoints and the phase changes are kept, a few hundred numbers each, but only two
 * graphs: the one being computed and the last complete one. Others are fetched one by one (SPEC.md, section H).
 */
import * as v from 'valibot';
import { ComponentNode } from './graph.ts';
import { PhaseChange, PhaseSegment } from './phases.ts';
import { TrainerCurve, TrainerEntry } from './trainer.ts';
import {
  Finite,
  Integer,
  Integers,
  NumberRecord,
  Numbers,
  NumbersRecord,
  Plain,
  Positive,
} from './values.ts';

export const Model = v.object({
  family: v.string(),
  layers: Integer,
  heads: Integer,
  width: Integer,
  headWidth: Integer,
  mlpWidth: Integer,
  vocabulary: Integer,
});
export type Model = v.InferOutput<typeof Model>;

export const Probe = v.object({
  kind: v.picklist(['induction', 'tokens', 'text']),
  prompts: Integer,
  /** Of the longest prompt. */
  positions: Integer,
  /** Length of the repeated segment and seed of its tokens; only for the induction probe. */
  segment: v.optional(Integer),
  seed: v.optional(Integer),
});
export type Probe = v.InferOutput<typeof Probe>;

/** What the graphs of a run have in common. Known from its first readable checkpoint on. */
export const Analysis = v.object({
  model: Model,
  nodes: v.array(ComponentNode),
  ablation: v.picklist(['zero', 'mean', 'resample']),
  measure: v.picklist(['cosine', 'relative_l2']),
  probe: Probe,
  activityThreshold: Finite,
});
export type Analysis = v.InferOutput<typeof Analysis>;

export const RunInfo = v.object({
  id: v.string(),
  name: v.string(),
  /** Where the checkpoints come from, for people. */
  source: v.string(),
  /** Tokens of one optimisation step of the training, in all of its batches together; absent where nobody said. */
  tokensPerStep: v.optional(Positive),
  analysis: v.nullable(Analysis),
});
export type RunInfo = v.InferOutput<typeof RunInfo>;

export const Roles = v.object({
  spreaders: v.array(v.string()),
  gatherers: v.array(v.string()),
  gatekeepers: v.array(v.string()),
});
export type Roles = v.InferOutput<typeof Roles>;

export const Failure = v.object({ code: v.string(), message: v.string() });
export type Failure = v.InferOutput<typeof Failure>;

/** Summary of a checkpoint: all that is known of it except its graph. */
export const Checkpoint = v.object({
  id: v.string(),
  step: Finite,
  /** Fingerprint of its files (server/source/fingerprint.ts); null where it could not be read. */
  content: v.nullable(v.string()),
  /** `skipped`: left out for now, so that the analysis keeps up with the run. */
  status: v.picklist(['computing', 'done', 'failed', 'skipped']),
  /** Keys are ids of the metric catalogue; a metric without a value here has no entry. */
  metrics: NumberRecord,
  /** Standard error of a metric over prompts, where known. */
  metricErrors: NumberRecord,
  /** z-score of a metric beside graphs with the same weights shuffled within each pair of layers, where asked for. */
  nullScores: NumberRecord,
  task: NumberRecord,
  roles: v.nullable(Roles),
  /** Distances that are undefined since an output is zero, over edges, prompts and positions; they count as 0. */
  undefinedCount: Integer,
  /** Layers that are those of the checkpoint analysed before, and were not computed again. */
  unchangedLayers: Integer,
  /** The checkpoint analysed before, where this one is identical to it. */
  identicalTo: v.nullable(v.string()),
  /** Time the analysis took. */
  millis: v.nullable(Finite),
  failure: v.nullable(Failure),
});
export type Checkpoint = v.InferOutput<typeof Checkpoint>;

/**
 * A component graph. `weights[e]` and `standardErrors[e]` follow the edge order of `graph.ts`;
 * while the graph is being computed they are a prefix of it.
 */
export const Graph = v.object({
  checkpoint: v.string(),
  step: Finite,
  /** In the measure of the run, averaged over prompts and positions. */
  weights: Numbers,
  /** Over prompts; null with a single prompt. */
  standardErrors: v.nullable(Numbers),
  /** Per id of the catalogue one value a node, in node order. */
  nodeMetrics: NumbersRecord,
  /** Per id of the catalogue one value a head, in node order without the MLPs. */
  headScores: NumbersRecord,
});
export type Graph = v.InferOutput<typeof Graph>;

export const Progress = v.object({
  /**
   * `waiting`: all that is there is done; `missing`: the source cannot be reached; `ended`: so has the training, and
   * all of it is taken.
   */
  activity: v.picklist(['waiting', 'missing', 'analysing', 'ended']),
  /** Checkpoint under way, `null` unless analysing. */
  checkpoint: v.nullable(v.string()),
  /** Checkpoints taken so far, the one under way included, and known so far. */
  taken: Integer,
  known: Integer,
  /** Layers done and in all of the checkpoint under way. */
  layersDone: Integer,
  layers: Integer,
  /** Time left for all known checkpoints; `null` while nothing has been measured. */
  remainingMillis: v.nullable(Finite),
  /** A sentence for people where the activity needs one. */
  message: v.nullable(v.string()),
});
export type Progress = v.InferOutput<typeof Progress>;

/** What a training that began again at an earlier checkpoint left behind. */
export const Branch = v.object({
  /** Checkpoints from this step on were left behind. */
  fromStep: Finite,
  /** Those checkpoints, as they stood. */
  checkpoints: v.array(Checkpoint),
  phaseChanges: v.array(PhaseChange),
});
export type Branch = v.InferOutput<typeof Branch>;

export const RunState = v.object({
  run: RunInfo,
  /** By step, then by id. */
  checkpoints: v.array(Checkpoint),
  /** The graph being computed. */
  partial: v.nullable(Graph),
  /** The graph completed last. */
  latest: v.nullable(Graph),
  /** By step of their interval's end, the improbable ones too. */
  phaseChanges: v.array(PhaseChange),
  /** Adjoining, from the first checkpoint to the last. */
  segments: v.array(PhaseSegment),
  /** Left behind by a rewound training, in the order in which it happened; their number is their index here. */
  branches: v.array(Branch),
  /** What the trainer logged itself, by name in the order in which it came; of older recordings nothing. */
  trainer: v.optional(v.array(TrainerCurve), () => []),
  progress: Progress,
});
export type RunState = v.InferOutput<typeof RunState>;

export const Delta = v.variant('type', [
  v.object({ type: v.literal('run'), run: RunInfo }),
  v.object({
    type: v.literal('checkpoint-started'),
    checkpoint: v.string(),
    step: Finite,
    content: v.nullable(v.string()),
  }),
  v.object({ type: v.literal('checkpoint-skipped'), checkpoint: v.string(), step: Finite }),
  v.object({
    type: v.literal('edges'),
    checkpoint: v.string(),
    layer: Integer,
    /** Index of the first of these edges in edge order. */
    firstEdge: Integer,
    weights: Numbers,
    standardErrors: v.nullable(Numbers),
    /** Where it stands, `weights` are only those of the edges that differ from another graph (sparse-edges.ts). */
    since: v.optional(
      v.object({
        /** Checkpoint of that graph, which is the `latest` of the state. */
        checkpoint: v.string(),
        /** Edges of this slice. */
        count: Integer,
        /** Which of them differ, ascending, 0 for `firstEdge`. */
        at: Integers,
      }),
    ),
  }),
  v.object({
    type: v.literal('metrics'),
    checkpoint: v.string(),
    metrics: NumberRecord,
    metricErrors: NumberRecord,
    nullScores: NumberRecord,
    /** Empty where only the comparison with the previous checkpoint is stated anew. */
    nodeMetrics: NumbersRecord,
    headScores: NumbersRecord,
    task: NumberRecord,
    /** Those roles that are known now. */
    roles: v.pipe(Plain, v.partial(Roles)),
    /** Null where only a comparison is stated anew. */
    undefinedCount: v.nullable(Integer),
  }),
  v.object({
    type: v.literal('checkpoint-done'),
    checkpoint: v.string(),
    millis: Finite,
    unchangedLayers: Integer,
    identicalTo: v.nullable(v.string()),
  }),
  v.object({
    type: v.literal('failure'),
    checkpoint: v.string(),
    step: Finite,
    failure: Failure,
  }),
  v.object({ type: v.literal('phase-change'), change: PhaseChange }),
  /** All segments anew. */
  v.object({ type: v.literal('phases'), segments: v.array(PhaseSegment) }),
  /** The training began again at an earlier checkpoint: those from this step on become a branch. */
  v.object({ type: v.literal('rewound'), fromStep: Finite }),
  /** The trainer logged, or logged anew (trainer.ts); at most 500 entries. */
  v.object({ type: v.literal('logged'), entries: v.array(TrainerEntry) }),
]);
export type Delta = v.InferOutput<typeof Delta>;

export const ProgressUpdate = v.object({ type: v.literal('progress'), progress: Progress });
export type ProgressUpdate = v.InferOutput<typeof ProgressUpdate>;

/** All that changes a state. */
export type Update = Delta | ProgressUpdate;
