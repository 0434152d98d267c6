/**
 * The whole way on one page: checkpoints of a source → engine (sweep, graph, metrics) → deltas of the run's state.
 *
 *   source     --r1--r2-----f3-------|         r ready, f failed before analysis
 *   analyses     (s1 e e m d)(s2 e e m d)      one checkpoint at a time, in the order in which they became ready
 *   reports    --p---p------F3                 failures and progress wait for nobody
 *
 * Back-pressure: one analysis at a time (turns.ts), so at most one checkpoint's tensors are in memory. What waits is
 * a checkpoint's name and path, at most one for every directory of the source. Unsubscribing stops the engine;
 * nothing is sent after it.
 *
 * It takes up where an earlier server ended. What is done, by name and contents, is not done again, then and always.
 */
import {
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  map,
  merge,
  type Observable,
  of,
  tap,
} from 'rxjs';
import { apply } from '../protocol/apply.ts';
import type { RunState, Update } from '../protocol/state.ts';
import { unreachable } from '../protocol/unreachable.ts';
import type { Settings } from './ablation/settings.ts';
import { CheckpointDeltas } from './checkpoint-deltas.ts';
import type { Engine } from './engine-process.ts';
import type { GraphHistory } from './graph/history.ts';
import { withPhases } from './phase-deltas.ts';
import { ProgressBook } from './progress.ts';
import type { CheckpointRef, SourceEvent } from './source/directory.ts';
import { trainerDeltas } from './trainer-deltas.ts';
import { inTurn, type TurnPolicy } from './turns.ts';

export type PipelineOptions = {
  /** What is known of the run; `initialState` of one that begins. */
  readonly past: RunState;
  readonly source: Observable<SourceEvent>;
  readonly engine: Engine;
  readonly settings: Settings;
  readonly history: GraphHistory;
  readonly turns: TurnPolicy;
  /** Completes when all that was said so far has been kept. */
  readonly kept?: () => Observable<never>;
  /** Receives the names of checkpoints whose files are not read any more. */
  readonly through?: (checkpoint: string) => void;
  /** Receives what is no part of the run's state: one sentence a time. */
  readonly note: (sentence: string) => void;
};

type FailedEvent = Extract<SourceEvent, { readonly type: 'failed' }>;

export function pipeline(options: PipelineOptions): Observable<Update> {
  return defer(() => {
    const { past, history, turns, note, kept = () => EMPTY, through = () => {} } = options;
    let state = past;
    const book = new ProgressBook(past.checkpoints);
    /** As their files stand now, whatever became of them before. */
    const broken = new Map<string, FailedEvent>();
    const restated = (fromStep: number): Update[] =>
      [...broken.values()].filter(({ step }) => step >= fromStep).map(failureDelta);
    const checkpoints = new CheckpointDeltas({ ...options, kept, restated }, book, () => state);
    const updates = options.source.pipe(
      connect((events) =>
        merge(
          events.pipe(
            tap((event) => {
              if (event.type === 'failed') broken.set(event.id, event);
              if (event.type === 'ready') broken.delete(event.checkpoint.id);
            }),
            concatMap((event) => reported(event, () => state, book, note)),
          ),
          trainerDeltas(events, () => state, note),
          events.pipe(
            filter((event) => event.type === 'ready'),
            map((event) => event.checkpoint),
            filter((checkpoint) => {
              const isNew = !isKnown(state, checkpoint);
              if (!isNew) through(checkpoint.id);
              return isNew;
            }),
            inTurn(
              turns,
              (checkpoint) =>
                // Written again with the same contents while it was being analysed, and done all the same.
                (isKnown(state, checkpoint)
                  ? passedOver(checkpoint.id, book)
                  : checkpoints.of(checkpoint, failureOf(checkpoint.id, events))
                ).pipe(finalize(() => through(checkpoint.id))),
              (checkpoint) =>
                checkpoints
                  .leftOut(checkpoint)
                  .pipe(finalize(() => (turns.fillIn ? undefined : through(checkpoint.id)))),
            ),
          ),
        ),
      ),
    );
    const ended = defer(() => {
      book.end();
      return of(book.delta());
    });
    return concat(interrupted(past), updates, ended).pipe(
      tap((update) => {
        state = apply(state, update);
      }),
      withPhases(past, history),
    );
  });
}

/** What was under way when an earlier server ended is left out until it is reported again. */
function interrupted(past: RunState): Observable<Update> {
  const under = past.checkpoints.filter(({ status }) => status === 'computing');
  return from(under.map(({ id, step }): Update => ({ type: 'checkpoint-skipped', checkpoint: id, step })));
}

/** Whether this very checkpoint is done, or was left behind by a rewound training. */
export function isKnown(state: RunState, { id, content }: Pick<CheckpointRef, 'id' | 'content'>): boolean {
  const isSame = (checkpoint: { readonly id: string; readonly content: string | null }) =>
    content !== null && checkpoint.id === id && checkpoint.content === content;
  return (
    state.checkpoints.some((checkpoint) => checkpoint.status === 'done' && isSame(checkpoint)) ||
    state.branches.some((branch) => branch.checkpoints.some(isSame))
  );
}

/** What a source event says at once, whatever is being analysed. */
function reported(
  event: SourceEvent,
  state: () => RunState,
  book: ProgressBook,
  note: (sentence: string) => void,
): Observable<Update> {
  switch (event.type) {
    case 'failed': {
      const { id, failure } = event;
      const before = state().checkpoints.find((checkpoint) => checkpoint.id === id);
      book.refuse(id);
      if (before?.status === 'done') {
        // Its results stand: they were computed from what it was.
        note(`${id} was analysed and is broken now, which changes nothing: ${failure.message}`);
        return of(book.delta());
      }
      const isNews = before?.failure?.code !== failure.code || before.failure.message !== failure.message;
      return isNews ? of(failureDelta(event), book.delta()) : of(book.delta());
    }
    case 'ready':
      book.know(event.checkpoint.id);
      if (isKnown(state(), event.checkpoint)) book.refuse(event.checkpoint.id);
      return of(book.delta());
    case 'fetching':
      book.fetch(event.message);
      return of(book.delta());
    case 'logged':
      // In batches: trainer-deltas.ts.
      return EMPTY;
    case 'missing':
      book.reach(event.message);
      return of(book.delta());
    case 'present':
      book.reach(null);
      return of(book.delta());
    case 'ended': {
      const { message, checkpoint } = event;
      // A training that begins again at an earlier checkpoint leaves the last one behind, which still lies there.
      const stands = () => checkpoint === null || state().checkpoints.some(({ id }) => id === checkpoint);
      book.conclude({ message, stands });
      return of(book.delta());
    }
    case 'continued':
      book.conclude(null);
      return of(book.delta());
    case 'ignored':
      note(event.message);
      return EMPTY;
    default:
      return unreachable(event);
  }
}

function passedOver(id: string, book: ProgressBook): Observable<Update> {
  book.passOver(id);
  return of(book.delta());
}

function failureDelta({ id, step, failure }: FailedEvent): Update {
  return { type: 'failure', checkpoint: id, step, failure };
}

/** Emits when the source says that this checkpoint's files are broken. */
function failureOf(id: string, events: Observable<SourceEvent>): Observable<SourceEvent> {
  return events.pipe(filter((event) => event.type === 'failed' && event.id === id));
}
