/**
 * What in a run's state becomes an alert, by comparing it with what was told before. Pure: no clock, no socket.
 *
 *   phase change      when it is first probable, once more when it is taken back; not for every revision
 *   failure           of a checkpoint, once for what is wrong with it
 *   end of the run    once an end, and not where it had ended before this server looked and nothing happened since
 *   results not kept  and kept again
 *
 * It begins with the state that the log gave: what stands there was told by the server that wrote it. What a rewound
 * training leaves behind is forgotten, not taken back.
 *
 * Cost: the checkpoints are passed over when one of them changed. Memory: one sentence a failed checkpoint.
 */
import { type PhaseChange, PROBABLE } from '../../protocol/phases.ts';
import type { Checkpoint, RunState } from '../../protocol/state.ts';
import type { Happening } from './alert.ts';

export type Seen = {
  readonly state: RunState;
  /** Why results are not being kept, null while they are. */
  readonly unkept: string | null;
  /** Whether an end of the run came after this server had begun to look. */
  readonly isEndNews: boolean;
};

export class RunAlerts {
  #checkpoints: readonly Checkpoint[];
  #phaseChanges: readonly PhaseChange[];
  /** Ids of the phase changes that were probable when they were last seen. */
  #probable: ReadonlySet<string>;
  /** What was wrong with each failed checkpoint. */
  readonly #failures = new Map<string, string>();
  #unkept: string | null = null;
  /** Something of the run happened in this server's life. */
  #hasHappened = false;
  #hasEnded = false;

  /** @param past as the log gave it */
  constructor(past: RunState) {
    this.#checkpoints = past.checkpoints;
    this.#phaseChanges = past.phaseChanges;
    this.#probable = new Set(past.phaseChanges.filter(isProbable).map(({ id }) => id));
    for (const { id, failure } of past.checkpoints) if (failure) this.#failures.set(id, failure.message);
  }

  /** What is new, the end last. */
  look(seen: Seen): readonly Happening[] {
    return [
      ...this.#ofRecord(seen.unkept),
      ...this.#ofCheckpoints(seen.state),
      ...this.#ofPhaseChanges(seen.state),
      ...this.#ofEnd(seen),
    ];
  }

  #ofRecord(unkept: string | null): Happening[] {
    const before = this.#unkept;
    this.#unkept = unkept;
    if (unkept === before) return [];
    return [unkept === null ? { type: 'results-kept-again' } : { type: 'results-not-kept', message: unkept }];
  }

  #ofCheckpoints({ checkpoints }: RunState): Happening[] {
    if (checkpoints === this.#checkpoints) return [];
    this.#checkpoints = checkpoints;
    this.#hasHappened = true;
    const news: Happening[] = [];
    for (const { id, step, status, failure } of checkpoints) {
      if (status === 'done') this.#failures.delete(id);
      if (failure === null || this.#failures.get(id) === failure.message) continue;
      this.#failures.set(id, failure.message);
      news.push({ type: 'checkpoint-failed', checkpoint: id, step, failure });
    }
    return news;
  }

  #ofPhaseChanges({ phaseChanges, checkpoints }: RunState): Happening[] {
    if (phaseChanges === this.#phaseChanges) return [];
    const before = this.#probable;
    this.#phaseChanges = phaseChanges;
    this.#probable = new Set(phaseChanges.filter(isProbable).map(({ id }) => id));
    return phaseChanges.flatMap((change): Happening[] => {
      const [was, is] = [before.has(change.id), this.#probable.has(change.id)];
      if (was === is) return [];
      const checkpoint = checkpoints.find(({ step }) => step === change.interval[1])?.id ?? null;
      return [{ type: is ? 'phase-change' : 'phase-change-taken-back', change, checkpoint }];
    });
  }

  #ofEnd({ state: { progress, checkpoints }, isEndNews }: Seen): Happening[] {
    const had = this.#hasEnded;
    // Out of reach for a while is no other end.
    if (progress.activity !== 'missing') this.#hasEnded = progress.activity === 'ended';
    if (had || !this.#hasEnded || !(this.#hasHappened || isEndNews)) return [];
    const count = (status: Checkpoint['status']) => checkpoints.filter((one) => one.status === status).length;
    return [{ type: 'run-ended', message: progress.message, done: count('done'), failed: count('failed') }];
  }
}

function isProbable({ probability }: PhaseChange): boolean {
  return probability >= PROBABLE;
}
