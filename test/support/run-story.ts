/**
 * A made-up history of a run, delta by delta, from a seed: checkpoints that are computed layer by layer, fail before or
 * within, are left out and filled in, come late, and a training that begins again. Every delta applies to what came
 * before it, and only a pipeline that keeps the protocol's rules could have said it.
 */
import { apply, initialState } from '../../protocol/apply.ts';
import type { Analysis, Checkpoint, Delta, RunInfo, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';

const MICROS = 1e6;
const NO_METRICS = {
  metrics: {},
  metricErrors: {},
  nullScores: {},
  nodeMetrics: {},
  headScores: {},
  task: {},
  roles: {},
} as const;

export type StoryOptions = {
  readonly run: RunInfo;
  readonly seed: number;
  readonly layers?: number;
  readonly edgesPerLayer?: number;
};

export class RunStory {
  readonly random: () => number;
  readonly #layers: number;
  readonly #edgesPerLayer: number;
  #state: RunState;
  #layer = 0;
  #isMeasured = false;

  constructor({ run, seed, layers = 3, edgesPerLayer = 8 }: StoryOptions) {
    this.random = seededRandom(seed);
    this.#layers = layers;
    this.#edgesPerLayer = edgesPerLayer;
    this.#state = initialState(run);
  }

  /** After all that was told. */
  get state(): RunState {
    return this.#state;
  }

  next(): Delta {
    const delta = this.#state.partial ? this.#within(this.#state.partial.checkpoint) : this.#between();
    this.#state = apply(this.#state, delta);
    return delta;
  }

  /** A failure with a message of this length, always of the same checkpoint, so that the state does not grow. */
  bulky(bytes: number): Delta {
    const message = this.#letter().repeat(bytes);
    const delta: Delta = {
      type: 'failure',
      checkpoint: 'bulky',
      step: 5,
      failure: { code: 'truncated', message },
    };
    this.#state = apply(this.#state, delta);
    return delta;
  }

  /** An integer below `count`. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  #letter(): string {
    return String.fromCharCode(97 + this.below(26));
  }

  #within(checkpoint: string): Delta {
    const step = this.#state.partial?.step ?? 0;
    const chance = this.random();
    if (chance < 0.03) return failure(checkpoint, step);
    if (chance < 0.05) return { type: 'checkpoint-skipped', checkpoint, step };
    if (chance < 0.1) return failure(`late-${this.below(4)}`, 7);
    if (this.#layer < this.#layers) return this.#edges(checkpoint);
    if (!this.#isMeasured) {
      this.#isMeasured = true;
      return {
        type: 'metrics',
        checkpoint,
        ...NO_METRICS,
        ...this.#measures(),
        undefinedCount: this.below(3),
      };
    }
    return {
      type: 'checkpoint-done',
      checkpoint,
      millis: this.below(1000),
      unchangedLayers: this.below(this.#layers),
      identicalTo: null,
    };
  }

  #between(): Delta {
    const { checkpoints, run } = this.#state;
    const done = checkpoints.filter(({ status }) => status === 'done');
    const chance = this.random();
    if (chance < 0.03) return { type: 'run', run: { ...run, analysis: this.#analysis() } };
    if (chance < 0.08 && done.length > 2) return { type: 'rewound', fromStep: this.#one(done).step };
    if (chance < 0.14) return failure(`step-${this.below(400)}`, this.below(400));
    if (chance < 0.2) return { type: 'checkpoint-skipped', ...this.#fresh() };
    if (chance < 0.32 && done.length > 0) {
      const checkpoint = this.#one(done).id;
      const metrics = { churn: this.#micro() };
      return { type: 'metrics', checkpoint, ...NO_METRICS, metrics, undefinedCount: null };
    }
    if (chance < 0.4 && done.length > 1) return this.#phaseChange(done);
    if (chance < 0.45 && done.length > 1) return this.#phases(done);
    const again = checkpoints.filter(({ status }) => status === 'failed' || status === 'skipped');
    const { id: checkpoint, step } =
      this.random() < 0.25 && again.length > 0 ? this.#one(again) : this.#freshCheckpoint();
    this.#layer = 0;
    this.#isMeasured = false;
    return { type: 'checkpoint-started', checkpoint, step, content: `content ${this.below(1e9)}` };
  }

  #edges(checkpoint: string): Delta {
    const firstEdge = this.#layer * this.#edgesPerLayer;
    const layer = this.#layer;
    this.#layer += 1;
    const before = this.#state.latest?.weights.slice(firstEdge, firstEdge + this.#edgesPerLayer);
    // How much of a layer changes decides whether it goes out whole or as differences.
    const share = this.#one([0, 0.1, 1]);
    const weights = Array.from({ length: this.#edgesPerLayer }, (_, edge) =>
      this.random() < share ? this.#micro() : (before?.[edge] ?? this.#micro()),
    );
    return { type: 'edges', checkpoint, layer, firstEdge, weights, standardErrors: weights.map(() => 0.01) };
  }

  #measures() {
    const scores = Array.from({ length: 4 }, () => this.random());
    return {
      metrics: { gini: this.random(), total_strength: this.random() * 100 },
      metricErrors: { gini: this.random() / 10 },
      nodeMetrics: { out_strength: scores },
      headScores: { previous_token: scores.slice(2) },
      task: { loss_first_half: this.random() },
      roles: { spreaders: [`L0H${this.below(4)}`] },
    };
  }

  #analysis(): Analysis {
    return {
      model: { family: 'gpt2', layers: 3, heads: 1, width: 8, headWidth: 8, mlpWidth: 8, vocabulary: 9 },
      nodes: [],
      ablation: 'zero',
      measure: 'cosine',
      probe: { kind: 'induction', prompts: 4, positions: 48, segment: 24, seed: this.below(100) },
      activityThreshold: 0.3,
    };
  }

  #phaseChange(done: readonly Checkpoint[]): Delta {
    const at = 1 + this.below(done.length - 1);
    return {
      type: 'phase-change',
      change: {
        id: `phase-change-${done[at].id}`,
        interval: [done[at - 1].step, done[at].step],
        probability: this.random(),
        size: 10 * this.random(),
        revision: this.below(9),
        reportedStep: done[done.length - 1].step,
        signals: [{ id: 'gini', before: this.random(), after: this.random(), deviations: 3 }],
        edges: [],
        nodes: [],
        roles: [],
      },
    };
  }

  #phases(done: readonly Checkpoint[]): Delta {
    const [from, to] = [done[0].step, done[done.length - 1].step];
    return {
      type: 'phases',
      segments: [{ from, to, name: 'refinement', reasons: [`seed ${this.below(9)}`] }],
    };
  }

  #fresh(): { checkpoint: string; step: number } {
    const { id, step } = this.#freshCheckpoint();
    return { checkpoint: id, step };
  }

  /** One that is not done: mostly the newest so far. */
  #freshCheckpoint(): { id: string; step: number } {
    const taken = new Set(this.#state.checkpoints.map(({ id }) => id));
    const last = this.#state.checkpoints[this.#state.checkpoints.length - 1]?.step ?? 0;
    let step = this.random() < 0.8 ? last + 1 : this.below(last + 1);
    while (taken.has(`step-${step}`)) step += 1;
    return { id: `step-${step}`, step };
  }

  #one<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  #micro(): number {
    return this.below(MICROS) / MICROS;
  }
}

function failure(checkpoint: string, step: number): Delta {
  return { type: 'failure', checkpoint, step, failure: { code: 'truncated', message: 'cut short' } };
}
