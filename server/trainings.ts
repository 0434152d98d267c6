/**
 * The trainings of a demo: the first, and those that viewers start beside it with other seeds. Each is a process of its
 * own that writes into a directory of its own, and a run to watch.
 *
 * At once there are TRAININGS_AT_ONCE_MAX at most, and TRAININGS_MAX over the server's life: what has ended stays to be
 * looked at.
 */
import { join } from 'node:path';
import { type Observable, ReplaySubject } from 'rxjs';
import { TRAININGS_AT_ONCE_MAX, TRAININGS_MAX } from './base/config.ts';
import { TOKENS_PER_STEP } from './demo/data.ts';
import { type Options, SEED_MAX } from './demo/options.ts';
import { type Demo, startDemo } from './demo/process.ts';
import type { TrainingStart, Trainings } from './gateway/trainings.ts';
import { watchTraining } from './source/curve/watch-training.ts';
import type { RunToWatch } from './watched-run.ts';

export type DemoTrainingsOptions = {
  /** Where the directories of the runs are made. */
  readonly directory: string;
  /** Of the first; those after it differ in their seeds. */
  readonly options: Pick<Options, 'seed' | 'induction'>;
  /** The words that say the same to the trainer. */
  readonly words: readonly string[];
  readonly say: (sentence: string) => void;
  /** For tests. */
  readonly train?: typeof startDemo;
};

export class DemoTrainings implements Trainings {
  readonly seedMax = SEED_MAX;
  readonly #options: DemoTrainingsOptions;
  readonly #runs = new ReplaySubject<RunToWatch>();
  /** By seed. */
  readonly #trained = new Map<number, Demo>();

  constructor(options: DemoTrainingsOptions) {
    this.#options = options;
  }

  /** Those that are there, and those to come. */
  get runs(): Observable<RunToWatch> {
    return this.#runs;
  }

  start(asked: number | null): TrainingStart {
    const seed = asked ?? this.#freeSeed();
    const sentence = this.#problem(seed);
    if (sentence !== null) return { type: 'taken', sentence };
    const { directory, options, words, say, train = startDemo } = this.#options;
    const isFirst = this.#trained.size === 0;
    const id = isFirst ? 'demo' : `demo-seed-${seed}`;
    const out = join(directory, id);
    // Of an option that is given twice, the last counts.
    const training = train({ directory: out, words: [...words, `--seed=${seed}`], say });
    this.#trained.set(seed, training);
    const what =
      options.induction === 0 ? 'a control run, with nothing to copy' : 'a small model learns to copy';
    const name = `Demo: ${what} (seed ${seed})`;
    this.#runs.next({
      run: { id, name, source: out, tokensPerStep: TOKENS_PER_STEP, analysis: null },
      source: () => watchTraining(out, { ended: training.ended }),
    });
    return { type: 'started', run: id, name, seed };
  }

  stop(): void {
    for (const training of this.#trained.values()) training.stop();
    this.#runs.complete();
  }

  #problem(seed: number): string | null {
    if (this.#trained.has(seed)) return `expected a seed that was not trained with so far, got ${seed}`;
    const under = [...this.#trained.values()].filter((training) => training.ended() === null).length;
    if (under >= TRAININGS_AT_ONCE_MAX)
      return `expected at most ${TRAININGS_AT_ONCE_MAX} trainings at once, ${under} are under way; start it when one has ended`;
    return this.#trained.size < TRAININGS_MAX
      ? null
      : `expected at most ${TRAININGS_MAX} trainings of one demo, there were ${this.#trained.size}; start the demo again`;
  }

  #freeSeed(): number {
    let seed = this.#options.options.seed;
    while (this.#trained.has(seed)) seed = seed === SEED_MAX ? 0 : seed + 1;
    return seed;
  }
}
