/**
 * Whether a training has ended, as far as its directory says:
 *
 *   trainer_state.json   of the newest checkpoint, as the Trainer of Hugging Face transformers writes it beside the
 *                        model: global_step ≥ max_steps > 0
 *   the end marker       a file of that name in the run's directory, where one is asked for
 *   whoever trains       where this process started the training itself
 *
 * Nothing of it costs a checkpoint: a state that cannot be read is mentioned once, and leaves the end unknown.
 * It is read again only when something in its directory has changed. Limit: a training that is stopped early and writes no marker is not seen to end.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TRAINER_STATE_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { isRecord, shown } from '../base/json-value.ts';
import { rootOf } from './checkpoint-files.ts';
import { readJson } from './json-file.ts';
import { systemCode } from './regular-file.ts';
import type { Sight } from './scan.ts';
import type { SourceEvent } from './source-event.ts';

export const TRAINER_STATE_FILE = 'trainer_state.json';

export type EndRules = {
  /** Name of a file in the run's directory that says that the training has ended. */
  readonly marker: string | null;
  /** A sentence as soon as the training is known to have ended, null before. */
  readonly ofTraining: () => string | null;
};

/** Where a training says that it has ended. */
export type EndPlace = {
  /** The state that lies with a checkpoint; undefined where there is none. @throws CheckpointFailure */
  readonly stateOf: (newest: Sight) => Promise<unknown>;
  /** Whether the run has a file of this name. */
  readonly has: (name: string) => Promise<boolean>;
};

type End = { readonly message: string; readonly checkpoint: string | null };
/** What a trainer_state.json says: an end, nothing, or what is wrong with it. */
type Stated = { readonly end: End | null; readonly problem: string | null };

const NOTHING: Stated = { end: null, problem: null };

export class TrainingEnd {
  readonly #place: EndPlace;
  readonly #rules: EndRules;
  /** The sight of a checkpoint that was read last, and what its state said. */
  #read: { readonly key: string; readonly stated: Stated } | null = null;
  /** What was reported, null while the training goes on. */
  #told: string | null = null;
  #hasLooked = false;

  constructor(place: EndPlace, rules: EndRules) {
    this.#place = place;
    this.#rules = rules;
  }

  /** Known before a look at the directory, it holds for all that the look finds. */
  ofTraining(): string | null {
    return this.#rules.ofTraining();
  }

  /**
   * What to report, once all that was seen has been.
   * @param newest the checkpoint of the highest step, which nothing is writing into any more
   * @param ofTraining what was known before the look that found it
   */
  async look(newest: Sight | null, ofTraining: string | null): Promise<readonly SourceEvent[]> {
    const { key, stated } = await this.#stated(newest);
    const problems: SourceEvent[] =
      stated.problem === null || newest === null
        ? []
        : [
            {
              type: 'ignored',
              name: `${newest.checkpoint.id}/${TRAINER_STATE_FILE}`,
              message: `${newest.checkpoint.id}: ${stated.problem}; whether the training has ended is not known from it`,
            },
          ];
    const message = (await this.#marked()) ?? ofTraining;
    const end = stated.end ?? (message === null ? null : { message, checkpoint: null });
    const said = end && JSON.stringify([end.message, end.checkpoint === null ? null : key]);
    const isFirst = !this.#hasLooked;
    const before = this.#told;
    this.#hasLooked = true;
    this.#told = said;
    if (said === before) return problems;
    if (end === null) return [...problems, { type: 'continued' }];
    return [...problems, { type: 'ended', ...end, isNews: !isFirst }];
  }

  async #stated(newest: Sight | null): Promise<{ readonly key: string; readonly stated: Stated }> {
    const key = newest === null ? '' : `${newest.checkpoint.id} ${newest.signature}`;
    if (this.#read?.key === key) return { key, stated: { ...this.#read.stated, problem: null } };
    const stated = newest === null ? NOTHING : await this.#statedBy(newest);
    this.#read = { key, stated };
    return { key, stated };
  }

  async #marked(): Promise<string | null> {
    const { marker } = this.#rules;
    const isThere = marker !== null && (await this.#place.has(marker));
    return isThere ? `the training has ended (${marker})` : null;
  }

  async #statedBy(newest: Sight): Promise<Stated> {
    try {
      const state = await this.#place.stateOf(newest);
      return state === undefined ? NOTHING : endIn(state, newest.checkpoint.id);
    } catch (error) {
      if (!(error instanceof CheckpointFailure)) throw error;
      // Most trainers write none.
      return error.code === 'incomplete' ? NOTHING : { end: null, problem: error.message };
    }
  }
}

/** A directory that a training writes into. */
export function endPlaceIn(directory: string): EndPlace {
  return {
    stateOf: ({ checkpoint }) =>
      readJson(join(checkpoint.directory, TRAINER_STATE_FILE), rootOf(checkpoint), TRAINER_STATE_BYTES_MAX),
    has: async (name) => {
      try {
        return (await stat(join(directory, name))).isFile();
      } catch (error) {
        if (systemCode(error) === null) throw error;
        return false;
      }
    },
  };
}

/** What the contents of a trainer_state.json say. */
function endIn(state: unknown, checkpoint: string): Stated {
  const { global_step: step, max_steps: last } = isRecord(state) ? state : {};
  if (typeof step !== 'number' || typeof last !== 'number')
    return {
      end: null,
      problem: `${TRAINER_STATE_FILE}: expected the numbers global_step and max_steps, found ${shown(step)} and ${shown(last)}`,
    };
  if (!(last > 0 && step >= last)) return NOTHING;
  const steps = last.toLocaleString('en-US');
  return {
    end: { message: `the training reached its last step, ${steps} (${TRAINER_STATE_FILE})`, checkpoint },
    problem: null,
  };
}
