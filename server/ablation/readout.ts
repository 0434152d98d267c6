/**
 * What the model predicts at the end of a sweep: the task measures of the clean run, and what ablating each
 * component does to the output.
 *
 * Rows and positions are cut so that one run's logits stay within a byte budget; every run has the clean row in
 * front. Letters: N nodes, P prompts, T positions, D residual width, V vocabulary. A place is a position of a
 * prompt; position t predicts token t + 1, so the last position of a prompt has no loss.
 */
import type { TaskMeasureId } from '../../protocol/metrics.ts';
import { LOGIT_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
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

type Place = { readonly prompt: number; readonly at: number };
/** One value a row and place: [R, places]. */
type Readings = Readonly<Record<'losses' | 'hits' | 'kl' | 'shift', Float32Array>>;
const READINGS = ['losses', 'hits', 'kl', 'shift'] as const;

/** The graph for each purpose (readout-graph.ts). */
export type ReadoutSessions = { readonly task: Session; readonly effects: Session };

export class Readout {
  readonly #sessions: ReadoutSessions;
  readonly #inputs: Record<string, ReturnType<typeof floatTensor>>;
  readonly #architecture: Architecture;
  readonly #probe: ProbeTokens;

  constructor(
    sessions: ReadoutSessions,
    weights: ReadoutWeights,
    architecture: Architecture,
    probe: ProbeTokens,
  ) {
    const { width: D, vocabulary: V } = architecture;
    this.#sessions = sessions;
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
    const { lengths, info } = this.#probe;
    const places = lengths.flatMap((length, prompt) =>
      Array.from({ length: length - 1 }, (_, at): Place => ({ prompt, at })),
    );
    const { losses, hits } = await this.#read('task', stream, [0], places);
    const mean = (values: Float32Array, where: (at: number, length: number) => boolean) =>
      meanOf(places.flatMap(({ prompt, at }, index) => (where(at, lengths[prompt]) ? [values[index]] : [])));
    // Tokens 1 … T/2 − 1 are the first half, T/2 … T − 1 the second.
    const isSecond = (at: number, length: number) => at + 1 >= Math.floor(length / 2);
    const first = mean(losses, (at, length) => !isSecond(at, length));
    const second = mean(losses, isSecond);
    const accuracy = mean(hits, isSecond);
    const early = mean(losses, (at, length) => at === inContextPositions(length)[0]);
    const late = mean(losses, (at, length) => at === inContextPositions(length)[1]);
    return {
      ...(first !== null && { loss_first_half: first }),
      ...(second !== null && { loss_second_half: second }),
      ...(first !== null && second !== null && { induction_score: first - second }),
      ...(accuracy !== null && { accuracy_second_half: accuracy }),
      ...(info.kind === 'text' && early !== null && late !== null && { in_context_score: early - late }),
    };
  }

  /**
   * @param stream [1 + N,P,T,D] after the last block, the clean run first
   * @param positionsMax evenly spread positions of each prompt are read where it has more
   */
  async effects(stream: Float32Array, nodes: number, positionsMax: number): Promise<Effects> {
    const { lengths } = this.#probe;
    const places = lengths.flatMap((length, prompt) => {
      const count = Math.min(length, positionsMax);
      return Array.from(
        { length: count },
        (_, at): Place => ({
          prompt,
          at: Math.floor(((at + 1) * length) / count) - 1,
        }),
      );
    });
    const rows = Array.from({ length: 1 + nodes }, (_, row) => row);
    const readings = await this.#read('effects', stream, rows, places);
    const row = (values: Float32Array, index: number) =>
      values.subarray(index * places.length, (index + 1) * places.length);
    const loss = (index: number) =>
      meanOf(
        [...row(readings.losses, index)].filter((_, at) => places[at].at < lengths[places[at].prompt] - 1),
      ) ?? 0;
    const effects: Effects = { kl_nats: [], delta_loss_nats: [], logit_cosine: [] };
    for (let node = 1; node <= nodes; node += 1) {
      effects.kl_nats.push(meanOf(row(readings.kl, node)) ?? 0);
      effects.delta_loss_nats.push(loss(node) - loss(0));
      effects.logit_cosine.push(meanOf(row(readings.shift, node)) ?? 0);
    }
    return effects;
  }

  /**
   * @param rows indices into `stream`, the clean run's 0 first
   * @throws CheckpointFailure not-finite
   */
  async #read(
    purpose: keyof ReadoutSessions,
    stream: Float32Array,
    rows: readonly number[],
    places: readonly Place[],
  ): Promise<Readings> {
    const { width: D, vocabulary: V } = this.#architecture;
    const { prompts: P, positions: T, ids } = this.#probe;
    const logitsMax = Math.max(2, Math.floor(LOGIT_BYTES_MAX / (4 * V)));
    const rowsLeast = Math.min(rows.length, 2);
    const placesPerRun = Math.max(1, Math.min(places.length, Math.floor(logitsMax / rowsLeast)));
    const rowsPerRun = Math.max(1, Math.floor(logitsMax / placesPerRun) - 1);
    const ablated = rows.slice(1);
    const empty = () => new Float32Array(rows.length * places.length);
    const readings: Readings = { losses: empty(), hits: empty(), kl: empty(), shift: empty() };
    for (let from = 0; from < places.length; from += placesPerRun) {
      const here = places.slice(from, from + placesPerRun);
      // Where no token follows, the last one stands in; nobody reads that loss.
      const targets = here.map(({ prompt, at }) => BigInt(ids[prompt * T + Math.min(at + 1, T - 1)]));
      for (let begin = 0; begin === 0 || begin < ablated.length; begin += rowsPerRun) {
        const some = [rows[0], ...ablated.slice(begin, begin + rowsPerRun)];
        const values = new Float32Array(some.length * here.length * D);
        some.forEach((row, r) => {
          here.forEach(({ prompt, at }, b) => {
            const source = ((row * P + prompt) * T + at) * D;
            values.set(stream.subarray(source, source + D), (r * here.length + b) * D);
          });
        });
        const results = await this.#sessions[purpose].run({
          ...this.#inputs,
          stream: floatTensor(values, [some.length, here.length, D]),
          targets: int64Tensor(BigInt64Array.from(targets), [here.length, 1]),
        });
        for (const name of purpose === 'task' ? (['losses', 'hits'] as const) : READINGS) {
          const read = floats(results, name);
          const bad = read.find((value) => !Number.isFinite(value));
          if (bad !== undefined)
            throw new CheckpointFailure(
              'not-finite',
              `${name} of the output: expected finite numbers, found ${bad}: the model's logits overflow`,
            );
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

/** Positions whose losses the in-context score compares: 50 and 500, or 10 % and 90 % of a shorter prompt. */
function inContextPositions(length: number): readonly [number, number] {
  const last = length - 1;
  return last > 500 ? [50, 500] : [Math.floor(0.1 * last), Math.floor(0.9 * last)];
}

/** Null of none. */
function meanOf(values: ArrayLike<number>): number | null {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index];
  return values.length > 0 ? sum / values.length : null;
}
