/**
 * An engine that makes graphs of any size up instead of computing them; what follows from a graph is computed as ever.
 *
 * Weights are those of a real graph, drawn with replacement: every edge has a pair of (weight, standard error) of the
 * sample, and in each checkpoint its prompts' weights are
 *
 *   w_p = weight · exp(DRIFT · z) + standard error · √P · z_p        not below 0; z, z_p standard normal, seeded
 *
 * so magnitudes, errors and zeros are those of the sample. Real graphs of many nodes have smaller weights than the small
 * sample, which take fewer bytes. Head scores and losses are seeded numbers of their usual range.
 */
import { defer, from, of } from 'rxjs';
import { possibleEdges } from '../../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../../protocol/metrics.ts';
import type { Analysis } from '../../protocol/state.ts';
import { type AnalysisEvent, measured } from '../../server/analysis.ts';
import { seededRandom } from '../../server/base/random.ts';
import type { Engine } from '../../server/engine-process.ts';
import { edgeStatistics } from '../../server/graph/prompt-statistics.ts';
import { componentNodes } from '../../server/model/architecture.ts';
import { compared } from './direct-engine.ts';
import { randomModel, type Shape } from './random-model.ts';

export type WeightSample = readonly { readonly weight: number; readonly standardError: number }[];
/** What of a checkpoint is another than before. */
export type Changes = 'everything' | 'upper half' | 'nothing';

const PROMPTS = 4;
/** Spread of an edge's weight between checkpoints, of its logarithm: a tenth of its size. */
const DRIFT = 0.1;
const HEAD_SCORES = ['prefix_matching', 'previous_token', 'first_position', 'attention_entropy'];

export class MadeEngine implements Engine {
  readonly #analysis: Analysis;
  readonly #sample: WeightSample;
  readonly #changes: (step: number) => Changes;
  readonly #random: () => number;
  readonly #edges: { readonly sources: Int32Array; readonly targets: Int32Array };
  readonly #pairs: Uint32Array;
  /** [edges, P] */
  readonly #perPrompt: Float32Array;
  #headScores: readonly number[][] = [];

  /** @param changes by step of the checkpoint; the first one is all new */
  constructor(shape: Shape, sample: WeightSample, changes: (step: number) => Changes, seed: number) {
    this.#analysis = madeAnalysis(shape);
    this.#sample = sample;
    this.#changes = changes;
    this.#random = seededRandom(seed);
    this.#edges = possibleEdges(this.#analysis.nodes);
    this.#pairs = Uint32Array.from(this.#edges.sources, () => Math.floor(this.#random() * sample.length));
    this.#perPrompt = new Float32Array(this.#pairs.length * PROMPTS);
  }

  analyse(_run: string, { step }: { readonly step: number }) {
    return defer(() => from(this.#events(this.#changes(step))));
  }

  compare(...[nodes, before, after]: Parameters<Engine['compare']>) {
    return of(compared(nodes, before, after));
  }

  *#events(changes: Changes): Generator<AnalysisEvent> {
    const { nodes, model } = this.#analysis;
    const { sources, targets } = this.#edges;
    yield { type: 'opened', analysis: this.#analysis, expectedMillis: 100 };
    const unchangedLayers =
      changes === 'nothing' ? model.layers : changes === 'upper half' ? model.layers / 2 : 0;
    const layerOf = (edge: number) => nodes[targets[edge]].layer;
    for (let edge = 0; edge < targets.length; edge += 1)
      if (layerOf(edge) >= unchangedLayers) this.#draw(edge);
    this.#headScores = Array.from(
      { length: model.layers },
      (_, layer) =>
        (layer < unchangedLayers && this.#headScores[layer]) ||
        Array.from({ length: HEAD_SCORES.length * model.heads }, this.#random),
    );
    const { means: weights, standardErrors } = edgeStatistics(this.#perPrompt, PROMPTS);
    let firstEdge = 0;
    for (let layer = 0; layer < model.layers; layer += 1) {
      let end = firstEdge;
      while (end < targets.length && layerOf(end) === layer) end += 1;
      yield {
        type: 'layer',
        layer,
        firstEdge,
        weights: weights.slice(firstEdge, end),
        standardErrors: standardErrors?.slice(firstEdge, end) ?? null,
      };
      firstEdge = end;
    }
    yield {
      type: 'output',
      effects: {},
      headScores: this.#scores(model.heads),
      task: { loss_first_half: 10.8, loss_second_half: 10.7, induction_score: 0.1 },
      undefinedCount: 0,
      unchangedLayers,
      unchanged: changes === 'nothing',
    };
    yield* measured({ nodes, sources, targets, weights, standardErrors }, this.#perPrompt, PROMPTS);
  }

  #draw(edge: number): void {
    const { weight, standardError } = this.#sample[this.#pairs[edge]];
    const mean = weight * Math.exp(DRIFT * this.#normal());
    for (let prompt = 0; prompt < PROMPTS; prompt += 1)
      this.#perPrompt[edge * PROMPTS + prompt] = Math.max(
        0,
        mean + standardError * Math.sqrt(PROMPTS) * this.#normal(),
      );
  }

  #scores(heads: number): Record<string, number[]> {
    return Object.fromEntries(
      HEAD_SCORES.map((id, index) => [
        id,
        this.#headScores.flatMap((scores) => scores.slice(index * heads, (index + 1) * heads)),
      ]),
    );
  }

  /** Box and Muller's method. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}

function madeAnalysis(shape: Shape): Analysis {
  const { architecture } = randomModel(shape);
  const { family, layers, heads, width, headWidth, mlpWidth, vocabulary } = architecture;
  return {
    model: { family, layers, heads, width, headWidth, mlpWidth, vocabulary },
    nodes: componentNodes(architecture),
    ablation: 'zero',
    measure: 'cosine',
    probe: { kind: 'induction', prompts: PROMPTS, positions: 48, segment: 24, seed: 0 },
    activityThreshold: ACTIVITY_THRESHOLD,
  };
}
