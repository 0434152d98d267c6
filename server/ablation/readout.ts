/**
 * What the model predicts at the end of a sweep: the task measures of the clean run, and what ablating each
 * component does to the output.
 *
 * Rows and positions are cut so that one run's logits stay within a byte budget; every run has the clean row in
 * front. Letters: N nodes, P prompts, T positions, D residual width, V vocabulary.
 */
import type { TaskMeasureId } from '../../protocol/metrics.ts';
import { LOGIT_BYTES_MAX } from '../base/config.ts';
import type { Architecture } from '../model/architecture.ts';
import type { ReadoutWeights } from '../model/weights.ts';
import type { ProbeTokens } from './probe.ts';
import { floats, floatTensor, int64Tensor, type Session } from './runtime.ts';

/** By id of the catalogue; a measure that this probe is too short for is left out. */
export type TaskMeasures = Readonly<Partial<Record<TaskMeasureId, number>>>;

/** What ablating each node does to the output; one value a node, in node order. */
export type Effects = {
  /** Mean KL(clean ‖ ablated) over prompts and positions, nats. */
  readonly kl_nats: number[];
  /** Change of the mean next-token loss, nats. */
  readonly delta_loss_nats: number[];
  /** Mean of 1 − cosine between the logits, as they are. */
  readonly logit_cosine: number[];
};

/** Results at chosen positions of all prompts: [R, P·positions]. */
type Readings = Readonly<Record<'losses' | 'hits' | 'kl' | 'shift', Float32Array>>;

export class Readout {
  readonly #session: Session;
  readonly #inputs: Record<string, ReturnType<typeof floatTensor>>;
  readonly #architecture: Architecture;
  readonly #probe: ProbeTokens;

  constructor(session: Session, weights: ReadoutWeights, architecture: Architecture, probe: ProbeTokens) {
    const { width: D, vocabulary: V } = architecture;
    this.#session = session;
    this.#architecture = architecture;
    this.#probe = probe;
    this.#inputs = {
      norm_weight: floatTensor(weights.normWeight, [D]),
      ...(weights.normBias && { norm_bias: floatTensor(weights.normBias, [D]) }),
      unembedding: floatTensor(weights.unembedding, [V, D]),
    };
  }

  /** @param stream [1 + …,P,T,D] after the last block, the clean run first */
  async task(stream: Float32Array): Promise<TaskMeasures> {
    const { prompts: P, positions: T } = this.#probe;
    const all = Array.from({ length: T }, (_, at) => at);
    const { losses, hits } = await this.#read(stream, [0], all);
    // Position t predicts token t + 1: tokens 1 … T/2 − 1 are the first half, T/2 … T − 1 the second.
    const half = Math.floor(T / 2);
    const first = meanOver(losses, P, T, 0, half - 1);
    const second = meanOver(losses, P, T, half - 1, T - 1);
    const accuracy = meanOver(hits, P, T, half - 1, T - 1);
    return {
      ...(first !== null && { loss_first_half: first }),
      ...(second !== null && { loss_second_half: second }),
      ...(first !== null && second !== null && { induction_score: first - second }),
      ...(accuracy !== null && { accuracy_second_half: accuracy }),
    };
  }

  /**
   * @param stream [1 + N,P,T,D] after the last block, the clean run first
   * @param positionsMax evenly spread positions of each prompt are read where it has more
   */
  async effects(stream: Float32Array, nodes: number, positionsMax: number): Promise<Effects> {
    const { prompts: P, positions: T } = this.#probe;
    const count = Math.min(T, positionsMax);
    const positions = Array.from({ length: count }, (_, at) => Math.floor(((at + 1) * T) / count) - 1);
    const rows = Array.from({ length: 1 + nodes }, (_, row) => row);
    const readings = await this.#read(stream, rows, positions);
    const row = (values: Float32Array, index: number) =>
      values.subarray(index * P * count, (index + 1) * P * count);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // The last position of a prompt has no next token, so its loss says nothing.
    const predicting = positions.filter((position) => position < T - 1).length;
    const loss = (index: number) => meanOver(row(readings.losses, index), P, count, 0, predicting) ?? 0;
    const effects: Effects = { kl_nats: [], delta_loss_nats: [], logit_cosine: [] };
    for (let node = 1; node <= nodes; node += 1) {
      effects.kl_nats.push(mean(row(readings.kl, node)));
      effects.delta_loss_nats.push(loss(node) - loss(0));
      effects.logit_cosine.push(mean(row(readings.shift, node)));
    }
    return effects;
  }

  /** @param rows indices into `stream`, the clean run's 0 first */
  async #read(
    stream: Float32Array,
    rows: readonly number[],
    positions: readonly number[],
  ): Promise<Readings> {
    const { width: D, vocabulary: V } = this.#architecture;
    const { prompts: P, positions: T, ids } = this.#probe;
    const places = Array.from({ length: P }, (_, prompt) => positions.map((at) => prompt * T + at)).flat();
    const logitsMax = Math.max(1, Math.floor(LOGIT_BYTES_MAX / (4 * V)));
    const ablated = rows.slice(1);
    const placesPerRun = Math.min(
      places.length,
      Math.max(1, Math.floor(logitsMax / Math.min(rows.length, 2))),
    );
    const rowsPerRun = Math.max(1, Math.floor(logitsMax / placesPerRun) - 1);
    const names = ['losses', 'hits', 'kl', 'shift'] as const;
    const readings: Readings = {
      losses: new Float32Array(rows.length * places.length),
      hits: new Float32Array(rows.length * places.length),
      kl: new Float32Array(rows.length * places.length),
      shift: new Float32Array(rows.length * places.length),
    };
    for (let from = 0; from < places.length; from += placesPerRun) {
      const here = places.slice(from, from + placesPerRun);
      // The last position has no next token; it is given its own, and nobody reads its loss.
      const targets = BigInt64Array.from(here, (place) =>
        BigInt(ids[(place + 1) % T === 0 ? place : place + 1]),
      );
      for (let begin = 0; begin === 0 || begin < ablated.length; begin += rowsPerRun) {
        const some = [rows[0], ...ablated.slice(begin, begin + rowsPerRun)];
        const values = new Float32Array(some.length * here.length * D);
        some.forEach((row, r) => {
          here.forEach((place, b) => {
            const at = (row * P * T + place) * D;
            values.set(stream.subarray(at, at + D), (r * here.length + b) * D);
          });
        });
        const results = await this.#session.run({
          ...this.#inputs,
          stream: floatTensor(values, [some.length, here.length, D]),
          targets: int64Tensor(targets, [here.length, 1]),
        });
        for (const name of names) {
          const read = floats(results, name);
          some.forEach((_, r) => {
            const to = r === 0 ? 0 : begin + r;
            readings[name].set(
              read.subarray(r * here.length, (r + 1) * here.length),
              to * places.length + from,
            );
          });
        }
      }
    }
    return readings;
  }
}

/** Mean of values [P,T] over all prompts and positions begin … end − 1; null over none. */
function meanOver(values: Float32Array, P: number, T: number, begin: number, end: number): number | null {
  if (end <= begin) return null;
  let sum = 0;
  for (let prompt = 0; prompt < P; prompt += 1)
    for (let at = begin; at < end; at += 1) sum += values[prompt * T + at];
  return sum / (P * (end - begin));
}
