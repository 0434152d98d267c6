/**
 * The state of a watched run, the deltas that change it (apply.ts), and how its analysis stands.
 *
 * Deltas are what happened: numbered, kept, and each told once. Progress is how things stand now: it is neither
 * numbered nor kept, and only the newest counts.
 *
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
  /** Fingerprint of its files (server/source/fingerprint.ts); null where it could not be read. */
  content: z.nullable(z.string()),
  /** `skipped`: left out for now, so that the analysis keeps up with the run. */
  status: z.enum(['computing', 'done', 'failed', 'skipped']),
  /** Keys are ids of the metric catalogue; a metric without a value here has no entry. */
  metrics: NumberRecord,
  /** Standard error of a metric over prompts, where known. */
  metricErrors: NumberRecord,
  /** z-score of a metric beside graphs with the same weights shuffled within each pair of layers, where asked for. */
  nullScores: NumberRecord,
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

/** What a training that began again at an earlier checkpoint left behind. */
export const Branch = z.object({
  /** Checkpoints from this step on were left behind. */
  fromStep: z.number(),
  /** Those checkpoints, as they stood. */
  checkpoints: z.array(Checkpoint),
  phaseChanges: z.array(PhaseChange),
});
export type Branch = z.infer<typeof Branch>;

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
  /** Left behind by a rewound training, in the order in which it happened; their number is their index here. */
  branches: z.array(Branch),
  progress: Progress,
});
export type RunState = z.infer<typeof RunState>;

export const Delta = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: RunInfo }),
  z.object({
    type: z.literal('checkpoint-started'),
    checkpoint: z.string(),
    step: z.number(),
    content: z.nullable(z.string()),
  }),
  z.object({ type: z.literal('checkpoint-skipped'), checkpoint: z.string(), step: z.number() }),
  z.object({
    type: z.literal('edges'),
    checkpoint: z.string(),
    layer: z.int(),
    /** Index of the first of these edges in edge order. */
    firstEdge: z.int(),
    weights: Numbers,
    standardErrors: z.nullable(Numbers),
    /** Where it stands, `weights` are only those of the edges that differ from another graph (sparse-edges.ts). */
    since: z.optional(
      z.object({
        /** Checkpoint of that graph, which is the `latest` of the state. */
        checkpoint: z.string(),
        /** Edges of this slice. */
        count: z.int(),
        /** Which of them differ, ascending, 0 for `firstEdge`. */
        at: z.array(z.int()),
      }),
    ),
  }),
  z.object({
    type: z.literal('metrics'),
    checkpoint: z.string(),
    metrics: NumberRecord,
    metricErrors: NumberRecord,
    nullScores: NumberRecord,
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
  /** The training began again at an earlier checkpoint: those from this step on become a branch. */
  z.object({ type: z.literal('rewound'), fromStep: z.number() }),
]);
export type Delta = z.infer<typeof Delta>;

export const ProgressUpdate = z.object({ type: z.literal('progress'), progress: Progress });
export type ProgressUpdate = z.infer<typeof ProgressUpdate>;

/** All that changes a state. */
export type Update = Delta | ProgressUpdate;
