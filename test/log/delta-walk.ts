/**
 * Seeded random walks over all that can happen to a run: checkpoints that come in order and late, fail, are skipped,
 * interrupted and begun again, phase changes said and taken back, trainings that begin again. Every delta follows from
 * those before it; a step of the walk adds none to seven of them.
 */
import { apply, initialState } from '../../protocol/apply.ts';
import type { Delta, RunInfo, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';

export const RUN: RunInfo = { id: 'r', name: 'my run', source: '/runs/r', analysis: null };
const ANALYSIS: NonNullable<RunInfo['analysis']> = {
  model: { family: 'gpt_neox', layers: 2, heads: 2, width: 8, headWidth: 4, mlpWidth: 32, vocabulary: 64 },
  nodes: ['L0H0', 'L0H1', 'L1H0', 'L1H1'].map((id, index) => ({
    id,
    layer: index >> 1,
    kind: 'head',
    depth: index >> 1,
  })),
  ablation: 'zero',
  measure: 'cosine',
  probe: { kind: 'induction', prompts: 4, positions: 48, segment: 24, seed: 0 },
  activityThreshold: 0.3,
};
/** Edges of each layer. */
const LAYERS = [0, 6, 10];

export class DeltaWalk {
  readonly deltas: Delta[] = [];
  state: RunState = initialState(RUN);
  readonly #random: () => number;
  #contents = 0;
  #statements = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#say({ type: 'run', run: { ...RUN, analysis: ANALYSIS } });
  }

  /** @returns what it adds */
  step(): readonly Delta[] {
    const before = this.deltas.length;
    const done = this.state.checkpoints.filter(({ status }) => status === 'done');
    const choice = this.#random();
    if (choice < 0.6) this.#checkpoint();
    else if (choice < 0.66) this.#say(this.#failure(this.#other()));
    else if (choice < 0.72) {
      const step = this.#other();
      this.#say({ type: 'checkpoint-skipped', checkpoint: `c${step}`, step });
    } else if (choice < 0.8) this.#phaseChange();
    else if (choice < 0.86) this.#say({ type: 'phases', segments: this.#segments() });
    else if (done.length > 0) {
      const { id, step } = done[this.#integer(done.length)];
      if (choice < 0.92) this.#say({ type: 'rewound', fromStep: step });
      else this.#restated(id);
    }
    return this.deltas.slice(before);
  }

  #say(delta: Delta): void {
    this.state = apply(this.state, delta);
    this.deltas.push(delta);
  }

  /** Started and done, or left as it is at any point in between. */
  #checkpoint(): void {
    const step = this.#fresh(this.#random() < 0.3);
    const checkpoint = `c${step}`;
    this.#contents += 1;
    this.#say({ type: 'checkpoint-started', checkpoint, step, content: `contents ${this.#contents}` });
    const latest = this.state.latest?.weights ?? [];
    const isSame = this.#random() < 0.3;
    let firstEdge = 0;
    for (const [layer, count] of LAYERS.entries()) {
      if (this.#random() < 0.04) return;
      if (this.#random() < 0.08) this.#say(this.#failure(this.#other()));
      const weights = Array.from({ length: count }, (_, edge) =>
        isSame && this.#random() < 0.9 ? (latest[firstEdge + edge] ?? 0) : this.#weight(),
      );
      const standardErrors = weights.map(() => this.#weight());
      this.#say({ type: 'edges', checkpoint, layer, firstEdge, weights, standardErrors });
      firstEdge += count;
    }
    this.#say({
      type: 'metrics',
      checkpoint,
      metrics: { gini: this.#random(), total_strength: 10 * this.#random() },
      metricErrors: { gini: this.#random() / 10 },
      nullScores: {},
      nodeMetrics: { out_strength: Array.from({ length: 4 }, () => this.#random()) },
      headScores: { previous_token: Array.from({ length: 4 }, () => this.#random()) },
      task: { loss_first_half: 4 * this.#random() },
      roles: { spreaders: ['L0H0'], gatherers: ['L1H1'] },
      undefinedCount: this.#integer(3),
    });
    if (this.#random() < 0.1) this.#say(this.#failure(step));
    else if (this.#random() < 0.9)
      this.#say({
        type: 'checkpoint-done',
        checkpoint,
        millis: 100 * this.#random(),
        unchangedLayers: this.#integer(3),
        identicalTo: null,
      });
  }

  /** A comparison of a checkpoint that was done before. */
  #restated(checkpoint: string): void {
    this.#say({
      type: 'metrics',
      checkpoint,
      metrics: { churn: this.#random() },
      metricErrors: {},
      nullScores: { churn: this.#random() },
      nodeMetrics: {},
      headScores: {},
      task: {},
      roles: {},
      undefinedCount: null,
    });
  }

  #phaseChange(): void {
    const from = 10 * this.#integer(20);
    this.#statements += 1;
    this.#say({
      type: 'phase-change',
      change: {
        id: `phase-change-${this.#integer(6)}`,
        interval: [from, from + 10],
        probability: this.#random(),
        size: 3,
        revision: this.#statements,
        reportedStep: from + 10,
        signals: [{ id: 'gini', before: 0.1, after: 0.7, deviations: 4 }],
        edges: [],
        nodes: [{ id: 'L0H0', out: [0.1, 0.2], in: [0, 0] }],
        roles: [{ role: 'spreaders', node: 'L0H0', change: 'gained' }],
      },
    });
  }

  #segments() {
    const steps = this.state.checkpoints.map(({ step }) => step);
    return steps.slice(1).map((to, index) => ({ from: steps[index], to, name: null, reasons: ['none'] }));
  }

  #failure(step: number): Delta {
    return {
      type: 'failure',
      checkpoint: `c${step}`,
      step,
      failure: { code: 'truncated', message: 'model.safetensors: expected 9 bytes, got 8' },
    };
  }

  /** A step whose checkpoint is not done: a later one, or one that was passed over. */
  #fresh(isLate: boolean): number {
    const done = new Set(
      this.state.checkpoints.filter(({ status }) => status === 'done').map(({ step }) => step),
    );
    const last = Math.max(0, ...done);
    const step = isLate ? 10 * this.#integer(last / 10 + 1) : last + 10 * (1 + this.#integer(3));
    return done.has(step) ? last + 10 : step;
  }

  /** A step that is neither done nor under way. */
  #other(): number {
    const taken = new Set(
      this.state.checkpoints
        .filter(({ id, status }) => status === 'done' || id === this.state.partial?.checkpoint)
        .map(({ step }) => step),
    );
    let step = 10 * this.#integer(20);
    while (taken.has(step)) step += 10;
    return step;
  }

  #integer(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #weight(): number {
    return Math.round(1e6 * this.#random()) / 1e6;
  }
}

/** The deltas of so many steps. */
export function walked(seed: number, steps: number): readonly Delta[] {
  const walk = new DeltaWalk(seed);
  for (let step = 0; step < steps; step += 1) walk.step();
  return walk.deltas;
}
