/**
 * The log of a `trainer_state.json`, as the Trainer of Hugging Face transformers writes it into each checkpoint and at the
 * end beside them: `log_history`, entries with a step, those of evaluations (`eval_loss`) too. The newest one holds the
 * whole history, so it alone is read, and of it what follows the entries that were read before.
 *
 * One that is no JSON is being written; training-end.ts says so where it stays that way. Limit: TRAINER_STATE_BYTES_MAX.
 */
import { TRAINER_STATE_BYTES_MAX } from '../../base/config.ts';
import { isRecord } from '../../base/json-value.ts';
import { readSmallFile } from '../json-file.ts';
import { type CurveFile, type CurveReading, isStepName, Scalars, stepOf } from './curve-file.ts';
import { looseJson } from './loose-json.ts';

export const TRAINER_STATE_FILE = 'trainer_state.json';

const NOTHING: CurveReading = { entries: [], notFinite: 0, hasMore: false };

export class TrainerState implements CurveFile {
  readonly isOver = false;
  readonly #root: string;
  #file: string;
  #read = 0;
  #last: string | undefined;

  /** @param root the directory that the file has to lie in, after all links */
  constructor(file: string, root: string) {
    this.#file = file;
    this.#root = root;
  }

  /** The history goes on in the state of another checkpoint. */
  moveTo(file: string): void {
    this.#file = file;
  }

  async read(): Promise<CurveReading> {
    const bytes = await readSmallFile(this.#file, this.#root, TRAINER_STATE_BYTES_MAX);
    const state = looseJson(new TextDecoder().decode(bytes))?.value;
    const history = isRecord(state) ? state.log_history : null;
    if (!Array.isArray(history)) return NOTHING;
    const scalars = new Scalars();
    const isContinued = this.#read > 0 && JSON.stringify(history[this.#read - 1]) === this.#last;
    for (const entry of history.slice(isContinued ? this.#read : 0)) {
      const step = isRecord(entry) ? stepOf(entry) : null;
      if (step === null) continue;
      scalars.add(
        step,
        Object.entries(entry).filter(([name]) => !isStepName(name)),
      );
    }
    this.#read = history.length;
    this.#last = JSON.stringify(history.at(-1));
    return { entries: scalars.entries, notFinite: scalars.notFinite, hasMore: false };
  }
}
