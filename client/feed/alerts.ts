/**
 * What a person wants to be told of who looks elsewhere: a phase change, the end of the run, and its first failure. What
 * was so when it began to watch is known, and told to nobody.
 *
 * It watches the run itself, not the feed: a feed waits for frames, and a page out of sight gets none.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import type { RunState } from '../../protocol/state.ts';
import { announcementText } from '../view/change-words.ts';
import { wholeText } from '../view/number.ts';
import type { WatchedRun } from '../watched-run.ts';
import { News } from './news.ts';

export type Alert = {
  readonly run: RunState['run'];
  /** Whole sentences. */
  readonly text: string;
  /** Id of the checkpoint that it is about, null where it is about the run. */
  readonly checkpoint: string | null;
};

type Known = { readonly run: string; readonly isEnded: boolean; readonly hasFailed: boolean };

export class Alerts {
  readonly #told: (alert: Alert) => void;
  readonly #news = new News(() => {});
  #announced: PhaseChange | null = null;
  #known: Known | null = null;

  constructor(told: (alert: Alert) => void) {
    this.#told = told;
  }

  /** Until the returned function is called. */
  watch(watched: WatchedRun): () => void {
    const look = () => this.#look(watched);
    const leave = watched.subscribe(look);
    look();
    return () => {
      leave();
      this.#news.rest();
    };
  }

  #look(watched: WatchedRun): void {
    const { state } = watched;
    if (state === null) return;
    this.#news.follow(watched);
    const { run, checkpoints } = state;
    const failure = checkpoints.find(({ status }) => status === 'failed');
    const isEnded = state.progress.activity === 'ended';
    const known = this.#known?.run === run.id ? this.#known : null;
    this.#known = { run: run.id, isEnded, hasFailed: failure !== undefined };
    if (known === null) return;
    const { newest } = this.#news;
    if (newest !== null && newest !== this.#announced) {
      this.#announced = newest;
      const end = checkpoints.find(({ step }) => step === newest.interval[1]);
      this.#told({ run, text: announcementText(newest), checkpoint: end?.id ?? null });
    }
    if (isEnded && !known.isEnded) {
      const done = checkpoints.filter(({ status }) => status === 'done').length;
      const text = `The training has ended; ${wholeText(done)} checkpoint${done === 1 ? '' : 's'} analysed.`;
      this.#told({ run, text, checkpoint: null });
    }
    if (failure !== undefined && !known.hasFailed) {
      const text = `${failure.id} could not be analysed. ${failure.failure?.message ?? 'No reason was given.'}`;
      this.#told({ run, text, checkpoint: failure.id });
    }
  }
}
