/**
 * One run from its source to its viewers: log, stream, pipeline, and the graphs that viewers look back at.
 *
 * What goes wrong stays in the run: without a log it is watched all the same, and a mistake of ours ends this run's
 * analysis, says so on its page, and leaves the other runs alone.
 */
import { catchError, defer, EMPTY, from, ignoreElements, type Observable, Subject, tap } from 'rxjs';
import type { RunInfo, Update } from '../protocol/state.ts';
import type { Settings } from './ablation/settings.ts';
import { HISTORY_BYTES_MAX, KEPT_HISTORY_BYTES_MAX } from './base/config.ts';
import type { Log } from './base/log-line.ts';
import type { Engine } from './engine-process.ts';
import { GraphHistory } from './graph/history.ts';
import { openStream } from './log/open-stream.ts';
import type { RunStream } from './log/run-stream.ts';
import { isKnown, pipeline } from './pipeline.ts';
import type { Source } from './source/source.ts';
import type { TurnPolicy } from './turns.ts';

export type RunToWatch = { readonly run: RunInfo; readonly source: Source };

export type WatchedRunOptions = RunToWatch & {
  readonly engine: Engine;
  readonly settings: Settings;
  readonly turns: TurnPolicy;
  /** Data directory, and bytes that this run's log may take. */
  readonly data: string;
  readonly dataBytesMax: number;
  readonly log: Log;
  /** One sentence to the person at the terminal. */
  readonly say: (sentence: string) => void;
};

export class WatchedRun {
  readonly stream: RunStream;
  readonly #options: WatchedRunOptions;
  readonly #history: GraphHistory;
  #isEndNews = true;

  private constructor(options: WatchedRunOptions, stream: RunStream, history: GraphHistory) {
    this.#options = options;
    this.#history = history;
    this.stream = stream;
  }

  static async open(options: WatchedRunOptions): Promise<WatchedRun> {
    const { run, settings, data, dataBytesMax, log, say } = options;
    let history: GraphHistory | null = null;
    // Memory decides how a sweep is cut, not what comes out.
    const { memoryBytesMax: _, ...decisive } = settings;
    const stream = await openStream({
      run,
      data,
      settings: decisive,
      bytesMax: dataBytesMax,
      peek: (checkpoint) => history?.peek(checkpoint) ?? null,
      warn: (sentence) => {
        say(`${run.name}: ${sentence}`);
        log.warn('log', { run: run.id, message: sentence });
      },
    });
    history = new GraphHistory({
      bytesMax: stream.unkept === null ? KEPT_HISTORY_BYTES_MAX : HISTORY_BYTES_MAX,
      stored: (checkpoint) => stream.graph(checkpoint, null),
    });
    return new WatchedRun(options, stream, history);
  }

  /** False where the training had ended before this server looked. */
  get isEndNews(): boolean {
    return this.#isEndNews;
  }

  /** Analyses what the source reports, until it is unsubscribed from or the source ends. */
  watch(): Observable<never> {
    const { run, engine, settings, turns, log, say } = this.#options;
    const { stream } = this;
    const through = new Subject<string>();
    const taker = {
      isDone: (id: string, content: string) => isKnown(stream.state, { id, content }),
      through: through.asObservable(),
    };
    const source = this.#options.source(taker).pipe(
      tap((event) => {
        if (event.type === 'ended') this.#isEndNews = event.isNews;
      }),
    );
    const note = (sentence: string) => {
      say(sentence);
      log.info('note', { run: run.id, message: sentence });
    };
    const kept = () => from(stream.settled()).pipe(ignoreElements());
    return defer(() =>
      pipeline({
        past: stream.state,
        source,
        engine,
        settings,
        history: this.#history,
        turns,
        note,
        kept,
        through: (checkpoint) => through.next(checkpoint),
      }),
    ).pipe(
      tap((update) => {
        tell(log, run.id, update);
        stream.publish(update);
      }),
      catchError((error: unknown) => {
        stream.publish(this.#broken(error));
        return EMPTY;
      }),
      ignoreElements(),
    );
  }

  #broken(error: unknown): Update {
    const { run, log, say } = this.#options;
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(
      `${run.name}: the analysis has ended over a mistake in phasewatch itself; other runs go on. ${words}`,
    );
    log.error('broken', { run: run.id, message: words });
    const message = `the analysis has ended over a mistake in phasewatch itself (${error}); start it again to go on`;
    return {
      type: 'progress',
      progress: { ...this.stream.state.progress, activity: 'ended', checkpoint: null, message },
    };
  }
}

/** The events of a run that a log is read for. */
function tell(log: Log, run: string, update: Update): void {
  switch (update.type) {
    case 'checkpoint-started':
      log.debug(update.type, { run, checkpoint: update.checkpoint, step: update.step });
      break;
    case 'checkpoint-done':
      log.info(update.type, { run, checkpoint: update.checkpoint, millis: Math.round(update.millis) });
      break;
    case 'failure':
      log.warn(update.type, { run, checkpoint: update.checkpoint, ...update.failure });
      break;
    case 'phase-change': {
      const { id, interval, probability, revision } = update.change;
      log.info(update.type, { run, id, after: interval[0], until: interval[1], probability, revision });
      break;
    }
    case 'rewound':
      log.warn(update.type, { run, fromStep: update.fromStep });
      break;
    default:
      break;
  }
}
