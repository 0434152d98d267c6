/**
 * A training of any length, as its pipeline publishes it: checkpoints of a 14M model (375 edges) with all metrics, phases
 * and their changes, failures, and the beginning anew at an earlier step.
 *
 * One minute is computed (made-run.ts) and played again and again under other steps: sizes and kinds of the updates are
 * those of a real run, and 900 checkpoints take no longer to make than 60.
 */
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { RunInfo, Update } from '../../protocol/state.ts';
import { madeRun } from '../bench/made-run.ts';
import { PYTHIA_14M } from '../bench/random-model.ts';

/** Checkpoints that are made; the first of them is not played again, since it has none before it to differ from. */
const CHAPTER = 40;
const STEPS_APART = 10;
const FAILURE_EVERY = 45;
const CHANGE_EVERY = 60;
const NAMES = ['exploration', 'consolidation', 'reorganisation', 'refinement'] as const;
/** A few strong edges and many weak ones, as in a trained model. */
const SAMPLE = Array.from({ length: 75 }, (_, rank) => ({
  weight: 0.94 ** rank,
  standardError: 0.05 * 0.94 ** rank,
}));

export class MadeTraining {
  readonly #run: RunInfo;
  readonly #chapter: readonly Update[][];
  #made = 0;
  #step = 0;
  #changedAt = 0;
  #segments: PhaseSegment[] = [];

  private constructor(run: RunInfo, chapter: readonly Update[][]) {
    this.#run = run;
    this.#chapter = chapter;
  }

  static async begin(run: RunInfo): Promise<MadeTraining> {
    const changes = Array.from({ length: CHAPTER }, () => 'everything' as const);
    return new MadeTraining(run, await madeRun(PYTHIA_14M, SAMPLE, changes));
  }

  /** Id of the newest checkpoint. */
  get newest(): string {
    return idOf(this.#step);
  }

  /** The updates of the next checkpoint, and of one before it that failed where it is time for that. */
  next(): Update[] {
    const failed = this.#made % FAILURE_EVERY === FAILURE_EVERY - 1 ? [this.#failure()] : [];
    this.#step += STEPS_APART;
    return [...failed, ...this.again(), ...this.#phases()];
  }

  /** The newest checkpoint with other contents: what is known of it is replaced, and nothing is added. */
  again(): Update[] {
    const from = this.#made < CHAPTER ? this.#made : 1 + (this.#made % (CHAPTER - 1));
    this.#made += 1;
    return this.#chapter[from].flatMap((update) => this.#renamed(update));
  }

  /** The training begins again so many checkpoints ago. */
  rewind(checkpoints: number): Update[] {
    const fromStep = this.#step - (checkpoints - 1) * STEPS_APART;
    this.#step = fromStep - STEPS_APART;
    this.#segments = this.#segments.filter(({ to }) => to < fromStep);
    return [{ type: 'rewound', fromStep }];
  }

  #failure(): Update {
    const step = this.#step + STEPS_APART / 2;
    const message = 'model.safetensors: expected 637,328 bytes by its header, got 300,000';
    return { type: 'failure', checkpoint: idOf(step), step, failure: { code: 'truncated', message } };
  }

  #renamed(update: Update): Update[] {
    const [checkpoint, step] = [this.newest, this.#step];
    switch (update.type) {
      case 'phases':
      case 'phase-change':
        return [];
      case 'progress': {
        const { progress } = update;
        const known = { taken: this.#made, known: this.#made };
        return [
          {
            type: 'progress',
            progress: { ...progress, ...known, checkpoint: progress.checkpoint && checkpoint },
          },
        ];
      }
      case 'checkpoint-started':
        return [{ ...update, checkpoint, step, content: `content ${this.#made}` }];
      case 'run':
        return [{ type: 'run', run: { ...this.#run, analysis: update.run.analysis } }];
      default:
        return ['checkpoint' in update ? { ...update, checkpoint } : update];
    }
  }

  #phases(): Update[] {
    const isNew = this.#segments.length === 0 || this.#made - this.#changedAt >= CHANGE_EVERY;
    const to = this.#step;
    if (isNew) {
      this.#changedAt = this.#made;
      const name = NAMES[this.#segments.length % NAMES.length];
      const reasons = ['total strength grew by 31 % from 8.1 to 10.6', 'churn 0.021, calmest segment 0.034'];
      this.#segments = [...this.#segments, { from: to, to, name, reasons }];
    } else
      this.#segments = this.#segments.map((one, at, all) => (at === all.length - 1 ? { ...one, to } : one));
    const said: Update[] =
      isNew && this.#segments.length > 1
        ? [{ type: 'phase-change', change: changeAt(to - STEPS_APART, to) }]
        : [];
    return [...said, { type: 'phases', segments: this.#segments }];
  }
}

function idOf(step: number): string {
  return `checkpoint-${step}`;
}

/** With as much evidence as the detector gives. */
function changeAt(from: number, to: number): PhaseChange {
  const ids = ['total_strength', 'gini', 'mean_layer_span', 'churn', 'spearman', 'induction_score'];
  return {
    id: `phase-change-${idOf(to)}`,
    interval: [from, to],
    probability: 0.98,
    size: 9.4,
    revision: 0,
    reportedStep: to,
    signals: ids.map((id, rank) => ({ id, before: 1.06, after: 3.34, deviations: 20 - 3 * rank })),
    edges: Array.from({ length: 8 }, (_, head) => ({
      source: 'L0MLP',
      target: `L${1 + (head >> 2)}H${head % 4}`,
      before: 0.19,
      after: 0.46,
    })),
    nodes: Array.from({ length: 5 }, (_, layer) => ({ id: `L${layer}MLP`, out: [2.5, 4.1], in: [0.3, 0.7] })),
    roles: [
      { role: 'gatekeepers', node: 'L1H2', change: 'gained' },
      { role: 'gatekeepers', node: 'L2H0', change: 'lost' },
    ],
  };
}
