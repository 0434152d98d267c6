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
 */
import { concat, concatMap, connect, defer, EMPTY, filter, map, merge, type Observable, of } from 'rxjs';
import type { Delta, RunInfo } from '../protocol/state.ts';
import { unreachable } from '../protocol/unreachable.ts';
import type { Settings } from './ablation/settings.ts';
import { CheckpointDeltas } from './checkpoint-deltas.ts';
import type { Engine } from './engine-process.ts';
import type { GraphHistory } from './graph/history.ts';
import { withPhases } from './phase-deltas.ts';
import { ProgressBook } from './progress.ts';
import type { SourceEvent } from './source/directory.ts';
import { inTurn, type TurnPolicy } from './turns.ts';

export type PipelineOptions = {
  readonly run: RunInfo;
  readonly source: Observable<SourceEvent>;
  readonly engine: Engine;
  readonly settings: Settings;
  readonly history: GraphHistory;
  readonly turns: TurnPolicy;
  /** Receives what is no part of the run's state: one sentence a time. */
  readonly note: (sentence: string) => void;
};

export function pipeline(options: PipelineOptions): Observable<Delta> {
  return defer(() => {
    const book = new ProgressBook();
    const checkpoints = new CheckpointDeltas(options, book);
    const deltas = options.source.pipe(
      connect((events) =>
        merge(
          events.pipe(concatMap((event) => reported(event, book, options.note))),
          events.pipe(
            filter((event) => event.type === 'ready'),
            map((event) => event.checkpoint),
            inTurn(
              options.turns,
              (checkpoint) => checkpoints.of(checkpoint, failureOf(checkpoint.id, events)),
              (checkpoint) => checkpoints.leftOut(checkpoint),
            ),
          ),
        ),
      ),
    );
    const ended = defer(() => {
      book.end();
      return of(book.delta());
    });
    return concat(deltas, ended).pipe(withPhases(options.run, options.history));
  });
}

/** What a source event says at once, whatever is being analysed. */
function reported(
  event: SourceEvent,
  book: ProgressBook,
  note: (sentence: string) => void,
): Observable<Delta> {
  switch (event.type) {
    case 'failed':
      book.refuse(event.id);
      return of<Delta[]>(
        { type: 'failure', checkpoint: event.id, step: event.step, failure: event.failure },
        book.delta(),
      );
    case 'ready':
      book.know(event.checkpoint.id);
      return of(book.delta());
    case 'missing':
      book.reach(event.message);
      return of(book.delta());
    case 'present':
      book.reach(null);
      return of(book.delta());
    case 'ignored':
      note(event.message);
      return EMPTY;
    default:
      return unreachable(event);
  }
}

/** Emits when the source says that this checkpoint's files are broken. */
function failureOf(id: string, events: Observable<SourceEvent>): Observable<SourceEvent> {
  return events.pipe(filter((event) => event.type === 'failed' && event.id === id));
}
